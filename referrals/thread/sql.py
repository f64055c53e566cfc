"""SQL of the thread: who writes and takes back what, and the notice that a message renews."""

from referrals.states import GRACE_DAYS, State, in_sql
from youths.own_hand_sql import not_signed, signed

# A message is of who writes it; the thread of a referral whose sharing is stopped takes no more. What was written
# stays as it was: its organisation takes it back, which takes its piece away.
MESSAGES = """
DROP POLICY referrals_message_add ON referrals_message;
CREATE POLICY referrals_message_add ON referrals_message FOR INSERT TO tu_app, tu_worker WITH CHECK (
    organisation_id = (SELECT tu_org()) AND withdrawn_at IS NULL
    AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.sharing_stopped_at IS NULL));
CREATE POLICY referrals_message_change ON referrals_message FOR UPDATE TO tu_app, tu_worker
    USING (organisation_id = (SELECT tu_org()) AND withdrawn_at IS NULL
           AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id))
    WITH CHECK (organisation_id = (SELECT tu_org()) AND withdrawn_at IS NOT NULL AND document_id IS NULL);
CREATE POLICY referrals_message_remove ON referrals_message FOR DELETE TO tu_app, tu_worker USING (false);
GRANT UPDATE (document_id, withdrawn_at, withdrawn_as) ON referrals_message TO tu_app;
GRANT UPDATE (document_id, file_gone_at) ON referrals_message TO tu_worker;
"""
NO_MESSAGES = """
REVOKE UPDATE (document_id, file_gone_at) ON referrals_message FROM tu_worker;
REVOKE UPDATE (document_id, withdrawn_at, withdrawn_as) ON referrals_message FROM tu_app;
DROP POLICY referrals_message_remove ON referrals_message;
DROP POLICY referrals_message_change ON referrals_message;
DROP POLICY referrals_message_add ON referrals_message;
CREATE POLICY referrals_message_add ON referrals_message FOR INSERT TO tu_app, tu_worker WITH CHECK (
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.sharing_stopped_at IS NULL));
"""

# What one has read is one's own: nobody else reads it, colleagues included.
OWN_READING = (
    "organisation_id = {org} AND user_id = tu_user()"
    " AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)"
)
READINGS = (
    "REVOKE UPDATE, DELETE ON referrals_threadreading FROM tu_app;"
    " GRANT UPDATE (seen_at) ON referrals_threadreading TO tu_app;"
)
ALL_READINGS = "GRANT UPDATE, DELETE ON referrals_threadreading TO tu_app;"

# One's own organisation alone; and nothing more for the side with which the youth stopped sharing.
OWN_NOTES = (
    "organisation_id = {org} AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id"
    " AND (r.sharing_stopped_at IS NULL OR r.sender_id = {org}))"
)
NOTES = """
REVOKE UPDATE, DELETE ON referrals_referralnote FROM tu_app;
GRANT UPDATE (withdrawn_at) ON referrals_referralnote TO tu_app;
-- As the thread (ADR 0035): who only owes an answer reads no more of it.
CREATE POLICY referrals_referralnote_owing ON referrals_referralnote AS RESTRICTIVE FOR SELECT TO tu_app USING (
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id
            AND (CASE tu_org() WHEN r.sender_id THEN r.sender_access_until ELSE r.recipient_access_until END IS NULL
                 OR r.state NOT IN @ended OR r.closed_at + interval '@grace days' > tu_now())));
"""
NOTES += signed({"referrals_referralnote": "author_id"})
NOTES = NOTES.replace("@ended", in_sql([State.COMPLETED, State.DROPPED_OUT])).replace(
    "@grace", str(GRACE_DAYS)
)
ALL_NOTES = """
DROP POLICY referrals_referralnote_owing ON referrals_referralnote;
GRANT UPDATE, DELETE ON referrals_referralnote TO tu_app;
""" + not_signed({"referrals_referralnote": "author_id"})

# A thread is one line in the list of what somebody is told, however many messages: a new one renews it. The line is of
# the other organisation, which no policy lets the writer touch: this does, after a message, for that line alone.
TOLD = """
CREATE FUNCTION tu_thread_told(thread bigint, people bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r referrals_referral;
    latest referrals_message;
BEGIN
    SELECT * INTO r FROM referrals_referral WHERE id = thread;
    SELECT * INTO latest FROM referrals_message WHERE referral_id = thread ORDER BY id DESC LIMIT 1;
    IF r.id IS NULL OR r.state = 'draft' OR NOT coalesce(tu_org() IN (r.sender_id, r.recipient_id), false)
       OR latest.organisation_id IS DISTINCT FROM tu_org() THEN
        RAISE EXCEPTION 'row-level security: nothing was written here' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE notifications_notification n SET at = latest.at, read_at = NULL
    WHERE n.user_id = ANY (people)
      AND n.organisation_id = CASE WHEN r.sender_id = tu_org() THEN r.recipient_id ELSE r.sender_id END
      AND n.effect_key = 'thread:' || r.id;
END $$;
REVOKE ALL ON FUNCTION tu_thread_told(bigint, bigint[]) FROM public;
GRANT EXECUTE ON FUNCTION tu_thread_told(bigint, bigint[]) TO tu_app, tu_worker;
"""
NOT_TOLD = "DROP FUNCTION tu_thread_told(bigint, bigint[])"
