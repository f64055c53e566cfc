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
-- A temporary table would hide one of ours from a function that names it: the logins make none.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
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
CREATE SEQUENCE core_auditentry_number;
CREATE TABLE core_auditentry (
    number bigint NOT NULL DEFAULT nextval('core_auditentry_number'),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind varchar(12) NOT NULL,
    user_id bigint,
    organisation_id bigint,
    subject_kind varchar(20) NOT NULL DEFAULT '',
    subject_uuid uuid,
    count integer NOT NULL DEFAULT 1 CHECK (count >= 0),
    detail varchar(300) NOT NULL DEFAULT '',
    request_id varchar(36) NOT NULL DEFAULT '',
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
ALTER SEQUENCE core_auditentry_number OWNED BY core_auditentry.number;
CREATE INDEX core_auditentry_numbers ON core_auditentry (number);
CREATE INDEX core_auditentry_user ON core_auditentry (user_id, at);
CREATE INDEX core_auditentry_subject ON core_auditentry (subject_uuid, at);
CREATE INDEX core_auditentry_organisation ON core_auditentry (organisation_id, at);
"""

# The worker prepares the months to come without owning the tables: the function runs as their owner. A partition
# is closed to every login: rows are reached through the table and its policies.
PARTITIONS = """
CREATE FUNCTION tu_add_partition(parent text, suffix text, bounds text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text := parent || '_' || suffix;
BEGIN
    IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I %s', name, parent, bounds);
        EXECUTE format('REVOKE ALL ON public.%I FROM tu_app, tu_worker', name);
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY %I ON public.%I TO tu_owner USING (true) WITH CHECK (true)',
            parent || '_owner', name);
        EXECUTE format('CREATE POLICY %I ON public.%I FOR SELECT TO tu_backup USING (true)',
            parent || '_backup', name);
    END IF;
END $$;
REVOKE ALL ON FUNCTION tu_add_partition(text, text, text) FROM public;
CREATE FUNCTION tu_prepare_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first timestamp := date_trunc('month', tu_now() AT TIME ZONE 'UTC');
    parent text;
    month timestamp;
BEGIN
    FOREACH parent IN ARRAY ARRAY['core_auditentry', 'core_change'] LOOP
        FOR ahead IN 0..3 LOOP
            month := first + ahead * interval '1 month';
            PERFORM tu_add_partition(parent, to_char(month, 'YYYY_MM'), format('FOR VALUES FROM (%L) TO (%L)',
                month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC'));
        END LOOP;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION tu_prepare_partitions() FROM public;
GRANT EXECUTE ON FUNCTION tu_prepare_partitions() TO tu_worker;
SELECT tu_add_partition('core_auditentry', 'default', 'DEFAULT'), tu_add_partition('core_change', 'default', 'DEFAULT');
SELECT tu_prepare_partitions();
"""

# Months past twelve go whole (the seals stay); a line of the trail says so.
DROP_PARTITIONS = """
CREATE FUNCTION tu_drop_old_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    oldest timestamp := date_trunc('month', tu_now() AT TIME ZONE 'UTC') - interval '12 months';
    name text;
    lines bigint;
    dropped integer := 0;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'core_auditentry'::regclass AND c.relname ~ '^core_auditentry_[0-9]{4}_[0-9]{2}$'
          AND right(c.relname, 7) < to_char(oldest, 'YYYY_MM')
        ORDER BY 1
    LOOP
        EXECUTE format('SELECT count(*) FROM public.%I', name) INTO lines;
        EXECUTE format('DROP TABLE public.%I', name);
        INSERT INTO core_auditentry (id, at, kind, count, detail)
        VALUES (gen_random_uuid(), tu_now(), 'purge', lines, right(name, 7));
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION tu_drop_old_partitions() FROM public;
GRANT EXECUTE ON FUNCTION tu_drop_old_partitions() TO tu_worker;
"""

# A chain of seals for each stream of lines: written by the worker, never rewritten.
SEALS = """
CREATE TABLE core_seal (
    stream varchar(10) NOT NULL,
    position bigint NOT NULL,
    month date NOT NULL,
    numbers int8multirange NOT NULL,
    last_number bigint NOT NULL,
    count bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    lines varchar(64) NOT NULL,
    previous varchar(64) NOT NULL,
    hash varchar(64) NOT NULL,
    horizon bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (stream, position)
);
CREATE INDEX core_seal_numbers ON core_seal (stream, last_number);
CREATE INDEX core_seal_time ON core_seal (stream, sealed_at);
REVOKE ALL ON core_seal FROM tu_app;
REVOKE UPDATE, DELETE ON core_seal FROM tu_worker;
"""

# What a user took out since a moment (names listed, lines exported), wherever they acted: the limits count it.
EXTRACTED = """
CREATE FUNCTION tu_extracted(who bigint, what text, since timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(sum(a.count), 0)::bigint FROM core_auditentry a
    WHERE a.user_id = who AND a.kind = what AND a.at >= since;
END;
REVOKE ALL ON FUNCTION tu_extracted(bigint, text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION tu_extracted(bigint, text, timestamptz) TO tu_app, tu_worker;
"""
