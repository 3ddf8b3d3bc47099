-- What each article says of an event. An event is what its mentions come to
-- together: one of them is its anchor, on which the others hang.
CREATE TABLE mention (
    event_id   uuid,
    id         uuid,
    article_id uuid     NOT NULL,
    anchor_id  uuid     NOT NULL, -- the mention that it hangs on, or its own id
    decision   uuid,              -- mentions with the same one were put together by an operator, those with different ones apart
    day        integer  NOT NULL, -- at which it is compared with others; the lowest integer if no day is known
    start      integer  NOT NULL CONSTRAINT mention_start_from_zero CHECK (start >= 0), -- where the text first has it, in code points
    blocks     bigint[] NOT NULL, -- hashes of class and codes; mentions that share none are never one event
    rank       bytea,             -- the order of choosing; NULL until the mention is compared with others
    sketch     text,              -- what the rules of resolution look at
    document   text,              -- the reading as JSON; NULL: that of the event, of which it is the only mention
    CONSTRAINT mention_pkey PRIMARY KEY (event_id, id),
    CONSTRAINT mention_filed_whole CHECK ((rank IS NULL) = (sketch IS NULL))
);

CREATE INDEX mention_by_id ON mention (id);
CREATE INDEX mention_by_article ON mention (article_id);
CREATE INDEX mention_by_decision ON mention (decision) WHERE decision IS NOT NULL;
CREATE INDEX mention_unfiled ON mention (event_id) WHERE rank IS NULL;

-- The mentions of each block, in the order of their days.
CREATE TABLE mention_block (
    block      bigint,
    day        integer,
    mention_id uuid,
    anchor     boolean NOT NULL,
    CONSTRAINT mention_block_pkey PRIMARY KEY (block, day, mention_id) INCLUDE (anchor)
);

-- Events from before mentions: each is the only mention of its one article.
INSERT INTO mention (event_id, id, article_id, anchor_id, day, start, blocks)
SELECT event_id, event_id, article_id, event_id, '-2147483648', start, '{}' FROM event_article;

-- Older programs would write events without their mentions.
UPDATE compatibility SET oldest = 10;
