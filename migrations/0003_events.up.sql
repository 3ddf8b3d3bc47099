-- The events that stand. An event is its JSON document, which the API serves as
-- it is, and beside it one row of all that lists are filtered and ordered by,
-- and one row for each participant and each article.
--
-- Days count from 1970-01-01; the lowest integer stands for an unknown day, so
-- that it sorts below every other. Columns are in the order that packs them.

-- What a type with a status is in the coarser schemes. The events themselves
-- hold none of it.
CREATE TABLE kind (
    type       text             COLLATE "C",
    status     text             COLLATE "C",
    family     text             NOT NULL,
    plover     text,
    mode       text,
    cameo      text             NOT NULL,
    quad_class smallint         NOT NULL,
    score      double precision NOT NULL,
    CONSTRAINT kind_pkey PRIMARY KEY (type, status)
);

INSERT INTO kind (type, status, family, plover, mode, cameo, quad_class, score) VALUES
    ('meeting', 'occurred', 'consult', 'CONSULT', NULL, '040', 1, 2.5),
    ('meeting', 'ongoing', 'consult', 'CONSULT', NULL, '040', 1, 2.5),
    ('meeting', 'planned', 'consult', 'AGREE', NULL, '040', 1, 2.5),
    ('meeting', 'cancelled', 'consult', 'REJECT', NULL, '040', 3, -2),
    ('visit', 'occurred', 'consult', 'CONSULT', 'visit', '042', 1, 4),
    ('visit', 'ongoing', 'consult', 'CONSULT', 'visit', '042', 1, 4),
    ('visit', 'planned', 'consult', 'AGREE', NULL, '042', 1, 2.5),
    ('visit', 'cancelled', 'consult', 'REJECT', NULL, '042', 3, -2),
    ('call', 'occurred', 'consult', 'CONSULT', 'phone', '041', 1, 1.5),
    ('call', 'ongoing', 'consult', 'CONSULT', 'phone', '041', 1, 1.5),
    ('call', 'planned', 'consult', 'AGREE', NULL, '041', 1, 2.5),
    ('call', 'cancelled', 'consult', 'REJECT', NULL, '041', 3, -2),
    ('talks', 'occurred', 'consult', 'CONSULT', NULL, '046', 1, 2.5),
    ('talks', 'ongoing', 'consult', 'CONSULT', NULL, '046', 1, 2.5),
    ('talks', 'planned', 'consult', 'AGREE', NULL, '046', 1, 2.5),
    ('talks', 'cancelled', 'consult', 'REJECT', NULL, '046', 3, -2),
    ('summit', 'occurred', 'consult', 'CONSULT', 'multilateral', '046', 1, 4),
    ('summit', 'ongoing', 'consult', 'CONSULT', 'multilateral', '046', 1, 4),
    ('summit', 'planned', 'consult', 'AGREE', NULL, '046', 1, 2.5),
    ('summit', 'cancelled', 'consult', 'REJECT', NULL, '046', 3, -2),
    ('mediation', 'occurred', 'consult', 'CONSULT', 'third-party', '045', 1, 1),
    ('mediation', 'ongoing', 'consult', 'CONSULT', 'third-party', '045', 1, 1),
    ('mediation', 'planned', 'consult', 'AGREE', NULL, '045', 1, 2.5),
    ('mediation', 'cancelled', 'consult', 'REJECT', NULL, '045', 3, -2),
    ('agreement', 'occurred', 'agree', 'SUPPORT', NULL, '057', 1, 5),
    ('agreement', 'ongoing', 'agree', 'SUPPORT', NULL, '057', 1, 5),
    ('agreement', 'planned', 'agree', 'AGREE', NULL, '057', 1, 2.5),
    ('agreement', 'cancelled', 'agree', 'REJECT', NULL, '057', 3, -2),
    ('pledge', 'occurred', 'agree', 'AGREE', NULL, '030', 1, 2.5),
    ('pledge', 'ongoing', 'agree', 'AGREE', NULL, '030', 1, 2.5),
    ('pledge', 'planned', 'agree', 'AGREE', NULL, '030', 1, 2.5),
    ('pledge', 'cancelled', 'agree', 'REJECT', NULL, '030', 3, -2),
    ('statement', 'occurred', 'agree', NULL, NULL, '010', 1, 0),
    ('statement', 'ongoing', 'agree', NULL, NULL, '010', 1, 0),
    ('statement', 'planned', 'agree', NULL, NULL, '010', 1, 0),
    ('statement', 'cancelled', 'agree', NULL, NULL, '010', 1, 0),
    ('ceasefire', 'occurred', 'peace', 'RETREAT', 'ceasefire', '0871', 2, 7.5),
    ('ceasefire', 'ongoing', 'peace', 'RETREAT', 'ceasefire', '0871', 2, 7.5),
    ('ceasefire', 'planned', 'peace', 'AGREE', NULL, '0871', 1, 2.5),
    ('ceasefire', 'cancelled', 'peace', 'REJECT', NULL, '0871', 3, -2),
    ('ceasefire_violation', 'occurred', 'conflict', 'ASSAULT', NULL, '196', 4, -9),
    ('ceasefire_violation', 'ongoing', 'conflict', 'ASSAULT', NULL, '196', 4, -9),
    ('ceasefire_violation', 'planned', 'conflict', 'THREATEN', NULL, '196', 3, -3.5),
    ('ceasefire_violation', 'cancelled', 'conflict', 'ASSAULT', NULL, '196', 4, -9),
    ('withdrawal', 'occurred', 'peace', 'RETREAT', 'withdraw', '0874', 2, 8),
    ('withdrawal', 'ongoing', 'peace', 'RETREAT', 'withdraw', '0874', 2, 8),
    ('withdrawal', 'planned', 'peace', 'AGREE', NULL, '0874', 1, 2.5),
    ('withdrawal', 'cancelled', 'peace', 'REJECT', NULL, '0874', 3, -2),
    ('release', 'occurred', 'peace', 'RETREAT', 'release', '0841', 2, 6.5),
    ('release', 'ongoing', 'peace', 'RETREAT', 'release', '0841', 2, 6.5),
    ('release', 'planned', 'peace', 'AGREE', NULL, '0841', 1, 2.5),
    ('release', 'cancelled', 'peace', 'REJECT', NULL, '0841', 3, -2),
    ('concession', 'occurred', 'peace', 'CONCEDE', NULL, '080', 1, 4.5),
    ('concession', 'ongoing', 'peace', 'CONCEDE', NULL, '080', 1, 4.5),
    ('concession', 'planned', 'peace', 'AGREE', NULL, '080', 1, 2.5),
    ('concession', 'cancelled', 'peace', 'REJECT', NULL, '080', 3, -2),
    ('support', 'occurred', 'cooperate', 'SUPPORT', NULL, '051', 1, 5),
    ('support', 'ongoing', 'cooperate', 'SUPPORT', NULL, '051', 1, 5),
    ('support', 'planned', 'cooperate', 'AGREE', NULL, '051', 1, 2.5),
    ('support', 'cancelled', 'cooperate', 'REJECT', NULL, '051', 3, -2),
    ('recognition', 'occurred', 'cooperate', 'SUPPORT', NULL, '054', 1, 5),
    ('recognition', 'ongoing', 'cooperate', 'SUPPORT', NULL, '054', 1, 5),
    ('recognition', 'planned', 'cooperate', 'AGREE', NULL, '054', 1, 2.5),
    ('recognition', 'cancelled', 'cooperate', 'REJECT', NULL, '054', 3, -2),
    ('cooperation', 'occurred', 'cooperate', 'COOPERATE', NULL, '060', 2, 9.5),
    ('cooperation', 'ongoing', 'cooperate', 'COOPERATE', NULL, '060', 2, 9.5),
    ('cooperation', 'planned', 'cooperate', 'AGREE', NULL, '060', 1, 2.5),
    ('cooperation', 'cancelled', 'cooperate', 'REJECT', NULL, '060', 3, -2),
    ('aid', 'occurred', 'cooperate', 'AID', NULL, '070', 2, 10),
    ('aid', 'ongoing', 'cooperate', 'AID', NULL, '070', 2, 10),
    ('aid', 'planned', 'cooperate', 'AGREE', NULL, '070', 1, 2.5),
    ('aid', 'cancelled', 'cooperate', 'REJECT', NULL, '070', 3, -2),
    ('request', 'occurred', 'verbal conflict', 'REQUEST', NULL, '100', 3, 0),
    ('request', 'ongoing', 'verbal conflict', 'REQUEST', NULL, '100', 3, 0),
    ('request', 'planned', 'verbal conflict', 'REQUEST', NULL, '100', 3, 0),
    ('request', 'cancelled', 'verbal conflict', 'REQUEST', NULL, '100', 3, 0),
    ('criticism', 'occurred', 'verbal conflict', 'ACCUSE', NULL, '110', 3, -3),
    ('criticism', 'ongoing', 'verbal conflict', 'ACCUSE', NULL, '110', 3, -3),
    ('criticism', 'planned', 'verbal conflict', 'ACCUSE', NULL, '110', 3, -3),
    ('criticism', 'cancelled', 'verbal conflict', 'ACCUSE', NULL, '110', 3, -3),
    ('diplomatic_protest', 'occurred', 'verbal conflict', 'ACCUSE', 'disapprove', '113', 3, -2),
    ('diplomatic_protest', 'ongoing', 'verbal conflict', 'ACCUSE', 'disapprove', '113', 3, -2),
    ('diplomatic_protest', 'planned', 'verbal conflict', 'ACCUSE', 'disapprove', '113', 3, -2),
    ('diplomatic_protest', 'cancelled', 'verbal conflict', 'ACCUSE', 'disapprove', '113', 3, -2),
    ('investigation', 'occurred', 'verbal conflict', 'ACCUSE', 'investigate', '090', 3, -3.5),
    ('investigation', 'ongoing', 'verbal conflict', 'ACCUSE', 'investigate', '090', 3, -3.5),
    ('investigation', 'planned', 'verbal conflict', 'ACCUSE', 'investigate', '090', 3, -3.5),
    ('investigation', 'cancelled', 'verbal conflict', 'ACCUSE', 'investigate', '090', 3, -3.5),
    ('rejection', 'occurred', 'verbal conflict', 'REJECT', NULL, '120', 3, -2),
    ('rejection', 'ongoing', 'verbal conflict', 'REJECT', NULL, '120', 3, -2),
    ('rejection', 'planned', 'verbal conflict', 'REJECT', NULL, '120', 3, -2),
    ('rejection', 'cancelled', 'verbal conflict', 'REJECT', NULL, '120', 3, -2),
    ('threat', 'occurred', 'verbal conflict', 'THREATEN', NULL, '130', 3, -3.5),
    ('threat', 'ongoing', 'verbal conflict', 'THREATEN', NULL, '130', 3, -3.5),
    ('threat', 'planned', 'verbal conflict', 'THREATEN', NULL, '130', 3, -3.5),
    ('threat', 'cancelled', 'verbal conflict', 'THREATEN', NULL, '130', 3, -3.5),
    ('demonstration', 'occurred', 'conflict', 'PROTEST', NULL, '140', 4, -5),
    ('demonstration', 'ongoing', 'conflict', 'PROTEST', NULL, '140', 4, -5),
    ('demonstration', 'planned', 'conflict', 'THREATEN', NULL, '140', 3, -3.5),
    ('demonstration', 'cancelled', 'conflict', 'PROTEST', NULL, '140', 4, -5),
    ('sanction', 'occurred', 'conflict', 'SANCTION', 'discontinue', '163', 4, -6),
    ('sanction', 'ongoing', 'conflict', 'SANCTION', 'discontinue', '163', 4, -6),
    ('sanction', 'planned', 'conflict', 'THREATEN', NULL, '163', 3, -3.5),
    ('sanction', 'cancelled', 'conflict', 'SANCTION', 'discontinue', '163', 4, -6),
    ('expulsion', 'occurred', 'conflict', 'SANCTION', 'expel', '161', 4, -5.5),
    ('expulsion', 'ongoing', 'conflict', 'SANCTION', 'expel', '161', 4, -5.5),
    ('expulsion', 'planned', 'conflict', 'THREATEN', NULL, '161', 3, -3.5),
    ('expulsion', 'cancelled', 'conflict', 'SANCTION', 'expel', '161', 4, -5.5),
    ('mobilization', 'occurred', 'conflict', 'MOBILIZE', NULL, '150', 4, -5.5),
    ('mobilization', 'ongoing', 'conflict', 'MOBILIZE', NULL, '150', 4, -5.5),
    ('mobilization', 'planned', 'conflict', 'THREATEN', NULL, '150', 3, -3.5),
    ('mobilization', 'cancelled', 'conflict', 'MOBILIZE', NULL, '150', 4, -5.5),
    ('coercion', 'occurred', 'conflict', 'COERCE', NULL, '170', 4, -7),
    ('coercion', 'ongoing', 'conflict', 'COERCE', NULL, '170', 4, -7),
    ('coercion', 'planned', 'conflict', 'THREATEN', NULL, '170', 3, -3.5),
    ('coercion', 'cancelled', 'conflict', 'COERCE', NULL, '170', 4, -7),
    ('attack', 'occurred', 'conflict', 'ASSAULT', NULL, '190', 4, -9),
    ('attack', 'ongoing', 'conflict', 'ASSAULT', NULL, '190', 4, -9),
    ('attack', 'planned', 'conflict', 'THREATEN', NULL, '190', 3, -3.5),
    ('attack', 'cancelled', 'conflict', 'ASSAULT', NULL, '190', 4, -9);

