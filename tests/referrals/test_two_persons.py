"""What one asks and another confirms: a cancellation after the acceptance, a reopening, an error said late."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as, system_scope
from core.working_days import add_working_days
from notifications.models import Notification
from referrals import deadlines, workflow
from referrals.models import MoveRequest, Referral, ReferralEvent
from referrals.transitions import NotAllowed
from reporting.models import ReferralFact
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_chains import questions
from tests.referrals.test_dates_of_a_course import press
from tests.referrals.test_loop import act, reopen, send
from youths.agreements.withdrawing import withdraw

# A Tuesday; no public holiday is near.
MORNING = datetime(2026, 9, 15, 8, tzinfo=clock.PARIS)


@pytest.fixture(autouse=True)
def tuesday(travel):
    travel(MORNING)


def read(referral: Referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def requests_of(referral: Referral) -> list[tuple[str, str]]:
    with as_owner():
        return list(
            MoveRequest.objects.filter(referral=referral).order_by("number").values_list("kind", "answer")
        )


def tasks(referral: Referral) -> set[tuple[str, int]]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk)
        return set(found.values_list("kind", "organisation_id"))


def told(name: str, world) -> list[str]:
    with acting_as(world.acting(name)):
        return list(
            Notification.objects.filter(user=world.user(name)).order_by("pk").values_list("kind", flat=True)
        )


def accepted(world) -> Referral:
    referral = send(world)
    act(world, "rita", referral, "receive")
    return act(world, "rita", referral, "accept", planned_on=clock.today() + timedelta(days=20))


# --- Cancelling what was accepted -----------------------------------------------------------------


def test_a_cancellation_is_asked_then_confirmed_by_the_other_side(world):
    referral = accepted(world)
    act(world, "alice", referral, "ask_cancel", reason="AUTRE_SOLUTION")
    now = read(referral)
    assert (now.state, now.clock_kind, now.clock_side) == ("accepted", "cancel", "recipient")
    assert tasks(referral) == {("cancel", world.org("RSMV").pk)}
    assert told("rita", world)[-1] == "referral.ask_cancel"
    for action, inputs in (
        ("start", {"started_on": clock.today()}),
        ("plan", {}),
        ("step", {"step": "TESTS"}),
    ):
        with pytest.raises(NotAllowed, match="annulation est demandée"):
            act(world, "rita", referral, action, **inputs)
    act(world, "rita", referral, "confirm_cancel")
    now = read(referral)
    assert (now.state, now.reason, now.clock_kind) == ("withdrawn", "AUTRE_SOLUTION", "")
    assert requests_of(referral) == [("cancel", "confirmed")]
    assert told("alice", world)[-1] == "referral.confirm_cancel"
    with as_owner():
        event = ReferralEvent.objects.get(referral=referral, action="confirm_cancel")
        assert (event.side, event.actor, event.reason) == ("recipient", world.user("rita"), "AUTRE_SOLUTION")
        assert ReferralFact.objects.get(referral=referral).state == "withdrawn"
    with acting_as(world.acting("rita")):
        # Who confirmed still reads what it confirmed, for a while.
        assert Referral.objects.visible_to(world.acting("rita")).filter(pk=referral.pk).exists()


def test_before_the_acceptance_one_withdraws_at_once(world):
    referral = send(world)
    act(world, "alice", referral, "withdraw", reason="AUTRE_SOLUTION")
    assert read(referral).state == "withdrawn"
    late = accepted(world)
    with pytest.raises(NotAllowed):
        act(world, "alice", late, "withdraw", reason="AUTRE_SOLUTION")


@pytest.mark.parametrize(("who", "action", "answer"), [
    ("rita", "refuse_cancel", "refused"), ("alice", "take_back_cancel", "taken_back"),
    ("bob", "take_back_cancel", "refused"),
])  # fmt: skip
def test_a_cancellation_that_is_not_confirmed_changes_nothing(world, who, action, answer):
    referral = accepted(world)
    due_on = read(referral).due_on
    act(world, "alice", referral, "ask_cancel", reason="AUTRE_SOLUTION")
    act(world, who, referral, action, note="Sa place est prête.")
    now = read(referral)
    assert (now.state, now.clock_kind, now.due_on) == ("accepted", "start", due_on)
    assert requests_of(referral) == [("cancel", answer)]
    act(world, "alice", referral, "ask_cancel", reason="AUTRE_SOLUTION")  # and may be asked again
    assert read(referral).clock_kind == "cancel"


def test_after_five_working_days_of_silence_the_clock_confirms(world, travel, run_outbox):
    referral = accepted(world)
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    last = add_working_days(clock.today(), 5)
    assert last == MORNING.date() + timedelta(days=7)  # over a week-end
    with as_owner():
        assert MoveRequest.objects.get().answer_by == last
    for days in range(8):
        travel(MORNING + timedelta(days=days))
        with as_worker():
            assert deadlines.run().expired == 0
    travel(datetime.combine(last + timedelta(days=1), datetime.min.time(), clock.PARIS))
    with as_worker():
        assert deadlines.run().expired == 1
        assert deadlines.run().expired == 0
    now = read(referral)
    assert (now.state, now.reason) == ("withdrawn", "JEUNE_RENONCE")
    assert requests_of(referral) == [("cancel", "confirmed")]
    with as_owner():
        event = ReferralEvent.objects.get(referral=referral, action="confirm_cancel")
        assert (event.side, event.actor, event.organisation) == ("clock", None, None)
    for name in ("alice", "rita"):
        assert told(name, world).count("referral.cancelled") == 1
    run_outbox()


def test_the_portal_says_that_it_confirmed(world, visit, travel):
    referral = accepted(world)
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    for name in ("alice", "rita"):
        page = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Annulation demandée" in page
        assert "sera confirmée par le portail" in page
        assert "Alice Advisor, Mission locale du Port : le jeune a renoncé" in page
    for days in (3, 9):
        travel(MORNING + timedelta(days=days))
        with as_worker():
            deadlines.run()
    for name in ("alice", "rita"):
        page = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Annulation confirmée" in page
        assert "Le portail" in page


def test_a_cancellation_that_waits_falls_with_the_agreement_of_the_youth(world):
    referral = accepted(world)
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    with acting_as(world.acting("alice")):
        agreement = Referral.objects.get(pk=referral.pk).agreement
        withdraw(agreement, how="phone", by=world.acting("alice"))
    assert (read(referral).state, requests_of(referral)) == ("withdrawn", [("cancel", "lapsed")])


# --- A second person ------------------------------------------------------------------------------


def ends_of(referral: Referral) -> tuple[datetime | None, datetime | None]:
    now = read(referral)
    return now.sender_access_until, now.recipient_access_until


def test_to_ask_for_a_reopening_leaves_nobody_more_time_to_read(world, travel):
    """Neither the centre from which a referral was taken back, nor who asks again and again after a refusal."""
    taken_back = send(world)
    act(world, "rita", taken_back, "receive")
    act(world, "alice", taken_back, "withdraw", reason="JEUNE_RENONCE")
    assert ends_of(taken_back) == (None, MORNING)
    act(world, "alice", taken_back, "ask_reopen", reason="ELEMENT_NOUVEAU")
    assert ends_of(taken_back) == (None, MORNING)
    with acting_as(world.acting("rita")):
        assert not Referral.objects.visible_to(world.acting("rita")).filter(pk=taken_back.pk).exists()

    declined = send(world)
    act(world, "rita", declined, "receive")
    act(world, "rita", declined, "decline", reason="NON_PRECISE")
    end = MORNING + timedelta(days=30)
    assert ends_of(declined) == (None, end)
    travel(end - timedelta(days=1))
    act(world, "rita", declined, "ask_reopen", reason="ELEMENT_NOUVEAU")
    act(world, "rosa", declined, "drop_reopen")
    assert ends_of(declined) == (None, end)


@pytest.mark.parametrize(
    ("who", "with_whom"), [("rita", "rosa"), ("rosa", "rita"), ("alice", "mona"), ("mona", "bob")]
)
@pytest.mark.parametrize("state", ["declined", "withdrawn", "completed", "dropped_out"])
def test_a_manager_and_a_second_person_reopen(world, who, with_whom, state):
    referral = put(world, state)
    act(world, who, referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    assert read(referral).state == state
    act(world, with_whom, referral, "reopen")
    assert read(referral).state == ("received" if state in ("declined", "withdrawn") else "started")
    assert requests_of(referral) == [("reopen", "confirmed")]
    with as_owner():
        assert (
            ReferralEvent.objects.filter(referral=referral, action="reopen").get().reason == "ELEMENT_NOUVEAU"
        )


@pytest.mark.parametrize(("who", "with_whom", "why"), [
    ("rosa", "rosa", "autre personne"),
    ("rita", "rita", "autre personne"),
    ("rita", "sam", "responsable"),
    ("rosa", "mona", "Rien n’a été demandé"),
])  # fmt: skip
def test_nobody_reopens_alone_nor_without_a_manager_nor_for_the_other_side(world, who, with_whom, why):
    referral = put(world, "declined")
    act(world, who, referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    with pytest.raises(NotAllowed, match=why):
        act(world, with_whom, referral, "reopen")
    assert read(referral).state == "declined"


def test_the_second_person_has_a_task_until_somebody_answers(world):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    ours, theirs = ("rebound", world.org("ML_A").pk), ("confirm_reopen", world.org("RSMV").pk)
    assert tasks(referral) == {ours}
    act(world, "rita", referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    assert tasks(referral) == {ours, theirs}
    assert told("rosa", world) == ["referral.by_two_reopen"]
    act(world, "rosa", referral, "drop_reopen")
    assert tasks(referral) == {ours}
    assert requests_of(referral) == [("reopen", "refused")]
    assert told("rita", world)[-1] == "referral.by_two_reopen"


def test_the_other_side_may_move_while_a_second_person_is_awaited(world):
    referral = put(world, "declined", asked=("reopen",))
    act(world, "rosa", referral, "reopen")
    assert requests_of(referral) == [("reopen", "lapsed"), ("reopen", "confirmed")]
    assert "confirm_reopen" not in {kind for kind, _ in tasks(referral)}


def test_a_request_that_nobody_confirms_lapses_and_changes_nothing(world, travel):
    referral = put(world, "declined")
    act(world, "rosa", referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    travel(MORNING + timedelta(days=8))
    for _ in range(2):
        with as_worker():
            deadlines.run()
    assert (read(referral).state, requests_of(referral)) == ("declined", [("reopen", "lapsed")])
    assert tasks(referral) == set()
    assert told("rosa", world) == ["referral.by_two_reopen"]
    with pytest.raises(NotAllowed):
        act(world, "rita", referral, "reopen")
    reopen(world, referral)


def test_an_error_said_after_a_day_is_confirmed_by_another(world, travel):
    referral = send(world)
    travel(MORNING + timedelta(hours=25))
    with pytest.raises(NotAllowed):
        act(world, "alice", referral, "mark_error", reason="DOUBLON")
    act(world, "alice", referral, "ask_error", reason="DOUBLON")
    with pytest.raises(NotAllowed, match="autre personne"):
        act(world, "alice", referral, "confirm_error")
    act(world, "mona", referral, "confirm_error")
    now = read(referral)
    assert (now.state, now.reason) == ("entered_in_error", "DOUBLON")
    with as_owner():
        assert not ReferralFact.objects.filter(referral=referral).exists()
    for action in ("ask_reopen", "reopen"):
        with pytest.raises(NotAllowed):
            act(world, "mona", referral, action, reason="ELEMENT_NOUVEAU")


def test_the_pages_of_two_persons(world, visit):
    referral = put(world, "declined")
    page = press(visit("rita"), referral, "ask_reopen", reason="ELEMENT_NOUVEAU").content.decode()
    assert "À confirmer : réouverture" in page
    assert "Une autre personne de votre structure (un responsable)" in page
    assert 'name="reopen-version"' not in page  # not to who asked
    other_side = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "À confirmer" not in other_side
    # What is asked inside an organisation is not told to the other one: neither that, nor why, by wall 2 either.
    assert "Réouverture demandée" not in other_side
    assert "Réouverture demandée" in page
    with acting_as(world.acting("alice")):
        asked = ReferralEvent.objects.get(referral=referral, action="ask_reopen")
    assert asked.reason == ""
    assert "Une réouverture attend votre confirmation" in visit("rosa").get("/").content.decode()
    page = press(visit("rosa"), referral, "reopen").content.decode()
    assert "C’est enregistré" in page
    assert "À confirmer" not in page
    assert read(referral).state == "received"
    told = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "Rouverte" in told
    assert "Un élément nouveau change la situation" in told


def test_a_request_adds_no_query_to_the_page(world, visit):
    rosa = visit("rosa")
    plain, asked = put(world, "declined"), put(world, "declined", asked=("reopen",))
    assert questions(rosa, plain) == questions(rosa, asked) <= 10
    assert "À confirmer" in rosa.get(asked.get_absolute_url()).content.decode()


def test_two_second_persons_at_once_one_is_told(world, visit):
    referral = put(world, "declined", asked=("reopen",))
    version = re.search(r'name="reopen-version" value="(\d+)"', visit("rosa").get(referral.get_absolute_url()).content.decode())[1]  # fmt: skip
    address = reverse("referrals:act", args=[referral.uuid, "reopen"])
    codes = [visit(name).post(address, {"reopen-version": version}).status_code for name in ("rosa", "rita")]
    assert codes == [302, 409]


# --- Wall 2: the same by SQL ----------------------------------------------------------------------

_ASK = (
    "INSERT INTO referrals_moverequest (referral_id, number, kind, organisation_id, asked_by_id, by_manager, reason,"
    " reason_detail, asked_at, answer_by, answer) VALUES ({referral}, {number}, '{kind}', {org}, {user}, {manager}, 'AUTRE', '',"
    " tu_now(), (tu_now() AT TIME ZONE 'Europe/Paris')::date + {days}, '')"
)


def ask_by_sql(
    world, who, referral, *, kind="reopen", org="RSMV", user=None, manager="false", days=3, number=None
) -> None:
    with transaction.atomic(), acting_as(world.acting(who)), connection.cursor() as cursor:
        cursor.execute(
            _ASK.format(
                referral=referral.pk,
                number=number or referral.version,
                kind=kind,
                org=world.org(org).pk,
                user=world.user(user or who).pk,
                manager=manager,
                days=days,
            )
        )


@pytest.mark.parametrize(("who", "forged"), [
    ("rita", {"user": "rosa"}), ("rita", {"org": "ML_A"}), ("rita", {"manager": "true"}), ("rita", {"days": 0}),
    ("charlie", {"org": "ML_C"}),
])  # fmt: skip
def test_nobody_asks_in_the_name_of_another(world, who, forged):
    referral = put(world, "declined")
    ask_by_sql(world, "rita", referral)
    with as_owner():
        MoveRequest.objects.all().delete()
    with pytest.raises(DatabaseError, match="row-level security"):
        ask_by_sql(world, who, referral, **forged)


@pytest.mark.parametrize(
    ("who", "forged"),
    [("rita", {"number": 4}), ("rita", {"kind": "cancel"}), ("rita", {"kind": "error"})],
)
def test_who_received_asks_to_reopen_alone_and_with_the_move_that_asks(world, who, forged):
    """A number to come would bar the way of the other side's own request."""
    with pytest.raises(DatabaseError, match="row-level security"):
        ask_by_sql(world, who, put(world, "declined"), **forged)


