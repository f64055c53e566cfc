"""Questions written once: the answer is that of the plain queryset, for everybody, at any moment."""

import uuid
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import cycle

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from core import clock, prepared
from core.models import Task
from core.names import normalise
from core.prepared import Prepared, _stand_in, forget
from core.scope import acting_as
from partners.models import Membership
from referrals import presenting
from referrals.doors import _FIND as REFERRAL
from referrals.filters import LATEST, MINE_FIRST
from referrals.models import Referral
from referrals.tabs import _FIRST as REFERRALS
from referrals.tabs import _IDS
from referrals.todo import _FOUND
from tests.conftest import as_owner
from youths.doors import _FIND as YOUTH
from youths.doors import _FIND_LINE
from youths.listing.rows import BY_NAME, ONE_BY_ONE, PAGE_OF, SET, SOME
from youths.listing.rows import IDS as YOUTH_IDS
from youths.models import Youth
from youths.search import _FIRST, _KEYS, _NAMED, first, keys, matching, named, pattern_of

pytestmark = pytest.mark.django_db
PEOPLE = ["alice", "bob", "rita", "charlie", "mona"]


def _asked(whole: bool):
    """Every question that depends on who asks, with all that it may be asked about.

    Each filter of the list with each order and each way to read it: not ``whole``, one of these for each filter in turn.
    """
    everything = " | ".join(f"'@{letter}':*" for letter in "abcdefghijklmnopqrstuvwxyz")
    with_everything = {"pattern": everything, "begin": "k", "end": "n"}
    for referral in Referral.objects.order_by("pk"):
        yield REFERRAL, (), {"uuid": referral.uuid}
    for youth in Youth.objects.order_by("pk"):
        yield YOUTH._find, (), {"uuid": youth.uuid}
        yield _FIND_LINE, (), {"uuid": youth.uuid}
        yield presenting._OF_YOUTH, (), {"youth": youth.pk}
    for tab in ("sent", "received"):
        for stage, programme in (("open", ""), ("", ""), ("closed", "smv")):
            yield _IDS, (tab, stage, programme), {}
            for sort in (LATEST, MINE_FIRST):
                yield REFERRALS, (tab, stage, programme, sort), {}
    youths = list(Youth.objects.order_by("pk").values_list("pk", flat=True))
    referrals = list(Referral.objects.order_by("pk").values_list("pk", flat=True))
    filters = {
        "dispositif": "smv", "frein": "MOBILITE", "silence": clock.today(), "mineurs": date(2000, 1, 1),
        "accord": date(2100, 1, 1),
        "referent": Membership.objects.order_by("pk").first().uuid,
    }  # fmt: skip
    anchor = Youth.objects.order_by("pk").first().uuid
    orders = (("nom", "first"), ("nouvelles", "after"), ("naissance", "before"))
    pages = [(*order, how) for order in orders for how in (SET, BY_NAME, ONE_BY_ONE)]
    turn = cycle(pages)
    for view in ("miens", "structure"):
        for names in ((), *((name,) for name in filters), ("referent:aucun",)):
            values = {name: filters[name] for name in names if name in filters}
            yield YOUTH_IDS, (view, names), values
            for sort, way, how in pages if whole or not names else [next(turn)]:
                yield PAGE_OF, (view, sort, way, names, how), {"anchor": anchor, **values}
    yield _NAMED, (), with_everything
    yield _KEYS, (), with_everything
    for most in (1, 100):
        yield _FIRST, (most,), with_everything
    yield SOME, (), {"youths": youths}
    yield _FOUND, (), {"referrals": referrals}


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.prove)])
def test_everybody_gets_what_the_plain_queryset_gives(world, whole):
    """The same written question serves one person after the other: nothing of the first stays in it.

    Two advisors of one organisation ask each question, and the others in turn; all of them in the long proofs.
    """
    forget()
    with as_owner():
        asked = list(_asked(whole))
    answers = 0
    for number, (question, kinds, values) in enumerate(asked):
        for name in PEOPLE if whole else (*PEOPLE[:2], PEOPLE[2 + number % 3]):
            acting = world.acting(name)
            with acting_as(acting):
                prepared = question(acting, *kinds, **values)
                plain = list(question.plain(acting, *kinds, **values))
                assert sorted(map(repr, prepared)) == sorted(map(repr, plain)), (question._build, name)
                assert question.count(acting, *kinds, **values) == len(plain)
                answers += len(plain)
    assert answers > 30


