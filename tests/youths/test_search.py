"""Finding a youth of one's own organisation: however the name is typed, and nobody else's."""

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.names import normalise
from core.scope import acting_as
from tests.conftest import as_owner
from youths.models import Accompaniment, Youth
from youths.search import bounds, matching

NAMES = {
    "aubigne": ("Zoé-Lou", "D’Aubigné de La Tour"),
    "coeur": ("François", "Cœur-Léger"),
    "strasse": ("Łukasz", "Straße"),
    "ismail": ("Işık", "İsmail"),
}


def add(world, first: str, last: str, *, organisation: str = "ML_A", **fields) -> Youth:
    """A youth of an organisation, whom Alice does not accompany."""
    with as_owner():
        return Youth.objects.create(
            held_by=world.org(organisation), registered_with=world.org(organisation),
            first_name=first, last_name=last, birth_date="2004-05-06", **fields,
        )  # fmt: skip


def found(world, typed: str, who: str = "alice") -> set[str]:
    acting = world.acting(who)
    with acting_as(acting):
        return set(
            matching(Youth.objects.listed_for(acting), **bounds(typed)).values_list("last_name", flat=True)
        )


@pytest.mark.parametrize("typed", [
    "D'Aubigné", "d aubigne", "DAUBIGNE de la", "d’aubigné de la tour zoé", "D-AUBIGNE", "  d'aubigné  ", "zoé lou d",
    "Zoe-Lou", "ZOELOU"[:3], "zoé",
])  # fmt: skip
def test_accents_hyphens_particles_and_first_name_first(world, typed):
    add(world, *NAMES["aubigne"])
    expected = set() if typed == "DAUBIGNE de la" else {"D’Aubigné de La Tour"}
    assert {name for name in found(world, typed) if "Tour" in name} == expected


@pytest.mark.parametrize(("typed", "last"), [
    ("coeur", "Cœur-Léger"), ("cœur leger", "Cœur-Léger"), ("francois c", "Cœur-Léger"), ("strasse", "Straße"),
    ("lukasz", "Straße"), ("STRASSE L", "Straße"), ("ISMAIL", "İsmail"), ("ismail i", "İsmail"),
])  # fmt: skip
def test_ligatures_and_foreign_letters(world, typed, last):
    for key in ("coeur", "strasse", "ismail"):
        add(world, *NAMES[key])
    assert found(world, typed) == {last}


def test_a_file_number_finds_one_and_only_the_whole_of_it(world):
    add(world, "Ana", "Numéro", file_number="17-0042")
    assert found(world, "17-0042") == {"Numéro"}
    assert found(world, " 17-0042 ") == {"Numéro"}
    assert found(world, "17-004") == set()


def test_a_name_in_the_middle_is_not_a_beginning(world):
    assert found(world, "marrec") == set()
    assert found(world, "kermarrec y") == {"Kermarrec"}
    assert found(world, "kermarrec z") == set()


@pytest.mark.parametrize("who", ["charlie", "carla", "rita", "rosa", "rose", "regis", "nadia", "paul"])
def test_nobody_searches_across_organisations(world, who):
    assert found(world, "Kermarrec", who) == set()
    if who != "paul":  # he is of the same Mission Locale: wall 1 alone stops him
        with acting_as(world.acting(who)):
            assert not matching(Youth.objects.all(), **bounds("Kermarrec")).exists()


@pytest.mark.parametrize("who", ["alice", "bob", "dora", "mona"])
def test_the_whole_mission_locale_finds_its_own(world, who):
    assert found(world, "Kermarrec", who) == {"Kermarrec"}


def test_a_search_that_is_too_short_says_so(world, visit):
    html = visit("dora").post(reverse("youths:search"), {"q": "ke"}, follow=True).content.decode()
    assert "Écrivez au moins 3 lettres" in html
    assert "Kermarrec" not in html
    assert 'value="ke"' in html


def test_a_search_leaves_no_name_in_the_address(world, visit):
    response = visit("alice").post(reverse("youths:search"), {"q": "Kermarrec"})
    assert response.url == "/jeunes/?recherche=1"


def test_the_line_of_somebody_elses_youth_is_minimal(world, visit):
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            phone="06 39 98 44 44", email="y@canari.example"
        )
    html = visit("dora").post(reverse("youths:search"), {"q": "Kermarrec"}, follow=True).content.decode()
    assert "Kermarrec" in html
    assert "14\u00a0mars 2005" in html
    assert "Alice Advisor" in html
    assert "06 39 98 44 44" not in html
    assert "y@canari.example" not in html
    assert reverse("youths:open", args=[world.youth("yann").uuid]) in html
    assert f'href="{reverse("youths:detail", args=[world.youth("yann").uuid])}"' not in html


def test_pages_follow_one_another_without_gap_nor_double(world, visit):
    with as_owner():
        youths = Youth.objects.bulk_create(
            Youth(
                held_by=world.org("ML_A"), registered_with=world.org("ML_A"), first_name="Lou",
                last_name=f"Suite {number % 7}", birth_date="2004-05-06",
            )
            for number in range(120)
        )  # fmt: skip
        Accompaniment.objects.bulk_create(
            Accompaniment(
                youth=youth, organisation=world.org("ML_A"), professional=world.user("alice"), role="partner"
            )
            for youth in youths
        )
    alice, address, seen = visit("alice"), "/jeunes/", []
    while address:
        html = alice.get(address).content.decode()
        seen += [uuid for uuid in html.split('href="/jeunes/')[1:] if uuid[8] == "-"]
        following = [
            part.split('"')[0] for part in html.split('href="?')[1:] if "apres=" in part.split('"')[0]
        ]
        address = f"/jeunes/?{following[-1].replace('&amp;', '&')}" if following else ""
    uuids = [text[:36] for text in seen]
    assert len(uuids) == len(set(uuids)) == 121


_LETTERS = st.text(
    st.one_of(
        st.sampled_from("ÀâÉèêëÎïÔöÙûüÿçœŒæßŁñøÅİıẞ-'’ .abcXYZ019"),
        st.characters(max_codepoint=0x24F, exclude_categories=["Cs", "Cc"]),
    ),
    max_size=20,
)


@settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(st.lists(st.tuples(_LETTERS, _LETTERS), max_size=12))
def test_sql_and_python_agree_on_names(db, pairs):
    """``tu_normalise`` fills the columns, ``normalise`` reads what is typed: one differs, and nobody is found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tu_normalise(a, b) FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS t(a, b, n) ORDER BY n",
            [[last for last, _ in pairs], [first for _, first in pairs]],
        )
        in_sql = [row[0] for row in cursor.fetchall()]
    assert in_sql == [normalise(last, first) for last, first in pairs]
