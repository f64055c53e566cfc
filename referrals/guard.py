"""The database's own guard on the state of a referral: the same table of transitions, and a trigger.

The trigger refuses a change of state that the table does not contain for this action and this side, a version
that does not follow, and (at COMMIT) a change without its event. It holds even for SQL typed by hand.
"""

from typing import Any

from django.apps import apps as installed

from referrals.allowed import moves
from referrals.placements.codes import HELD
from referrals.programmes.base import PERIOD_SIGNED
from referrals.states import OPEN_STATES, REDIRECTABLE, in_sql

# The side is read from the scope of the connection: the acting organisation, its role, or the declared system.
GUARD_FUNCTION = """
CREATE OR REPLACE FUNCTION referrals_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sides text[] := ARRAY[]::text[];
    role text := current_setting('app.role', true);
    today date := (tu_now() AT TIME ZONE 'Europe/Paris')::date;
    asked text;
    moved boolean := TG_OP = 'UPDATE' AND (OLD.state <> NEW.state OR OLD.version <> NEW.version);
BEGIN
    IF current_user = 'tu_owner' THEN
        RETURN NEW;  -- migrations and the generated history of the demo
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.version <> 1 THEN
            RAISE EXCEPTION 'a referral starts as a draft' USING ERRCODE = 'check_violation';
        END IF;
        -- Proposed elsewhere: after a referral of one's own, for the same youth, that came to nothing or broke off.
        IF NEW.redirected_from_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM referrals_referral o WHERE o.id = NEW.redirected_from_id AND o.youth_id = NEW.youth_id
              AND o.sender_id = NEW.sender_id AND o.state IN @redirectable) THEN
            RAISE EXCEPTION 'a youth is proposed elsewhere after a referral that came to nothing'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.sender_id, OLD.recipient_id, OLD.youth_id, OLD.programme)
       IS DISTINCT FROM (NEW.sender_id, NEW.recipient_id, NEW.youth_id, NEW.programme) AND OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'the parties of a referral that was sent do not change' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.redirected_from_id, OLD.returned_from_id)
       IS DISTINCT FROM (NEW.redirected_from_id, NEW.returned_from_id) THEN
        RAISE EXCEPTION 'what a referral follows does not change' USING ERRCODE = 'check_violation';
    END IF;
    -- The withdrawal of the agreement stops the sharing, by the owner's function; after it, only an outcome is added.
    IF OLD.sharing_stopped_at IS DISTINCT FROM NEW.sharing_stopped_at
       OR (OLD.sharing_stopped_at IS NOT NULL AND (OLD.details, OLD.note) IS DISTINCT FROM (NEW.details, NEW.note))
       OR (OLD.sharing_stopped_at IS NOT NULL AND OLD.version <> NEW.version
           AND NEW.last_action NOT IN ('complete', 'drop_out', 'mark_error', 'ask_error', 'confirm_error', 'drop_error',
                                   'acknowledge')) THEN
        RAISE EXCEPTION 'the sharing of this referral is stopped' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT moved THEN
        IF (OLD.planned_on, OLD.suspended_on, OLD.suspended_until)
           IS DISTINCT FROM (NEW.planned_on, NEW.suspended_on, NEW.suspended_until) THEN
            RAISE EXCEPTION 'the dates of a course follow its events' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version % does not follow %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    -- Delegates, regional and national staff stand on no side (states.side_in).
    IF tu_org() = OLD.sender_id AND role IN ('professional', 'manager') THEN
        sides := sides || ARRAY['sender'];
    END IF;
    IF tu_org() = OLD.recipient_id AND role IN ('professional', 'manager') THEN
        sides := sides || ARRAY['recipient'];
    END IF;
    IF role = 'manager' THEN
        SELECT sides || coalesce(array_agg(side || '_manager'), ARRAY[]::text[]) INTO sides FROM unnest(sides) AS side;
    END IF;
    -- The youth, once their agreement is withdrawn: whoever of the two sides writes it down.
    IF EXISTS (SELECT FROM youths_agreement a WHERE a.id = OLD.agreement_id AND a.withdrawn_at IS NOT NULL) THEN
        sides := sides || ARRAY['youth'];
    END IF;
    IF current_user = 'tu_worker' AND tu_system() THEN
        sides := sides || ARRAY['clock'];
    END IF;
    PERFORM 1 FROM referrals_transition t
    WHERE t.action = NEW.last_action AND t.from_state = OLD.state AND t.to_state = NEW.state
      AND t.side = ANY (sides);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transition % from % to % for %', NEW.last_action, OLD.state, NEW.state, sides
            USING ERRCODE = 'check_violation';
    END IF;
    -- What one asked, another confirms: the other side of a cancellation, or the clock once its last day is over; of a
    -- reopening or a late error, a second person of the organisation, and a manager of the two.
    asked := CASE WHEN NEW.last_action IN ('confirm_cancel', 'refuse_cancel', 'take_back_cancel') THEN 'cancel'
                  WHEN NEW.last_action IN ('reopen', 'drop_reopen') THEN 'reopen'
                  WHEN NEW.last_action IN ('confirm_error', 'drop_error') THEN 'error' END;
    IF asked IS NOT NULL AND NOT EXISTS (
        SELECT FROM referrals_moverequest q
        WHERE q.referral_id = OLD.id AND q.kind = asked AND q.answered_at IS NULL
          AND (asked = 'cancel' AND ('clock' <> ALL (sides) OR q.answer_by < today)
               OR asked <> 'cancel' AND q.organisation_id = tu_org()
                  AND (NEW.last_action IN ('drop_reopen', 'drop_error')
                       OR q.asked_by_id <> tu_user() AND (q.by_manager OR role = 'manager')))
    ) OR NEW.last_action = 'mark_error' AND tu_now() > OLD.sent_at + interval '24 hours'
      OR NEW.last_action = 'reopen' AND tu_now() > OLD.state_since + interval '30 days' THEN
        RAISE EXCEPTION 'what is done by two is asked first' USING ERRCODE = 'check_violation';
    END IF;
    -- An entry is planned for a day to come; a suspension begins today, and goes with the course.
    IF (NEW.last_action = 'plan' OR OLD.planned_on IS DISTINCT FROM NEW.planned_on)
       AND (NEW.last_action NOT IN ('accept', 'plan') OR NOT coalesce(NEW.planned_on >= today, false))
       OR NEW.last_action = 'suspend' AND NEW.suspended_on IS DISTINCT FROM today
       OR NEW.last_action = 'resume' AND NEW.suspended_on IS NOT NULL
       OR NEW.last_action NOT IN ('suspend', 'resume') AND NEW.suspended_on IS NOT NULL
       AND (OLD.suspended_on, OLD.suspended_until) IS DISTINCT FROM (NEW.suspended_on, NEW.suspended_until) THEN
        RAISE EXCEPTION 'the dates of a course follow its events' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
""".replace("@redirectable", in_sql(REDIRECTABLE))

