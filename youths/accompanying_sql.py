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

# With the last link of an organisation, whoever ends it and why: its tasks about the youth are done, and what it took
# in charge comes back to who keeps the record. An invitation to answer goes with the invitation. Handed over or merged,
# the organisation goes on; transferred, so does who has something under way.
ENDS = """
CREATE FUNCTION tu_link_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    keeper bigint;
BEGIN
    IF EXISTS (SELECT FROM youths_accompaniment o
               WHERE o.youth_id = NEW.youth_id AND o.organisation_id = NEW.organisation_id AND o.ended_on IS NULL
                 AND o.role NOT IN ('contacted', 'closing')
                 AND (o.access_until IS NULL OR o.access_until > tu_now()))
       OR (NEW.end_reason = 'transferred'
           AND EXISTS (SELECT FROM tu_under_way(NEW.youth_id, NEW.organisation_id))) THEN
        RETURN NULL;
    END IF;
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'accompaniment' AND subject_id = NEW.youth_id AND organisation_id = NEW.organisation_id
      AND kind <> 'answer_invitation' AND done_at IS NULL;
    SELECT coalesce(y.registered_with_id, y.held_by_id) INTO keeper FROM youths_youth y WHERE y.id = NEW.youth_id;
    UPDATE youths_obstacle SET taken_by_id = keeper
    WHERE youth_id = NEW.youth_id AND taken_by_id = NEW.organisation_id AND closing = ''
      AND keeper <> NEW.organisation_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_link_ended() FROM public;
CREATE TRIGGER youths_accompaniment_ended AFTER UPDATE OF ended_on ON youths_accompaniment
    FOR EACH ROW WHEN (OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL AND OLD.role <> 'contacted'
                       AND NEW.end_reason NOT IN ('handed_over', 'merged')) EXECUTE FUNCTION tu_link_ended();
"""
NO_ENDS = "DROP TRIGGER youths_accompaniment_ended ON youths_accompaniment; DROP FUNCTION tu_link_ended();"

# The tasks of a step end with the step, whoever closes it.
TASKS = """
CREATE FUNCTION tu_step_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE core_task SET done_at = tu_now()
    WHERE subject_kind = 'accompaniment' AND subject_id = NEW.youth_id AND kind = 'next_step' AND done_at IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION tu_step_closed() FROM public;
CREATE TRIGGER youths_nextstep_closed AFTER UPDATE OF closing ON youths_nextstep
    FOR EACH ROW WHEN (OLD.closing = '' AND NEW.closing <> '') EXECUTE FUNCTION tu_step_closed();
"""
NO_TASKS = """
DROP TRIGGER youths_nextstep_closed ON youths_nextstep; DROP FUNCTION tu_step_closed();
"""

# Who keeps the record from now on takes back what the organisation that kept it had asked of others, and no other
# invitation; says which links had been opened.
TAKEN_BACK = """
CREATE FUNCTION tu_take_back_invitations(youth bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    IF NOT (tu_works_with_youths() AND tu_keeps(youth)) THEN
        RAISE EXCEPTION 'row-level security: the invitations of others' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR one IN UPDATE youths_accompanimentinvitation i
               SET state = 'taken_back', answered_at = tu_now(), answered_by_id = tu_user()
               FROM youths_youth y
               WHERE i.youth_id = youth AND y.id = youth AND i.state = 'pending'
                 AND i.from_organisation_id <> y.held_by_id
                 AND i.from_organisation_id IS DISTINCT FROM y.registered_with_id
               RETURNING i.link_id, i.to_organisation_id LOOP
        UPDATE core_task SET done_at = tu_now()
        WHERE subject_kind = 'accompaniment' AND subject_id = youth AND kind = 'answer_invitation'
          AND organisation_id = one.to_organisation_id AND done_at IS NULL;
        RETURN NEXT one.link_id;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION tu_take_back_invitations(bigint) FROM public;
GRANT EXECUTE ON FUNCTION tu_take_back_invitations(bigint) TO tu_app;
"""
NOT_TAKEN_BACK = "DROP FUNCTION tu_take_back_invitations(bigint);"

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
_LINK_GRANTED = """
CREATE OR REPLACE FUNCTION tu_link_granted(link bigint, youth bigint, whose bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM youths_accompanimentinvitation i
        WHERE i.link_id = link AND i.youth_id = youth AND i.to_organisation_id = whose AND i.state = 'accepted')@more;
END $$;
"""


def link_granted(more: str = "") -> str:
    """The function that says who may accompany: who accepted an invitation, and what a room above adds."""
    return _LINK_GRANTED.replace("@more", more)


GRANTED = (
    link_granted()
    + """
REVOKE ALL ON FUNCTION tu_link_granted(bigint, bigint, bigint) FROM public;
CREATE FUNCTION tu_link_taken() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.organisation_id = tu_org() AND NOT tu_shares(NEW.youth_id)
       AND NOT tu_link_granted(NEW.id, NEW.youth_id, NEW.organisation_id) THEN
        RAISE EXCEPTION 'row-level security: nobody accompanies before it accepted'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION tu_link_taken() FROM public;
CREATE TRIGGER youths_accompaniment_taken BEFORE INSERT OR UPDATE OF role ON youths_accompaniment
    FOR EACH ROW WHEN (NEW.role <> 'contacted') EXECUTE FUNCTION tu_link_taken();
"""
)
NOT_GRANTED = """
DROP TRIGGER youths_accompaniment_taken ON youths_accompaniment; DROP FUNCTION tu_link_taken();
DROP FUNCTION tu_link_granted(bigint, bigint, bigint);
"""