CREATE TABLE event (
    id             uuid        CONSTRAINT event_pkey PRIMARY KEY,
    place_id       uuid        CONSTRAINT event_place_fkey REFERENCES place (id),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    first_day      integer     NOT NULL,
    last_day       integer     NOT NULL,
    reported_day   integer     NOT NULL,
    confidence_ppm integer     NOT NULL CONSTRAINT event_confidence_range CHECK (confidence_ppm BETWEEN 0 AND 1000000), -- millionths
    article_count  integer     NOT NULL CONSTRAINT event_article_count_from_one CHECK (article_count >= 1),
    source_count   integer     NOT NULL CONSTRAINT event_source_count_range CHECK (source_count BETWEEN 1 AND article_count),
    revision       integer     NOT NULL CONSTRAINT event_revision_from_one CHECK (revision >= 1),
    type           text        COLLATE "C" NOT NULL CONSTRAINT event_type_known CHECK (type IN (
        'meeting', 'visit', 'call', 'talks', 'summit', 'mediation', 'agreement', 'pledge', 'statement', 'ceasefire',
        'ceasefire_violation', 'withdrawal', 'release', 'concession', 'support', 'recognition', 'cooperation', 'aid',
        'request', 'criticism', 'diplomatic_protest', 'investigation', 'rejection', 'threat', 'demonstration', 'sanction',
        'expulsion', 'mobilization', 'coercion', 'attack')),
    status         text        COLLATE "C" NOT NULL CONSTRAINT event_status_known
                               CHECK (status IN ('occurred', 'ongoing', 'planned', 'cancelled')),
    country        text        COLLATE "C" CONSTRAINT event_country_pattern CHECK (country ~ '^[A-Z]{3}$'),
    sources        text[]      NOT NULL, -- names of the sources that report it
    languages      text[]      NOT NULL, -- of its articles, lower case, each with its primary language
    words          tsvector    NOT NULL, -- of summary and evidence
    CONSTRAINT event_days_in_order CHECK (last_day >= first_day),
    CONSTRAINT event_days_whole CHECK ((first_day = '-2147483648') = (last_day = '-2147483648')),
    CONSTRAINT event_updated_after_created CHECK (updated_at >= created_at)
);