_ANSWER = (
    "UPDATE referrals_moverequest SET answer = '{answer}', answered_at = tu_now(), answered_for_id = {org},"
    " answered_by_id = {user} WHERE answered_at IS NULL"
)


@pytest.mark.parametrize("answer", ["confirmed", "refused", "taken_back", "lapsed"])
@pytest.mark.parametrize(("org", "user"), [("ML_A", "alice"), ("RSMV", "rosa")])
def test_what_the_other_side_asked_is_answered_by_a_move(world, org, user, answer):
    """It would put aside in silence what a second person over there is to confirm."""
    referral = put(world, "declined", asked=("reopen",))
    statement = _ANSWER.format(answer=answer, org=world.org(org).pk, user=world.user(user).pk)
    with acting_as(world.acting("alice")), connection.cursor() as cursor:
        # It is not even seen from here (ADR 0037).
        cursor.execute(f"{statement} AND organisation_id = {world.org('RSMV').pk}")
        assert cursor.rowcount == 0
    assert requests_of(referral) == [("reopen", "")] * 2


def test_nobody_answers_in_the_name_of_a_colleague(world):
    put(world, "declined", asked=("reopen",))
    answer = _ANSWER.format(answer="refused", org=world.org("RSMV").pk, user=world.user("rosa").pk)
    with (
        pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(),
        acting_as(world.acting("rita")), connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(f"{answer} AND organisation_id = {world.org('RSMV').pk}")


def test_nobody_writes_the_events_to_come(world):
    """They would bar the way of every move of the other side."""
    referral = put(world, "received")
    for number in (referral.version + 1, referral.version + 7):
        with (
            pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(),
            acting_as(world.acting("rita")),
        ):  # fmt: skip
            ReferralEvent.objects.create(
                referral=referral, number=number, action="accept", from_state="received", to_state="accepted",
                side="recipient",
            )  # fmt: skip


_MOVE = "UPDATE referrals_referral SET state = %s, version = 3, last_action = %s, reason = %s WHERE id = %s"


@pytest.mark.parametrize(("state", "asked_by", "kind", "who", "action", "after"), [
    ("declined", None, "", "rosa", "reopen", "received"),
    ("declined", "rosa", "reopen", "rosa", "reopen", "received"),
    ("declined", "rita", "reopen", "sam", "reopen", "received"),
    ("declined", "rosa", "reopen", "mona", "reopen", "received"),
    ("accepted", None, "", "rita", "confirm_cancel", "withdrawn"),
    ("received", None, "", "mona", "confirm_error", "entered_in_error"),
])  # fmt: skip
def test_nothing_is_confirmed_that_was_not_asked_by_another(world, state, asked_by, kind, who, action, after):
    referral = put(world, state)
    if asked_by:
        ask_by_sql(world, asked_by, referral, kind=kind, manager="true" if asked_by == "rosa" else "false")
    with (
        pytest.raises(DatabaseError, match="asked first"), transaction.atomic(), acting_as(world.acting(who)),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(_MOVE, [after, action, "AUTRE" if after != "received" else "", referral.pk])


def test_the_clock_confirms_nothing_before_its_day(world):
    referral = accepted(world)
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    with (
        as_worker(),
        pytest.raises(DatabaseError, match="asked first"),
        system_scope("test"),
        transaction.atomic(),
    ):
        workflow.apply_clock(
            Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk), "confirm_cancel"
        )


def test_an_error_is_not_said_late_by_one_person_alone(world):
    referral = put(world, "received", sent_at=clock.now() - timedelta(hours=25))
    with (
        pytest.raises(DatabaseError, match="asked first"), transaction.atomic(), acting_as(world.acting("mona")),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(_MOVE, ["entered_in_error", "mark_error", "DOUBLON", referral.pk])


def test_what_was_asked_stays_as_it_was_asked(world):
    referral = put(world, "declined", asked=("reopen",))
    for statement, because in (
        ("UPDATE referrals_moverequest SET by_manager = true", "permission denied"),
        ("UPDATE referrals_moverequest SET asked_by_id = 1", "permission denied"),
        ("DELETE FROM referrals_moverequest", "permission denied"),
    ):
        with (
            pytest.raises(DatabaseError, match=because), transaction.atomic(), acting_as(world.acting("rita")),
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(statement)
    act(world, "rosa", referral, "drop_reopen")
    with (
        pytest.raises(DatabaseError, match="is answered"), transaction.atomic(), acting_as(world.acting("rita")),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute("UPDATE referrals_moverequest SET answer = 'confirmed' WHERE answer <> ''")


def test_charlie_reads_no_request(world):
    put(world, "declined", asked=("reopen", "error"))
    with acting_as(world.acting("charlie")):
        assert not MoveRequest.objects.exists()
    with acting_as(world.acting("rita")):
        assert MoveRequest.objects.exists()
