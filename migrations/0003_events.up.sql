-- One real-world interaction. A retracted event stays, with when and why.
CREATE TABLE event (
    id                 uuid             CONSTRAINT event_pkey PRIMARY KEY,
    type               text             NOT NULL CONSTRAINT event_type_known CHECK (type IN (
        'meeting', 'visit', 'call', 'talks', 'summit', 'mediation', 'agreement', 'pledge', 'statement', 'ceasefire',
        'ceasefire_violation', 'withdrawal', 'release', 'concession', 'support', 'recognition', 'cooperation', 'aid',
        'request', 'criticism', 'diplomatic_protest', 'investigation', 'rejection', 'threat', 'demonstration', 'sanction',
        'expulsion', 'mobilization', 'coercion', 'attack')),
    status             text             NOT NULL CONSTRAINT event_status_known
                                        CHECK (status IN ('occurred', 'ongoing', 'planned', 'cancelled')),
    date_start         date             CONSTRAINT event_date_start_plausible CHECK (date_start BETWEEN '1800-01-01' AND '2199-12-31'),
    date_end           date             CONSTRAINT event_date_end_plausible CHECK (date_end BETWEEN '1800-01-01' AND '2199-12-31'),
    date_precision     text             CONSTRAINT event_date_precision_known CHECK (date_precision IN ('day', 'week', 'month', 'year')),
    date_text          text,
    place_id           uuid             CONSTRAINT event_place_fkey REFERENCES place (id),
    place              text             CONSTRAINT event_place_given CHECK (place <> ''),
    country            text             CONSTRAINT event_country_pattern CHECK (country ~ '^[A-Z]{3}$'),
    lat                double precision CONSTRAINT event_lat_range CHECK (lat BETWEEN -90 AND 90),
    lon                double precision CONSTRAINT event_lon_range CHECK (lon BETWEEN -180 AND 180),
    location_precision text             CONSTRAINT event_location_precision_known
                                        CHECK (location_precision IN ('city', 'venue', 'admin1', 'region', 'water', 'country')),
    summary            text             NOT NULL,
    plover_type        text             CONSTRAINT event_plover_type_pattern CHECK (plover_type ~ '^[A-Z]+$'),
    plover_mode        text,
    cameo              text             NOT NULL CONSTRAINT event_cameo_pattern CHECK (cameo ~ '^[0-9]{2,4}$'),
    quad_class         smallint         NOT NULL CONSTRAINT event_quad_class_range CHECK (quad_class BETWEEN 1 AND 4),
    score              double precision NOT NULL CONSTRAINT event_score_range CHECK (score BETWEEN -10 AND 10),
    confidence         double precision NOT NULL CONSTRAINT event_confidence_range CHECK (confidence BETWEEN 0 AND 1),
    article_count      integer          NOT NULL CONSTRAINT event_article_count_from_one CHECK (article_count >= 1),
    source_count       integer          NOT NULL CONSTRAINT event_source_count_range CHECK (source_count BETWEEN 1 AND article_count),
    first_reported     date             CONSTRAINT event_first_reported_plausible
                                        CHECK (first_reported BETWEEN '1800-01-01' AND '2199-12-31'),
    created_at         timestamptz      NOT NULL,
    updated_at         timestamptz      NOT NULL,
    revision           integer          NOT NULL CONSTRAINT event_revision_from_one CHECK (revision >= 1),
    retracted_at       timestamptz,
    retracted_reason   text             CONSTRAINT event_retracted_reason_given CHECK (retracted_reason <> ''),
    CONSTRAINT event_date_whole CHECK (num_nulls(date_start, date_end, date_precision) IN (0, 3)),
    CONSTRAINT event_date_text_has_date CHECK (date_text IS NULL OR date_start IS NOT NULL),
    CONSTRAINT event_date_in_order CHECK (date_end >= date_start),
    CONSTRAINT event_place_has_id CHECK ((place IS NULL) = (place_id IS NULL)),
    CONSTRAINT event_point_whole CHECK ((lat IS NULL) = (lon IS NULL)),
    CONSTRAINT event_plover_mode_has_type CHECK (plover_mode IS NULL OR plover_type IS NOT NULL),
    CONSTRAINT event_updated_after_created CHECK (updated_at >= created_at),
    CONSTRAINT event_retraction_whole CHECK ((retracted_at IS NULL) = (retracted_reason IS NULL))
);

