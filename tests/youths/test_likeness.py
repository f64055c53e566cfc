"""Names that may be those of one person: particles, hyphens, apostrophes, orders (hard case 10)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.scope import acting_as
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.youths.test_create import ADDRESS, LOU, create
from youths.merging import joining
from youths.merging.likeness import alike
from youths.models import Youth


@pytest.mark.parametrize(("one", "other"), [
    (("Zoé", "d’Aubigné"), ("Zoe", "Aubigne")),
    (("Zoé", "D'AUBIGNÉ"), ("Aubigné", "Zoé")),
    (("Jean", "de La Tour"), ("Jean", "Latour")),
    (("Jean", "de La Tour"), ("Tour", "Jean")),
    (("Jean-Pierre", "Le Goff"), ("Jean Pierre", "Legoff")),
    (("Jeanpierre", "Goff"), ("Jean-Pierre", "Le Goff")),
    (("Amina", "Ben Salah"), ("Salah", "Amina")),
    (("Mary", "O’Connor"), ("Mary", "OConnor")),
    (("Yann", "Kermarrec"), ("Yan", "Kermarec")),
    (("Chloé", "Garcia Lopez"), ("Lopez Garcia", "Chloe")),
])  # fmt: skip
def test_written_otherwise_it_is_close(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), [
    (("Yann", "Kermarrec"), ("Solène", "Abgrall")),
    (("De", "La"), ("Du", "Le")),
    (("Lina", "Martin"), ("Théo", "Bernard")),
])  # fmt: skip
def test_another_name_is_somebody_else(one, other):
    assert not alike(one, other)


NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèç -’", min_size=2, max_size=20)


@given(NAMES, NAMES, NAMES, NAMES)
def test_close_is_close_both_ways(first, last, other_first, other_last):
    one, other = (first, last), (other_first, other_last)
    assert alike(one, other) == alike(other, one)


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12),
)
def test_inverted_or_in_capitals_it_is_the_same(first, last):
    assert alike((first, last), (last.upper(), first.upper()))
    assert alike((first, last), (first, f"de {last}"))


def _questions(client, **typed) -> tuple[int, list[str]]:
    form = form_of(client.get(ADDRESS).content.decode(), "last_name")
    with CaptureQueriesContext(connection) as asked:
        response = send_pairs(client, ADDRESS, form.filled(**typed))
    return response.status_code, [one["sql"].split("(")[0][:25] for one in asked]


def test_a_partner_does_not_learn_that_a_youth_is_known_elsewhere(world, visit):
    """The same questions and the same page, for somebody whom a Mission Locale knows and for nobody's."""
    known = {"last_name": "Kermarrec", "first_name": "Yann", "birth_date": "2005-03-14"}
    unknown = {"last_name": "Inconnu", "first_name": "Paul", "birth_date": "2005-03-14"}
    rita = visit("rita")
    create(rita, **LOU)
    assert _questions(rita, **known) == _questions(rita, **unknown)


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_homonyms_born_the_same_day_are_two(world, visit, who):
    client = visit(who)
    assert create(client, **LOU).status_code == 302
    form = form_of(create(client, **LOU).content.decode(), "last_name", "distinct")
    assert send_pairs(client, ADDRESS, form.filled(press=("distinct", "on"))).status_code == 302
    with as_owner():
        assert Youth.objects.filter(last_name="Nouveau").count() == 2


def test_born_another_day_nobody_is_proposed(world):
    with acting_as(world.acting("alice")):
        assert (
            joining.candidates(world.acting("alice"), "Yann", "Kermarrec", world.youth("zoe").birth_date)
            == []
        )
