"""SQL of the periods in a company: what an organisation may write of one, and that they are news of the youth."""

# Who it is about, who declared it and what it renews stay as they were written.
CHANGING = (
    "version, followed_by_id, host_siret, host_name, trade, tutor_name, tutor_role, purpose, starts_on, ends_on,"
    " schedule, planned_minutes, representative_informed_on, emancipated, state, signed_on, external_id, to_check,"
    " exception_reason, cancel_reason, closed_at, last_day_on, done_minutes, suite, suite_on, youth_view,"
    " youth_comment, prescriber, delegated, delegation_id"
)
BY_COLUMN = f"""
REVOKE UPDATE, DELETE ON referrals_workplacement FROM tu_app;
GRANT UPDATE ({CHANGING}) ON referrals_workplacement TO tu_app;
"""
ALL_COLUMNS = "GRANT UPDATE, DELETE ON referrals_workplacement TO tu_app;"

# It binds the logins, not the functions of the owner: a merge moves the referral and the period one after the other.
RULES = """
CREATE FUNCTION tu_placement_rules() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refusal text;
BEGIN
    IF current_user NOT IN ('tu_app', 'tu_worker') OR tu_org() IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state NOT IN ('planned', 'signed') THEN
        refusal := 'a period begins as it is planned';
    ELSIF NEW.referral_id IS NOT NULL
          -- Who follows a period may take no part in its referral, and does not read it: only what moves is asked.
          AND (TG_OP = 'INSERT' OR (NEW.referral_id, NEW.youth_id) IS DISTINCT FROM (OLD.referral_id, OLD.youth_id))
          AND NOT EXISTS (
            SELECT 1 FROM referrals_referral r WHERE r.id = NEW.referral_id AND r.youth_id = NEW.youth_id) THEN
        refusal := 'the referral is of another youth';
    ELSIF TG_OP = 'INSERT' AND NEW.renewal_of_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM referrals_workplacement p
            WHERE p.id = NEW.renewal_of_id AND p.youth_id = NEW.youth_id AND p.host_siret = NEW.host_siret
              AND p.state NOT IN ('planned', 'cancelled')) THEN
        refusal := 'it renews no period that was signed';
    ELSIF (TG_OP = 'INSERT' OR NEW.followed_by_id <> OLD.followed_by_id) AND NEW.followed_by_id <> tu_org()
          AND NOT EXISTS (SELECT 1 FROM youths_accompaniment a
            WHERE a.youth_id = NEW.youth_id AND a.organisation_id = NEW.followed_by_id AND a.ended_on IS NULL
              AND a.role NOT IN ('contacted', 'closing')) THEN
        refusal := 'it is followed by who accompanies';
    ELSIF TG_OP = 'UPDATE' AND OLD.state NOT IN ('planned', 'signed')
          AND to_jsonb(NEW) - '{version,youth_view,youth_comment}'::text[]
              IS DISTINCT FROM to_jsonb(OLD) - '{version,youth_view,youth_comment}'::text[] THEN
        refusal := 'what is closed stays as it was closed';
    ELSIF TG_OP = 'UPDATE' AND OLD.state = 'planned' AND NEW.state NOT IN ('planned', 'signed', 'cancelled') THEN
        refusal := 'what was not signed has no outcome';
    END IF;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION 'row-level security: %', refusal USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_placement_rules() FROM public;
CREATE TRIGGER referrals_workplacement_rules BEFORE INSERT OR UPDATE ON referrals_workplacement
    FOR EACH ROW EXECUTE FUNCTION tu_placement_rules();
"""
NO_RULES = "DROP TRIGGER referrals_workplacement_rules ON referrals_workplacement; DROP FUNCTION tu_placement_rules();"

