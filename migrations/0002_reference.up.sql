-- Small tables that say who and where. Rows are only ever added.
CREATE TABLE actor (
    id         uuid        CONSTRAINT actor_pkey PRIMARY KEY,
    name       text        NOT NULL CONSTRAINT actor_name_given CHECK (name <> ''),
    code       text        NOT NULL CONSTRAINT actor_code_pattern CHECK (code ~ '^[A-Z][A-Z0-9]{1,11}$'),
    sector     text        NOT NULL CONSTRAINT actor_sector_known
                           CHECK (sector IN ('GOV', 'MIL', 'LEG', 'JUD', 'COP', 'SPY', 'OPP', 'REB', 'MED', 'BUS', 'CVL', 'REL', 'IGO', 'NGO', 'UNK')),
    created_at timestamptz NOT NULL
);

-- Every name under which an actor has been met, as a search key: lower-case
-- ASCII words with single spaces.
CREATE TABLE actor_name (
    actor_id uuid CONSTRAINT actor_name_actor_fkey REFERENCES actor (id),
    name_key text CONSTRAINT actor_name_key_given CHECK (name_key <> ''),
    CONSTRAINT actor_name_pkey PRIMARY KEY (actor_id, name_key)
);

CREATE INDEX actor_name_words ON actor_name USING gin (string_to_array(name_key, ' ')) WITH (fastupdate = off);

-- A location as events have it: what it is called, where it lies. A country as
-- a whole has no name. The id follows from all the other columns, so that an
-- event's place_id says everything about where it was.
CREATE TABLE place (
    id          uuid             CONSTRAINT place_pkey PRIMARY KEY,
    name        text             CONSTRAINT place_name_given CHECK (name <> ''),
    name_key    text,
    country     text             CONSTRAINT place_country_pattern CHECK (country ~ '^[A-Z]{3}$'),
    lat         double precision CONSTRAINT place_lat_range CHECK (lat BETWEEN -90 AND 90),
    lon         double precision CONSTRAINT place_lon_range CHECK (lon BETWEEN -180 AND 180),
    geonames_id bigint           CONSTRAINT place_geonames_id_positive CHECK (geonames_id > 0),
    created_at  timestamptz      NOT NULL,
    CONSTRAINT place_point_whole CHECK ((lat IS NULL) = (lon IS NULL)),
    CONSTRAINT place_key_has_name CHECK (name_key IS NULL OR name IS NOT NULL)
);

CREATE INDEX place_by_name ON place (name_key);
CREATE INDEX place_by_point ON place (lat, lon);
