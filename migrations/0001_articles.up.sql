-- An article as it stands now. Absent parts are NULL, never ''.
CREATE TABLE article (
    id               uuid        CONSTRAINT article_pkey PRIMARY KEY,
    title            text        NOT NULL,
    body             text        NOT NULL CONSTRAINT article_body_given CHECK (body <> ''),
    -- The first day that it may be, on the calendar where it was written, and
    -- how much of the date is known; a date-time instead has its instant and its
    -- offset from UTC, so that it can be given back as it came.
    published_on     date        CONSTRAINT article_published_on_plausible
                                 CHECK (published_on BETWEEN '1800-01-01' AND '2199-12-31'),
    published_precision text     CONSTRAINT article_published_precision_known
                                 CHECK (published_precision IN ('day', 'month', 'year')),
    published_at     timestamptz CONSTRAINT article_published_at_has_day
                                 CHECK (published_at IS NULL OR published_on IS NOT NULL),
    published_offset integer     CONSTRAINT article_published_offset_range
                                 CHECK (published_offset BETWEEN -86400 AND 86400), -- seconds east of UTC
    source           text        CONSTRAINT article_source_given CHECK (source <> ''),
    url              text        CONSTRAINT article_url_http CHECK (url ~* '^https?://.'),
    language         text        NOT NULL CONSTRAINT article_language_tag CHECK (language ~ '^[A-Za-z0-9-]{1,35}$'),
    licence          text        CONSTRAINT article_licence_given CHECK (licence <> ''),
    external_id      text        CONSTRAINT article_external_id_given CHECK (external_id <> ''),
    content_hash     bytea       NOT NULL CONSTRAINT article_content_hash_sha256 CHECK (octet_length(content_hash) = 32),
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    revision         integer     NOT NULL CONSTRAINT article_revision_from_one CHECK (revision >= 1),
    CONSTRAINT article_published_offset_with_time CHECK ((published_at IS NULL) = (published_offset IS NULL)),
    CONSTRAINT article_published_either CHECK (num_nonnulls(published_precision, published_at) = num_nonnulls(published_on)),
    CONSTRAINT article_updated_after_created CHECK (updated_at >= created_at)
);

-- Which article a url, an external id or a content belongs to. The key is the
-- SHA-256 of the kind and the value. Inserting here is how concurrent writers
-- of one article agree on one id.
CREATE TABLE article_identity (
    key        bytea CONSTRAINT article_identity_pkey PRIMARY KEY
                     CONSTRAINT article_identity_key_sha256 CHECK (octet_length(key) = 32),
    kind       text  NOT NULL CONSTRAINT article_identity_kind_known CHECK (kind IN ('external_id', 'url', 'content')),
    article_id uuid  NOT NULL
);
