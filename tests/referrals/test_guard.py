"""Every (state, action, side): allowed or refused as the table says, in Python and by the database alone."""

from datetime import timedelta
from itertools import cycle, product

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.scope import acting_as, system_scope
from referrals import workflow
from referrals.allowed import find, moves, triples
from referrals.models import REASONED, Referral
from referrals.states import SIDES, State, side_in
from referrals.transitions import ACTIONS, TRANSITIONS, NotAllowed
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import PERSON_OF, inputs_for, put

ALL = [(state, action, side) for state, action, side in product(State.values, ACTIONS, SIDES)]


class _Undo(Exception):
    """Ends a trial that worked, so that the next one starts from the same state."""


def sides_of(world, name: str) -> frozenset[str]:
    """The sides on which an inhabitant stands, between the ML and the SMV centre."""
    acting = world.acting(name)
    return side_in(acting.organisation_id, acting.role, world.org("ML_A").pk, world.org("RSMV").pk)


def attempt(world, referral: Referral, action: str, name: str | None) -> bool:
    """Whether ``workflow`` lets somebody (None: the clock) do this. Nothing is kept."""
    try:
        if name is None:
            with as_worker(), system_scope("test"), transaction.atomic():
                fresh = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
                find(action, fresh.state, "clock")
                workflow.apply_clock(fresh, action)
                raise _Undo
        with acting_as(world.acting(name)), transaction.atomic():
            proof = {"reason": "CONTRAT_DE_MISSION"} if action == "start" else {}
            inputs = inputs_for(action) | proof
            moved = workflow.apply(world.acting(name), referral.uuid, action, version=None, inputs=inputs)
            assert moved.version == referral.version + 1
            assert moved.events.get(number=moved.version).action == action
            raise _Undo
    except _Undo:
        return True
    except (NotAllowed, Referral.DoesNotExist):
        return False


def test_the_triples_are_all_there():
    assert len(ALL) == 13 * len(ACTIONS) * 6
    assert len(ACTIONS) == 30
    assert triples() <= set(ALL)


def trying(*, whole: bool) -> list[tuple[str, str, str]]:
    """What is tried: all that somebody may do in a state, by each side.

    What nobody may do there is tried by one side, the next one in the next such state; by all in the long proofs.
    """
    tried = []
    for action in ACTIONS:
        turn = cycle(SIDES)
        for state in State.values:
            nobody = not any((state, action, side) in triples() for side in SIDES)
            sides = [next(turn)] if nobody and not whole else SIDES
            tried += [(state, action, side) for side in sides]
    return tried


def test_each_action_is_tried_in_each_state_and_refused_to_each_side():
    assert set(trying(whole=True)) == set(ALL)
    tried = set(trying(whole=False))
    assert triples() <= tried
    assert {(state, action) for state, action, _ in tried} == set(product(State.values, ACTIONS))
    for action in ACTIONS:
        refused = {side for state, tried_there, side in tried - triples() if tried_there == action}
        closed = {
            state for state in State.values if not any((state, action, side) in triples() for side in SIDES)
        }
        assert len(refused) >= min(len(closed), len(SIDES)), action


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.prove)])
@pytest.mark.parametrize("state", State.values)
def test_python_follows_the_table(world, state, whole):
    """The person of each side tries every action; the manager also stands on the ordinary side."""
    referral = put(world, state)
    silent_sender = put(world, state, silent="sender", youth=world.youth("zoe"))
    suspended = (
        put(world, state, youth=world.youth("zoe"), suspended=True) if state == State.STARTED else None
    )
    asked = {
        kind: put(world, state, asked=(kind,), youth=world.youth("zoe"))
        for kind in ("cancel", "reopen", "error")
    }
    # Of the programmes that take a proof, who sent the youth may say that the course has begun.
    proved = put(world, state, programme="mission_jeunes", youth=world.youth("zoe"))
    a_week_old = put(world, state, youth=world.youth("zoe"), sent_at=clock.now() - timedelta(days=7))
    settling = {row.action: row.settles for row in TRANSITIONS if row.settles}
    wrong = []
    for action, side in [pair for where, *pair in trying(whole=whole) if where == state]:
        name = PERSON_OF.get(side)
        sides = sides_of(world, name) if name else {"clock"}
        expected = any((state, action, standing) in triples() for standing in sides)
        # A late answer is only for the side that stayed silent.
        on = silent_sender if action == "answer_late" and side.startswith("sender") else referral
        on = suspended if action == "resume" and suspended else on
        on = proved if action == "start" and side.startswith("sender") else on
        on = asked[settling[action]] if action in settling else a_week_old if action == "ask_error" else on
        if attempt(world, on, action, name) != expected:
            wrong.append((action, side, expected))
    assert wrong == []


