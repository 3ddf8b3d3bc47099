-- Readings of all stored articles with another version of the coder, and how far
-- each has come. Whoever works on a chunk holds its row locked; it is done in the
-- transaction that writes what changed.
CREATE TABLE recode (
    id          uuid        CONSTRAINT recode_pkey PRIMARY KEY,
    coder       text        NOT NULL CONSTRAINT recode_coder_given CHECK (coder <> ''),
    started_at  timestamptz NOT NULL,
    finished_at timestamptz CONSTRAINT recode_finished_after_started CHECK (finished_at >= started_at)
);

CREATE TABLE recode_chunk (
    recode_id uuid,
    number    integer     CONSTRAINT recode_chunk_number_from_zero CHECK (number >= 0),
    articles  uuid[]      NOT NULL,
    done_at   timestamptz,
    tally     text, -- JSON: what became of the events, by type
    CONSTRAINT recode_chunk_pkey PRIMARY KEY (recode_id, number)
);

CREATE INDEX recode_chunk_left ON recode_chunk (recode_id, number) WHERE done_at IS NULL;