# To plan it, to sign it, to write its outcome: somebody met the youth. To cancel says nothing of them.
NEWS = """
CREATE FUNCTION tu_placement_news() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM tu_heard_of(NEW.youth_id, (tu_now() AT TIME ZONE 'Europe/Paris')::date);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_placement_news() FROM public;
CREATE TRIGGER referrals_workplacement_declared AFTER INSERT ON referrals_workplacement
    FOR EACH ROW EXECUTE FUNCTION tu_placement_news();
CREATE TRIGGER referrals_workplacement_told AFTER UPDATE OF state ON referrals_workplacement
    FOR EACH ROW WHEN (NEW.state <> OLD.state AND NEW.state IN ('signed', 'done', 'partly_done'))
    EXECUTE FUNCTION tu_placement_news();
"""
NO_NEWS = """
DROP TRIGGER referrals_workplacement_told ON referrals_workplacement;
DROP TRIGGER referrals_workplacement_declared ON referrals_workplacement; DROP FUNCTION tu_placement_news();
"""

# The story of before is not read by who came with a record of its own (ADR 0019); one's own periods are.
READING = """
CREATE POLICY referrals_workplacement_from ON referrals_workplacement AS RESTRICTIVE FOR SELECT TO tu_app, tu_worker
    USING (coalesce(organisation_id = (SELECT tu_org()) OR followed_by_id = (SELECT tu_org())
        OR tu_reads(youth_id, coalesce(closed_at, declared_at))
        OR (current_user = 'tu_worker' AND tu_system()), false));
"""
NO_READING = "DROP POLICY referrals_workplacement_from ON referrals_workplacement;"

# What is awaited of a period, and of whom: written with it, whoever changes it. The signature before the first day, of
# the prescriber; the outcome on the last one, of who follows it there.
TASKS = """
CREATE FUNCTION tu_placement_tasks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    signed boolean := NEW.state = 'signed';
    owner bigint := CASE WHEN NEW.state = 'signed' THEN NEW.followed_by_id ELSE NEW.organisation_id END;
    due date := CASE WHEN NEW.state = 'signed' THEN NEW.ends_on ELSE NEW.starts_on END;
BEGIN
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'placement' AND subject_id = NEW.id AND done_at IS NULL;
    IF NEW.state NOT IN ('planned', 'signed') THEN
        RETURN NULL;
    END IF;
    INSERT INTO core_task (kind, subject_kind, subject_id, organisation_id, counterpart_id, user_id, due_on,
                           awaited_on, opened_at)
    VALUES (CASE WHEN signed THEN 'placement_bilan' ELSE 'placement_sign' END, 'placement', NEW.id, owner,
            NULLIF(CASE WHEN signed THEN NEW.organisation_id ELSE NEW.followed_by_id END, owner),
            (SELECT a.professional_id FROM youths_accompaniment a
             WHERE a.youth_id = NEW.youth_id AND a.organisation_id = owner AND a.ended_on IS NULL
               AND a.role NOT IN ('contacted', 'closing')
             ORDER BY a.role, a.started_on, a.id LIMIT 1),
            due, CASE WHEN signed THEN due ELSE due - 3 END, tu_now())
    ON CONFLICT (kind, subject_kind, subject_id, organisation_id, due_on)
    DO UPDATE SET user_id = excluded.user_id, counterpart_id = excluded.counterpart_id, done_at = NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_placement_tasks() FROM public;
CREATE TRIGGER referrals_workplacement_opens AFTER INSERT ON referrals_workplacement
    FOR EACH ROW EXECUTE FUNCTION tu_placement_tasks();
CREATE TRIGGER referrals_workplacement_awaits AFTER UPDATE OF state, starts_on, ends_on, followed_by_id
    ON referrals_workplacement FOR EACH ROW WHEN (OLD.closed_at IS NULL) EXECUTE FUNCTION tu_placement_tasks();
"""
NO_TASKS = """
DROP TRIGGER referrals_workplacement_awaits ON referrals_workplacement;
DROP TRIGGER referrals_workplacement_opens ON referrals_workplacement; DROP FUNCTION tu_placement_tasks();
"""
