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
    RETURN NEW;
END $$;
CREATE TRIGGER referrals_request_answer BEFORE UPDATE ON referrals_moverequest
    FOR EACH ROW WHEN (current_user <> 'tu_owner') EXECUTE FUNCTION referrals_request_answer();
"""
NO_ASKING = """
DROP TRIGGER referrals_request_answer ON referrals_moverequest; DROP FUNCTION referrals_request_answer();
GRANT UPDATE, DELETE ON referrals_moverequest TO tu_app;
"""
# A request is asked by who acts, as what they are, of a referral that they see; its last day is still to come.
INSERTABLE = (
    "organisation_id = {org} AND asked_by_id = tu_user() AND answered_at IS NULL"
    " AND by_manager = (current_setting('app.role', true) = 'manager')"
    " AND answer_by > (tu_now() AT TIME ZONE 'Europe/Paris')::date"
    " AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)"
)
