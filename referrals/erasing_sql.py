"""SQL of what is forgotten of the referrals: events are append-only for every login, hence a function of the owner."""

FORGET_REASON = """
CREATE FUNCTION tu_forget_reason(code text, restricted text, neutral text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bigint[];
BEGIN
    IF NOT tu_system() THEN
        RAISE EXCEPTION 'a reason is forgotten in a system scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(array_agg(r.id), '{}') INTO found FROM referrals_referral r
    WHERE r.programme = code AND r.closed_at < before AND (r.reason = restricted OR EXISTS (
        SELECT 1 FROM referrals_referralevent e WHERE e.referral_id = r.id AND e.reason = restricted));
    UPDATE referrals_referralevent SET reason = neutral WHERE referral_id = ANY (found) AND reason = restricted;
    UPDATE referrals_referral SET reason = neutral WHERE id = ANY (found) AND reason = restricted;
    RETURN cardinality(found);
END $$;
REVOKE ALL ON FUNCTION tu_forget_reason(text, text, text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION tu_forget_reason(text, text, text, timestamptz) TO tu_worker;
"""
FORGET_STEP = """
CREATE FUNCTION tu_forget_step(code text, restricted text, neutral text, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    forgotten integer;
BEGIN
    IF NOT tu_system() THEN
        RAISE EXCEPTION 'a step is forgotten in a system scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE referrals_referralevent e SET details = jsonb_set(e.details, '{step}', to_jsonb(neutral))
    FROM referrals_referral r
    WHERE r.id = e.referral_id AND r.programme = code AND r.closed_at < before
      AND e.action = 'step' AND e.details ->> 'step' = restricted;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION tu_forget_step(text, text, text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION tu_forget_step(text, text, text, timestamptz) TO tu_worker;
"""
NO_FORGET_STEP = "DROP FUNCTION tu_forget_step(text, text, text, timestamptz)"
NO_FORGET_REASON = "DROP FUNCTION tu_forget_reason(text, text, text, timestamptz)"
