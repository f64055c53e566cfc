"""The closures of an organisation: declared by its manager or an administrator; what is due waits for the reopening."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Task
from core.working_days import Calendar
from partners import closures
from partners.models import Closure
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.test_loop import send

PAGE = reverse("partners:closures")


def typed(start: date, end: date, label: str = "Congés d’été") -> dict[str, str]:
    return {"starts_on": start.isoformat(), "ends_on": end.isoformat(), "label": label}


def days(start: int, end: int) -> tuple[date, date]:
    return clock.today() + timedelta(days=start), clock.today() + timedelta(days=end)


def owner_reads(referral: Referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def test_a_manager_declares_and_takes_away(world, visit):
    rosa = visit("rosa")
    assert "Aucune fermeture n’est déclarée" in rosa.get(PAGE).content.decode()
    shown = rosa.post(PAGE, typed(*days(10, 20)), follow=True).content.decode()
    assert "Congés d’été" in shown
    again = rosa.post(PAGE, typed(*days(10, 20)), follow=True).content.decode()
    assert "déjà déclarée" in again
    closure = Closure.objects.get(organisation=world.org("RSMV"))
    assert rosa.post(PAGE, {"retirer": closure.uuid}).status_code == 302
    assert not Closure.objects.exists()
    assert rosa.post(PAGE, {"retirer": closure.uuid}).status_code == 404
    assert rosa.post(PAGE, {"retirer": "rien"}).status_code == 404


@pytest.mark.parametrize(("start", "end", "words"), [
    ("2026-13-01", "2026-12-31", "n’existe pas"),
    ("9999-01-01", "9999-01-02", "à venir"),
    ("0000-01-01", "2027-01-02", "n’existe pas"),
    ("", "", "obligatoire"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_kept(world, visit, start, end, words):
    answer = visit("rosa").post(PAGE, {"starts_on": start, "ends_on": end, "label": "Congés d’hiver"})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert "Congés d’hiver" in answer.content.decode()


def test_dates_in_their_order_and_a_year_at_most(world, visit):
    rosa = visit("rosa")
    assert "avant de commencer" in rosa.post(PAGE, typed(*days(20, 10))).content.decode()
    assert "un an au plus" in rosa.post(PAGE, typed(*days(10, 500))).content.decode()
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.bulk_create(
            [Closure(organisation=world.org("RSMV"), starts_on=days(3, 1)[0], ends_on=days(3, 1)[1])]
        )


@pytest.mark.parametrize("who", ["rita", "alice", "regis", "paul"])
def test_only_a_manager(world, visit, who):
    assert visit(who).get(PAGE).status_code in (403, 404)


def test_charlie_takes_nothing_away_from_others(world, visit):
    with as_owner():
        closure = Closure.objects.create(
            organisation=world.org("RSMV"), starts_on=days(5, 9)[0], ends_on=days(5, 9)[1], label="Pont"
        )
    carla = visit("carla")
    assert "Pont" not in carla.get(PAGE).content.decode()
    assert carla.post(PAGE, {"retirer": closure.uuid}).status_code == 404
    assert Closure.objects.filter(pk=closure.pk).exists()


def test_the_calendar_of_an_organisation(world):
    with as_owner():
        Closure.objects.create(
            organisation=world.org("RSMV"), starts_on=days(5, 9)[0], ends_on=days(5, 9)[1], label="Pont"
        )
    found = closures.calendars([world.org("RSMV").pk, world.org("ML_A").pk])
    assert found[world.org("RSMV").pk].closes(clock.today() + timedelta(days=7))
    assert found[world.org("ML_A").pk] == Calendar(world.org("ML_A").department_id)


def test_what_is_sent_during_a_closure_waits_for_the_reopening(world, visit):
    start, end = days(0, 30)
    visit("rosa").post(PAGE, typed(start, end))
    referral = owner_reads(send(world))
    assert referral.due_on > end
    assert referral.wake_on > end


def test_a_closure_declared_later_puts_off_what_was_promised(world, visit, run_outbox):
    referral = owner_reads(send(world))
    start, end = referral.due_on - timedelta(days=3), referral.due_on + timedelta(days=40)
    visit("rosa").post(PAGE, typed(start, end))
    run_outbox()
    moved = owner_reads(referral)
    assert moved.due_on > end
    assert moved.due_on < moved.escalate_on < moved.expires_on
    assert all(
        not start <= date.fromisoformat(on) <= end for on, level, _ in moved.rungs if level != "expired"
    )
    with as_owner():
        assert Task.objects.open().get(subject_id=referral.pk, subject_kind="referral").due_on == moved.due_on
    before = moved.rungs
    visit("rosa").post(PAGE, typed(start, end, "La même"))
    run_outbox()
    assert owner_reads(referral).rungs == before


def test_the_closure_of_the_other_side_changes_nothing(world, visit, run_outbox):
    referral = owner_reads(send(world))
    visit("mona").post(PAGE, typed(referral.due_on - timedelta(days=3), referral.due_on + timedelta(days=40)))
    run_outbox()
    assert owner_reads(referral).rungs == referral.rungs
