-- What became of events, in the order in which it was committed, without gaps.
CREATE TABLE change (
    position bigint      CONSTRAINT change_pkey PRIMARY KEY,
    event_id uuid        NOT NULL,
    at       timestamptz NOT NULL,
    revision integer     NOT NULL, -- the version that came, or, of an event that went, its last
    action   text        NOT NULL CONSTRAINT change_action_known CHECK (action IN ('created', 'updated', 'merged', 'retracted'))
);

-- Changes that have no position yet: one row for each transaction. The order of
-- commits shows only after they are done, so that a writer cannot know it; one
-- process at a time takes rows from here and gives them positions.
CREATE TABLE change_inbox (
    id        uuid        CONSTRAINT change_inbox_pkey PRIMARY KEY,
    ended_at  timestamptz NOT NULL DEFAULT clock_timestamp(), -- after the last lock was taken: orders what depends on one another
    events    uuid[]      NOT NULL,
    revisions integer[]   NOT NULL,
    actions   text[]      NOT NULL,
    CONSTRAINT change_inbox_whole CHECK (cardinality(events) = cardinality(revisions) AND cardinality(events) = cardinality(actions))
);
