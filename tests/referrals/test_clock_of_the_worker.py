"""The clock of the worker: days go by, it sleeps, it is many; each reminder leaves once, and silence is nobody's by chance."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connections

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals import deadlines, workflow
from referrals.models import Referral, Reminder
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act, reopen, send
from tests.world import World


def run():
    with as_worker():
        return deadlines.run()


def days_of(referral: Referral) -> dict[str, date]:
    with as_owner():
        return {level: date.fromisoformat(on) for on, level, _ in Referral.objects.get(pk=referral.pk).rungs}


def at(travel, day: date, hours: int = 10) -> None:
    travel(clock.start_of(day) + timedelta(hours=hours))


def told(world, who: str) -> list[str]:
    with acting_as(world.acting(who)):
        found = Notification.objects.visible_to(world.acting(who)).filter(
            kind__in=["referral.reminder", "referral.escalation"]
        )
        return list(found.order_by("at", "pk").values_list("text", flat=True))


def reminders(referral: Referral) -> list[tuple[str, bool]]:
    with as_owner():
        return list(Reminder.objects.filter(referral=referral).order_by("due_on").values_list("kind", "late"))


def test_ten_days_without_the_worker(world, travel):
    """Each reminder that should have left does, once, and says that it is late."""
    referral = send(world)
    days = days_of(referral)
    at(travel, days["unopened"] + timedelta(days=10))
    first = run()
    assert (first.reminded, first.escalated) == (1, 1)
    assert run() == deadlines.Run()
    assert reminders(referral) == [("unopened", True), ("unopened_escalated", True)]
    assert told(world, "rita") == [
        "Rappel, parti en retard : une orientation n’est pas encore ouverte (SMV)."
    ]
    # Substitute and managers.
    late = "Sans nouvelles, alerte partie en retard : une orientation n’est pas encore ouverte (SMV)."
    assert late in told(world, "rosa")
    assert late in told(world, "sam")
    assert told(world, "mona") == []
    at(travel, days["due"])
    assert run().reminded == 1
    assert reminders(referral)[-1] == ("due", False)


def test_silence_is_not_declared_because_the_worker_slept(world, travel):
    """A year of sleep: the reminders leave first, and those who are silent have time to answer."""
    referral = send(world)
    at(travel, days_of(referral)["expired"] + timedelta(days=300))
    first = run()
    assert (first.reminded, first.escalated, first.expired) == (2, 2, 0)
    assert run() == deadlines.Run()
    travel(clock.now() + timedelta(days=4))
    assert run() == deadlines.Run()
    travel(clock.now() + timedelta(days=1))
    assert run().expired == 1
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "no_response"


def test_both_managers_learn_that_no_answer_comes(world, travel):
    referral = send(world)
    act(world, "rita", referral, "receive")
    at(travel, days_of(referral)["escalated"])
    run()
    assert "Réponse attendue".lower() in told(world, "rosa")[-1].lower()
    assert told(world, "mona") == told(world, "rosa")[-1:]
    at(travel, days_of(referral)["escalated"] + timedelta(days=400))
    assert run().expired == 0  # once opened, no clock closes it


def test_a_waiting_list_is_reviewed_escalated_and_decided(world, travel):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "waitlist", review_on=clock.today() + timedelta(days=60))
    days = days_of(referral)
    for level, reached in (("due", (1, 0)), ("escalated", (0, 1)), ("decide", (1, 0))):
        at(travel, days[level])
        done = run()
        assert (done.reminded, done.escalated) == reached, level
    assert "une décision est à prendre" in told(world, "rita")[-1]
    assert "une décision est à prendre" in told(world, "rosa")[-1]
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "waitlisted"


def finish(world, travel) -> Referral:
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept", planned_on=clock.today() + timedelta(days=20))
    act(world, "rita", referral, "start", started_on=clock.today())
    return act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())


def awaiting(world, who: str, referral: Referral) -> list[date]:
    with acting_as(world.acting(who)):
        tasks = (
            Task.objects.visible_to(world.acting(who)).open().filter(kind="follow_up", subject_id=referral.pk)
        )
        return list(
            tasks.filter(awaited_on__lte=clock.today()).order_by("due_on").values_list("due_on", flat=True)
        )


def test_what_becomes_of_the_youth_is_asked_twice_even_when_the_outcome_was_not_read(world, visit, travel):
    referral = finish(world, travel)
    days = days_of(referral)
    assert awaiting(world, "alice", referral) == []  # to come
    at(travel, days["m3"] - timedelta(days=7))
    assert awaiting(world, "alice", referral) == [days["m3"]]
    at(travel, days["m3"])
    run()
    assert told(world, "alice")[-1] == "Rappel : que devient le jeune, 3 mois après (SMV)."
    at(travel, days["m3_escalated"])
    run()
    assert "3 mois après" in told(world, "mona")[-1]
    at(travel, days["m3_over"])
    run()
    # The first stays unknown and is no longer asked; the second is.
    assert awaiting(world, "alice", referral) == [days["m6"]]
    # From the page, in the order she likes: six months, then three months, late.
    alice, address = visit("alice"), f"{referral.get_absolute_url()}devenir/"
    shown = alice.get(referral.get_absolute_url())
    form = shown.context["follow_up_form"]
    assert [code for code, _ in form.fields["moment"].choices] == ["m3", "m6"]
    for moment, code in (("m6", "EMPLOI_DURABLE"), ("m3", "INCONNU")):
        answer = {
            "follow_up-version": form.initial["version"], "follow_up-moment": moment,
            "follow_up-outcome": code, "follow_up-on": clock.today().isoformat(),
        }  # fmt: skip
        assert alice.post(address, answer).status_code == 302
    # Sent twice, it is noted and nothing is wrong; something else comes too late.
    assert "Ce devenir est déjà noté." in alice.post(address, answer, follow=True).content.decode()
    assert alice.post(address, answer | {"follow_up-outcome": "EMPLOI_DURABLE"}).status_code == 409
    with as_owner():
        found = dict(referral.outcomes.values_list("moment", "code"))
    assert found == {"exit": "EMPLOI_DURABLE", "m3": "INCONNU", "m6": "EMPLOI_DURABLE"}
    assert awaiting(world, "alice", referral) == []
    at(travel, days["m6_over"] + timedelta(days=30))
    assert run() == deadlines.Run()


def test_the_side_that_does_not_know_is_not_asked(world, travel):
    referral = finish(world, travel)
    at(travel, days_of(referral)["m3"])
    assert awaiting(world, "rita", referral) == []
    with acting_as(world.acting("rita")), pytest.raises(Referral.DoesNotExist):
        workflow.follow_up(
            world.acting("rita"), referral.uuid, version=referral.version, code="INCONNU", on=clock.today()
        )


def test_a_reopened_course_asks_nothing_until_it_ends_again(world, travel):
    referral = finish(world, travel)
    reopen(world, referral, "alice", "mona")
    assert not {"m3", "m6"} & set(days_of(referral))
    with as_owner():
        assert not Task.objects.open().filter(kind="follow_up", subject_id=referral.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_three_workers_send_each_reminder_once(transactional_db):
    world, today = World.load(), clock.today()
    rungs = [
        [str(today - timedelta(days=9 - number)), level, "recipient"]
        for number, level in enumerate(("unopened", "unopened_escalated", "due", "escalated"))
    ]
    clocks = {"clock_kind": "answer", "clock_side": "recipient", "due_on": today - timedelta(days=7)}
    clocks |= {"escalate_on": today - timedelta(days=6), "rungs": rungs, "wake_on": today - timedelta(days=9)}
    late = [put(world, "sent", youth=world.youth(youth), **clocks) for youth in ("yann", "yann", "yann")]
    together = Barrier(3)

    def work(number: int) -> int:
        together.wait()
        try:
            with as_worker():
                done = [deadlines.run() for _ in range(2)]
        finally:
            connections.close_all()
        return sum(one.reminded + one.escalated for one in done)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == len(late) * len(rungs)
    with as_owner():
        assert Reminder.objects.count() == len(late) * len(rungs)
        keys = list(Notification.objects.order_by("pk").values_list("user_id", "effect_key"))
    assert len(keys) == len(set(keys))
