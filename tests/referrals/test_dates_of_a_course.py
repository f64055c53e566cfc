"""An entry that is planned and moved, a course that stands still and goes on: events, clocks, words, figures."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals import deadlines, workflow
from referrals.models import Referral, ReferralEvent
from referrals.transitions import NotAllowed
from reporting.models import ReferralFact
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act

# A Tuesday; no public holiday is near.
MORNING = datetime(2026, 9, 15, 8, tzinfo=clock.PARIS)


@pytest.fixture(autouse=True)
def tuesday(travel):
    travel(MORNING)


def after(days: int) -> date:
    return MORNING.date() + timedelta(days=days)


def read(referral: Referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def task(referral: Referral) -> tuple[str, date]:
    with as_owner():
        return Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk).values_list(
            "kind", "due_on"
        ).get()  # fmt: skip


def told(name: str, world) -> list[str]:
    with acting_as(world.acting(name)):
        return list(
            Notification.objects.filter(user=world.user(name)).order_by("pk").values_list("kind", flat=True)
        )


def press(client, referral: Referral, action: str, **answers):
    page = client.get(referral.get_absolute_url()).content.decode()
    version = re.search(rf'name="{action}-version"[^>]* value="(\d+)"', page)[1]
    typed = {f"{action}-{name}": value for name, value in answers.items()}
    return client.post(
        reverse("referrals:act", args=[referral.uuid, action]), {f"{action}-version": version} | typed,
        follow=True,
    )  # fmt: skip


# --- An entry that is planned ---------------------------------------------------------------------


def test_an_entry_is_planned_then_moved_and_both_sides_know(world, travel):
    referral = put(world, "received")
    act(world, "rita", referral, "accept")
    assert task(referral) == ("start", after(read(referral).rules.clocks.start_calendar_days))
    act(world, "sam", referral, "plan", planned_on=after(20))
    assert task(referral) == ("start", after(20))
    act(world, "rita", referral, "plan", planned_on=after(41))
    assert task(referral) == ("start", after(41))
    now = read(referral)
    assert (now.state, now.planned_on) == ("accepted", after(41))
    assert told("alice", world) == ["referral.accept", "referral.plan", "referral.plan"]
    # Each knows what the other did, and nobody what they did themselves.
    assert (told("rita", world), told("sam", world)) == (["referral.plan"], ["referral.plan"])
    with as_owner():
        planned = ReferralEvent.objects.filter(referral=referral, action="plan").order_by("number")
        assert list(planned.values_list("details", flat=True)) == [
            {"planned_on": after(20).isoformat()}, {"planned_on": after(41).isoformat()},
        ]  # fmt: skip
    travel(MORNING + timedelta(days=20))
    with as_worker():
        assert deadlines.run().reminded == 0  # the date that was moved reminds nobody
    for days in (36, 41):  # announced three working days before, then asked
        travel(MORNING + timedelta(days=days))
        with as_worker():
            assert deadlines.run().reminded == 1


@pytest.mark.parametrize(("day", "words"), [
    ("2026-09-14", "Indiquez une date à venir"),
    ("9999-12-31", "Indiquez une date à venir"),
    ("0000-01-01", "date"),
    ("2026-11-11", "Ce jour est férié"),
    ("", "obligatoire"),
])  # fmt: skip
def test_an_entry_is_planned_for_a_day_to_come_that_is_worked(world, visit, day, words):
    referral = put(world, "accepted")
    answer = press(visit("rita"), referral, "plan", planned_on=day)
    assert words in answer.content.decode()
    assert read(referral).planned_on is None


def test_the_page_says_the_planned_entry_to_both(world, visit):
    referral = put(world, "accepted")
    assert (
        "C’est enregistré" in press(visit("rita"), referral, "plan", planned_on="2026-10-06").content.decode()
    )
    for name in ("rita", "alice"):
        page = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Entrée prévue fixée" in page
        assert "entrée prévue le 6 octobre 2026" in page.lower()
    assert "Fixer ou déplacer" not in visit("alice").get(referral.get_absolute_url()).content.decode()


# --- A course that stands still -------------------------------------------------------------------


def suspend(world, who, referral, days=30) -> None:
    act(world, who, referral, "suspend", reason="INDISPONIBLE", suspended_until=after(days))


@pytest.mark.parametrize("who", ["rita", "alice"])
def test_a_suspension_pauses_the_outcome_and_moves_it(world, travel, who):
    referral = put(world, "started", planned_end_on=after(100))
    suspend(world, who, referral)
    now = read(referral)
    assert (now.state, now.suspended_on, now.suspended_until) == ("started", after(0), after(30))
    assert task(referral) == ("resume", after(30))
    travel(MORNING + timedelta(days=33))
    with as_worker():
        run = deadlines.run()
        assert (run.reminded, run.expired) == (1, 0)  # late: said, and never resumed by the clock
        assert deadlines.run().reminded == 0
    act(world, who, referral, "resume")
    now = read(referral)
    assert (now.state, now.suspended_on, now.suspended_until) == ("started", None, None)
    assert now.planned_end_on == after(133)
    assert task(referral) == ("outcome", after(133))
    with as_owner():
        resumed = ReferralEvent.objects.get(referral=referral, action="resume")
        assert resumed.details == {"planned_end_on": after(133).isoformat()}


def test_who_resumes_may_say_another_end(world):
    referral = put(world, "started")
    suspend(world, "rita", referral)
    act(world, "rita", referral, "resume", planned_end_on=after(62))
    assert (read(referral).planned_end_on, task(referral)) == (after(62), ("outcome", after(62)))


def test_the_figures_do_not_know_of_a_suspension(world):
    referral = put(world, "accepted")
    act(world, "rita", referral, "start", started_on=after(0))
    with as_owner():
        before = ReferralFact.objects.filter(referral=referral).values().get()
    suspend(world, "rita", referral)
    act(world, "rita", referral, "step", step="TESTS")
    assert task(referral) == ("resume", after(30))
    with as_owner():
        assert ReferralFact.objects.filter(referral=referral).values().get() == before


def test_a_suspended_course_may_end_and_its_suspension_with_it(world):
    referral = put(world, "started")
    suspend(world, "rita", referral)
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=after(0))
    now = read(referral)
    assert (now.state, now.suspended_on, now.suspended_until) == ("completed", None, None)


@pytest.mark.parametrize(("action", "twice"), [("resume", False), ("suspend", True)])
def test_one_suspends_what_goes_on_and_resumes_what_is_suspended(world, action, twice):
    referral = put(world, "started")
    if twice:
        suspend(world, "rita", referral)
    with pytest.raises(NotAllowed):
        act(world, "rita", referral, action, reason="INDISPONIBLE", suspended_until=after(9))


@pytest.mark.parametrize(("days", "kept"), [(0, False), (1, True), (90, True), (91, False)])
def test_a_suspension_ends_within_90_days(world, visit, days, kept):
    referral = put(world, "started")
    answer = press(
        visit("rita"), referral, "suspend", reason="DEMARCHE", suspended_until=after(days).isoformat()
    )
    assert ("Une suspension se termine" in answer.content.decode()) is not kept
    assert (read(referral).suspended_on is not None) is kept


def test_both_read_that_it_is_suspended_and_no_cause(world, visit):
    referral = put(world, "started")
    press(visit("rita"), referral, "suspend", reason="INDISPONIBLE", suspended_until="2026-10-20")
    for name in ("rita", "alice"):
        page = visit(name).get(referral.get_absolute_url()).content.decode()
        assert "Suspendue" in page
        assert "jusqu’au 20 octobre 2026" in page
        assert "Confirmer la reprise" in page
        assert "Suspendre le parcours" not in page
        assert "Suspendue" in visit(name).get(reverse("referrals:list")).content.decode()
        assert "Parcours suspendu" in visit(name).get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()  # fmt: skip
    rules = referral.rules
    assert not [
        word for reason in rules.reasons_for("suspend")
        for word in ("santé", "maladie", "hospital", "justice", "prison", "incarc", "grossesse", "garde à vue")
        if word in reason.label.lower()
    ]  # fmt: skip


def test_a_stranger_suspends_nothing(world, visit):
    referral = put(world, "started")
    address = reverse("referrals:act", args=[referral.uuid, "suspend"])
    for name in ("charlie", "regis", "remi"):
        assert visit(name).post(address, {"suspend-version": 2}).status_code in (403, 404)
    with acting_as(world.acting("charlie")), pytest.raises(Referral.DoesNotExist):
        workflow.apply(world.acting("charlie"), referral.uuid, "suspend", version=None)
