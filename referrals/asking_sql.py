"""SQL of what one asks and another confirms: what was asked stays as it was asked, in the name of who asked it."""

ASKING = """
REVOKE UPDATE, DELETE ON referrals_moverequest FROM tu_app;
GRANT UPDATE (answer, answered_by_id, answered_for_id, answered_at) ON referrals_moverequest TO tu_app;
CREATE FUNCTION referrals_request_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.answered_at IS NOT NULL THEN
        RAISE EXCEPTION 'this request is answered' USING ERRCODE = 'check_violation';
    END IF;
    IF current_user = 'tu_worker' AND tu_system() THEN
        RETURN NEW;
    END IF;
    -- In one's own name; what the other side asked, by the move that answers it or that leaves it behind.
    IF coalesce(NEW.answered_for_id <> tu_org() OR NEW.answered_by_id <> tu_user(), false)
       OR NEW.organisation_id <> tu_org() AND NOT EXISTS (
        SELECT FROM referrals_referral r JOIN referrals_referralevent e ON e.referral_id = r.id AND e.number = r.version
        WHERE r.id = NEW.referral_id
          AND (NEW.answer = 'lapsed' AND e.from_state <> e.to_state
               OR NEW.kind = 'cancel' AND e.action = CASE NEW.answer
                   WHEN 'confirmed' THEN 'confirm_cancel' WHEN 'refused' THEN 'refuse_cancel' END)
    ) THEN
        RAISE EXCEPTION 'row-level security: a request is answered by a move' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referrals_request_answer BEFORE UPDATE ON referrals_moverequest
    FOR EACH ROW WHEN (current_user <> 'tu_owner') EXECUTE FUNCTION referrals_request_answer();
"""
NO_ASKING = """
DROP TRIGGER referrals_request_answer ON referrals_moverequest; DROP FUNCTION referrals_request_answer();
GRANT UPDATE, DELETE ON referrals_moverequest TO tu_app;
"""
# A request is asked by who acts, as what they are, of a referral that they see, with the move that asks it; its last
# day is still to come. Who received the referral asks to reopen it, and nothing else.
INSERTABLE = (
    "organisation_id = {org} AND asked_by_id = tu_user() AND answered_at IS NULL"
    " AND by_manager = (current_setting('app.role', true) = 'manager')"
    " AND answer_by > (tu_now() AT TIME ZONE 'Europe/Paris')::date"
    " AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.version = number"
    " AND (kind = 'reopen' OR r.sender_id = {org}))"
)
