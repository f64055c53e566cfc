"""Lists kept under a name: one's own, in one organisation, at most twenty; and the record's way back to its list."""

import re
from itertools import pairwise
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.scope import acting_as
from tests.conftest import as_owner
from tests.youths.test_list import add
from youths.listing import asked as asking
from youths.listing import rows
from youths.models import SavedFilter, Youth

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


def walked(client, opened, way: str) -> list[str]:
    """The records met going on from one, until the page says that the list ends there."""
    seen = [""]
    while (record := opened.request["PATH_INFO"][8:44]) != seen[-1]:
        seen.append(record)
        address = re.search(rf'href="([^"]*)" rel="{way}"', opened.content.decode())
        opened = client.get(address[1].replace("&amp;", "&"), follow=True)
    html = opened.content.decode()
    assert "dossier de cette liste" in html
    assert f'rel="{way}"' not in html
    return seen[1:]


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
    opened = alice.get(f"/jeunes/{first.replace('&amp;', '&')}")
    assert walked(alice, opened, "next") == [str(uuid) for uuid in uuids]
    last = alice.get(f"/jeunes/{uuids[-1]}/?{urlencode({'liste': query or '1'})}")
    assert walked(alice, last, "prev") == [str(uuid) for uuid in reversed(uuids)]


@pytest.mark.parametrize("query", ["tri=nouvelles", "silence=30&tri=nouvelles"])
def test_writing_about_a_youth_keeps_the_place_in_the_list_by_news(world, visit, query):
    """What one writes is news: the record goes to the end of that list, and who reads it does not."""
    for month, name in enumerate(["Abel", "Milan", "Zed"], 1):
        add(world, name, lead="alice", last_contact_on=f"2025-0{month}-01")
    alice, listed = visit("alice"), ordered(world, "alice", query)
    shown = re.search(rf'href="({listed[0]}/[^"]*)"', alice.get(f"/jeunes/?{query}").content.decode())[
        1
    ].replace("&amp;", "&")
    for here, after in pairwise(listed):
        opened = alice.get(f"/jeunes/{shown}")
        with as_owner():
            Youth.objects.filter(uuid=here).update(last_contact_on=clock.today())
        following = re.search(r'href="([^"]*)" rel="next"', opened.content.decode())[1]
        shown = alice.get(following.replace("&amp;", "&")).url.removeprefix("/jeunes/")
        assert shown.startswith(str(after))


@pytest.mark.parametrize("told", ["2025-13-01", "0000-00-00", "x", "2025-01-01&rang=x", ""])
def test_a_place_that_means_nothing_is_that_of_now(world, visit, told):
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    asked = {"liste": f"tri=nouvelles&rang={told}", "sens": "apres"}
    assert visit("alice").get(f"{record}a-cote/", asked).status_code == 302


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
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    opened = mona.get(record, {"liste": "recherche"})
    assert "Kermarrec" not in "".join(re.findall(r'href="([^"]*)"', opened.content.decode()))
    yann = str(world.youth("yann").uuid)
    before, after = (
        walked(mona, opened, "prev"),
        walked(mona, mona.get(record, {"liste": "recherche"}), "next"),
    )
    assert (len(before), before[0], len(after), after[0]) == (2, yann, 2, yann)


def test_a_professional_s_neighbours_are_those_they_may_open(world, visit):
    add(world, "Avant", lead="dora")
    add(world, "Zzz", lead="dora")
    alice, yann = visit("alice"), world.youth("yann").uuid
    for way in ("prev", "next"):
        opened = alice.get(reverse("youths:detail", args=[yann]), {"liste": "vue=structure"})
        assert walked(alice, opened, way) == [str(yann)]
    # What a professional found by name, they go on from the list.
    alice.post(reverse("youths:search"), {"q": "kermarrec"})
    opened = alice.get(reverse("youths:detail", args=[yann]), {"liste": "recherche"})
    assert 'rel="next"' not in opened.content.decode()
    passed = alice.get(reverse("youths:beside", args=[yann]), {"liste": "recherche", "sens": "apres"})
    assert passed.url == reverse("youths:detail", args=[yann]) + "?bout=apres&liste=recherche"


@pytest.mark.parametrize(
    "told", ["", "?sens=x", "?sens=apres", "?sens=avant&liste=%01", "?liste=1&sens=apres&sens=x"]
)
def test_a_way_that_means_nothing_stays_on_the_record(world, visit, told):
    record = reverse("youths:detail", args=[world.youth("yann").uuid])
    assert visit("alice").get(f"{record}a-cote/{told}", follow=True).redirect_chain[-1][0].startswith(record)


def test_nobody_goes_on_from_a_record_that_is_not_theirs(world, visit):
    charlie = visit("charlie")
    for uuid in (world.youth("yann").uuid, uuid4()):
        assert (
            charlie.get(reverse("youths:beside", args=[uuid]), {"liste": "1", "sens": "apres"}).status_code
            == 404
        )


@pytest.mark.parametrize("told", ["x", "\x01", "vue=x", "a=1&" * 30, "=" * 700, "%", "recherche"])
def test_a_list_that_means_nothing_is_the_first_one(world, visit, told):
    assert visit("alice").get(
        reverse("youths:detail", args=[world.youth("yann").uuid]), {"liste": told}
    ).status_code == 200  # fmt: skip


def test_a_list_asks_nothing_until_one_goes_on(world, visit):
    alice, address = visit("alice"), reverse("youths:detail", args=[world.youth("yann").uuid])
    counted = {}
    for query in ("", "?liste=1", "?liste=tri%3Dnouvelles%26silence%3D30"):
        alice.get(address + query)
        with CaptureQueriesContext(connection) as found:
            alice.get(address + query)
        counted[query] = len([one for one in found if "SAVEPOINT" not in one["sql"]])
    assert len(set(counted.values())) == 1
