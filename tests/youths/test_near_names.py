"""A name with one letter wrong is found, as a second answer: of the same youths, and no others (ADR 0037)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import AuditEntry
from core.scope import acting_as
from tests.conftest import as_owner
from tests.youths.test_search import add
from youths import search
from youths.models import Accompaniment, Youth
from youths.near_names import MINIMUM, beginnings, pattern_near, ways_near


def distance(one: str, other: str) -> int:
    """Letters missing, added, changed or exchanged between two words (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.text("abc", min_size=MINIMUM, max_size=7), st.text("abc", min_size=1, max_size=9))
def test_the_index_and_the_expression_ask_for_the_same_names(typed, name):
    """Both are: a beginning of the name is at one letter at most of what was typed."""
    near = any(distance(typed, name[:end]) <= 1 for end in range(len(name) + 1))
    asked = name.startswith(typed) or any(name.startswith(one) for one in beginnings(typed))
    if len(name) >= MINIMUM - 1:
        assert asked == near
    (way,) = ways_near(typed)
    assert bool(re.search(way[0], f"12/{name}")) == near


@pytest.mark.parametrize(
    "typed", ["", "ker", "17-0042", "06 39 98 12 34", "kermarrec 2", "'-.", "d e", "x" * 17]
)
def test_numbers_and_short_words_have_nothing_near(typed):
    assert (pattern_near(typed), ways_near(typed)) == ("", [])


def test_what_is_asked_stays_bounded():
    """Two words at most hold the mistake, of sixteen letters at most."""
    typed = " ".join(["abcdefghijklmnop"] * 6)
    assert pattern_near(typed).count(":*") < 1700
    assert len(ways_near(typed)) == 2


def near(world, typed: str, who: str = "alice") -> set[str]:
    acting = world.acting(who)
    with acting_as(acting):
        found = search.keys(acting, typed)
        return set(
            Youth.objects.filter(pk__in=search.near(acting, typed, found)).values_list("last_name", flat=True)
        )


@pytest.mark.parametrize("typed", [
    "kermarec", "kermarrrec", "karmarrec", "kremarrec", "ermarrec", "Kèrmarec", "kermarec yann", "yan kermarec",
])  # fmt: skip
def test_one_letter_wrong_still_finds(world, typed):
    assert near(world, typed) == {"Kermarrec"}


@pytest.mark.parametrize("typed", ["kermarrec", "kerrmarec", "kermarec zoe", "marrec", "kerma rec"])
def test_what_fits_or_is_too_far_is_not_near(world, typed):
    assert "Kermarrec" not in near(world, typed)


@pytest.mark.parametrize("who", ["charlie", "carla", "rosa", "regis", "nadia"])
def test_nothing_more_is_revealed_than_by_the_exact_name(world, who):
    """Whoever finds nobody by the exact name finds nobody by one near."""
    acting = world.acting(who)
    with acting_as(acting):
        assert search.keys(acting, "kermarrec") == []
    assert near(world, "kermarec", who) == set()


def test_a_partner_finds_near_names_among_those_it_may_open(world):
    youth = add(world, "Lou", "De la Tourette", phone="06 39 98 12 34")
    assert near(world, "tourete", "rita") == set()
    with as_owner():
        Accompaniment.objects.create(
            youth=youth, organisation=world.org("RSMV"), professional=world.user("rita"), role="partner"
        )
    for typed in ("tourete", "latourete", "lou tourete"):
        assert near(world, typed, "rita") == {"De la Tourette"}
    assert near(world, "tourete", "remi") == set()


def test_a_forged_pattern_is_that_of_one_s_own_organisation(world):
    """What is typed only ever becomes letters."""
    for typed in ("ker'ma", "ker:*|x", "kerm\\arec", ".*.*.*", "(((((", "[a-z]{4}", "a" * 99):
        assert re.fullmatch(r"(?:'@[a-z]+':\*(?: \| )?)*", pattern_near(typed))
        near(world, typed, "charlie")


def searched(visitor, typed: str) -> str:
    return visitor.post("/jeunes/recherche/", {"q": typed}, follow=True).content.decode()


def test_the_page_shows_them_apart(world, visit):
    html = searched(visit("dora"), "kermarec")
    assert "Aucun jeune de ce nom exactement" in html
    assert html.index("Noms proches") < html.index("Kermarrec")
    # The line of somebody whom one does not accompany says no more than in any search.
    assert f'href="{world.youth("yann").uuid}/ouvrir/?liste=recherche"' in html
    assert "Alice Advisor" in html
    exact = searched(visit("dora"), "kermarrec")
    assert "Noms proches" not in exact


def test_many_that_fit_leave_no_room_for_others(world, visit):
    for first in "abcdef":
        add(world, first.upper() * 3, "Kermarec")
    assert "Noms proches" not in searched(visit("dora"), "kermarec")
    assert near(world, "kermarec") == set()


def test_twenty_are_shown_and_more_are_said(world, visit):
    for number in range(21):
        add(world, "abcdefghijklmnopqrstu"[number] * 4, "Guivarch")
    html = searched(visit("dora"), "guivarck")
    assert html.count("Guivarch ") == 20
    assert "écrivez le nom plus loin" in html


def test_names_that_were_shown_are_counted(world, visit):
    """The trail counts near names as the others: limits of names a day hold for both."""
    visitor = visit("dora")
    visitor.post("/jeunes/recherche/", {"q": "kermarec"})
    visitor.get("/jeunes/?recherche=1")
    with as_owner():
        left = dict(AuditEntry.objects.filter(user_id=world.user("dora").pk).values_list("kind", "count"))
    assert left == {AuditEntry.Kind.SEARCH: 1, AuditEntry.Kind.LIST: 1}


def test_eight_statements(world, visit, queries):
    visitor = visit("dora")
    visitor.post("/jeunes/recherche/", {"q": "kermarec"})
    visitor.get("/jeunes/?recherche=1")
    count, sql = queries(visitor, "/jeunes/?recherche=1")
    # And the one that clears the scope, which only a test needs.
    assert count == 8 + 1, sql
