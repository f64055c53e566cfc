"""Two transactions at once on one youth: what each organisation may list says what both of them left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from threading import Event

import pytest
from django.db import connection, transaction

from core import clock
from tests.conftest import as_owner
from tests.world import World
from tests.youths.test_reach import linked, made, wrong
from youths.models import Accompaniment, Youth

# Longer than a statement lasts: whoever has not finished by then waits for the other transaction.
WAITED = 0.15
WHERE = "RSMV"


def until(days: int | None):
    return None if days is None else clock.now() + timedelta(days=days)


def add(days: int | None) -> Callable[[World, Youth], None]:
    def act(world: World, youth: Youth) -> None:
        linked(
            world, youth, WHERE, access_until=until(days), ended_on=clock.today(), end_reason="done",
            professional=world.user("rita"),
        )  # fmt: skip

    return act


def end(which: int, days: int) -> Callable[[World, Youth], None]:
    def act(world: World, youth: Youth) -> None:
        pk = Accompaniment.objects.filter(youth=youth).order_by("pk").values_list("pk", flat=True)[which]
        Accompaniment.objects.filter(pk=pk).update(access_until=until(days))

    return act


def close(world: World, youth: Youth) -> None:
    Accompaniment.objects.filter(youth=youth).update(role="closing")


def unlink(which: int) -> Callable[[World, Youth], None]:
    def act(world: World, youth: Youth) -> None:
        pk = Accompaniment.objects.filter(youth=youth).order_by("pk").values_list("pk", flat=True)[which]
        Accompaniment.objects.filter(pk=pk).delete()

    return act


def change(**fields) -> Callable[[World, Youth], None]:
    def act(world: World, youth: Youth) -> None:
        found = {
            name: world.org(value) if name == "registered_with" else value for name, value in fields.items()
        }
        Youth.objects.filter(pk=youth.pk).update(**found)

    return act


def merge(world: World, youth: Youth) -> None:
    Youth.objects.filter(pk=youth.pk).update(merged_into=made(world))


LINKED = {
    "first ends": end(0, -3), "second ends": end(1, 4), "first goes": unlink(0), "second goes": unlink(1), "all close": close,
    "another comes": add(None),
}  # fmt: skip
COMING = {
    "comes for long": add(None), "comes": add(9), "comes for less": add(2),
    "registers": change(registered_with=WHERE), "renames": change(last_name="Autrement"),
    "another phone": change(phone="06 39 98 77 66"), "merges": merge,
}  # fmt: skip


@contextmanager
def committed():
    with transaction.atomic(), as_owner():
        yield


def at_once(world: World, youth: Youth, first, second) -> None:
    """The second begins when the first has written, and ends before it unless it waits for it."""
    written = Event()

    def other() -> None:
        try:
            with committed():
                second(world, youth)
        finally:
            written.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with committed():
            first(world, youth)
            running = pool.submit(other)
            written.wait(WAITED)
        running.result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("acts", "links"), [(LINKED, (7, 2)), (COMING, ())], ids=["linked", "coming"])
def test_whichever_two_at_once(transactional_db, acts, links):
    world = World.load()
    told = {}
    for first, second in product(acts, repeat=2):
        if first == second == "merges" or {first, second} <= {"first goes", "first ends"}:
            continue  # of one row: the second has nothing left
        with committed():
            youth = made(world)
            for days in links:
                add(days)(world, youth)
        at_once(world, youth, acts[first], acts[second])
        if found := [pair for pair in wrong() if pair[0] == youth.pk]:
            told[first, second] = found
    assert told == {}
