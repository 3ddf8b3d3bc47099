-- RSS and Atom feeds that are polled for articles, each with how it went last.
-- Whoever polls a feed puts off its next time first, so that no other does it too.
CREATE TABLE feed (
    id            uuid        CONSTRAINT feed_pkey PRIMARY KEY, -- follows from the url
    url           text        NOT NULL CONSTRAINT feed_url_http CHECK (url ~* '^https?://.'),
    source        text        CONSTRAINT feed_source_given CHECK (source <> ''),
    licence       text        CONSTRAINT feed_licence_given CHECK (licence <> ''),
    every_seconds integer     NOT NULL CONSTRAINT feed_every_range CHECK (every_seconds BETWEEN 60 AND 2592000),
    fetch_pages   boolean     NOT NULL,
    paused        boolean     NOT NULL,
    created_at    timestamptz NOT NULL,
    next_at       timestamptz NOT NULL,
    title         text,
    etag          text,
    last_modified text,
    polled_at     timestamptz, -- last time that it was tried
    succeeded_at  timestamptz,
    changed_at    timestamptz, -- last time that there was something new
    status        integer,     -- of HTTP, of the last answer; 0 if there was none
    failures      integer     NOT NULL CONSTRAINT feed_failures_from_zero CHECK (failures >= 0), -- in a row
    error         text,        -- why the last poll failed
    error_at      timestamptz,
    warning       text,        -- what was wrong with entries of a poll that did not fail
    entries       integer     NOT NULL CONSTRAINT feed_entries_from_zero CHECK (entries >= 0), -- in the last answer
    articles      bigint      NOT NULL CONSTRAINT feed_articles_from_zero CHECK (articles >= 0) -- stored from it, in all
);

CREATE INDEX feed_by_next ON feed (next_at) WHERE NOT paused;
