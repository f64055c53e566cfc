"""SQL of the large exports: the web asks, and another person answers; the worker alone makes and ends a file."""

GUARD = """
REVOKE UPDATE, DELETE ON partners_export FROM tu_app;
GRANT UPDATE (status, decided_by_id, decided_at, ending) ON partners_export TO tu_app;
CREATE FUNCTION tu_export_of_the_web() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.user_id IS DISTINCT FROM tu_user() OR NEW.status <> 'waiting' OR NEW.subjects <> '{}'
           OR NEW.decided_by_id IS NOT NULL OR NEW.attempts <> 0 OR NOT EXISTS (
               SELECT FROM partners_membership m WHERE m.id = NEW.membership_id AND m.user_id = NEW.user_id
                  AND m.organisation_id = NEW.organisation_id) THEN
            RAISE EXCEPTION 'row-level security: an export is asked for by oneself'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        NEW.created_at := tu_now();
        RETURN NEW;
    END IF;
    IF OLD.status = 'waiting' AND NEW.status IN ('approved', 'refused') AND NEW.ending = ''
       AND OLD.user_id <> tu_user() AND NEW.decided_by_id = tu_user()
       AND current_setting('app.role', true) IN ('manager', 'dpo') THEN
        NEW.decided_at := tu_now();
        RETURN NEW;
    END IF;
    IF OLD.status IN ('waiting', 'approved') AND NEW.status = 'ended' AND NEW.ending = 'taken_back'
       AND OLD.user_id = tu_user() AND NEW.decided_by_id IS NOT DISTINCT FROM OLD.decided_by_id
       AND NEW.decided_at IS NOT DISTINCT FROM OLD.decided_at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'row-level security: a second person answers for an export'
        USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE ALL ON FUNCTION tu_export_of_the_web() FROM public;
CREATE TRIGGER partners_export_of_the_web BEFORE INSERT OR UPDATE ON partners_export
    FOR EACH ROW WHEN (current_user = 'tu_app') EXECUTE FUNCTION tu_export_of_the_web();
"""
NO_GUARD = """
DROP TRIGGER partners_export_of_the_web ON partners_export; DROP FUNCTION tu_export_of_the_web();
GRANT UPDATE, DELETE ON partners_export TO tu_app;
"""
