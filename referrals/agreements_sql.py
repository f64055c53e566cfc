"""The database's own guard on the agreement of a referral (ADR 0020): it holds even for SQL typed by hand."""

from referrals.states import GRACE_DAYS, OPEN_STATES, State, in_sql

# Sent, a draft has the live agreement of its youth, for its sender, recipient and programme, or for the way back that
# the referral it returns from foresaw; who represents a minor was told. Reopened, it has one that was not withdrawn.
# A minor: born after this day eighteen years ago (29 February: of age on 1 March, as ``core.ages``).
SENT_UNDER_AGREEMENT = """
CREATE FUNCTION referrals_agreement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (tu_now() AT TIME ZONE 'Europe/Paris')::date;
    a youths_agreement;
    born date;
BEGIN
    SELECT * INTO a FROM youths_agreement WHERE id = NEW.agreement_id;
    IF a.id IS NULL OR a.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a referral needs the agreement of the youth' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' THEN
        RETURN NEW;
    END IF;
    IF a.expires_on < today OR a.youth_id <> NEW.youth_id OR NOT (
        (a.recorded_for_id = NEW.sender_id AND a.recipient_id = NEW.recipient_id AND a.purpose = NEW.programme)
        OR (a.covers_return AND EXISTS (
            SELECT FROM referrals_referral o WHERE o.id = NEW.returned_from_id AND o.agreement_id = a.id))
    ) THEN
        RAISE EXCEPTION 'the agreement of the youth is not for this referral' USING ERRCODE = 'check_violation';
    END IF;
    -- Who is merely solicited sends nothing: who sends accompanies.
    IF NEW.returned_from_id IS NULL AND NOT tu_shares(NEW.youth_id) THEN
        RAISE EXCEPTION 'who is solicited sends nothing' USING ERRCODE = 'check_violation';
    END IF;
    SELECT birth_date INTO born FROM youths_youth WHERE id = NEW.youth_id;
    IF born > today - interval '18 years' AND NOT a.emancipated AND a.representative_informed_on IS NULL THEN
        RAISE EXCEPTION 'the representative of a minor is informed first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION referrals_agreement() FROM public;

CREATE TRIGGER referrals_agreement BEFORE UPDATE OF state ON referrals_referral FOR EACH ROW
    WHEN (current_user <> 'tu_owner' AND OLD.state <> NEW.state
          AND NEW.last_action IN ('send', 'reopen', 'answer_late'))
    EXECUTE FUNCTION referrals_agreement();
"""
NOT_SENT_UNDER_AGREEMENT = """
DROP TRIGGER referrals_agreement ON referrals_referral;
DROP FUNCTION referrals_agreement();
"""

