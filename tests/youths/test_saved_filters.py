"""Lists kept under a name: one's own, in one organisation, at most twenty; and the record's way back to its list."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.scope import acting_as
from tests.conftest import as_owner
from tests.youths.test_list import add
from youths.listing import asked as asking
from youths.listing import rows
from youths.models import SavedFilter

QUERY = "frein=MOBILITE&silence=30"


def keep(client, name: str, query: str = QUERY):
    return client.post(reverse("youths:filters"), {"action": "garder", "nom": name, "requete": query})


def kept(world) -> list[tuple[str, str]]:
    with as_owner():
        return list(SavedFilter.objects.order_by("pk").values_list("name", "query"))


def test_a_list_is_kept_renamed_and_removed(world, visit):
    alice = visit("alice")
    assert "Garder cette liste sous un nom" in alice.get(f"/jeunes/?{QUERY}").content.decode()
    shown = alice.get(reverse("youths:filters"), {"requete": QUERY}).content.decode()
    assert "Mes jeunes, Frein : Se déplacer, Sans nouvelles depuis 30 jours." in shown
    assert keep(alice, "À relancer").url == f"/jeunes/?{QUERY}"
    assert kept(world) == [("À relancer", QUERY)]
    html = alice.get("/jeunes/").content.decode()
    assert f'<a href="?{QUERY.replace("&", "&amp;")}">À relancer</a>' in html
    with as_owner():
        uuid = SavedFilter.objects.get().uuid
    alice.post(reverse("youths:filters"), {"action": "renommer", "filtre": uuid, "nom": "Plus tard"})
    assert kept(world) == [("Plus tard", QUERY)]
    alice.post(reverse("youths:filters"), {"action": "supprimer", "filtre": uuid})
    assert kept(world) == []


@pytest.mark.parametrize("name", ["bob", "mona", "charlie", "rita"])
def test_nobody_else_sees_nor_changes_it(world, visit, name):
    keep(visit("alice"), "Le mien")
    with as_owner():
        uuid = SavedFilter.objects.get().uuid
    other = visit(name)
    for action in ("renommer", "supprimer"):
        other.post(reverse("youths:filters"), {"action": action, "filtre": uuid, "nom": "Le sien"})
    assert kept(world) == [("Le mien", QUERY)]
    assert "Le mien" not in other.get(reverse("youths:filters")).content.decode()
    with acting_as(world.acting(name)):  # wall 2 alone
        assert not SavedFilter.objects.exists()
        assert not SavedFilter.objects.update(name="Le sien")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "1 85 05 78 006 084 91", "a\0b"])
def test_a_name_is_checked_and_nothing_typed_is_lost(world, visit, name):
    response = keep(visit("alice"), name)
    assert response.status_code == 200
    assert kept(world) == []
    assert QUERY.replace("&", "&amp;") in response.content.decode()


def test_the_same_name_twice_and_the_twenty_first_are_refused(world, visit):
    alice = visit("alice")
    keep(alice, "Deux fois")
    assert "Vous avez déjà un filtre de ce nom." in keep(alice, "Deux fois").content.decode()
    for number in range(19):
        keep(alice, f"N° {number}")
    with CaptureQueriesContext(connection) as asked:
        assert "Vous avez déjà 20 filtres" in keep(alice, "Un de trop").content.decode()
    # Two windows at once are counted one after the other.
    assert any("pg_advisory_xact_lock" in query["sql"] for query in asked)
    assert len(kept(world)) == 20
    with as_owner():
        second = SavedFilter.objects.order_by("pk")[1].uuid
    told = alice.post(reverse("youths:filters"), {"action": "renommer", "filtre": second, "nom": "Deux fois"})
    assert "Vous avez déjà un filtre de ce nom." in told.content.decode()


def test_what_is_kept_is_read_again_as_an_address_is(world, visit):
    """A list that no longer means anything filters nothing: a role that changed, a code that went."""
    keep(visit("alice"), "Tout", "vue=structure&frein=SANTE&tri=x&recherche=Kermarrec")
    assert kept(world) == [("Tout", "vue=structure")]


# --- From a record to the next one ---------------------------------------------------------------------


def ordered(world, who: str, query: str = "") -> list:
    acting = world.acting(who)
    with acting_as(acting):
        return [line.uuid for line in rows.page(acting, asking.read_query(acting, query), 1)]


@pytest.mark.parametrize("query", ["", "tri=naissance", "tri=nouvelles", "silence=30&tri=nouvelles"])
def test_previous_and_next_follow_the_list(world, visit, query):
    for number, name in enumerate(["Abel", "Milan", "Zed"]):
        add(
            world,
            name,
            lead="alice",
            birth_date=f"200{number}-01-01",
            last_contact_on=f"2025-0{number + 1}-01",
        )
    alice = visit("alice")
    uuids = ordered(world, "alice", query)
    assert len(uuids) == (3 if "silence" in query else 4)
    first = re.search(
        r'<ul class="rows"><li><a href="([^"]*)"', alice.get(f"/jeunes/?{query}").content.decode()
    )[1]
    address, seen = f"/jeunes/{first.replace('&amp;', '&')}", []
    while address:
        html = alice.get(address).content.decode()
        seen.append(address[8:44])
        following = re.search(r'href="([^"]*)" rel="next"', html)
        assert bool(re.search('rel="prev"', html)) == (len(seen) > 1)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(uuid) for uuid in uuids]


def test_the_way_back_is_the_list(world, visit):
    html = (
        visit("alice")
        .get(reverse("youths:detail", args=[world.youth("yann").uuid]), {"liste": "tri=naissance&mineurs=1"})
        .content.decode()
    )
    assert 'href="/jeunes/?tri=naissance&amp;mineurs=1"' in html


def test_a_search_has_its_neighbours_too(world, visit):
    for first in ("Ana", "Zoé"):
        add(world, "Kermarrec", first_name=first, lead="alice")
    mona = visit("mona")
    mona.post(reverse("youths:search"), {"q": "kermarrec"})
    html = mona.get(
        reverse("youths:detail", args=[world.youth("yann").uuid]), {"liste": "recherche"}
    ).content.decode()
    assert 'rel="prev"' in html
    assert 'rel="next"' in html
    assert "Kermarrec" not in "".join(re.findall(r'href="([^"]*)"', html))


def test_a_professional_s_neighbours_are_those_they_may_open(world, visit):
    add(world, "Avant", lead="dora")
    add(world, "Zzz", lead="dora")
    html = (
        visit("alice")
        .get(reverse("youths:detail", args=[world.youth("yann").uuid]), {"liste": "vue=structure"})
        .content.decode()
    )
    assert 'rel="prev"' not in html
    assert 'rel="next"' not in html


@pytest.mark.parametrize("told", ["x", "\x01", "vue=x", "a=1&" * 30, "=" * 700, "%", "recherche"])
def test_a_list_that_means_nothing_is_the_first_one(world, visit, told):
    assert visit("alice").get(
        reverse("youths:detail", args=[world.youth("yann").uuid]), {"liste": told}
    ).status_code == 200  # fmt: skip


def test_one_question_more_with_a_list_and_none_without(world, visit):
    alice, address = visit("alice"), reverse("youths:detail", args=[world.youth("yann").uuid])
    counted = {}
    for query in ("", "?liste=1", "?liste=tri%3Dnouvelles%26silence%3D30"):
        alice.get(address + query)
        with CaptureQueriesContext(connection) as found:
            alice.get(address + query)
        counted[query] = len([one for one in found if "SAVEPOINT" not in one["sql"]])
    without, *listed = counted.values()
    assert {number - without for number in listed} == {1}
