-- The role stays: it belongs to the cluster, and other databases may use it.
DROP VIEW public_articles;
DROP VIEW public_evidence;
DROP VIEW public_participants;
DROP VIEW public_events;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'demarche_reader') THEN
        REVOKE USAGE ON SCHEMA public FROM demarche_reader;
    END IF;
END
$$;