# The access of the recipient of an agreement ends with it, at once, whoever of its two sides writes the withdrawal
# down: no policy lets an organisation end its own access, nor that of another whose youth it does not keep.
# What has begun goes on: the link then names the youth, for the outcome, and opens nothing. Another live agreement of
# the youth for the same recipient keeps the link.
STOP_SHARING = """
CREATE FUNCTION tu_stop_sharing(agreement bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    a youths_agreement;
    y youths_youth;
    awaited boolean;
    asked boolean;
BEGIN
    SELECT * INTO a FROM youths_agreement WHERE id = agreement;
    IF a.id IS NULL OR a.withdrawn_at IS NULL
       OR NOT coalesce(tu_org() IN (a.recorded_for_id, a.recipient_id)
           OR a.purpose = 'co_accompagnement' AND tu_keeps(a.youth_id), false) THEN
        RAISE EXCEPTION 'row-level security: the agreement of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE referrals_referral SET sharing_stopped_at = tu_now()
    WHERE agreement_id = a.id AND state = 'started' AND sharing_stopped_at IS NULL;
    UPDATE referrals_referral SET sender_access_until = tu_now()
    WHERE agreement_id = a.id AND sender_id = a.recipient_id
      AND (sender_access_until IS NULL OR sender_access_until > tu_now());
    UPDATE referrals_referral SET sender_access_until = tu_now()
    WHERE state = 'draft' AND sender_id = a.recipient_id
      AND returned_from_id IN (SELECT id FROM referrals_referral WHERE agreement_id = a.id)
      AND (sender_access_until IS NULL OR sender_access_until > tu_now());
    -- What becomes of the youth is no longer told to who sent them (owing_sql): the time to finish is what is left.
    UPDATE referrals_referral r SET sender_access_until = greatest(r.closed_at + interval '@grace days', tu_now())
    WHERE r.agreement_id = a.id AND r.sender_id = a.recorded_for_id AND r.state IN @ended
      AND r.sender_access_until > greatest(r.closed_at + interval '@grace days', tu_now());
    UPDATE youths_accompaniment l SET access_until = greatest(tu_now(), (
        SELECT max(tu_owed_until(o.id, CASE l.organisation_id WHEN o.sender_id THEN 'sender' ELSE 'recipient' END))
        FROM referrals_referral o
        WHERE o.youth_id = l.youth_id AND l.organisation_id IN (o.sender_id, o.recipient_id)))
    WHERE l.youth_id = a.youth_id AND l.organisation_id = a.recorded_for_id AND l.role = 'closing'
      AND l.ended_on IS NOT NULL AND l.access_until > tu_now();
    SELECT * INTO y FROM youths_youth WHERE id = a.youth_id;
    IF a.recipient_id = y.held_by_id OR a.recipient_id IS NOT DISTINCT FROM y.registered_with_id THEN
        RETURN;  -- it keeps its own record, under the right of objection
    END IF;
    UPDATE referrals_referral SET recipient_access_until = tu_now()
    WHERE agreement_id = a.id AND recipient_id = a.recipient_id AND state NOT IN ('draft', 'started')
      AND (recipient_access_until IS NULL OR recipient_access_until > tu_now());
    IF EXISTS (
        SELECT FROM youths_agreement o
        WHERE o.youth_id = a.youth_id AND o.recipient_id = a.recipient_id AND o.withdrawn_at IS NULL
          AND o.expires_on >= (tu_now() AT TIME ZONE 'Europe/Paris')::date
    ) THEN
        -- What was asked under this one alone is closed: its link ends, or with the referral that needs it.
        asked := EXISTS (
            SELECT FROM referrals_referral r
            WHERE r.youth_id = a.youth_id AND a.recipient_id IN (r.sender_id, r.recipient_id) AND r.state IN @open);
        UPDATE youths_accompaniment l
        SET reason = CASE WHEN asked THEN 'referral' ELSE l.reason END,
            ended_on = CASE WHEN NOT asked
                THEN greatest(l.started_on, (tu_now() AT TIME ZONE 'Europe/Paris')::date) END,
            end_reason = CASE WHEN asked THEN '' ELSE 'agreement_withdrawn' END,
            access_until = CASE WHEN NOT asked THEN tu_now() END
        WHERE l.youth_id = a.youth_id AND l.organisation_id = a.recipient_id AND l.ended_on IS NULL
          AND l.reason = 'invitation' AND (asked OR l.role = 'contacted')
          AND EXISTS (SELECT FROM youths_accompanimentinvitation i WHERE i.link_id = l.id AND i.agreement_id = a.id)
          AND NOT EXISTS (SELECT FROM youths_accompanimentinvitation i
                          WHERE i.link_id = l.id AND i.state IN ('pending', 'accepted'));
        RETURN;
    END IF;
    awaited := EXISTS (
        SELECT FROM referrals_referral r
        WHERE r.youth_id = a.youth_id AND r.recipient_id = a.recipient_id AND r.state = 'started');
    UPDATE youths_accompaniment l
    SET role = CASE WHEN awaited THEN 'closing' ELSE l.role END,
        ended_on = coalesce(l.ended_on, greatest(l.started_on, (tu_now() AT TIME ZONE 'Europe/Paris')::date)),
        end_reason = CASE WHEN l.ended_on IS NULL THEN 'agreement_withdrawn' ELSE l.end_reason END,
        access_until = CASE WHEN awaited THEN NULL ELSE tu_now() END
    WHERE l.youth_id = a.youth_id AND l.organisation_id = a.recipient_id AND l.role <> 'lead'
      AND (l.access_until IS NULL OR l.access_until > tu_now());
END $$;
CREATE FUNCTION tu_close_stopped(referral bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r referrals_referral;
BEGIN
    SELECT * INTO r FROM referrals_referral WHERE id = referral;
    IF r.sharing_stopped_at IS NULL OR r.state IN ('draft', 'started')
       OR NOT coalesce(tu_org() IN (r.sender_id, r.recipient_id), false) THEN
        RAISE EXCEPTION 'row-level security: nothing to close here' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE referrals_referral SET recipient_access_until = tu_now()
    WHERE id = r.id AND (recipient_access_until IS NULL OR recipient_access_until > tu_now())
      AND NOT EXISTS (SELECT FROM youths_youth y WHERE y.id = r.youth_id
                      AND (y.held_by_id = r.recipient_id OR y.registered_with_id = r.recipient_id));
    UPDATE youths_accompaniment l SET access_until = tu_now()
    WHERE l.youth_id = r.youth_id AND l.organisation_id = r.recipient_id AND l.role = 'closing'
      AND l.access_until IS NULL
      AND NOT EXISTS (SELECT FROM referrals_referral o
                      WHERE o.youth_id = r.youth_id AND o.recipient_id = r.recipient_id AND o.state = 'started');
END $$;
REVOKE ALL ON FUNCTION tu_stop_sharing(bigint), tu_close_stopped(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_stop_sharing(bigint), tu_close_stopped(bigint) TO tu_app, tu_worker;
-- The thread of a referral is no longer read by whom the youth stopped sharing with.
CREATE POLICY referrals_message_stopped ON referrals_message AS RESTRICTIVE FOR SELECT TO tu_app USING (
    EXISTS (SELECT 1 FROM referrals_referral r
            WHERE r.id = referral_id AND (r.sharing_stopped_at IS NULL OR r.sender_id = tu_org())));
""".replace("@open", in_sql(OPEN_STATES))
STOP_SHARING = STOP_SHARING.replace("@ended", in_sql([State.COMPLETED, State.DROPPED_OUT]))
STOP_SHARING = STOP_SHARING.replace("@grace", str(GRACE_DAYS))
NO_STOP_SHARING = """
DROP POLICY referrals_message_stopped ON referrals_message;
DROP FUNCTION tu_close_stopped(bigint);
DROP FUNCTION tu_stop_sharing(bigint);
"""
