"""The fictitious country: deterministic, plausible, and reaching nobody real."""

import re
from collections import Counter
from datetime import date
from random import Random

import pytest

from partners.models.organisations import Level, Network, Role
from partners.models.referents import Topic
from partners.territory.dataset import read_territory
from portal.demo.country import SMV_REGIONS, build_country, fiction_phone
from portal.demo.names import of_town, slug
from portal.demo.persons import HOME, NAMED, NEIGHBOUR
from portal.demo.youths import youths

TODAY = date(2026, 3, 2)
PHONE = re.compile(r"(01 99 00|06 39 98) \d\d \d\d")
ADDRESS = re.compile(r"[a-z0-9.-]+@[a-z0-9-]+\.example")


@pytest.fixture(scope="module")
def country():
    return build_country(read_territory())


@pytest.fixture(scope="module")
def young(country):
    return youths(country, 3000, Random(7), TODAY)


def test_same_seed_same_country(country):
    assert build_country(read_territory()) == country
    assert build_country(read_territory(), seed=1) != country


def test_counts(country):
    assert Counter(o.kind for o in country.organisations) == {
        "mission_locale": 440,
        "agence_interim": 120,
        "cma_site": 101,
        "cmar": 20,
        "dreets": 18,
        "conseil_regional": 18,
        "akto_delegation": 18,
        "arml": 15,
        "national": 13,
        "smv_site": 7,
    }


def test_every_department_has_a_mission_locale_and_large_ones_have_more(country):
    counts = Counter(o.department for o in country.organisations if o.kind == "mission_locale")
    assert len(counts) == 101
    assert counts["59"] > 10 > counts["86"] > counts["48"] == 1


def test_keys_names_and_addresses_are_unique(country):
    for values in (
        [o.key for o in country.organisations],
        [o.name for o in country.organisations],
        [p.key for p in country.people],
        [o.email for o in country.organisations] + [p.email for p in country.people],
        [o.phone for o in country.organisations] + [p.phone for p in country.people],
    ):
        assert len(values) == len(set(values))


def test_nobody_real_can_be_reached(country, young):
    for someone in (*country.organisations, *country.people, *young):
        assert PHONE.fullmatch(someone.phone), someone
    for someone in (*country.organisations, *country.people):
        assert ADDRESS.fullmatch(someone.email), someone
    assert all(ADDRESS.fullmatch(y.email) for y in young if y.email)


def test_places_exist_and_agree(country):
    territory = read_territory()
    municipalities = {m.code: m for m in territory.municipalities}
    departments = {d.code: d for d in territory.departments}
    keys = {o.key for o in country.organisations}
    for o in country.organisations:
        assert o.parent is None or o.parent in keys
        assert o.network in Network.values
        assert o.level in Level.values
        if o.level == "national":
            continue
        assert departments[o.department].region == o.region
        assert municipalities[o.municipality].department == o.department


def test_values_fit_the_tables(country):
    assert max(len(o.name) for o in country.organisations) <= 160
    assert max(len(o.acronym) for o in country.organisations) <= 30
    assert max(len(o.key) for o in country.organisations) <= 40


def test_people_belong_somewhere_with_a_known_role(country):
    keys = {o.key for o in country.organisations}
    teams = {t.key: t.organisation for t in country.teams}
    for person in country.people:
        if person.persona == "administrator":
            assert (person.organisation, person.role) == (None, None)
            continue
        assert person.organisation in keys
        assert person.role in Role.values
        assert person.team is None or teams[person.team] == person.organisation
    staffed = {p.organisation for p in country.people}
    assert keys - staffed == {"CNML"}  # ceased: nobody works there


def test_missions_locales_are_staffed_as_asked(country):
    for o in country.organisations:
        if o.kind == "mission_locale":
            roles = Counter(p.role for p in country.people if p.organisation == o.key and p.role != "dpo")
            assert roles["manager"] == 1
            assert 2 <= roles["professional"] <= 4


def test_named_inhabitants(country):
    named = country.personas()
    assert set(named) == set(NAMED)
    assert named["alice"].organisation == named["bob"].organisation == HOME
    assert named["alice"].team == named["bob"].team is not None
    assert named["charlie"].organisation == NEIGHBOUR
    assert named["rita"].organisation == "SMV_3RSMV"
    assert country.organisation("SMV_3RSMV").municipality == "17300"
    with pytest.raises(KeyError):
        country.organisation("NOWHERE")


