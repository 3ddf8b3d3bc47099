UPDATE event_past SET reason = NULL WHERE fate <> 'retracted';
ALTER TABLE event_past
    DROP CONSTRAINT event_past_retracted_has_reason,
    ADD CONSTRAINT event_past_retracted_has_reason CHECK ((fate = 'retracted') = (reason IS NOT NULL));
