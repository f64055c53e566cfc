"""SQL of who accompanies: news of a youth, answers to an invitation, what is restricted to entitled persons."""

# The last contact follows what is written: whoever writes it, and the web may not change the record of another one.
NEWS = """
CREATE FUNCTION tu_heard_of(youth bigint, day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    UPDATE youths_youth SET last_contact_on = least(day, (tu_now() AT TIME ZONE 'Europe/Paris')::date)
    WHERE id = youth AND last_contact_on < least(day, (tu_now() AT TIME ZONE 'Europe/Paris')::date);
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'accompaniment' AND subject_id = youth AND kind = 'no_news' AND done_at IS NULL
      AND day > due_on - interval '2 years';
END;
CREATE FUNCTION tu_news() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM tu_heard_of(NEW.youth_id, (to_jsonb(NEW) ->> TG_ARGV[0])::date);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_heard_of(bigint, date), tu_news() FROM public;
CREATE TRIGGER youths_journalentry_news AFTER INSERT ON youths_journalentry
    FOR EACH ROW WHEN (NEW.kind <> 'information') EXECUTE FUNCTION tu_news('happened_on');
CREATE TRIGGER youths_privatenote_news AFTER INSERT ON youths_privatenote
    FOR EACH ROW WHEN (NEW.kind <> 'information') EXECUTE FUNCTION tu_news('happened_on');
CREATE TRIGGER youths_situation_news AFTER INSERT ON youths_situation
    FOR EACH ROW EXECUTE FUNCTION tu_news('since');
CREATE TRIGGER youths_agreement_news AFTER INSERT ON youths_agreement
    FOR EACH ROW EXECUTE FUNCTION tu_news('given_on');
"""
NO_NEWS = """
DROP TRIGGER youths_agreement_news ON youths_agreement; DROP TRIGGER youths_situation_news ON youths_situation;
DROP TRIGGER youths_privatenote_news ON youths_privatenote;
DROP TRIGGER youths_journalentry_news ON youths_journalentry; DROP FUNCTION tu_news();
DROP FUNCTION tu_heard_of(bigint, date);
"""
NOTE_DAYS = (
    "UPDATE youths_privatenote SET happened_on = (at AT TIME ZONE 'Europe/Paris')::date"
    " WHERE happened_on <> (at AT TIME ZONE 'Europe/Paris')::date"
)

# Who is entitled, here and now: the delegate allowed it in the acting organisation, and named the acting person.
ENTITLED = """
CREATE FUNCTION tu_entitled(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT 1 FROM youths_entitledperson e JOIN youths_delegatedecision d USING (organisation_id, subject)
        WHERE e.organisation_id = tu_org() AND e.user_id = tu_user() AND e.subject = wanted
          AND e.ended_at IS NULL AND d.ended_at IS NULL);
END;
REVOKE ALL ON FUNCTION tu_entitled(text) FROM public;
GRANT EXECUTE ON FUNCTION tu_entitled(text) TO tu_app, tu_worker;
"""
NOT_ENTITLED = "DROP FUNCTION tu_entitled(text);"

# The side that is asked accepts or declines, the side that asks takes back; once closed it stays as it is.
ANSWERS = """
CREATE FUNCTION tu_invitation_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'pending' THEN
        RAISE EXCEPTION 'this invitation is closed' USING ERRCODE = 'check_violation';
    END IF;
    IF current_user = 'tu_app' AND NOT (
        (NEW.state IN ('accepted', 'declined') AND OLD.to_organisation_id = tu_org())
        OR (NEW.state = 'taken_back' AND OLD.from_organisation_id = tu_org())) THEN
        RAISE EXCEPTION 'row-level security: an invitation is answered by the other side'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER youths_invitation_answer BEFORE UPDATE OF state ON youths_accompanimentinvitation
    FOR EACH ROW EXECUTE FUNCTION tu_invitation_answer();
"""
NO_ANSWERS = """
DROP TRIGGER youths_invitation_answer ON youths_accompanimentinvitation; DROP FUNCTION tu_invitation_answer();
"""

# The tasks of an organisation about a youth end with its link, and those of a step with the step, whoever ends them.
TASKS = """
CREATE FUNCTION tu_tasks_done(youth bigint, whose bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'accompaniment' AND subject_id = youth AND organisation_id = whose AND done_at IS NULL
      AND (whose = tu_org() OR tu_keeps(youth));
END;
CREATE FUNCTION tu_step_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'accompaniment' AND subject_id = NEW.youth_id AND kind = 'next_step' AND done_at IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_tasks_done(bigint, bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_tasks_done(bigint, bigint) TO tu_app, tu_worker;
REVOKE ALL ON FUNCTION tu_step_closed() FROM public;
CREATE TRIGGER youths_nextstep_closed AFTER UPDATE OF closing ON youths_nextstep
    FOR EACH ROW WHEN (OLD.closing = '' AND NEW.closing <> '') EXECUTE FUNCTION tu_step_closed();
"""
NO_TASKS = """
DROP TRIGGER youths_nextstep_closed ON youths_nextstep; DROP FUNCTION tu_step_closed();
DROP FUNCTION tu_tasks_done(bigint, bigint);
"""

# What was written stays: the web changes what became of it.
CHANGING = {
    "youths_accompanimentinvitation": "state, declining, answered_by_id, answered_at",
    "youths_entitledperson": "ended_by_id, ended_at",
    "youths_restrictedobstacle": "closed_on, closed_by_id",
}
BY_COLUMN = "".join(
    f"REVOKE UPDATE, DELETE ON {table} FROM tu_app; GRANT UPDATE ({columns}) ON {table} TO tu_app;"
    for table, columns in CHANGING.items()
)

# Nobody makes themselves accompany: who is solicited accompanies once it accepted. The room of referrals says its part.
GRANTED = """
CREATE FUNCTION tu_link_granted(youth bigint, whose bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM youths_accompanimentinvitation i
        WHERE i.youth_id = youth AND i.to_organisation_id = whose AND i.state = 'accepted');
END $$;
REVOKE ALL ON FUNCTION tu_link_granted(bigint, bigint) FROM public;
CREATE FUNCTION tu_link_taken() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.organisation_id = tu_org() AND NOT tu_shares(NEW.youth_id)
       AND NOT tu_link_granted(NEW.youth_id, NEW.organisation_id) THEN
        RAISE EXCEPTION 'row-level security: nobody accompanies before it accepted'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_link_taken() FROM public;
CREATE TRIGGER youths_accompaniment_taken BEFORE INSERT OR UPDATE OF role ON youths_accompaniment
    FOR EACH ROW WHEN (NEW.role <> 'contacted') EXECUTE FUNCTION tu_link_taken();
"""
NOT_GRANTED = """
DROP TRIGGER youths_accompaniment_taken ON youths_accompaniment; DROP FUNCTION tu_link_taken();
DROP FUNCTION tu_link_granted(bigint, bigint);
"""
