"""SQL: what referrals say of those who accompany. News of the youth, and whose access an open referral needs."""

from referrals.states import OPEN_STATES, TAKEN, in_sql
from youths.accompanying_sql import link_granted

# Reading, waiting, taking back and what the clock does say nothing of the youth.
TELLS = (
    "('send', 'answer_info', 'accept', 'plan', 'start', 'suspend', 'resume', 'step', 'complete', 'drop_out')"
)
NEWS = f"""
CREATE FUNCTION tu_referral_news() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM tu_heard_of(r.youth_id, (NEW.at AT TIME ZONE 'Europe/Paris')::date)
    FROM referrals_referral r WHERE r.id = NEW.referral_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_referral_news() FROM public;
CREATE TRIGGER referrals_referralevent_news AFTER INSERT ON referrals_referralevent
    FOR EACH ROW WHEN (NEW.action IN {TELLS}) EXECUTE FUNCTION tu_referral_news();
CREATE TRIGGER referrals_outcome_news AFTER INSERT ON referrals_outcome
    FOR EACH ROW WHEN (NEW.moment <> 'exit' AND NEW.code NOT IN ('INCONNU', 'NON_JOINT'))
    EXECUTE FUNCTION tu_referral_news();
"""
NO_NEWS = """
DROP TRIGGER referrals_outcome_news ON referrals_outcome;
DROP TRIGGER referrals_referralevent_news ON referrals_referralevent; DROP FUNCTION tu_referral_news();
"""
# A mission says what the youth does.
MISSIONS = """
CREATE TRIGGER referrals_mission_news AFTER INSERT ON referrals_mission
    FOR EACH ROW EXECUTE FUNCTION tu_referral_news();
"""
NO_MISSIONS = "DROP TRIGGER referrals_mission_news ON referrals_mission;"

# An organisation that keeps the record does not read the referrals of others: it is told which links they need.
OPEN = """
CREATE FUNCTION tu_in_referrals(youths bigint[]) RETURNS TABLE (youth bigint, organisation bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT r.youth_id, side.organisation
    FROM referrals_referral r CROSS JOIN LATERAL (VALUES (r.sender_id), (r.recipient_id)) AS side (organisation)
    WHERE r.youth_id = ANY (youths)
      AND r.state IN @open
      AND (side.organisation = tu_org() OR tu_keeps(r.youth_id));
END;
REVOKE ALL ON FUNCTION tu_in_referrals(bigint[]) FROM public;
GRANT EXECUTE ON FUNCTION tu_in_referrals(bigint[]) TO tu_app, tu_worker;
""".replace("@open", in_sql(OPEN_STATES))
NOT_OPEN = "DROP FUNCTION tu_in_referrals(bigint[]);"

# Who took a referral accompanies while it is under way, and so does who sent one: what ended grants nothing to who is
# asked again.
GRANTED = (
    link_granted(
        """
    OR EXISTS (
        SELECT 1 FROM referrals_referral r
        WHERE r.youth_id = youth AND (r.sender_id = whose
                AND r.state IN @open
            OR r.recipient_id = whose AND r.state IN @taken))"""
    )
    .replace("@open", in_sql(OPEN_STATES))
    .replace("@taken", in_sql(TAKEN))
)
NOT_GRANTED = link_granted()