# For each action and each state after: does the database take it? Run in one round trip, each trial undone.
_TRIALS = """
DO $$
DECLARE
    act text; target text; said text;
BEGIN
    DELETE FROM trial;
    FOREACH act IN ARRAY '{actions}'::text[] LOOP
        FOREACH target IN ARRAY '{states}'::text[] LOOP
            BEGIN
                UPDATE referrals_referral SET state = target, version = version + 1, last_action = act,
                    reason = CASE WHEN target = ANY ('{reasoned}'::text[]) THEN 'AUTRE' ELSE '' END,
                    sent_at = tu_now(), started_on = '2026-01-05', ended_on = '2026-01-06',
                    planned_on = CASE WHEN act = 'plan' THEN tu_now()::date + 9 ELSE planned_on END,
                    suspended_on = CASE WHEN act = 'suspend' THEN (tu_now() AT TIME ZONE 'Europe/Paris')::date END,
                    suspended_until = CASE WHEN act = 'suspend' THEN tu_now()::date + 9 END
                WHERE id = {referral};
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'invisible';
                END IF;
                UPDATE referrals_moverequest SET answer = 'lapsed', answered_at = tu_now()
                WHERE referral_id = {referral} AND act = 'ask_' || kind AND organisation_id = tu_org()
                  AND answered_at IS NULL;
                IF act IN ('ask_cancel', 'ask_reopen', 'ask_error') AND tu_user() IS NOT NULL THEN
                    INSERT INTO referrals_moverequest
                        (referral_id, number, kind, organisation_id, asked_by_id, by_manager, reason, reason_detail,
                         asked_at, answer_by, answer)
                    VALUES ({referral}, {version} + 1, substr(act, 5), tu_org(), tu_user(),
                            current_setting('app.role', true) = 'manager', 'AUTRE', '', tu_now(), '2999-01-01', '');
                END IF;
                INSERT INTO referrals_referralevent
                    (referral_id, number, action, from_state, to_state, side, reason, details, at, late)
                VALUES ({referral}, {version} + 1, act, '{state}', target,
                        (SELECT CASE tu_org() WHEN r.sender_id THEN 'sender' WHEN r.recipient_id THEN 'recipient'
                                ELSE 'clock' END FROM referrals_referral r WHERE r.id = {referral}),
                        CASE act WHEN 'start' THEN 'CONTRAT_DE_MISSION' ELSE '' END, '{{}}', tu_now(), false);
                SET CONSTRAINTS ALL IMMEDIATE;
                RAISE EXCEPTION 'accepted';
            EXCEPTION WHEN OTHERS THEN
                said := SQLERRM;
            END;
            INSERT INTO trial VALUES (act, target, said);
        END LOOP;
    END LOOP;
END $$
"""


def answers_of_the_database(referral: Referral) -> dict[tuple[str, str], str]:
    """What the database says of every (action, state after) on a referral, in the present scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TRIALS.format(
                actions="{{{}}}".format(",".join(ACTIONS)),
                states="{{{}}}".format(",".join(State.values)),
                reasoned="{{{}}}".format(",".join(REASONED)),
                referral=referral.pk,
                version=referral.version,
                state=referral.state,
            )
        )
        cursor.execute("SELECT action, target, said FROM trial")
        return {(action, target): said for action, target, said in cursor.fetchall()}


@pytest.fixture
def scratch_tables(db):
    """A temporary table for the answers; it is the owner’s, and goes with the test."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE trial (action text, target text, said text) ON COMMIT DROP;"
            " GRANT ALL ON trial TO tu_app, tu_worker"
        )


