-- Who may write, and who did. The secret of a key is nowhere: only its hash.
CREATE TABLE api_key (
    id         uuid        CONSTRAINT api_key_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    name       text        NOT NULL CONSTRAINT api_key_name_given CHECK (name <> ''),
    scope      text        NOT NULL CONSTRAINT api_key_scope_known CHECK (scope IN ('read', 'write', 'admin')),
    hash       bytea       NOT NULL CONSTRAINT api_key_hash_sha256 CHECK (length(hash) = 32)
);

CREATE INDEX api_key_by_hash ON api_key (hash);

-- Every request that was let in to change something, in the order of time.
CREATE TABLE audit (
    id      uuid        CONSTRAINT audit_pkey PRIMARY KEY, -- UUIDv7
    at      timestamptz NOT NULL,
    key_id  uuid,       -- NULL while there were no keys
    key     text        NOT NULL, -- the key's name then
    address text        NOT NULL,
    method  text        NOT NULL,
    path    text        NOT NULL,
    request text        NOT NULL, -- its id, as in the log
    status  integer     NOT NULL CONSTRAINT audit_status_range CHECK (status BETWEEN 100 AND 599)
);
