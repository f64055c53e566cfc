"""SQL of what one's own hand alone writes or reads in the referrals' room (ADR 0037)."""

from youths.own_hand_sql import not_signed, signed

TABLES = {
    "referrals_referralevent": "actor_id",
    "referrals_message": "author_id",
    "referrals_outcome": "recorded_by_id",
    "referrals_preparation": "recorded_by_id",
    "referrals_mission": "recorded_by_id",
    "referrals_attendance": "noted_by_id",
}
SIGNED, NOT_SIGNED = signed(TABLES), not_signed(TABLES)

# A reopening and an error are asked and confirmed inside one organisation: the other side reads neither the request nor
# its reason. What it does to them by a move of its own goes through the owner, who checks the move.
REQUESTS = """
CREATE POLICY referrals_moverequest_own ON referrals_moverequest AS RESTRICTIVE FOR SELECT TO tu_app, tu_worker
    USING (coalesce(kind = 'cancel' OR organisation_id = (SELECT tu_org())
        OR (current_user = 'tu_worker' AND tu_system()), false));
CREATE FUNCTION tu_requests_waiting(which bigint)
RETURNS TABLE (kind text, organisation_id bigint, asked_by_id bigint, by_manager boolean, answer_by date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT q.kind, q.organisation_id, q.asked_by_id, q.by_manager, q.answer_by
    FROM referrals_moverequest q JOIN referrals_referral r ON r.id = q.referral_id
    WHERE q.referral_id = which AND q.answered_at IS NULL AND q.kind <> 'cancel'
      AND (tu_org() IN (r.sender_id, r.recipient_id) OR tu_system())
    ORDER BY q.number;
END;
CREATE FUNCTION tu_requests_lapse(which bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    UPDATE referrals_moverequest q
    SET answer = 'lapsed', answered_by_id = tu_user(), answered_for_id = tu_org(), answered_at = tu_now()
    FROM referrals_referral r JOIN referrals_referralevent e ON e.referral_id = r.id AND e.number = r.version
    WHERE q.referral_id = which AND r.id = which AND q.answered_at IS NULL AND e.from_state <> e.to_state
      AND (tu_org() IN (r.sender_id, r.recipient_id) OR tu_system());
END;
REVOKE ALL ON FUNCTION tu_requests_waiting(bigint), tu_requests_lapse(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_requests_waiting(bigint), tu_requests_lapse(bigint) TO tu_app, tu_worker;
"""
NO_REQUESTS = """
DROP FUNCTION tu_requests_lapse(bigint); DROP FUNCTION tu_requests_waiting(bigint);
DROP POLICY referrals_moverequest_own ON referrals_moverequest;
"""

# Two records of one person, both asked to a session: the two lines stay, and the second says from which record it
# came. Separated again, each goes back to its own.
MERGED = """
CREATE FUNCTION tu_attendance_merged() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.youth_id = OLD.merged_from THEN
        NEW.merged_from := NULL;
    ELSIF OLD.merged_from IS NULL AND EXISTS (
        SELECT 1 FROM referrals_attendance a
        WHERE a.session_id = NEW.session_id AND a.organisation_id = NEW.organisation_id AND a.youth_id = NEW.youth_id
    ) THEN
        NEW.merged_from := OLD.youth_id;
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_attendance_merged() FROM public;
CREATE TRIGGER referrals_attendance_merged BEFORE UPDATE OF youth_id ON referrals_attendance
    FOR EACH ROW WHEN (OLD.youth_id <> NEW.youth_id) EXECUTE FUNCTION tu_attendance_merged();
"""
NOT_MERGED = """
DROP TRIGGER referrals_attendance_merged ON referrals_attendance; DROP FUNCTION tu_attendance_merged();
"""

MOST = 3
# One organisation does not ask the same youth about the same course without end, whatever way it asks.
THREE_LINKS = """
CREATE FUNCTION tu_opinion_links() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM referrals_referral r WHERE r.id = NEW.referral_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM referrals_youthlink l
        WHERE l.referral_id = NEW.referral_id AND l.requested_for_id = NEW.requested_for_id) >= @most THEN
        RAISE EXCEPTION 'no more link about this referral'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referrals_opinion_links';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_opinion_links() FROM public;
CREATE TRIGGER referrals_opinion_links BEFORE INSERT ON referrals_youthlink
    FOR EACH ROW WHEN (NEW.kind = 'opinion') EXECUTE FUNCTION tu_opinion_links();
""".replace("@most", str(MOST))
NO_LIMIT = """
DROP TRIGGER referrals_opinion_links ON referrals_youthlink; DROP FUNCTION tu_opinion_links();
DROP FUNCTION IF EXISTS tu_opinion_known(text, text, text);
"""
