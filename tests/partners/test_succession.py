"""A departmental chamber that its region absorbs (DOMAIN 9.12): the texts go on, people are not moved in silence."""

from datetime import date

import pytest

from partners import succession
from partners.conventions.reading import state_of, with_facts
from partners.conventions.state import ConventionState as S
from partners.models import (
    Commitment,
    Convention,
    ConventionParty,
    Designation,
    Membership,
    Organisation,
    Topic,
)
from partners.succession import Changed, Refused, plan, succeed
from tests.conftest import as_owner

ON = date(2021, 1, 1)
REASON = "Loi PACTE : le réseau est régional depuis le 1er janvier 2021."


@pytest.fixture(autouse=True)
def _owner(world):
    with as_owner():
        yield


@pytest.fixture
def chambers(world):
    """The chamber of a department, and the one of its region."""
    region = Organisation.objects.create(
        name="CMA de région", network="cma", level="regional", region_id="75"
    )
    local = Organisation.objects.create(
        name="CMA de Charente-Maritime", network="cma", level="local", department_id="17", parent=region
    )
    return local, region


def convention(code: str, *parties: Organisation, **fields) -> Convention:
    made = Convention.objects.create(
        **{
            "code": code,
            "title": f"Texte {code}",
            "signed_on": date(2019, 3, 1),
            "starts_on": date(2019, 3, 1),
        }
        | fields
    )
    for party in parties:
        ConventionParty.objects.create(convention=made, organisation=party, signed_on=made.signed_on)
    return made


def state(made: Convention, day: date) -> S:
    return state_of(with_facts(Convention.objects.filter(pk=made.pk)).get(), day)


def parties(made: Convention) -> list[tuple]:
    return [
        (row.organisation.name, row.joined_on, row.left_on, row.replaces_id)
        for row in made.parties.select_related("organisation").order_by("pk")
    ]


def test_the_heir_takes_the_place_and_the_text_goes_on(world, chambers):
    local, region = chambers
    running = convention("EN-COURS", local, world.org("ML_A"), ends_on=date(2022, 2, 28))
    done = succeed(local.pk, region.pk, ON, REASON)
    assert [(one.title, one.joins) for one in done.substitutions] == [("Texte EN-COURS", True)]
    first = running.parties.get(organisation=local)
    assert parties(running) == [
        ("CMA de Charente-Maritime", None, date(2020, 12, 31), None),
        ("Mission locale du Port", None, None, None),
        ("CMA de région", ON, None, first.pk),
    ]
    assert first.exit_reason == REASON
    for day in (date(2020, 12, 31), ON, date(2022, 2, 28)):
        assert state(running, day) == S.EN_VIGUEUR
    local.refresh_from_db()
    assert (local.ends_on, local.successor) == (ON, region)
    assert not Organisation.objects.existing_on(ON).filter(pk=local.pk).exists()


def test_a_heir_that_is_a_party_already_does_not_join_twice(world, chambers):
    local, region = chambers
    shared = convention("PARTAGEE", local, region, world.org("ML_A"))
    done = succeed(local.pk, region.pk, ON, REASON)
    assert [one.joins for one in done.substitutions] == [False]
    assert [row[:3] for row in parties(shared)] == [
        ("CMA de Charente-Maritime", None, date(2020, 12, 31)),
        ("CMA de région", None, None),
        ("Mission locale du Port", None, None),
    ]
    assert state(shared, ON) == S.EN_VIGUEUR


def test_texts_that_are_over_stay_as_they_were_and_those_not_yet_signed_are_listed(world, chambers):
    local, region = chambers
    over = convention("ECHUE", local, world.org("ML_A"), ends_on=date(2020, 6, 30))
    to_come = convention(
        "A-VENIR", local, world.org("ML_A"), signed_on=date(2020, 12, 1), starts_on=date(2021, 9, 1)
    )
    left = convention("QUITTEE", local, world.org("ML_A"), world.org("RSMV"))
    ConventionParty.objects.filter(convention=left, organisation=local).update(
        left_on=date(2020, 5, 1), exit_reason="Sortie"
    )
    done = succeed(local.pk, region.pk, ON, REASON)
    assert done.substitutions == ()
    assert [one.lines for one in done.remaining if one.kind.startswith("Autres textes")] == [
        ("Texte A-VENIR",)
    ]
    for made in (over, to_come, left):
        assert made.parties.filter(organisation=region).count() == 0


def test_a_text_that_the_heir_joins_later_is_listed_and_the_others_go_on(world, chambers):
    local, region = chambers
    later = convention("PLUS-TARD", local, world.org("ML_A"))
    ConventionParty.objects.create(convention=later, organisation=region, joined_on=date(2021, 6, 1))
    convention("EN-COURS", local, world.org("ML_A"))
    done = succeed(local.pk, region.pk, ON, REASON)
    assert [one.title for one in done.substitutions] == ["Texte EN-COURS"]
    assert [one.lines for one in done.remaining if one.kind.startswith("Autres textes")] == [
        ("Texte PLUS-TARD",)
    ]


