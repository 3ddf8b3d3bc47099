-- The fingerprint of the text: those of copies differ in few bits. NULL: not
-- taken yet.
ALTER TABLE article ADD COLUMN print bigint;
