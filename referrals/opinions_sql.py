"""SQL of the opinions: a link that is used leaves no trace, and counts alone remain."""

from referrals.youth_links_sql import whole

# The link becomes one whose token nobody has: the row says the same whether the youth answered or not. Both sides of
# the referral read the counts of what was done together.
OPINIONS = whole("""
CREATE FUNCTION tu_opinion_answer(hash text, day integer, month integer, said jsonb) RETURNS jsonb @declared
DECLARE
    r referrals_youthlink;
    y youths_youth;
BEGIN
    @found AND q.kind = 'opinion' FOR UPDATE OF q;
    @born
    -- A question and an answer of the programme, or nothing is counted and the link stays.
    IF EXISTS (SELECT FROM jsonb_each_text(said) AS a
               WHERE tu_opinion_known((SELECT f.programme FROM referrals_referral f WHERE f.id = r.referral_id),
                                      a.key, a.value) IS NOT TRUE) THEN
        RAISE EXCEPTION 'this programme asks nothing of the kind' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE referrals_youthlink
    SET token_hash = encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex')
    WHERE id = r.id;
    INSERT INTO referrals_opinioncount AS c (organisation_id, programme, quarter, question, answer, count)
    SELECT side, f.programme, date_trunc('quarter', tu_now() AT TIME ZONE 'Europe/Paris')::date, a.key, a.value, 1
    FROM referrals_referral f
    CROSS JOIN LATERAL unnest(ARRAY[f.sender_id, f.recipient_id]) AS side
    CROSS JOIN LATERAL jsonb_each_text(said) AS a
    WHERE f.id = r.referral_id
    ORDER BY side, a.key
    ON CONFLICT (organisation_id, programme, quarter, question, answer) DO UPDATE SET count = c.count + 1;
    RETURN jsonb_build_object('done', true);
END $$;
REVOKE ALL ON FUNCTION tu_opinion_answer(text, integer, integer, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION tu_opinion_answer(text, integer, integer, jsonb) TO tu_app, tu_worker;
REVOKE INSERT, UPDATE, DELETE ON referrals_opinioncount FROM tu_app, tu_worker;
""")
NO_OPINIONS = "DROP FUNCTION tu_opinion_answer(text, integer, integer, jsonb);"