def test_people_and_what_hangs_on_it_are_listed_and_not_moved(world, chambers):
    local, region = chambers
    text = convention("EN-COURS", local, world.org("ML_A"), lead=local)
    Commitment.objects.create(
        convention=text, party=local, theme="apprentissage", wording="Recevoir les jeunes"
    )
    Designation.objects.create(
        organisation=local, topic=Topic.APPRENTICESHIP, user=world.user("rita"), starts_on=date(2019, 5, 1)
    )
    Membership.objects.create(organisation=local, user=world.user("rita"), starts_on=date(2019, 1, 1))
    site = Organisation.objects.create(
        name="Antenne de Saintes", network="cma", level="local", department_id="17", parent=local
    )
    done = succeed(local.pk, region.pk, ON, REASON)
    listed = {one.kind.split(",")[0]: one.lines for one in done.remaining}
    assert listed == {
        "Engagements pris par elle": ("Recevoir les jeunes",),
        "Référents désignés": ("Apprentissage, depuis le 1er mai 2019",),
        "Personnes rattachées": ("Professionnel : 1",),
        "Structures rattachées à elle": ("Antenne de Saintes",),
        "Conventions dont elle est la structure pilote": ("Texte EN-COURS",),
    }
    assert Designation.objects.get(topic=Topic.APPRENTICESHIP, organisation=local).ends_on is None
    assert Membership.objects.get(organisation=local).ends_on is None
    site.refresh_from_db()
    assert site.parent == local


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (lambda local, region: {"heir": local.pk}, "heir", "ne se succède pas à elle-même"),
        (lambda local, region: {"reason": "  "}, "reason", "Indiquez le motif"),
        (lambda local, region: _set(region, network="ml"), "heir", "pas du même réseau"),
        (lambda local, region: _set(region, ends_on=date(2020, 1, 1)), "heir", "n’existe pas ce jour-là"),
        (lambda local, region: _set(region, starts_on=date(2022, 1, 1)), "heir", "n’existe pas ce jour-là"),
        (lambda local, region: _set(local, successor=region), "heir", "a déjà une structure qui lui succède"),
        (lambda local, region: _set(local, starts_on=ON), "on", "n’existe que depuis le 1er janvier 2021"),
        (lambda local, region: _set(local, ends_on=date(2020, 1, 1)), "on", "a cessé d’exister avant"),
        (lambda local, region: _set(region, successor=local), "heir", "succède déjà à"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_changes_nothing(
    world, chambers, change, field, message
):
    local, region = chambers
    made = convention("EN-COURS", local, world.org("ML_A"))
    asked = {"heir": region.pk, "reason": REASON} | change(local, region)
    before = parties(made)
    with pytest.raises(Refused, match=message) as caught:
        succeed(local.pk, asked["heir"], ON, asked["reason"])
    assert caught.value.field == field
    assert parties(made) == before


def _set(organisation: Organisation, **fields) -> dict:
    Organisation.objects.filter(pk=organisation.pk).update(**fields)
    return {}


def test_the_plan_changes_nothing_and_is_sealed(world, chambers):
    local, region = chambers
    made = convention("EN-COURS", local, world.org("ML_A"))
    shown = plan(local, region, ON)
    assert parties(made)[0][2] is None
    convention("NOUVELLE", local, world.org("ML_A"))
    with pytest.raises(Changed):
        succeed(local.pk, region.pk, ON, REASON, seen=shown.seal)
    assert Organisation.objects.get(pk=local.pk).ends_on is None
    fresh = plan(local, region, ON)
    assert succeed(local.pk, region.pk, ON, REASON, seen=fresh.seal) == fresh


def test_all_or_nothing(world, chambers, monkeypatch):
    local, region = chambers
    first, second = convention("A", local, world.org("ML_A")), convention("B", local, world.org("ML_A"))
    real = succession.convention_acts.substitute_party

    def broken(pk, **options):
        if pk == second.pk:
            raise succession.convention_acts.Refused("la sortie est déjà enregistrée.")
        return real(pk, **options)

    monkeypatch.setattr(succession.convention_acts, "substitute_party", broken)
    with pytest.raises(Refused, match="« Texte B » : la sortie"):
        succeed(local.pk, region.pk, ON, REASON)
    assert [row[2] for row in parties(first)] == [None, None]
    assert Organisation.objects.get(pk=local.pk).successor is None


def test_the_plan_costs_the_same_for_many_conventions(world, chambers, django_assert_num_queries):
    local, region = chambers
    for number in range(3):
        convention(f"C{number}", local, world.org("ML_A"))
    with django_assert_num_queries(7):
        plan(local, region, ON)
    for number in range(3, 12):
        convention(f"C{number}", local, world.org("ML_A"))
    with django_assert_num_queries(7):
        assert len(plan(local, region, ON).substitutions) == 12
