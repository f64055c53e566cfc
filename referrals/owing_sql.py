"""SQL of the access of who owes what became of a youth, or is told it (ADR 0035, 0043): the name and the outcomes.

A side that does not keep the record reads its own referral for thirty days after the end. When the follow-ups are asked
of it, the referral and the name stay readable until the last of them is answered or asked no more; nothing else does.
So do they for who sent the youth, when the other side answers and the youth agreed that it is told: thirty days more to
read each answer.
"""

from referrals.states import GRACE_DAYS, State, in_sql
from youths.link_codes import Aspect

# Of one referral and one side: until when something is owed, or is to be read. A year after the end at the latest (and
# the time to read), whatever is written in the days of the clock; NULL when nothing is, or when the youth withdrew the
# agreement. Which texts of agreements say that the sender is told is written by referrals.becoming.
OWING = """
CREATE FUNCTION tu_becoming_told(text_version text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN text_version = ANY (ARRAY[]::text[]);
CREATE FUNCTION tu_owed_until(referral bigint, side text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT max(CASE WHEN o.id IS NULL
                    THEN least((rung ->> 0)::date, r.ended_on + 365)::timestamp AT TIME ZONE 'Europe/Paris'
                    ELSE least(o.at, (r.ended_on + 365)::timestamp AT TIME ZONE 'Europe/Paris')
                        + interval '@grace days' END)
    FROM referrals_referral r
    JOIN youths_agreement a ON a.id = r.agreement_id AND a.withdrawn_at IS NULL
    CROSS JOIN LATERAL jsonb_array_elements(r.rungs) AS rung
    LEFT JOIN referrals_outcome o ON o.referral_id = r.id AND o.moment = split_part(rung ->> 1, '_', 1)
    WHERE r.id = referral AND r.state IN @ended AND r.sharing_stopped_at IS NULL
      AND rung ->> 1 IN ('m3_over', 'm6_over')
      AND (rung ->> 2 = side AND o.id IS NULL
           OR side = 'sender' AND rung ->> 2 = 'recipient' AND tu_becoming_told(a.text_version));
END;
CREATE FUNCTION tu_keep_for_follow_ups(referral bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r referrals_referral;
    side text;
    owner bigint;
    held timestamptz;
    owed timestamptz;
    latest timestamptz;
BEGIN
    SELECT * INTO r FROM referrals_referral WHERE id = referral;
    IF r.id IS NULL OR NOT coalesce(tu_org() IN (r.sender_id, r.recipient_id), false) THEN
        RAISE EXCEPTION 'row-level security: the referral of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH side IN ARRAY ARRAY['sender', 'recipient'] LOOP
        owner := CASE side WHEN 'sender' THEN r.sender_id ELSE r.recipient_id END;
        held := CASE side WHEN 'sender' THEN r.sender_access_until ELSE r.recipient_access_until END;
        CONTINUE WHEN EXISTS (SELECT FROM youths_youth y
                              WHERE y.id = r.youth_id AND owner IN (y.held_by_id, y.registered_with_id));
        owed := tu_owed_until(r.id, side);
        -- An access that has ended stays ended.
        IF held > tu_now() AND r.state IN @ended AND r.sharing_stopped_at IS NULL THEN
            held := greatest(r.closed_at + interval '@grace days', owed, tu_now());
            IF side = 'sender' THEN
                UPDATE referrals_referral SET sender_access_until = held WHERE id = r.id;
            ELSE
                UPDATE referrals_referral SET recipient_access_until = held WHERE id = r.id;
            END IF;
        END IF;
        -- The name, for all that this organisation owes of this youth.
        SELECT max(tu_owed_until(o.id, CASE owner WHEN o.sender_id THEN 'sender' ELSE 'recipient' END)) INTO latest
        FROM referrals_referral o WHERE o.youth_id = r.youth_id AND owner IN (o.sender_id, o.recipient_id);
        UPDATE youths_accompaniment l SET access_until = greatest(latest, tu_now())
        WHERE l.youth_id = r.youth_id AND l.organisation_id = owner AND l.role = 'closing'
          AND l.ended_on IS NOT NULL AND l.access_until > tu_now();
        IF NOT FOUND AND held > tu_now() AND owed > tu_now() THEN
            INSERT INTO youths_accompaniment (youth_id, organisation_id, professional_id, role, aspects, reason,
                                              started_on, ended_on, end_reason, access_until)
            VALUES (r.youth_id, owner,
                    CASE side WHEN 'sender' THEN r.sender_professional_id ELSE r.recipient_professional_id END,
                    'closing', ARRAY['@whole'], 'referral',
                    (tu_now() AT TIME ZONE 'Europe/Paris')::date, (tu_now() AT TIME ZONE 'Europe/Paris')::date,
                    CASE r.state WHEN 'completed' THEN 'complete' ELSE 'drop_out' END, latest);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION tu_becoming_told(text), tu_owed_until(bigint, text), tu_keep_for_follow_ups(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_keep_for_follow_ups(bigint) TO tu_app, tu_worker;
-- The thread is read for thirty days after the end: who only owes an answer reads it no more.
CREATE POLICY referrals_message_owing ON referrals_message AS RESTRICTIVE FOR SELECT TO tu_app USING (
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id
            AND (CASE tu_org() WHEN r.sender_id THEN r.sender_access_until ELSE r.recipient_access_until END IS NULL
                 OR r.state NOT IN @ended OR r.closed_at + interval '@grace days' > tu_now())));
""".replace("@ended", in_sql([State.COMPLETED, State.DROPPED_OUT]))
OWING = OWING.replace("@grace", str(GRACE_DAYS)).replace("@whole", Aspect.WHOLE.value)
NOTHING_OWED = """
DROP POLICY referrals_message_owing ON referrals_message;
DROP FUNCTION tu_keep_for_follow_ups(bigint);
DROP FUNCTION tu_owed_until(bigint, text);
DROP FUNCTION tu_becoming_told(text);
"""
