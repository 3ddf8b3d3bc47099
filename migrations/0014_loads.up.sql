-- Loads of files, and how far each has come: an input is cut into chunks, each of
-- which is stored, with all of its articles and this row, in one transaction.
-- Whoever works on a chunk holds its row locked.
CREATE TABLE load (
    id          uuid        CONSTRAINT load_pkey PRIMARY KEY,
    input       bytea       NOT NULL CONSTRAINT load_input_sha256 CHECK (octet_length(input) = 32), -- what is loaded, and how it is cut
    started_at  timestamptz NOT NULL,
    finished_at timestamptz CONSTRAINT load_finished_after_started CHECK (finished_at >= started_at)
);

CREATE INDEX load_by_input ON load (input, started_at);

CREATE TABLE load_chunk (
    load_id uuid,
    number  integer     CONSTRAINT load_chunk_number_from_zero CHECK (number >= 0),
    done_at timestamptz,
    CONSTRAINT load_chunk_pkey PRIMARY KEY (load_id, number)
);
