"""SQL of the links that youths answer by: asked by somebody without scope, who knows a token and a birthday."""

_DECLARED = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$"
# A link dies with the access of who asked for it. Nobody learns a name before the day and the month of birth, and the
# fifth wrong ones lock it. The row is locked: of two answers at once, one is recorded.
_FOUND = """
    SELECT q.* INTO r FROM referrals_youthlink q
    WHERE q.token_hash = hash AND q.used_at IS NULL AND q.cancelled_at IS NULL AND q.locked_at IS NULL
      AND q.expires_at > tu_now()
      AND (EXISTS (SELECT FROM youths_youth k WHERE k.id = q.youth_id
                   AND (k.held_by_id = q.requested_for_id OR k.registered_with_id = q.requested_for_id))
           OR EXISTS (SELECT FROM youths_accompaniment l
                      WHERE l.youth_id = q.youth_id AND l.organisation_id = q.requested_for_id AND l.role <> 'closing'
                        AND (l.access_until IS NULL OR l.access_until > tu_now())))
"""
_BORN = """
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO y FROM youths_youth WHERE id = r.youth_id;
    IF (day, month) IS DISTINCT FROM (extract(day FROM y.birth_date)::int, extract(month FROM y.birth_date)::int) THEN
        UPDATE referrals_youthlink
        SET tries = tries + 1, locked_at = CASE WHEN tries + 1 >= 5 THEN tu_now() END
        WHERE id = r.id;
        RETURN jsonb_build_object('wrong', true, 'left', 4 - r.tries, 'link', r.id, 'organisation', r.requested_for_id);
    END IF;
"""


def whole(text: str) -> str:
    """SQL whose marks stand for what every answer begins with."""
    return text.replace("@declared", _DECLARED).replace("@found", _FOUND).replace("@born", _BORN)


LINKS = whole("""
REVOKE UPDATE, DELETE ON referrals_youthlink, referrals_digitalcheck FROM tu_app;
GRANT UPDATE (mailed_at, cancelled_at) ON referrals_youthlink TO tu_app;
CREATE FUNCTION tu_youth_link(hash text) RETURNS boolean STABLE @declared
DECLARE
    r referrals_youthlink;
BEGIN
    @found;
    RETURN FOUND;
END $$;
CREATE FUNCTION tu_youth_link_question(hash text, day integer, month integer) RETURNS jsonb @declared
DECLARE
    r referrals_youthlink;
    y youths_youth;
BEGIN
    @found FOR UPDATE OF q;
    @born
    RETURN jsonb_build_object('kind', r.kind, 'first_name', y.first_name,
        'programme', (SELECT programme FROM referrals_referral WHERE id = r.referral_id));
END $$;
CREATE FUNCTION tu_digital_answer(hash text, day integer, month integer, questions text, said jsonb)
RETURNS jsonb @declared
DECLARE
    r referrals_youthlink;
    y youths_youth;
BEGIN
    @found AND q.kind = 'digital' FOR UPDATE OF q;
    @born
    UPDATE referrals_youthlink SET used_at = tu_now() WHERE id = r.id;
    INSERT INTO referrals_digitalcheck (uuid, youth_id, organisation_id, version, answers, answered_at)
    VALUES (gen_random_uuid(), r.youth_id, r.requested_for_id, questions, said, tu_now());
    PERFORM tu_heard_of(r.youth_id, (tu_now() AT TIME ZONE 'Europe/Paris')::date);
    RETURN jsonb_build_object('link', r.id, 'organisation', r.requested_for_id);
END $$;
REVOKE ALL ON FUNCTION tu_youth_link(text), tu_youth_link_question(text, integer, integer),
    tu_digital_answer(text, integer, integer, text, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION tu_youth_link(text), tu_youth_link_question(text, integer, integer),
    tu_digital_answer(text, integer, integer, text, jsonb) TO tu_app, tu_worker;
""")
NO_LINKS = """
DROP FUNCTION tu_digital_answer(text, integer, integer, text, jsonb);
DROP FUNCTION tu_youth_link_question(text, integer, integer); DROP FUNCTION tu_youth_link(text);
"""

# Asked by who acts: of their digital skills, whom they accompany; of what they think, the youth of a referral of theirs
# that has its outcome. Eight days, and no more.
INSERTABLE = (
    "requested_for_id = {org} AND requested_by_id = tu_user() AND expires_at < tu_now() + interval '9 days'"
    " AND (kind = 'digital' AND tu_accompanies(youth_id) OR kind = 'opinion' AND tu_has_access(youth_id) AND EXISTS ("
    "SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.youth_id = referrals_youthlink.youth_id"
    " AND r.state IN ('completed', 'dropped_out') AND r.sharing_stopped_at IS NULL))"
)
# What was answered before is not read by who came with a record of its own (ADR 0019); what one asked is.
READING = """
CREATE POLICY referrals_digitalcheck_from ON referrals_digitalcheck AS RESTRICTIVE FOR SELECT TO tu_app, tu_worker
    USING (coalesce(organisation_id = (SELECT tu_org()) OR tu_reads(youth_id, answered_at)
        OR (current_user = 'tu_worker' AND tu_system()), false));
"""
NO_READING = "DROP POLICY referrals_digitalcheck_from ON referrals_digitalcheck;"