def test_a_search_finds_the_same_with_the_records_and_without(world):
    """And its first page alone, whether the names that begin so fill it or not."""
    with as_owner():
        names = Youth.objects.values_list("last_name", "first_name")
        typed_ones = sorted({word[:3] for pair in names for word in pair} | {"la marche", "ker y"})
    seen = 0
    for name in PEOPLE:
        acting = world.acting(name)
        for typed in typed_ones:
            begin = normalise(typed)
            with acting_as(acting):
                found = keys(acting, typed)
                records = matching(acting, pattern=pattern_of(typed)).values_list("pk", "uuid", "search_name")
                expected = sorted(records, key=lambda row: (not row[2].startswith(begin), row[2], row[0]))
                assert found == [pk for pk, *_ in expected], (name, typed)
                assert named(acting, typed) == [uuid for _, uuid, _ in expected], (name, typed)
                for most in (1, 2, 51):
                    page = first(acting, typed, most)
                    assert page[:most] == found[:most], (name, typed, most)
                    assert len(page) in (most, len(found)), (name, typed, most)
            seen += len(found)
    assert seen > len(PEOPLE)


def test_the_second_asker_costs_no_writing(world):
    forget()
    written = []

    def build(acting, *, subject):
        written.append(acting)
        return Task.objects.mine(acting).filter(subject_id=subject).order_by("pk").values_list("user_id")

    question = Prepared(build)
    for name in ("alice", "bob"):
        acting = world.acting(name)
        with acting_as(acting), CaptureQueriesContext(connection) as queries:
            question(acting, subject=7)
        assert f"= {acting.user_id}" in queries[-1]["sql"] or str(acting.user_id) in queries[-1]["sql"]
    teams = {world.acting(name).team_id is None for name in ("alice", "bob")}
    assert len(written) == len(teams)


def test_the_present_is_that_of_the_asker(world):
    """A limit of time is reckoned when the question is asked, not when it was written."""
    acting = world.acting("alice")

    def build(acting):
        return (
            Task.objects.mine(acting)
            .filter(opened_at__lte=clock.now(), due_on__lte=clock.today())
            .order_by("pk")
        )

    question = Prepared(build)
    with acting_as(acting):
        for later in (0, 40):
            moment = clock.now() + timedelta(days=later)
            with clock.travel(moment), CaptureQueriesContext(connection) as queries:
                question(acting)
            assert str(clock.day_of(moment)) in queries[-1]["sql"]


def test_a_moment_reckoned_beforehand_is_refused():
    question = Prepared(
        lambda: Task.objects.filter(opened_at__lte=clock.now() - timedelta(days=30)).order_by("pk")
    )
    with pytest.raises(ValueError, match="would never change"):
        question(None)


@pytest.mark.parametrize("value", [True, None, 1.5])
def test_what_cannot_stand_is_refused(value):
    question = Prepared(lambda *, one: Task.objects.annotate(one=Value(one)).order_by("pk"))
    with pytest.raises(TypeError, match="one"):
        question(None, one=value)


def test_those_one_replaces_are_those_of_the_asker(world):
    """The colleagues somebody replaces are values as well: two people who replace one each share the SQL only."""
    question = Prepared(
        lambda acting: Task.objects.filter(user_id__in=acting.stands_for).order_by("pk").values_list("pk")
    )
    for name, replaced in (("alice", (901,)), ("bob", (902,)), ("bob", (903, 904)), ("bob", ())):
        acting = replace(world.acting(name), replaces=replaced)
        with acting_as(acting), CaptureQueriesContext(connection) as queries:
            question(acting)
        asked = queries[-1]["sql"]
        assert {user for user in (901, 902, 903, 904) if str(user) in asked} == set(replaced)
        assert str(acting.user_id) in asked


def test_every_field_of_the_acting_person_is_covered(world):
    """Nothing of the person for whom a question was first written is left in it, whatever the field."""
    acting = replace(
        world.acting("alice"), region="75", label="Elle", arrived_at=clock.now(), names_listed=12
    )
    standing = _stand_in(acting)
    kept = {one.name for one in fields(acting) if getattr(standing, one.name) == getattr(acting, one.name)}
    assert kept == {"role", "network", "level", "several", "replaces"}
    assert acting.replaces == ()


def test_nothing_to_find(world):
    question = Prepared(lambda acting: Task.objects.none())
    acting = world.acting("alice")
    assert question(acting) == []
    assert question.count(acting) == 0


def test_an_unknown_uuid_is_found_by_nobody(world):
    acting = world.acting("alice")
    with acting_as(acting):
        assert REFERRAL(acting, uuid=uuid.uuid4()) == []


@pytest.mark.parametrize("text", ["", "'", "\\", "100 %", "%s", "%%s", "é’à", "a\nb"])
def test_a_text_that_never_changes_is_written_as_it_is(world, text):
    question = Prepared(
        lambda *, pk: Youth.objects.filter(pk=pk).annotate(said=Value(text)).values_list("pk", "said")
    )
    with as_owner():
        first_one, other = Youth.objects.order_by("pk")[:2]
        for youth in (first_one, other):
            assert question(None, pk=youth.pk) == [(youth.pk, text)]
        (written,) = question._written.values()
    assert written.parameters == (prepared._VALUE,)
