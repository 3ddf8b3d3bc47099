-- Versions of events that stand no more: superseded by a later one, merged into
-- another event, or retracted. They have the shape of the tables of what stands,
-- so that a question about an earlier instant reads both with the same
-- conditions.
CREATE TABLE event_past (
    event_id       uuid,
    place_id       uuid,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL, -- when the version came
    ended_at       timestamptz NOT NULL, -- when it went
    first_day      integer     NOT NULL,
    last_day       integer     NOT NULL,
    reported_day   integer     NOT NULL,
    confidence_ppm integer     NOT NULL,
    article_count  integer     NOT NULL,
    source_count   integer     NOT NULL,
    revision       integer,
    successor      uuid,        -- the event that it was merged into
    type           text        COLLATE "C" NOT NULL,
    status         text        COLLATE "C" NOT NULL,
    country        text        COLLATE "C",
    fate           text        NOT NULL CONSTRAINT event_past_fate_known CHECK (fate IN ('updated', 'merged', 'retracted')),
    reason         text        CONSTRAINT event_past_reason_given CHECK (reason <> ''),
    sources        text[]      NOT NULL,
    languages      text[]      NOT NULL,
    words          tsvector    NOT NULL,
    document       text        NOT NULL,
    CONSTRAINT event_past_pkey PRIMARY KEY (event_id, revision),
    CONSTRAINT event_past_ended_after_updated CHECK (ended_at >= updated_at),
    CONSTRAINT event_past_merged_has_successor CHECK ((fate = 'merged') = (successor IS NOT NULL)),
    CONSTRAINT event_past_retracted_has_reason CHECK ((fate = 'retracted') = (reason IS NOT NULL))
);

CREATE INDEX event_past_by_end ON event_past (ended_at);

CREATE TABLE participant_past (
    event_id uuid,
    revision integer,
    actor_id uuid     NOT NULL,
    position smallint,
    code     text     COLLATE "C" NOT NULL,
    sector   text     COLLATE "C" NOT NULL,
    role     text     COLLATE "C" NOT NULL,
    CONSTRAINT participant_past_pkey PRIMARY KEY (event_id, revision, position)
);
