"""SQL of the ground floor: privileges, the scope as functions, the clock, the partitioned trail."""

from core.names import normalise_sql

# What every table gets. Protected tables add their policies (core.protect); append-only ones take rights away.
PRIVILEGES = """
GRANT USAGE ON SCHEMA public TO tu_app, tu_worker, tu_backup, tu_stats;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tu_app, tu_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tu_app, tu_worker;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tu_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO tu_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE tu_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tu_app, tu_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE tu_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO tu_app, tu_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE tu_owner IN SCHEMA public GRANT SELECT ON TABLES TO tu_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE tu_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO tu_backup;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM tu_app, tu_worker;
"""

# Outside a transaction with a scope the settings are '' (not NULL): nullif before any cast (SECURITY §6.2).
FUNCTIONS = """
CREATE FUNCTION tu_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN now();
CREATE FUNCTION tu_org() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.org', true), '')::bigint;
CREATE FUNCTION tu_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.user', true), '')::bigint;
CREATE FUNCTION tu_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.system', true), '') <> '';
CREATE FUNCTION tu_normalise(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    NORMALISED;
""".replace("NORMALISED", normalise_sql("array_to_string(parts, ' ')"))

AUDIT_TABLE = """
CREATE TABLE core_auditentry (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind varchar(12) NOT NULL,
    user_id bigint,
    organisation_id bigint,
    subject_kind varchar(20) NOT NULL DEFAULT '',
    subject_uuid uuid,
    count integer NOT NULL DEFAULT 1 CHECK (count >= 0),
    detail varchar(80) NOT NULL DEFAULT '',
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX core_auditentry_subject ON core_auditentry (subject_uuid, at);
CREATE INDEX core_auditentry_organisation ON core_auditentry (organisation_id, at);
CREATE TABLE core_auditentry_default PARTITION OF core_auditentry DEFAULT;
REVOKE ALL ON core_auditentry_default FROM tu_app, tu_worker;
ALTER TABLE core_auditentry_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_auditentry_default FORCE ROW LEVEL SECURITY;
CREATE POLICY core_auditentry_owner ON core_auditentry_default TO tu_owner USING (true) WITH CHECK (true);
CREATE POLICY core_auditentry_backup ON core_auditentry_default FOR SELECT TO tu_backup USING (true);
"""

# The worker prepares the months to come without owning the table: the function runs as its owner.
AUDIT_PARTITIONS = """
CREATE FUNCTION tu_prepare_audit_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first timestamptz := date_trunc('month', tu_now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    month timestamptz;
    name text;
BEGIN
    FOR ahead IN 0..3 LOOP
        month := (first AT TIME ZONE 'UTC' + ahead * interval '1 month') AT TIME ZONE 'UTC';
        name := 'core_auditentry_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass('public.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.core_auditentry FOR VALUES FROM (%L) TO (%L)',
                name, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('REVOKE ALL ON public.%I FROM tu_app, tu_worker', name);
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
            EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
            EXECUTE format('CREATE POLICY core_auditentry_owner ON public.%I TO tu_owner'
                ' USING (true) WITH CHECK (true)', name);
            EXECUTE format('CREATE POLICY core_auditentry_backup ON public.%I FOR SELECT TO tu_backup USING (true)',
                name);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION tu_prepare_audit_partitions() FROM public;
GRANT EXECUTE ON FUNCTION tu_prepare_audit_partitions() TO tu_worker;
SELECT tu_prepare_audit_partitions();
"""
