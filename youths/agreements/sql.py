"""SQL of the agreements: what the web may write of them, and for whom."""

# What was agreed to stays as it was said: the web adds what a minor's representative did, and the withdrawal.
CHANGING = "representative_informed_on, representative_signed_on, emancipated, " + (
    "withdrawn_at, withdrawn_how, withdrawn_by_id, withdrawn_for_id"
)
GIVEN = """
REVOKE UPDATE, DELETE ON youths_agreement FROM tu_app;
GRANT UPDATE (@changing) ON youths_agreement TO tu_app;
-- A withdrawal is written once, in the name of who writes it, and stays.
CREATE FUNCTION tu_agreement_withdrawn() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user NOT IN ('tu_app', 'tu_worker') OR tu_org() IS NULL THEN
        RETURN NEW;
    END IF;
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR NEW.withdrawn_for_id IS NOT NULL AND NEW.withdrawn_for_id <> tu_org() THEN
        RAISE EXCEPTION 'row-level security: a withdrawal is written once, in one''s own name'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER youths_agreement_withdrawal BEFORE UPDATE ON youths_agreement FOR EACH ROW
    WHEN ((OLD.withdrawn_at, OLD.withdrawn_how, OLD.withdrawn_by_id, OLD.withdrawn_for_id)
          IS DISTINCT FROM (NEW.withdrawn_at, NEW.withdrawn_how, NEW.withdrawn_by_id, NEW.withdrawn_for_id))
    EXECUTE FUNCTION tu_agreement_withdrawn();
""".replace("@changing", CHANGING)
NOT_GIVEN = """
DROP TRIGGER youths_agreement_withdrawal ON youths_agreement; DROP FUNCTION tu_agreement_withdrawn();
GRANT UPDATE, DELETE ON youths_agreement TO tu_app;
"""

# What the page of a signed link needs: asked by somebody without scope, who knows its token. A link dies with the
# access of who asked for it. Nobody learns a name before the day and the month of birth, and the fifth wrong ones
# lock it. The row is locked: of two answers at once, one is recorded.
_FOUND = """
    SELECT q.* INTO r FROM youths_agreementrequest q
    WHERE q.token_hash = hash AND q.answer = '' AND q.cancelled_at IS NULL AND q.locked_at IS NULL
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
        UPDATE youths_agreementrequest
        SET tries = tries + 1, locked_at = CASE WHEN tries + 1 >= 5 THEN tu_now() END
        WHERE id = r.id;
        RETURN jsonb_build_object(
            'wrong', true, 'left', 4 - r.tries, 'request', r.id, 'organisation', r.requested_for_id);
    END IF;
"""
_DECLARED = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$"
PUBLIC_LINK = (
    """
CREATE FUNCTION tu_agreement_link(hash text) RETURNS boolean STABLE @declared
DECLARE
    r youths_agreementrequest;
BEGIN
    @found;
    RETURN FOUND;
END $$;
CREATE FUNCTION tu_agreement_question(hash text, day integer, month integer) RETURNS jsonb @declared
DECLARE
    r youths_agreementrequest;
    y youths_youth;
BEGIN
    @found FOR UPDATE OF q;
    @born
    RETURN (SELECT jsonb_build_object(
        'kind', r.kind, 'purpose', r.purpose, 'version', r.text_version, 'first_name', y.first_name,
        'sender', s.name, 'recipient', t.name,
        'minor', y.birth_date > (tu_now() AT TIME ZONE 'Europe/Paris')::date - interval '18 years')
        FROM partners_organisation s, partners_organisation t
        WHERE s.id = r.requested_for_id AND t.id = r.recipient_id);
END $$;
CREATE FUNCTION tu_agreement_answer(hash text, day integer, month integer, yes boolean) RETURNS jsonb @declared
DECLARE
    r youths_agreementrequest;
    y youths_youth;
BEGIN
    @found FOR UPDATE OF q;
    @born
    UPDATE youths_agreementrequest SET answer = CASE WHEN yes THEN 'yes' ELSE 'no' END, answered_at = tu_now()
    WHERE id = r.id;
    RETURN jsonb_build_object('request', r.id, 'organisation', r.requested_for_id, 'kind', r.kind);
END $$;
REVOKE ALL ON FUNCTION tu_agreement_link(text), tu_agreement_question(text, integer, integer),
    tu_agreement_answer(text, integer, integer, boolean) FROM public;
GRANT EXECUTE ON FUNCTION tu_agreement_link(text), tu_agreement_question(text, integer, integer),
    tu_agreement_answer(text, integer, integer, boolean) TO tu_app, tu_worker;
""".replace("@declared", _DECLARED)
    .replace("@found", _FOUND)
    .replace("@born", _BORN)
)
NO_PUBLIC_LINK = """
DROP FUNCTION tu_agreement_answer(text, integer, integer, boolean);
DROP FUNCTION tu_agreement_question(text, integer, integer); DROP FUNCTION tu_agreement_link(text);
"""

# The web says that a link was sent or is taken back, and the answer comes by the link alone; the partner says what it
# made of what it held, and no other.
BY_COLUMN = """
REVOKE UPDATE, DELETE ON youths_agreementrequest, youths_disposal FROM tu_app;
GRANT UPDATE (mailed_at, cancelled_at) ON youths_agreementrequest TO tu_app;
GRANT UPDATE (answer, duty, answered_by_id, answered_at) ON youths_disposal TO tu_app;
"""

# Whom the withdrawal of an agreement concerns, for one of its two sides: whether the recipient had access to more
# than its own record, and who followed the youth there.
CONCERNED = """
CREATE FUNCTION tu_withdrawn_from(agreement bigint) RETURNS jsonb STABLE @declared
DECLARE
    a youths_agreement;
BEGIN
    SELECT * INTO a FROM youths_agreement WHERE id = agreement;
    IF a.id IS NULL OR NOT coalesce(tu_org() IN (a.recorded_for_id, a.recipient_id)
           OR a.purpose = 'co_accompagnement' AND tu_keeps(a.youth_id), false) THEN
        RAISE EXCEPTION 'row-level security: the agreement of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN (
        SELECT jsonb_build_object('professional', (array_agg(l.professional_id ORDER BY l.id DESC))[1])
        FROM youths_accompaniment l JOIN youths_youth y ON y.id = l.youth_id
        WHERE l.youth_id = a.youth_id AND l.organisation_id = a.recipient_id
          AND (l.access_until IS NULL OR l.access_until > tu_now())
          AND a.recipient_id <> y.held_by_id AND a.recipient_id IS DISTINCT FROM y.registered_with_id
        HAVING count(*) > 0);
END $$;
-- Who must delete what it holds reads of whom, until it answers.
CREATE FUNCTION tu_disposal_of(disposal bigint) RETURNS jsonb STABLE @declared
BEGIN
    RETURN (
        SELECT jsonb_build_object('first_name', y.first_name, 'last_name', y.last_name, 'birth_date', y.birth_date)
        FROM youths_disposal d JOIN youths_agreement a ON a.id = d.agreement_id JOIN youths_youth y ON y.id = a.youth_id
        WHERE d.id = disposal AND d.organisation_id = tu_org() AND d.answer = '');
END $$;
REVOKE ALL ON FUNCTION tu_withdrawn_from(bigint), tu_disposal_of(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_withdrawn_from(bigint), tu_disposal_of(bigint) TO tu_app, tu_worker;
""".replace("@declared", _DECLARED)
NO_CONCERNED = "DROP FUNCTION tu_disposal_of(bigint); DROP FUNCTION tu_withdrawn_from(bigint);"
