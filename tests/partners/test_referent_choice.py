"""Who answers: properties of the pure choice, then the same question asked of the database, with its reason."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from partners.designations.choice import Candidate, choose
from partners.designations.routing import Found, referent_for
from partners.models import Absence, Convention, Designation, Membership, Topic
from tests.conftest import as_owner

DAY = date(2026, 2, 28)
days = st.integers(-5, 5).map(lambda count: DAY + timedelta(days=count))
maybe_day = st.none() | days
departments = st.sampled_from([None, "17", "86"])
conventions = st.sampled_from([None, 1, 2])


@st.composite
def candidates(draw):
    """Designations of every shape, in an order that means nothing; some overlap: the choice asks no guarantee."""
    found = []
    for pk in draw(st.lists(st.integers(1, 40), unique=True, max_size=7)):
        starts_on, away = draw(days), draw(maybe_day)
        found.append(
            Candidate(
                pk=pk,
                user_id=draw(st.integers(100, 104)),
                substitute_id=draw(st.none() | st.integers(200, 203)),
                convention_id=draw(conventions),
                department=draw(departments),
                starts_on=starts_on,
                ends_on=draw(st.none() | st.integers(0, 6).map(lambda n, s=starts_on: s + timedelta(days=n))),
                absent_from=away,
                absent_until=away + timedelta(days=draw(st.integers(0, 5))) if away else None,
                lead_away=draw(st.booleans()),
                substitute_away=draw(st.booleans()),
            )
        )
    return found


def narrowness(one: Candidate) -> tuple[bool, bool]:
    return (one.department is not None, one.convention_id is not None)


def somebody_there(one: Candidate, day: date) -> bool:
    return one.leads_on(day) or (one.substitute_id is not None and not one.substitute_away)


@given(candidates(), days, departments, conventions)
def test_never_outside_dates_and_never_somebody_absent(found, day, department, convention):
    choice = choose(found, day, department=department, convention=convention)
    if choice.by is None:
        assert choice.user_id is None
        return
    by = choice.by
    assert by.starts_on <= day <= (by.ends_on or date.max)
    absent = by.absent_from is not None and by.absent_from <= day <= by.absent_until
    if choice.found == Found.REFERENT:
        assert choice.user_id == by.user_id
        assert not absent
        assert not by.lead_away
    else:
        assert choice.user_id == by.substitute_id is not None
        assert absent or by.lead_away
        assert not by.substitute_away


@given(candidates(), days, departments, conventions)
def test_never_for_another_territory_nor_another_convention(found, day, department, convention):
    choice = choose(found, day, department=department, convention=convention)
    for one in (choice.by, *choice.passed_over):
        if one is not None:
            assert one.department in (None, department)
            assert convention is None or one.convention_id in (None, convention)


@given(st.data(), candidates(), days, departments, conventions)
def test_the_order_of_the_rows_means_nothing(data, found, day, department, convention):
    shuffled = data.draw(st.permutations(found))
    asked = {"department": department, "convention": convention}
    assert choose(found, day, **asked) == choose(shuffled, day, **asked)


@given(candidates(), days, departments, conventions)
def test_the_narrowest_with_somebody_there_wins_and_a_gap_is_a_gap(found, day, department, convention):
    choice = choose(found, day, department=department, convention=convention)
    fitting = [
        one
        for one in found
        if one.runs_on(day)
        and one.department in (None, department)
        and (convention is None or one.convention_id in (None, convention))
    ]
    answering = [one for one in fitting if somebody_there(one, day)]
    if choice.by is None:
        assert not answering
        assert set(choice.passed_over) == set(fitting)
    else:
        assert narrowness(choice.by) == max(map(narrowness, answering))
        assert all(not somebody_there(one, day) for one in choice.passed_over)


@given(candidates(), days, departments, conventions, st.integers(0, 40))
def test_a_wider_designation_more_changes_nothing(found, day, department, convention, pk):
    """Somebody designated for everything never takes the place of whoever answers already."""
    before = choose(found, day, department=department, convention=convention)
    wide = Candidate(pk=1_000 + pk, user_id=999, starts_on=DAY)
    after = choose([*found, wide], day, department=department, convention=convention)
    if before.by is not None and narrowness(before.by) != (False, False):
        assert after == before
    if wide.runs_on(day):
        assert after.found != Found.GAP


# --- Asked of the database ------------------------------------------------------------------


@pytest.fixture
def designate(world):
    def make(name="bob", *, organisation="ML_A", topic=Topic.SMV, **fields):
        with as_owner():
            return Designation.objects.create(
                organisation=world.org(organisation),
                topic=topic,
                user=world.user(name),
                starts_on=fields.pop("starts_on", clock.today() - timedelta(days=30)),
                **fields,
            )

    return make


@pytest.fixture
def away(world):
    def make(name, substitute, days=3, **fields):
        with as_owner():
            return Absence.objects.create(
                membership=Membership.objects.get(user=world.user(name)),
                substitute=world.user(substitute),
                starts_on=clock.today(),
                until=clock.today() + timedelta(days=days),
                declared_by=world.user("mona"),
                **fields,
            )

    return make


def ask(world, **asked):
    return referent_for(world.org("ML_A").pk, Topic.SMV, **asked)


def test_why_a_referent(world, designate):
    convention = Convention.objects.get(code="UNML-SMV-2019")
    designate()
    assert ask(world).why == "Référent désigné pour ce sujet."
    designate("dora", convention=convention)
    assert ask(world).why == "Référent désigné pour la convention « Convention UNML – SMV »."
    designate("sonia", convention=convention, department_id="17")
    found = ask(world, department="17")
    assert found.user_id == world.user("sonia").pk
    assert found.why == (
        "Référent désigné pour la convention « Convention UNML – SMV » (territoire : Charente-Maritime)."
    )


def test_for_another_convention_the_general_referent_answers(world, designate, owner_makes):
    other = owner_makes(Convention, code="AUTRE-2026", title="Autre", themes=["smv"])
    designate()
    designate("dora", convention=Convention.objects.get(code="UNML-SMV-2019"))
    assert ask(world, convention=other.pk).user_id == world.user("bob").pk
    assert ask(world).user_id == world.user("dora").pk


def test_why_a_substitute_and_until_when(world, designate):
    today = clock.today()
    designate(substitute=world.user("alice"), absent_from=today, absent_until=today + timedelta(days=3))
    found = ask(world)
    assert (found.found, found.user_id) == (Found.SUBSTITUTE, world.user("alice").pk)
    assert found.why.startswith("Supplée Bob Colleague, en absence jusqu’au ")


def test_an_absence_declared_before_the_designation_counts_too(world, designate, away):
    absence = away("bob", "alice")
    designate(substitute=world.user("dora"))
    assert ask(world).user_id == world.user("dora").pk
    assert ask(world, day=absence.until + timedelta(days=1)).user_id == world.user("bob").pk


def test_a_substitute_who_is_away_does_not_answer(world, designate, away):
    today = clock.today()
    away("alice", "sonia")
    designate(substitute=world.user("alice"), absent_from=today, absent_until=today)
    found = ask(world)
    assert (found.found, found.user_id) == (Found.GAP, None)
    assert "dont le suppléant est absent aussi : les responsables reçoivent" in found.why


def test_an_absence_elsewhere_does_not_count(world, designate, away):
    """Somebody away from another organisation of theirs still answers here."""
    designate()
    with as_owner():
        elsewhere = Membership.objects.create(
            user=world.user("bob"), organisation=world.org("ML_C"), starts_on=date(2020, 1, 1)
        )
        Absence.objects.create(
            membership=elsewhere,
            substitute=world.user("charlie"),
            starts_on=clock.today(),
            until=clock.today(),
            declared_by=world.user("carla"),
        )
    assert ask(world).user_id == world.user("bob").pk


def test_why_nobody(world, designate):
    assert ask(world).why == (
        "Personne n’est désigné pour « Service militaire volontaire » : les responsables reçoivent."
    )
    today = clock.today()
    designate(absent_from=today, absent_until=today)
    assert ", sans suppléant : les responsables reçoivent." in ask(world).why


def test_one_query(world, designate, django_assert_num_queries):
    for code, name in (("17", "bob"), ("86", "dora"), (None, "sonia")):
        designate(name, department_id=code)
    with django_assert_num_queries(1):
        assert ask(world, department="86").user_id == world.user("dora").pk
