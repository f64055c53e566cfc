"""Finding a youth of one's own organisation: however the name is typed, and nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.names import normalise
from core.scope import acting_as
from tests.conftest import as_owner
from youths.models import Accompaniment, Youth
from youths.search import matching, pattern_of, phone_of

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
            matching(acting, pattern=pattern_of(typed)).values_list("last_name", flat=True)
            if pattern_of(typed)
            else []
        )


@pytest.mark.parametrize("typed", [
    "D'Aubigné", "d aubigne", "DAUBIGNE de la", "d’aubigné de la tour zoé", "D-AUBIGNE", "  d'aubigné  ", "zoé lou d",
    "Zoe-Lou", "ZOELOU", "zoé", "tour", "la tour", "LATOUR", "delatour", "lou", "de la tour lou", "aubigné tour", "zoelou daubigne",
])  # fmt: skip
def test_accents_hyphens_particles_and_first_name_first(world, typed):
    add(world, *NAMES["aubigne"])
    assert {name for name in found(world, typed) if "Tour" in name} == {"D’Aubigné de La Tour"}


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


def test_the_middle_of_a_word_is_not_a_beginning(world):
    assert found(world, "marrec") == set()
    assert found(world, "kermarrec y") == {"Kermarrec"}
    assert found(world, "kermarrec z") == set()


@pytest.mark.parametrize(("last", "typed"), [
    ("Tour", "de la tour"), ("Legall", "le gall"), ("Le Gall", "legall"), ("Ben Ali", "ali"), ("El Amrani", "amrani"),
])  # fmt: skip
def test_a_particle_may_be_written_or_left_out(world, last, typed):
    add(world, "Noé", last)
    assert last in found(world, typed)


@pytest.mark.parametrize("typed", ["li na", "LINA", "na li", "nali"])
def test_a_name_of_two_letters_is_found_by_the_whole_of_it(world, typed):
    add(world, "Na", "Li")
    assert found(world, typed) == {"Li"}


@pytest.mark.parametrize("typed", ["", "ke", "k e", "'-.", "é à", "12"])
def test_under_three_letters_nothing_is_asked(world, typed):
    assert pattern_of(typed) == ""


def test_letters_scattered_are_not_a_way_to_list_everybody(world):
    """Three words of one letter: only the whole of them, joined, is looked for."""
    assert found(world, "k e y") == set()


@pytest.mark.parametrize("typed", [
    "06 39 98 12 34", "0639981234", "+33 6 39 98 12 34", "+33639981234", "0033 6 39 98 12 34", "+33 (0)6 39 98 12 34", "06.39.98",
    "33639981234", "+33 6 39 98",
])  # fmt: skip
@pytest.mark.parametrize(
    "kept", ["06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234", "+33 (0)6-39-98-12-34"]
)
def test_a_telephone_number_however_it_is_written(world, typed, kept):
    add(world, "Tim", "Téléphone", phone=kept)
    assert "Téléphone" in found(world, typed)


@pytest.mark.parametrize("typed", ["06 39 9", "39 98 12 34", "06 39 98 99"])
def test_a_telephone_number_is_found_by_its_beginning_of_six_digits(world, typed):
    add(world, "Tim", "Téléphone", phone="06 39 98 12 34")
    assert found(world, typed) == set()


def test_a_number_of_overseas_is_found_both_ways(world):
    add(world, "Tim", "Téléphone", phone="+262 692 12 34 56")
    assert found(world, "0692 12 34") == found(world, "+262 692 12 34 56") == {"Téléphone"}


def test_what_is_corrected_is_found_anew(world):
    youth = add(world, "Ana", "Avant", phone="06 39 98 12 34")
    with as_owner():
        Youth.objects.filter(pk=youth.pk).update(last_name="Après", phone="")
    assert found(world, "avant") == found(world, "0639981234") == set()
    assert found(world, "apres") == {"Après"}


def test_a_partner_finds_among_those_it_may_open(world):
    """Its own records, and those it accompanies: by any word and by telephone, with the same rules."""
    youth = add(world, "Lou", "De la Tour", phone="06 39 98 12 34")
    for typed in ("tour", "latour", "06 39 98 12"):
        assert found(world, typed, "rita") == set()
    with as_owner():
        Accompaniment.objects.create(
            youth=youth, organisation=world.org("RSMV"), professional=world.user("rita"), role="partner"
        )
    for typed in ("tour", "latour", "06 39 98 12"):
        assert found(world, typed, "rita") == {"De la Tour"}
    assert found(world, "tour", "remi") == set()


@pytest.mark.parametrize("who", ["charlie", "rita", "regis", "nadia"])
def test_a_forged_pattern_finds_nothing_of_another_organisation(world, who):
    """Wall 2: the function that asks the index gives the acting organisation's own, whatever it is asked."""
    own = world.org("ML_A").pk
    forged = ("'@kermarrec':*", f"'{own}/kermarrec':*", f"'{own}/':*", f"'@x' | '{own}/kermarrecyann'")
    with acting_as(world.acting(who)), connection.cursor() as cursor:
        for pattern in forged:
            for find in ("tu_find_youths", "tu_find_linked"):
                cursor.execute(f"SELECT f FROM {find}(%s) f", [pattern])
                assert world.youth("yann").pk not in {row[0] for row in cursor.fetchall()}, (find, pattern)


