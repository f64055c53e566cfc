"""The step that both sides agreed on awaits both of them at its date, and nobody once it is closed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import Task
from tests.conftest import as_owner
from tests.keeping import staged
from tests.youths.test_journal import accepted, propose


@staged
def record(world) -> str:
    accepted(world)
    return reverse("youths:detail", args=[world.youth("yann").uuid])


def tasks() -> list[Task]:
    with as_owner():
        return list(Task.objects.open().filter(subject_kind="accompaniment").order_by("organisation_id"))


def agree(world, visit, record: str, due_on) -> None:
    propose(visit("rita"), record, "Visiter le centre", due_on=due_on)
    assert tasks() == []
    client = visit("alice")
    with as_owner():
        uuid = world.youth("yann").next_steps.get(closing="").uuid
    client.post(f"{record}etape/accord/", {"etape": uuid})


def test_it_awaits_both_sides_at_its_date(world, visit, record):
    due_on = clock.today() + timedelta(days=20)
    agree(world, visit, record, due_on)
    found = {task.organisation_id: task for task in tasks()}
    assert found.keys() == {world.org("ML_A").pk, world.org("RSMV").pk}
    assert found[world.org("ML_A").pk].user_id == world.user("alice").pk
    assert found[world.org("RSMV").pk].user_id == world.user("rita").pk
    for task in found.values():
        assert (task.due_on, task.awaited_on) == (due_on, due_on - timedelta(days=7))


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_it_shows_in_a_faire_and_leaves_with_the_step(world, visit, record, who):
    agree(world, visit, record, clock.today() + timedelta(days=3))
    client = visit(who)
    page = client.get("/").content.decode()
    assert "La prochaine étape convenue arrive" in page
    assert record in page
    with as_owner():
        uuid = world.youth("yann").next_steps.get(closing="").uuid
    visit("alice").post(f"{record}etape/clore/", {"etape": uuid, "suite": "fait"})
    assert tasks() == []
    assert "La prochaine étape convenue arrive" not in client.get("/").content.decode()


def test_a_step_that_replaces_it_takes_its_tasks_away(world, visit, record):
    agree(world, visit, record, clock.today() + timedelta(days=3))
    propose(visit("alice"), record, "Une autre étape")
    assert tasks() == []