@pytest.mark.parametrize("side", [*SIDES, "none"])
def test_the_database_follows_the_table(world, scratch_tables, side):
    """Every action, from every state, to every state, by raw SQL: what the table does not hold is refused."""
    name = PERSON_OF.get(side, "paul")
    sides = {"clock"} if side == "clock" else sides_of(world, name)
    for state in State.values:
        # Of a programme that takes the proof of who sent the youth, where a course begins.
        programme = "mission_jeunes" if state == State.ACCEPTED else "smv"
        referral = put(world, state, asked=("cancel", "reopen", "error"), programme=programme)
        if side == "clock":
            with as_worker(), system_scope("test"):
                said = answers_of_the_database(referral)
        else:
            with acting_as(world.acting(name)):
                said = answers_of_the_database(referral)
        expected = {
            (action, after)
            for before, action, standing, after in moves()
            if before == state and standing in sides
        }
        assert len(said) == len(ACTIONS) * len(State.values)
        assert {pair for pair, answer in said.items() if answer == "accepted"} == expected, state
        refused = {answer for answer in said.values() if answer != "accepted"}
        odd = {
            answer for answer in refused if not answer.startswith("no transition") and answer != "invisible"
        }
        # The worker shares no youth: the guard of the agreement refuses its sending before this one.
        assert odd <= ({"who is solicited sends nothing"} if side == "clock" else set()), state