CREATE INDEX event_by_date ON event (first_day, id) INCLUDE (last_day, revision, place_id); -- the place, for wide boxes
CREATE INDEX event_by_reported ON event (reported_day, id) INCLUDE (revision);
CREATE INDEX event_by_confidence ON event (confidence_ppm, id) INCLUDE (revision);
CREATE INDEX event_by_article_count ON event (article_count, id) INCLUDE (revision);
CREATE INDEX event_by_country ON event (country, first_day, id) INCLUDE (last_day, revision);
CREATE INDEX event_by_country_type ON event (country, type, first_day, id) INCLUDE (last_day, revision);
CREATE INDEX event_by_type ON event (type, first_day, id) INCLUDE (last_day, revision);
CREATE INDEX event_by_place ON event (place_id, first_day, id) INCLUDE (last_day, revision);
CREATE INDEX event_by_words ON event USING gin (words) WITH (fastupdate = off);
-- Events longer than a year are few; how long the longest is bounds how far
-- before a day a list must look for events that reach it.
CREATE INDEX event_by_length ON event ((last_day - first_day)) WHERE last_day - first_day > 366;

-- Who takes part. Days and revision are the event's, so that the index of a code
-- or an actor is the list of its events in order, with all that is needed to
-- find their documents.
CREATE TABLE participant (
    event_id  uuid     CONSTRAINT participant_event_fkey REFERENCES event (id),
    actor_id  uuid     NOT NULL CONSTRAINT participant_actor_fkey REFERENCES actor (id),
    first_day integer  NOT NULL,
    last_day  integer  NOT NULL,
    revision  integer  NOT NULL,
    position  smallint CONSTRAINT participant_position_from_zero CHECK (position >= 0),
    code      text     COLLATE "C" NOT NULL CONSTRAINT participant_code_pattern CHECK (code ~ '^[A-Z][A-Z0-9]{1,11}$'),
    sector    text     COLLATE "C" NOT NULL CONSTRAINT participant_sector_known
                       CHECK (sector IN ('GOV', 'MIL', 'LEG', 'JUD', 'COP', 'SPY', 'OPP', 'REB', 'MED', 'BUS', 'CVL', 'REL', 'IGO', 'NGO', 'UNK')),
    role      text     COLLATE "C" NOT NULL CONSTRAINT participant_role_known CHECK (role IN ('party', 'actor', 'target', 'mediator', 'host')),
    CONSTRAINT participant_pkey PRIMARY KEY (event_id, position)
);

CREATE INDEX participant_by_code ON participant (code, first_day, event_id) INCLUDE (last_day, revision);
CREATE INDEX participant_by_actor ON participant (actor_id, first_day, event_id) INCLUDE (last_day, revision);

-- Which articles report it, and where the text first does, in code points.
CREATE TABLE event_article (
    event_id   uuid    CONSTRAINT event_article_event_fkey REFERENCES event (id),
    article_id uuid,
    start      integer NOT NULL CONSTRAINT event_article_start_from_zero CHECK (start >= 0),
    CONSTRAINT event_article_pkey PRIMARY KEY (event_id, article_id)
);

CREATE INDEX event_article_by_article ON event_article (article_id);

-- The event as the API serves it: JSON, kept as text because it is only ever
-- copied out.
CREATE TABLE event_document (
    event_id uuid CONSTRAINT event_document_pkey PRIMARY KEY
                  CONSTRAINT event_document_event_fkey REFERENCES event (id),
    revision integer NOT NULL,
    document text NOT NULL CONSTRAINT event_document_is_object CHECK (document LIKE '{%}')
);
