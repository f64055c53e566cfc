"""SQL of what was put aside: administrators see what kind of message it was and have it tried again, nothing more."""

# The scope says who acts; whether they administer is asked of their account, not of what the scope claims.
ADMINISTERS = """
CREATE FUNCTION tu_administers() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce(current_setting('app.role', true), '') = 'administrator'
        AND EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = tu_user() AND u.is_superuser AND u.is_active);
END $$;
REVOKE ALL ON FUNCTION tu_administers() FROM public;
GRANT EXECUTE ON FUNCTION tu_administers() TO tu_app;
"""
NOBODY_ADMINISTERS = "DROP FUNCTION tu_administers();"

# The only way to these rows, without their payload. The view is what Django's administration lists.
SET_ASIDE = """
CREATE FUNCTION tu_set_aside() RETURNS TABLE (
    id bigint, kind varchar, attempts smallint, last_error varchar, created_at timestamptz, quarantined_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT m.id, m.kind, m.attempts, m.last_error, m.created_at, m.quarantined_at FROM core_outboxmessage m
    WHERE m.quarantined_at IS NOT NULL AND m.done_at IS NULL AND (SELECT tu_administers());
END;
REVOKE ALL ON FUNCTION tu_set_aside() FROM public;
GRANT EXECUTE ON FUNCTION tu_set_aside() TO tu_app;
CREATE VIEW core_setaside WITH (security_invoker = true, security_barrier = true) AS SELECT * FROM tu_set_aside();
REVOKE ALL ON core_setaside FROM tu_app, tu_worker;
GRANT SELECT ON core_setaside TO tu_app;
"""
NOT_SET_ASIDE = "DROP VIEW core_setaside; DROP FUNCTION tu_set_aside();"

RETRY = """
CREATE FUNCTION tu_retry_set_aside(which bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    again bigint[];
BEGIN
    IF NOT tu_administers() THEN
        RAISE EXCEPTION 'only an administrator retries a message' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH taken AS (
        UPDATE core_outboxmessage SET quarantined_at = NULL, attempts = 0, due_at = tu_now()
        WHERE id = ANY (which) AND quarantined_at IS NOT NULL AND done_at IS NULL RETURNING id
    ) SELECT array_agg(id ORDER BY id) INTO again FROM taken;
    IF again IS NOT NULL THEN
        INSERT INTO core_auditentry (id, at, kind, user_id, subject_kind, count, detail, request_id)
        VALUES (gen_random_uuid(), tu_now(), 'retry', tu_user(), 'outbox', cardinality(again),
                left(array_to_string(again, ' '), 300), coalesce(current_setting('app.request', true), ''));
    END IF;
    RETURN coalesce(cardinality(again), 0);
END $$;
REVOKE ALL ON FUNCTION tu_retry_set_aside(bigint[]) FROM public;
GRANT EXECUTE ON FUNCTION tu_retry_set_aside(bigint[]) TO tu_app;
"""
NO_RETRY = "DROP FUNCTION tu_retry_set_aside(bigint[]);"

# The web asks, and says nothing of what became of it: a message is new, and holds numbers and short texts.
OF_THE_WEB = """
CREATE FUNCTION tu_outbox_of_the_web() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.attempts <> 0 OR NEW.done_at IS NOT NULL OR NEW.quarantined_at IS NOT NULL OR NEW.last_error <> ''
       OR NEW.due_at > tu_now() + interval '1 day' OR NEW.kind !~ '^[a-z_.]{1,40}$'
       OR jsonb_typeof(NEW.payload) <> 'object' OR length(NEW.payload::text) > 4000
       OR EXISTS (SELECT FROM jsonb_each(NEW.payload) p WHERE jsonb_typeof(p.value) IN ('object', 'array')) THEN
        RAISE EXCEPTION 'row-level security: no message of the web' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_outbox_of_the_web() FROM public;
CREATE TRIGGER core_outboxmessage_of_the_web BEFORE INSERT ON core_outboxmessage
    FOR EACH ROW WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_outbox_of_the_web();
"""
NOT_OF_THE_WEB = """
DROP TRIGGER core_outboxmessage_of_the_web ON core_outboxmessage; DROP FUNCTION tu_outbox_of_the_web();
"""
