"""What each organisation may list: written by the database from the records and the links, whatever happens to them."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.scope import acting_as
from tests.conftest import as_owner
from youths import reach_sql
from youths.models import Accompaniment, Reach, Youth

KEEPERS, LINKED = ("ML_A", "ML_C", "RSMV"), ("ML_A", "ML_C", "RSMV", "SMV_C")
EVERYBODY = ["alice", "bob", "dora", "mona", "charlie", "carla", "rita", "rosa", "remi", "regis", "nadia"]


def wrong() -> list[tuple]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(reach_sql.WRONG)
        return cursor.fetchall()


def made(world, *, keeper: str = "ML_A", **fields) -> Youth:
    values = {"first_name": "Lou", "last_name": "Portée", "birth_date": "2004-05-06", **fields}
    return Youth.objects.create(held_by=world.org(keeper), **values)


def linked(world, youth: Youth, where: str, **fields) -> Accompaniment:
    return Accompaniment.objects.create(
        **{"youth": youth, "organisation": world.org(where), "role": "partner", **fields}
    )


# What happens to a record and its links, one after the other: which, to whom, for how long.
_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["link", "end", "role", "move", "unlink", "rename", "number", "register", "merge", "part", "delete"]),
        st.integers(0, 3),
        st.sampled_from([None, -5, 0, 7]),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


def act(world, youths: list[Youth], what: str, which: int, days: int | None) -> None:
    """One thing, as the owner does it: the checks of the operations are not what is tested."""
    youth, other = youths[which % 2], youths[1 - which % 2]
    until = None if days is None else clock.now() + timedelta(days=days)
    links = Accompaniment.objects.filter(youth=youth).order_by("pk")
    one = links[which % links.count()] if links else None
    record = Youth.objects.filter(pk=youth.pk)
    if what == "link":
        linked(
            world, youth, LINKED[which], access_until=until, role="closing" if days == 0 else "contacted",
            professional=None if links.filter(professional=None, ended_on=None) else world.user("rita"),
            ended_on=clock.today(), end_reason="done",
        )  # fmt: skip
    elif what == "end" and one:
        links.filter(pk=one.pk).update(access_until=until)
    elif what == "role" and one:
        links.filter(pk=one.pk).update(role="closing" if days else "partner")
    elif what == "move" and one:
        links.filter(pk=one.pk).update(youth=other)
    elif what == "unlink" and one:
        one.delete()
    elif what == "rename":
        record.update(last_name=f"Nom{which}")
    elif what == "number":
        record.update(phone=f"06 39 98 00 0{which}", file_number=f"{youth.pk}-{which}")
    elif what == "register":
        record.update(registered_with=world.org(KEEPERS[which]) if which < len(KEEPERS) else None)
    elif what == "merge":
        record.update(merged_into=other)
    elif what == "part":
        record.update(merged_into=None)
    elif what == "delete" and which == 3:
        links.delete()


@given(acts=_ACTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_says_what_the_records_and_the_links_say(world, acts):
    with transaction.atomic():
        with as_owner():
            youths = [made(world), made(world, keeper="RSMV")]
            for one in acts:
                act(world, youths, *one)
        assert wrong() == []
        transaction.set_rollback(True)


def test_a_record_that_goes_takes_its_rows(world):
    with as_owner():
        youth = made(world)
        assert Reach.objects.filter(youth=youth).count() == 1
        Youth.objects.filter(pk=youth.pk).delete()
        assert not Reach.objects.filter(youth=youth.pk).exists()


def test_the_world_is_told_as_it_is(world):
    with as_owner():
        for where, days in (("RSMV", None), ("SMV_C", 3), ("ML_C", -3)):
            until = None if days is None else clock.now() + timedelta(days=days)
            linked(world, world.youth("yann"), where, access_until=until, professional=world.user("rita"))
    assert wrong() == []
    listed = 0
    for name in EVERYBODY:
        acting = world.acting(name)
        with acting_as(acting):
            reached = set(Youth.objects.reached_by(acting).values_list("pk", flat=True))
            opened = set(Youth.objects.visible_to(acting).values_list("pk", flat=True))
            assert opened <= reached, name
            if acting.is_manager:
                assert opened == reached, name
            if acting.network == "ml":
                kept = set(Youth.objects.reached_by(acting, kept=True).values_list("pk", flat=True))
                assert kept == set(Youth.objects.listed_for(acting).values_list("pk", flat=True)), name
            listed += len(reached)
    assert listed > len(EVERYBODY) / 2


def test_an_organisation_reads_its_own_rows_while_it_has_access(world, travel):
    """Wall 2 alone: not those of another one, and nothing once the access has ended, to the minute."""
    with as_owner():
        youth = made(world)
        linked(world, youth, "RSMV", access_until=clock.now() + timedelta(minutes=5))

    def read(name: str) -> set[int]:
        with acting_as(world.acting(name)):
            return set(Reach.objects.filter(youth=youth).values_list("organisation", flat=True))

    assert read("rita") == {world.org("RSMV").pk}
    assert read("alice") == {world.org("ML_A").pk}
    assert read("charlie") == read("regis") == set()
    travel(clock.now() + timedelta(minutes=6))
    assert read("rita") == set()


@pytest.mark.parametrize("statement", [
    "UPDATE youths_reach SET access_until = NULL",
    "DELETE FROM youths_reach",
    "INSERT INTO youths_reach (youth_id, organisation_id, kept, search_name) SELECT id, held_by_id, true, '' FROM youths_youth",
    "SELECT tu_reach(1, 1)",
])  # fmt: skip
def test_nobody_writes_it(world, statement):
    with (
        acting_as(world.acting("rosa")),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError),
        transaction.atomic(),
    ):
        cursor.execute(statement)


def test_two_links_of_one_organisation_are_one_line(world):
    """The one that lasts longest says until when."""
    with as_owner():
        youth = made(world)
        short = linked(world, youth, "SMV_C", access_until=clock.now() + timedelta(days=2))
        linked(world, youth, "SMV_C", professional=world.user("rita"))
        assert Reach.objects.get(youth=youth, organisation=world.org("SMV_C")).access_until is None
        short.delete()
        Accompaniment.objects.filter(youth=youth).update(role="closing")
        assert not Reach.objects.filter(youth=youth, organisation=world.org("SMV_C")).exists()