def sql(statement: str, *values) -> int:
    """Run one statement and check what is deferred; the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        count = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return count


def refused(world, name: str, statement: str, *values, because: str) -> None:
    """Assert that the database refuses a statement of an inhabitant, and why."""
    with pytest.raises(DatabaseError, match=because), transaction.atomic(), acting_as(world.acting(name)):
        sql(statement, *values)


_MOVE = "UPDATE referrals_referral SET state = %s, version = version + %s, last_action = %s WHERE id = %s"


def test_a_move_without_its_event_is_refused(world):
    referral = put(world, "sent")
    refused(world, "rita", _MOVE, "received", 1, "receive", referral.pk, because="leaves an event")


@pytest.mark.parametrize("step", [0, 2, -1])
def test_a_version_that_does_not_follow_is_refused(world, step):
    referral = put(world, "sent")
    refused(world, "rita", _MOVE, "received", step, "receive", referral.pk, because="does not follow")


def test_a_version_alone_does_not_move(world):
    referral = put(world, "sent")
    refused(world, "rita", _MOVE, "sent", 1, "receive", referral.pk, because="no transition")


@pytest.mark.parametrize(
    ("column", "value"),
    [("sender_id", "ML_C"), ("recipient_id", "SMV_C"), ("youth_id", "zoe"), ("programme", "'apprentissage'")],
)
@pytest.mark.parametrize("together_with_a_move", [False, True])
def test_the_parties_of_a_sent_referral_do_not_change(world, column, value, together_with_a_move):
    referral = put(world, "sent")
    if column.endswith("_id"):
        value = str((world.youth(value) if column == "youth_id" else world.org(value)).pk)
    move = ", state = 'received', version = 3, last_action = 'receive'" if together_with_a_move else ""
    refused(
        world, "rosa" if move else "mona",
        f"UPDATE referrals_referral SET {column} = {value}{move} WHERE id = %s", referral.pk,
        because="the parties",
    )  # fmt: skip


@pytest.mark.parametrize(("state", "version"), [("sent", 1), ("accepted", 1), ("draft", 2)])
def test_a_referral_starts_as_a_draft(world, state, version):
    put(world, "sent")
    copied = (
        "uuid, submission, youth_id, programme, sender_id, recipient_id, sender_professional_id, agreement_id"
    )
    others = (
        "reason, reason_detail, details, note, clock_kind, clock_side, last_action, created_at, state_since"
    )
    refused(
        world, "alice",
        f"INSERT INTO referrals_referral ({copied}, sent_at, {others}, state, version)"
        " SELECT gen_random_uuid(), gen_random_uuid(), youth_id, programme, sender_id, recipient_id,"
        f" sender_professional_id, agreement_id, sent_at, {others}, %s, %s FROM referrals_referral LIMIT 1",
        state, version,
        because="starts as a draft",
    )  # fmt: skip


@pytest.mark.parametrize("who", ["alice", "rita"])
@pytest.mark.parametrize("table", ["referrals_referralevent", "referrals_message", "core_auditentry"])
def test_history_is_not_rewritten(world, who, table):
    put(world, "no_response")
    column = "id" if table == "core_auditentry" else "referral_id"
    refused(world, who, f"UPDATE {table} SET {column} = {column}", because="permission denied")
    refused(world, who, f"DELETE FROM {table}", because="permission denied")


def test_the_worker_moves_by_the_clock_only_in_a_declared_scope(world):
    referral = put(world, "sent")
    with as_worker(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE, ["no_response", 1, "expire", referral.pk])
        assert cursor.rowcount == 0


@pytest.mark.parametrize(("column", "value"), [
    ("planned_on", "tu_now()::date + 9"), ("suspended_on = tu_now()::date, suspended_until", "tu_now()::date + 9"),
])  # fmt: skip
@pytest.mark.parametrize("together_with_a_move", [False, True])
def test_the_dates_of_a_course_follow_its_own_events(world, column, value, together_with_a_move):
    referral = put(world, "started")
    move = ", version = 3, last_action = 'step'" if together_with_a_move else ""
    refused(
        world, "rita", f"UPDATE referrals_referral SET {column} = {value}{move} WHERE id = %s", referral.pk,
        because="the dates of a course",
    )  # fmt: skip


@pytest.mark.parametrize("days", ["NULL::int", "-1"])
def test_an_entry_is_planned_for_a_day_to_come(world, days):
    referral = put(world, "accepted")
    refused(
        world, "rita", "UPDATE referrals_referral SET version = 3, last_action = 'plan',"
        f" planned_on = (tu_now() AT TIME ZONE 'Europe/Paris')::date + ({days}) WHERE id = %s", referral.pk,
        because="the dates of a course",
    )  # fmt: skip


@pytest.mark.parametrize(("begins", "lasts"), [(-1, 20), (0, 0), (0, 91)])
def test_a_suspension_begins_today_and_ends_within_90_days(world, begins, lasts):
    referral = put(world, "started")
    refused(
        world, "rita", "UPDATE referrals_referral SET version = 3, last_action = 'suspend',"
        f" suspended_on = (tu_now() AT TIME ZONE 'Europe/Paris')::date + {begins},"
        f" suspended_until = (tu_now() AT TIME ZONE 'Europe/Paris')::date + {begins + lasts} WHERE id = %s",
        referral.pk, because="the dates of a course" if begins else "referrals_suspension",
    )  # fmt: skip


# --- Guards that a table of states cannot hold ---------------------------------------------------------


@pytest.mark.parametrize(("silent", "who", "allowed"), [
    ("recipient", "rita", True), ("recipient", "alice", False), ("sender", "alice", True), ("sender", "rita", False),
])  # fmt: skip
def test_a_late_answer_comes_from_the_silent_side(world, silent, who, allowed):
    referral = put(world, "no_response", silent=silent)
    assert attempt(world, referral, "answer_late", who) is allowed


@pytest.mark.parametrize("state", ["declined", "withdrawn", "completed", "dropped_out"])
def test_one_reopens_within_thirty_days(world, travel, state):
    start = clock.now()
    referral, asked = put(world, state), put(world, state, asked=("reopen",), youth=world.youth("zoe"))
    travel(start + timedelta(days=30))
    assert attempt(world, referral, "ask_reopen", "mona")
    assert attempt(world, asked, "reopen", "mona")
    travel(start + timedelta(days=30, seconds=1))
    assert not attempt(world, referral, "ask_reopen", "mona")
    assert not attempt(world, asked, "reopen", "mona")


def test_an_error_is_reported_within_a_day_then_asked(world, travel):
    start = clock.now()
    referral = put(world, "received")
    travel(start + timedelta(hours=24))
    assert attempt(world, referral, "mark_error", "alice")
    assert not attempt(world, referral, "ask_error", "alice")
    travel(start + timedelta(hours=24, seconds=1))
    for name in ("alice", "mona"):
        assert not attempt(world, referral, "mark_error", name)
        assert attempt(world, referral, "ask_error", name)


def test_nothing_is_sent_without_a_live_agreement(world):
    referral = put(world, "draft")
    assert attempt(world, referral, "send", "alice")
    with as_owner():
        referral.agreement.withdrawn_at, referral.agreement.withdrawn_how = clock.now(), "phone"
        referral.agreement.save(update_fields=["withdrawn_at", "withdrawn_how"])
    assert not attempt(world, referral, "send", "alice")


def test_who_does_not_accompany_moves_nothing(world):
    referrals = [put(world, state) for state in State.values]
    for name in ("dora", "remi", "charlie", "carla", "rose", "regis", "nadia", "paul"):
        with acting_as(world.acting(name)):
            assert not Referral.objects.visible_to(world.acting(name)).exists()
        moved = [
            (referral.state, action)
            for referral in referrals
            for action in ("send", "receive", "accept", "step", "withdraw", "reopen")
            if (referral.state, action) in {triple[:2] for triple in triples()}
            and attempt(world, referral, action, name)
        ]
        assert moved == [], name
