"""SQL of attendance: a session is never overbooked, whoever writes; who came is news of the youth."""

# An organisation reads its own lines alone: the owner counts them all, and tells nothing but the number.
TAKEN = """
CREATE FUNCTION tu_session_taken(asked bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT count(*)::integer FROM referrals_attendance a
    WHERE a.session_id = asked AND a.state IN ('invited', 'confirmed', 'present');
END;
REVOKE ALL ON FUNCTION tu_session_taken(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_session_taken(bigint) TO tu_app, tu_worker;
"""
NOT_TAKEN = "DROP FUNCTION tu_session_taken(bigint);"

# The row of the session is locked before its places are counted: two people who take the last one wait for each other.
PLACES = """
CREATE FUNCTION tu_attendance_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    places integer;
    held text[] := ARRAY['invited', 'confirmed', 'present'];
BEGIN
    IF NOT NEW.state = ANY (held)
       OR (TG_OP = 'UPDATE' AND OLD.state = ANY (held) AND OLD.session_id = NEW.session_id) THEN
        RETURN NEW;
    END IF;
    SELECT s.capacity INTO places FROM partners_session s WHERE s.id = NEW.session_id FOR UPDATE;
    IF places IS NOT NULL AND places <= (
        SELECT count(*) FROM referrals_attendance a WHERE a.session_id = NEW.session_id AND a.state = ANY (held)
    ) THEN
        RAISE EXCEPTION 'no place is left in this session'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referrals_attendance_place';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_attendance_place() FROM public;
CREATE TRIGGER referrals_attendance_place BEFORE INSERT OR UPDATE OF state, session_id ON referrals_attendance
    FOR EACH ROW EXECUTE FUNCTION tu_attendance_place();
"""
NO_PLACES = """
DROP TRIGGER referrals_attendance_place ON referrals_attendance; DROP FUNCTION tu_attendance_place();
"""

# Of the youth, being asked says nothing; having come does, on the day of the session.
NEWS = """
CREATE FUNCTION tu_attendance_news() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM tu_heard_of(NEW.youth_id, (s.starts_at AT TIME ZONE 'Europe/Paris')::date)
    FROM partners_session s WHERE s.id = NEW.session_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_attendance_news() FROM public;
CREATE TRIGGER referrals_attendance_news AFTER INSERT OR UPDATE OF state ON referrals_attendance
    FOR EACH ROW WHEN (NEW.state = 'present') EXECUTE FUNCTION tu_attendance_news();
"""
NO_NEWS = """
DROP TRIGGER referrals_attendance_news ON referrals_attendance; DROP FUNCTION tu_attendance_news();
"""
# A place is taken in a session that one holds or was asked to, in one's own name.
INSERTABLE = (
    "organisation_id = {org} AND tu_accompanies(youth_id) AND invited_by_id = tu_user()"
    " AND EXISTS (SELECT 1 FROM partners_session s WHERE s.id = session_id AND (s.organiser_id = {org}"
    " OR EXISTS (SELECT 1 FROM partners_session_partners p WHERE p.session_id = s.id AND p.organisation_id = {org})))"
)
# Who was asked to what, and by whom, stays as it was written.
BY_COLUMN = """
REVOKE UPDATE ON referrals_attendance FROM tu_app;
GRANT UPDATE (state, noted_by_id, noted_at) ON referrals_attendance TO tu_app;
"""
EVERY_COLUMN = "GRANT UPDATE ON referrals_attendance TO tu_app;"
