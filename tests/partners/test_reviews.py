"""The quarterly review: who is to be looked at, what a manager decides, the task that opens and closes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.models import Task
from core.scope import acting_as
from partners.models import Membership, MembershipReview, Role
from partners.people import reviews
from tests.conftest import as_owner, as_worker

REVIEW = reverse("partners:review")
MAY = datetime(2027, 5, 12, 10, tzinfo=UTC)


def text(response) -> str:
    return response.content.decode()


def of(world, name: str) -> Membership:
    return Membership.objects.get(user=world.user(name))


def tasks(world, name: str = "mona") -> list[Task]:
    with acting_as(world.acting(name)):
        mine = Task.objects.mine(world.acting(name)).open().filter(kind=reviews.TASK)
        return list(mine.order_by("pk"))


@pytest.fixture
def opened(world, travel):
    """A day of May, after the worker's run."""
    travel(MAY)
    with as_worker():
        reviews.run()


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_a_quarter_begins_before_its_days_and_less_than_93_days_ago(day):
    start = reviews.quarter_start(day)
    assert start.day == 1
    assert start.month in (1, 4, 7, 10)
    assert timedelta(0) <= day - start < timedelta(days=92)


def test_mona_reviews_her_organisation(world, visit, opened):
    (task,) = tasks(world)
    assert (task.due_on, task.awaited_on) == (date(2027, 5, 1), date(2027, 4, 1))
    mona = visit("mona")
    home = text(mona.get("/"))
    assert "Relire les accès" in home
    assert "En retard" in home
    page = text(mona.get(REVIEW))
    assert "5 accès à relire" in page
    for present in ("Alice Advisor", "Délégué à la protection", "un autre responsable"):
        assert present in page
    everybody = [of(world, name).uuid for name in ("alice", "bob", "sonia", "paul")]
    response = mona.post(REVIEW, {"membership": everybody}, follow=True)
    assert "4 accès confirmés" in text(response)
    assert "1 accès à relire" in text(response)
    assert tasks(world)
    edit = reverse("partners:membership_edit", args=[of(world, "dora").uuid])
    mona.post(edit, {"role": "professional", "team": ""})
    assert tasks(world) == []
    assert "Tous les accès de ce trimestre sont relus" in text(mona.get(REVIEW))
    decisions = dict(
        MembershipReview.objects.order_by("pk").values_list("membership__user__first_name", "decision")
    )
    assert decisions["Dora"] == "changed"
    assert decisions["Alice"] == "confirmed"
    assert {review.by for review in MembershipReview.objects.order_by("pk")} == {world.user("mona")}


def test_it_comes_back_each_quarter_and_never_twice(world, opened, travel):
    with as_worker():
        assert reviews.run() == 0
    with acting_as(world.acting("mona")):
        reviews.confirm(
            world.acting("mona"), [of(world, n).uuid for n in ("alice", "bob", "dora", "sonia", "paul")]
        )
    assert tasks(world) == []
    with as_worker():
        assert reviews.run() == 0
    assert tasks(world) == []
    travel(MAY + timedelta(days=60))
    with as_worker():
        assert reviews.run() >= 1
    assert len(tasks(world)) == 1


def test_an_end_is_a_review(world, visit, opened):
    leave = reverse("partners:departure", args=[of(world, "paul").uuid])
    assert visit("mona").post(leave).status_code == 302
    assert MembershipReview.objects.get().decision == "ended"


def test_the_newcomer_of_the_quarter_waits_for_the_next_one(world, visit, opened):
    with as_owner():
        Membership.objects.filter(user=world.user("bob")).update(starts_on=date(2027, 4, 2))
    assert "4 accès à relire" in text(visit("mona").get(REVIEW))


def test_nobody_confirms_their_own_nor_a_stranger(world, visit, opened):
    strangers = [of(world, name).uuid for name in ("mona", "charlie", "rita")]
    response = visit("mona").post(REVIEW, {"membership": [*strangers, "x", "\x00"]}, follow=True)
    assert "Cochez au moins un accès à confirmer." in text(response)
    assert "accès confirmé" not in text(response)
    assert not MembershipReview.objects.exists()
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(role=Role.MANAGER)
    assert reviews.to_review().filter(user=world.user("mona")).exists()
    visit("dora").post(REVIEW, {"membership": [of(world, "mona").uuid]})
    assert MembershipReview.objects.get().membership == of(world, "mona")


@pytest.mark.parametrize("name", ["alice", "paul", "rita", "regis", "nadia", "adam"])
def test_only_managers(world, visit, name):
    if name == "rita":
        assert "Alice Advisor" not in text(visit("rosa").get(REVIEW))
    assert visit(name).get(REVIEW).status_code == visit(name).post(REVIEW).status_code == 403


def test_reading_writes_nothing_and_what_was_read_is_counted(world, visit, opened):
    alice = visit("alice")
    for _ in range(2):
        alice.get(f"/jeunes/{world.youth('yann').uuid}/")
    with acting_as(world.acting("mona")):
        counted = reviews.activity_of(world.org("ML_A").pk, [world.user("alice").pk, world.user("bob").pk])
    assert counted == {world.user("alice").pk: 2}
    visit("mona").get(REVIEW)
    assert not MembershipReview.objects.exists()
    assert clock.today() == MAY.date()


def test_queries_do_not_grow(world, visit, queries, opened):
    mona = visit("mona")
    few, sql = queries(mona, REVIEW)
    assert few <= 9, sql
