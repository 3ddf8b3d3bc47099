-- Why a version ended may be told of every version, not only of the last one of
-- an event that was retracted.
ALTER TABLE event_past
    DROP CONSTRAINT event_past_retracted_has_reason,
    ADD CONSTRAINT event_past_retracted_has_reason CHECK (fate <> 'retracted' OR reason IS NOT NULL);
