-- Which programs may serve on this schema beside those that are made for it: the
-- migration that takes something away from older ones raises it. See
-- docs/operating.md, upgrades.
CREATE TABLE compatibility (
    oldest integer CONSTRAINT compatibility_pkey PRIMARY KEY -- the least schema version whose programs may still run
);

INSERT INTO compatibility (oldest) VALUES (9);
