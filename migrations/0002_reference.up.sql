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

CREATE TABLE place (
    id          uuid             CONSTRAINT place_pkey PRIMARY KEY,
    name        text             NOT NULL CONSTRAINT place_name_given CHECK (name <> ''),
    name_key    text             NOT NULL,
    country     text             CONSTRAINT place_country_pattern CHECK (country ~ '^[A-Z]{3}$'),
    lat         double precision CONSTRAINT place_lat_range CHECK (lat BETWEEN -90 AND 90),
    lon         double precision CONSTRAINT place_lon_range CHECK (lon BETWEEN -180 AND 180),
    geonames_id bigint           CONSTRAINT place_geonames_id_positive CHECK (geonames_id > 0),
    created_at  timestamptz      NOT NULL,
    CONSTRAINT place_point_whole CHECK ((lat IS NULL) = (lon IS NULL))
);