def test_the_index_of_links_gives_what_is_linked_today(world, travel):
    """Whoever keeps the record; no longer once the access has ended, to the minute."""
    youth, own = add(world, "Lou", "De la Tour"), world.acting("rita")
    with as_owner():
        Accompaniment.objects.create(
            youth=youth, organisation=world.org("RSMV"), professional=world.user("rita"), role="partner",
            access_until=clock.now() + timedelta(minutes=5),
        )  # fmt: skip

    def linked() -> set[int]:
        with acting_as(own), connection.cursor() as cursor:
            cursor.execute("SELECT f FROM tu_find_linked(%s) f", ["'@latour':*"])
            return {row[0] for row in cursor.fetchall()}

    assert linked() == {youth.pk}
    assert found(world, "latour", "rita") == {"De la Tour"}
    travel(clock.now() + timedelta(minutes=6))
    assert linked() == set()
    assert found(world, "latour", "rita") == set()


def test_without_a_scope_the_index_answers_nothing(world):
    with connection.cursor() as cursor:
        for find in ("tu_find_youths", "tu_find_linked"):
            cursor.execute(f"SELECT count(*) FROM {find}(%s)", ["'@ker':* | 'ker':*"])
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("who", ["charlie", "carla", "rita", "rosa", "rose", "regis", "nadia", "paul"])
def test_nobody_searches_across_organisations(world, who):
    assert found(world, "Kermarrec", who) == set()
    if who != "paul":  # he is of the same Mission Locale: wall 1 alone stops him
        with acting_as(world.acting(who)):
            assert not Youth.objects.filter(search_name__startswith="kermarrec").exists()


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
    assert f'href="{world.youth("yann").uuid}/ouvrir/?liste=recherche"' in html
    assert f"{world.youth('yann').uuid}/" not in html.replace(f"{world.youth('yann').uuid}/ouvrir/", "")


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


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(st.lists(st.text(st.sampled_from("0123456789+ .-()"), max_size=18), min_size=1, max_size=12))
def test_sql_and_python_agree_on_telephone_numbers(db, numbers):
    """A number typed whole is the number that is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tu_search_phone(n) FROM unnest(%s::text[]) WITH ORDINALITY AS t(n, o) ORDER BY o",
            [numbers],
        )
        in_sql = [row[0] for row in cursor.fetchall()]
    for number, kept in zip(numbers, in_sql, strict=True):
        if len(kept) == 10 and kept.startswith("0") and not kept.startswith("00"):
            assert phone_of(number) == kept
