""" "À faire": oldest promise first, counts that filter, a kind empty state, each role its own."""

from datetime import timedelta

import pytest

from core import clock
from tests.referrals.test_loop import act, send


def test_rita_finds_what_awaits_her(world, visit):
    send(world)
    page = visit("rita").get("/").content.decode()
    assert "Yann Kermarrec" in page
    assert "Une réponse est attendue" in page
    assert "<strong>1</strong> À traiter" in page


def test_the_counts_are_filters(world, visit):
    send(world)
    rita = visit("rita")
    assert "Yann" in rita.get("/", {"groupe": "todo"}).content.decode()
    assert "Rien dans cette rubrique" in rita.get("/", {"groupe": "close"}).content.decode()
    assert "Yann" in rita.get("/", {"groupe": "inconnu"}).content.decode()


def test_a_promise_that_passed_is_late(world, visit, travel):
    send(world)
    travel(clock.now() + timedelta(days=60))
    page = visit("rita").get("/").content.decode()
    assert "En retard" in page
    assert "promis pour le" in page or "il y a" in page


def test_nothing_to_do_says_what_is_under_way(world, visit):
    assert "Aucune orientation n’est en cours" in visit("alice").get("/").content.decode()
    send(world)
    assert "1 orientation suit son cours" in visit("alice").get("/").content.decode()


def test_facts_close_the_task(world, visit):
    referral = send(world)
    visit("rita").get(referral.get_absolute_url())
    act(world, "rita", referral, "decline", reason="NON_RETENU_CAPACITE")
    assert "Rien ne vous attend" in visit("rita").get("/").content.decode()
    assert "À rebondir" in visit("alice").get("/").content.decode()


def test_orienting_again_closes_the_loop(world, visit):
    referral = send(world)
    visit("rita").get(referral.get_absolute_url())
    act(world, "rita", referral, "decline", reason="NON_RETENU_CAPACITE")
    send(world)
    assert "À rebondir" not in visit("alice").get("/").content.decode()
    page = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "la boucle est fermée" in page


def test_the_manager_sees_the_whole_structure_on_demand(world, visit):
    send(world)
    rosa = visit("rosa")
    assert "Yann" not in rosa.get("/").content.decode()
    assert "Yann" in rosa.get("/", {"vue": "structure"}).content.decode()
    assert "Yann" not in visit("remi").get("/", {"vue": "structure"}).content.decode()


@pytest.mark.parametrize(
    ("name", "target"),
    [("regis", "/tableau-de-bord/"), ("nadia", "/tableau-de-bord/"), ("paul", "/conventions/")],
)
def test_those_who_accompany_nobody_go_where_they_work(visit, name, target):
    assert visit(name).get("/").url == target


@pytest.mark.parametrize(
    "page", ["/aide/", "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/", "/nouveautes/"]
)
def test_public_pages_are_for_everybody(client, visit, page):
    assert client.get(page).status_code == 200
    assert visit("alice").get(page).status_code == 200