GUARD_TRIGGERS = """
CREATE TRIGGER referrals_guard BEFORE INSERT OR UPDATE ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referrals_guard();

-- What proves to each scheme that a course has begun is written by referrals.starting.
CREATE FUNCTION tu_start_proof(programme text, proof text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN (programme || ' ' || proof) = ANY (ARRAY[]::text[]);
REVOKE ALL ON FUNCTION tu_start_proof(text, text) FROM public;

-- Looks for the event whatever the scope is by then: it runs as its owner.
CREATE FUNCTION referrals_guard_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.version <> NEW.version AND NOT EXISTS (
        SELECT 1 FROM referrals_referralevent e
        WHERE e.referral_id = NEW.id AND e.number = NEW.version AND e.to_state = NEW.state
          AND e.action = NEW.last_action
    ) THEN
        RAISE EXCEPTION 'a change of state leaves an event' USING ERRCODE = 'check_violation';
    END IF;
    -- Who sent the youth says that the course has begun once it saw it; a period of which it says so is there.
    IF OLD.version <> NEW.version AND NEW.last_action = 'start' AND EXISTS (
        SELECT 1 FROM referrals_referralevent e
        WHERE e.referral_id = NEW.id AND e.number = NEW.version AND e.side <> 'recipient'
          AND (NOT tu_start_proof(NEW.programme, e.reason) OR e.reason = '@period' AND NOT EXISTS (
            SELECT 1 FROM referrals_workplacement p
            WHERE p.referral_id = NEW.id AND p.state IN @signed
              AND p.starts_on <= least(NEW.started_on, (tu_now() AT TIME ZONE 'Europe/Paris')::date)))
    ) THEN
        RAISE EXCEPTION 'who sent the youth proves that the course has begun' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.version <> NEW.version AND NEW.last_action IN ('ask_cancel', 'ask_reopen', 'ask_error') AND NOT EXISTS (
        SELECT 1 FROM referrals_moverequest q WHERE q.referral_id = NEW.id AND q.number = NEW.version
          AND 'ask_' || q.kind = NEW.last_action
    ) THEN
        RAISE EXCEPTION 'what is asked leaves its request' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION referrals_guard_event() FROM public;

CREATE CONSTRAINT TRIGGER referrals_guard_event AFTER UPDATE ON referrals_referral
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION referrals_guard_event();
""".replace("@period", PERIOD_SIGNED).replace("@signed", in_sql(HELD))
GUARD_SQL = "".join([GUARD_FUNCTION, GUARD_TRIGGERS])

UNGUARD_SQL = """
DROP TRIGGER referrals_guard_event ON referrals_referral;
DROP FUNCTION referrals_guard_event();
DROP FUNCTION tu_start_proof(text, text);
DROP TRIGGER referrals_guard ON referrals_referral;
DROP FUNCTION referrals_guard();
"""

# What an organisation still has under way with a youth whose record passes to another one (youths.merging_sql): its
# professionals keep their access for it. Asked by the one that keeps the record.
UNDER_WAY = """
CREATE OR REPLACE FUNCTION tu_under_way(youth bigint, organisation bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT
        CASE WHEN r.sender_id = organisation THEN r.sender_professional_id ELSE r.recipient_professional_id END
    FROM referrals_referral r
    WHERE r.youth_id = youth AND organisation IN (r.sender_id, r.recipient_id)
      AND r.state IN @open AND tu_keeps(youth)
$$;
""".replace("@open", in_sql(OPEN_STATES))
NOTHING_UNDER_WAY = """
CREATE OR REPLACE FUNCTION tu_under_way(youth bigint, organisation bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NULL::bigint WHERE false
$$;
"""


def sync_transitions(apps: Any = installed, **kwargs: Any) -> None:
    """Write the code's table of transitions into the database (after each migration, as the owner).

    ``apps``: what the migration leaves; a room that was undone has no table.
    """
    if "transitionrow" not in apps.all_models["referrals"]:
        return
    from referrals.models import TransitionRow

    known = set(TransitionRow.objects.values_list("from_state", "action", "side", "to_state"))
    wanted = set(moves())
    for source, action, side, target in known - wanted:
        TransitionRow.objects.filter(from_state=source, action=action, side=side, to_state=target).delete()
    TransitionRow.objects.bulk_create(
        TransitionRow(from_state=source, action=action, side=side, to_state=target)
        for source, action, side, target in sorted(wanted - known)
    )