def test_designations_hold_and_leave_gaps(country):
    people = {p.key: p for p in country.people}
    leads = Counter((d.organisation, d.topic) for d in country.designations)
    assert set(leads.values()) == {1}
    for d in country.designations:
        assert d.topic in Topic.values
        assert people[d.person].organisation == d.organisation
        assert d.substitute is None or people[d.substitute].organisation == d.organisation
        assert d.substitute != d.person
        assert d.since_days > 0
    concerned = {
        o.key for o in country.organisations if o.kind == "mission_locale" and o.region in SMV_REGIONS
    }
    covered = {d.organisation for d in country.designations if d.topic == "smv"} & concerned
    assert 0.85 < len(covered) / len(concerned) < 1
    by_place = {(d.organisation, d.topic): d.person for d in country.designations}
    assert by_place["SMV_3RSMV", "smv"] == "rita"
    assert by_place[HOME, "smv"] == "bob"
    assert by_place[NEIGHBOUR, "smv"] == "charlie"


def test_catchments_share_out_the_departments(country):
    codes = [m.code for area in country.catchments.values() for m in area]
    territory = read_territory()
    departments = {d.code for d in territory.departments if d.kind == "department"}
    assert len(codes) == len(set(codes))
    assert set(codes) == {m.code for m in territory.municipalities if m.department in departments}
    assert len(country.catchments) == 440


def test_youths_are_of_the_age_and_of_the_place(country, young):
    assert len(young) == 3000
    areas = {key: {m.code: m for m in area} for key, area in country.catchments.items()}
    ages = Counter()
    for y in young:
        age = (
            TODAY.year
            - y.birth_date.year
            - ((TODAY.month, TODAY.day) < (y.birth_date.month, y.birth_date.day))
        )
        ages[age] += 1
        assert y.postcode in areas[y.mission_locale][y.municipality].postcodes
        assert 1 <= y.level <= 8
        assert not (y.diploma and y.level < 3)
    assert set(ages) == set(range(16, 26))
    assert ages[19] > ages[16] > 0
    assert ages[19] > ages[25]
    assert len({y.phone for y in young}) == 3000
    assert len({y.email for y in young if y.email}) == sum(bool(y.email) for y in young)


def test_youths_are_the_same_for_the_same_seed_and_differ_otherwise(country, young):
    assert youths(country, 3000, Random(7), TODAY) == young
    assert youths(country, 50, Random(8), TODAY) != young[:50]


def test_youths_hold_the_hard_cases(young):
    """DOMAIN 9.9 and 9.10: twins, 29 February, apostrophes, particles and hyphens."""
    assert any((y.birth_date.month, y.birth_date.day) == (2, 29) for y in young)
    homes = Counter((y.last_name, y.birth_date, y.municipality) for y in young)
    assert any(count > 1 for count in homes.values())
    for mark in ("'", "-", " "):
        assert any(mark in y.last_name for y in young)
    assert len({(y.first_name, y.last_name, y.birth_date) for y in young}) == 3000


def test_the_story_takes_place_where_there_are_youths(young):
    places = Counter(y.mission_locale for y in young)
    assert places[HOME] > 60
    assert places[NEIGHBOUR] > 40


def test_youths_on_a_29_february(country):
    assert len(youths(country, 200, Random(1), date(2028, 2, 29))) == 200


def test_fiction_phones_never_repeat_within_ten_thousand():
    assert len({fiction_phone("06 39 98", index) for index in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Le Mans", "du Mans"),
        ("Les Abymes", "des Abymes"),
        ("La Rochelle", "de La Rochelle"),
        ("Angers", "d'Angers"),
        ("Épinal", "d'Épinal"),
        ("Hyères", "d'Hyères"),
        ("Haguenau", "de Haguenau"),
    ],
)
def test_town_after_de(name, expected):
    assert of_town(name) == expected


def test_slug_is_ascii():
    assert slug("D'Almeida Œuvré") == "d-almeida-oeuvre"
