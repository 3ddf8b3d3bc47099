-- What tools that speak SQL read: views that stay as they are while the tables
-- behind them change. Columns that come out of an event's document cost what
-- reading the document costs, and nothing if they are not asked for.
CREATE VIEW public_events AS
SELECT e.id, e.type, e.status, k.family, k.plover, k.mode AS plover_mode, k.cameo, k.quad_class, k.score,
    '1970-01-01'::date + nullif(e.first_day, '-2147483648') AS date_start,
    '1970-01-01'::date + nullif(e.last_day, '-2147483648') AS date_end,
    d.document::json #>> '{date,precision}' AS date_precision,
    p.name AS place, e.country, p.lat, p.lon, p.geonames_id,
    d.document::json #>> '{location,precision}' AS location_precision,
    d.document::json ->> 'summary' AS summary,
    e.confidence_ppm / 1e6::double precision AS confidence,
    e.article_count, e.source_count, e.sources, e.languages,
    '1970-01-01'::date + nullif(e.reported_day, '-2147483648') AS first_reported,
    e.created_at, e.updated_at, e.revision
FROM event e
LEFT JOIN kind k ON k.type = e.type AND k.status = e.status
LEFT JOIN place p ON p.id = e.place_id
LEFT JOIN event_document d ON d.event_id = e.id;

CREATE VIEW public_participants AS
SELECT p.event_id, p.position, p.actor_id, p.code, p.sector, p.role,
    d.document::json -> 'participants' -> p.position::integer ->> 'name' AS name,
    d.document::json -> 'participants' -> p.position::integer ->> 'title' AS title,
    '1970-01-01'::date + nullif(p.first_day, '-2147483648') AS date_start,
    '1970-01-01'::date + nullif(p.last_day, '-2147483648') AS date_end
FROM participant p
LEFT JOIN event_document d ON d.event_id = p.event_id;

CREATE VIEW public_evidence AS
SELECT d.event_id, (v.n - 1)::integer AS position, (v.passage ->> 'article_id')::uuid AS article_id,
    (v.passage ->> 'start')::integer AS start_offset, (v.passage ->> 'end')::integer AS end_offset, v.passage ->> 'text' AS quote,
    (v.passage #>> '{trigger,start}')::integer AS trigger_start, (v.passage #>> '{trigger,end}')::integer AS trigger_end,
    v.passage #>> '{trigger,text}' AS trigger_text, v.passage ->> 'rule' AS rule
FROM event_document d
CROSS JOIN LATERAL json_array_elements(d.document::json -> 'evidence') WITH ORDINALITY AS v (passage, n);

CREATE VIEW public_articles AS
SELECT id, title, published_on, published_precision, published_at, source, url, language, licence, external_id, created_at, updated_at, revision
FROM article;

-- The role that may read the views and nothing else. Roles belong to the
-- cluster: it may be there already, others may be making it, or we may not be
-- allowed to make one; then an administrator makes it and grants the same.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'demarche_reader') THEN
        CREATE ROLE demarche_reader NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN RAISE NOTICE 'the role demarche_reader cannot be made: see docs/api.md';
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'demarche_reader') THEN
        GRANT USAGE ON SCHEMA public TO demarche_reader;
        GRANT SELECT ON public_events, public_participants, public_evidence, public_articles TO demarche_reader;
    END IF;
END
$$;