CREATE TABLE participant (
    event_id uuid     CONSTRAINT participant_event_fkey REFERENCES event (id),
    position smallint CONSTRAINT participant_position_from_zero CHECK (position >= 0),
    name     text     NOT NULL CONSTRAINT participant_name_given CHECK (name <> ''),
    code     text     NOT NULL CONSTRAINT participant_code_pattern CHECK (code ~ '^[A-Z][A-Z0-9]{1,11}$'),
    sector   text     NOT NULL CONSTRAINT participant_sector_known
                      CHECK (sector IN ('GOV', 'MIL', 'LEG', 'JUD', 'COP', 'SPY', 'OPP', 'REB', 'MED', 'BUS', 'CVL', 'REL', 'IGO', 'NGO', 'UNK')),
    role     text     NOT NULL CONSTRAINT participant_role_known CHECK (role IN ('party', 'actor', 'target', 'mediator', 'host')),
    title    text,
    actor_id uuid     NOT NULL CONSTRAINT participant_actor_fkey REFERENCES actor (id),
    CONSTRAINT participant_pkey PRIMARY KEY (event_id, position)
);

CREATE INDEX participant_by_code ON participant (code, event_id);
CREATE INDEX participant_by_actor ON participant (actor_id, event_id);

-- The passages that carry an event. Offsets count code points of the article's
-- text as it was when it was read; the length is that text's.
CREATE TABLE evidence (
    event_id       uuid     CONSTRAINT evidence_event_fkey REFERENCES event (id),
    position       smallint CONSTRAINT evidence_position_from_zero CHECK (position >= 0),
    article_id     uuid     NOT NULL,
    article_length integer  NOT NULL,
    start_offset   integer  NOT NULL CONSTRAINT evidence_start_from_zero CHECK (start_offset >= 0),
    end_offset     integer  NOT NULL,
    quote          text     NOT NULL,
    trigger_start  integer,
    trigger_end    integer,
    trigger_text   text,
    rule           text,
    CONSTRAINT evidence_pkey PRIMARY KEY (event_id, position),
    CONSTRAINT evidence_end_after_start CHECK (end_offset > start_offset),
    CONSTRAINT evidence_within_article CHECK (end_offset <= article_length),
    CONSTRAINT evidence_quote_length CHECK (char_length(quote) = end_offset - start_offset),
    CONSTRAINT evidence_trigger_whole CHECK (num_nulls(trigger_start, trigger_end, trigger_text) IN (0, 3)),
    CONSTRAINT evidence_trigger_within_quote
        CHECK (trigger_start >= start_offset AND trigger_end > trigger_start AND trigger_end <= end_offset),
    CONSTRAINT evidence_trigger_text_matches -- greatest() only spares substr() the lengths that the constraint above refuses
        CHECK (trigger_text = substr(quote, trigger_start - start_offset + 1, greatest(trigger_end - trigger_start, 0)))
);

CREATE INDEX evidence_by_article ON evidence (article_id, event_id);

-- The event as the API serves it: JSON, kept as text because it is only ever
-- copied out.
CREATE TABLE event_document (
    event_id uuid CONSTRAINT event_document_pkey PRIMARY KEY
                  CONSTRAINT event_document_event_fkey REFERENCES event (id),
    document text NOT NULL CONSTRAINT event_document_is_object CHECK (document LIKE '{%}')
);

-- What lists are filtered and ordered by: one narrow row for each event that
-- stands, none for a retracted one. Days count from 1970-01-01; the lowest
-- integer stands for an unknown day, so that it sorts below every other.
CREATE TABLE event_search (
    event_id       uuid     CONSTRAINT event_search_pkey PRIMARY KEY
                            CONSTRAINT event_search_event_fkey REFERENCES event (id),
    first_day      integer  NOT NULL,
    last_day       integer  NOT NULL,
    reported_day   integer  NOT NULL,
    confidence_ppm integer  NOT NULL CONSTRAINT event_search_confidence_range CHECK (confidence_ppm BETWEEN 0 AND 1000000), -- millionths
    article_count  integer  NOT NULL CONSTRAINT event_search_article_count_from_one CHECK (article_count >= 1),
    type           text     NOT NULL,
    status         text     NOT NULL,
    country        text,
    place_key      text,
    words          tsvector NOT NULL,
    CONSTRAINT event_search_days_in_order CHECK (last_day >= first_day),
    CONSTRAINT event_search_days_whole CHECK ((first_day = '-2147483648') = (last_day = '-2147483648'))
);

CREATE INDEX event_search_by_date ON event_search (first_day, event_id);
CREATE INDEX event_search_by_reported ON event_search (reported_day, event_id);
CREATE INDEX event_search_by_confidence ON event_search (confidence_ppm, event_id);
CREATE INDEX event_search_by_article_count ON event_search (article_count, event_id);
CREATE INDEX event_search_by_country ON event_search (country, first_day, event_id);
CREATE INDEX event_search_by_place ON event_search (place_key, first_day, event_id);
CREATE INDEX event_search_by_type ON event_search (type, first_day, event_id);
CREATE INDEX event_search_by_words ON event_search USING gin (words) WITH (fastupdate = off);
