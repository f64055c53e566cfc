"""SQL of the waiting lists: the place of a referral among those that wait for the same, and nothing of the others."""

# Those of the same recipient, programme and offer, in the order in which they were first placed there: who answers a
# question meanwhile keeps their place. Told to the two sides of the referral alone (SECURITY §2.3, row 7).
RANK = """
CREATE FUNCTION tu_waiting_rank(which bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    WITH waiting AS (
        SELECT o.id, coalesce((SELECT min(e.at) FROM referrals_referralevent e
                               WHERE e.referral_id = o.id AND e.to_state = 'waitlisted'), o.state_since) AS since
        FROM referrals_referral r
        JOIN referrals_referral o ON o.recipient_id = r.recipient_id AND o.programme = r.programme
             AND o.offer_id IS NOT DISTINCT FROM r.offer_id AND o.state = 'waitlisted'
        WHERE r.id = which AND r.state = 'waitlisted' AND tu_org() IN (r.sender_id, r.recipient_id)
    )
    SELECT (1 + count(*) FILTER (WHERE (other.since, other.id) < (own.since, own.id)))::integer
    FROM waiting own CROSS JOIN waiting other WHERE own.id = which GROUP BY own.id;
END;
REVOKE ALL ON FUNCTION tu_waiting_rank(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_waiting_rank(bigint) TO tu_app, tu_worker;
"""
NO_RANK = "DROP FUNCTION tu_waiting_rank(bigint);"
