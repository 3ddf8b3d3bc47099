-- The events of each two codes that take part in one, in the order of their
-- days; a < b.
CREATE TABLE pair_feed (
    a         text    COLLATE "C",
    b         text    COLLATE "C",
    first_day integer,
    event_id  uuid,
    last_day  integer NOT NULL,
    revision  integer NOT NULL,
    CONSTRAINT pair_feed_pkey PRIMARY KEY (a, b, first_day, event_id) INCLUDE (last_day, revision),
    CONSTRAINT pair_feed_in_order CHECK (a < b)
);

-- Numbers of events that stand, for statistics that would have to count them
-- all. The number of a cell is the sum of its rows: writers only add rows with
-- a part of their own, so that they never wait for each other, and parts are
-- brought together later.
--
-- The key is the code of who takes part, or '' for everybody. The fields are
-- type, kind (value: type and status), country and actor (value: a code).
-- Months count from 1970-01; types and kinds have the month in which the event
-- begins, the other fields, and undated events, have the lowest integer.
CREATE TABLE rollup (
    key   text    COLLATE "C",
    field text    COLLATE "C" CONSTRAINT rollup_field_known CHECK (field IN ('type', 'kind', 'country', 'actor')),
    month integer,
    value text    COLLATE "C",
    part  uuid,
    n     integer NOT NULL,
    CONSTRAINT rollup_pkey PRIMARY KEY (key, field, month, value, part)
);

CREATE INDEX rollup_parts ON rollup (part) WHERE part <> '00000000-0000-0000-0000-000000000000';
