"""Entrusting the youths of a list: the preview, one go, two people at once, what is not one's own."""

import re

import pytest
from django.urls import reverse

from core.models import Change
from notifications.models import Notification
from tests.conftest import as_owner
from tests.youths.test_list import add
from youths.models import Accompaniment

PAGE = "/jeunes/confier/"


def leads(world) -> dict[str, str]:
    """Who leads each youth of Alice's Mission Locale today."""
    with as_owner():
        links = (
            Accompaniment.objects.active().filter(organisation=world.org("ML_A"), role="lead").order_by("pk")
        )
        return {link.youth.last_name: link.professional.first_name for link in links}


def uuids(world, *names: str) -> list[str]:
    with as_owner():
        found = Accompaniment.objects.active().filter(youth__last_name__in=names)
        return [str(link.youth.uuid) for link in found.order_by("youth__search_name")]


def preview(client, world, to: str, chosen: list[str]):
    return client.post(PAGE, {"vers": world.user(to).pk, "jeune": chosen})


def confirm(client, response):
    pairs = re.findall(r'name="(vers|seen|jeune)" value="([^"]*)"', response.content.decode())
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(PAGE, data)


def test_a_manager_entrusts_any_youth_and_the_successor_is_told(world, visit):
    add(world, "Abel", lead="dora")
    mona = visit("mona")
    html = mona.get(PAGE).content.decode()
    assert html.count('name="jeune"') == 3
    shown = preview(mona, world, "bob", uuids(world, "Abel", "Kermarrec"))
    assert leads(world) == {"Abel": "Dora", "D’Aubigné": "Dora", "Kermarrec": "Alice"}
    assert "2 jeunes à confier à Bob" in shown.content.decode()
    assert confirm(mona, shown).status_code == 302
    assert leads(world) == {"Abel": "Bob", "D’Aubigné": "Dora", "Kermarrec": "Bob"}
    with as_owner():
        assert Notification.objects.filter(user=world.user("bob"), kind="youth.entrusted").count() == 1
        told = Change.objects.filter(
            model="youths.Accompaniment", user_id=world.user("mona").pk, operation="insert"
        )
        assert len({change.subject_id for change in told}) == 2


def test_sent_twice_it_passes_once(world, visit):
    mona = visit("mona")
    shown = preview(mona, world, "bob", uuids(world, "Kermarrec"))
    for _ in range(2):
        assert confirm(mona, shown).status_code == 302
    with as_owner():
        assert (
            Accompaniment.objects.filter(youth=world.youth("yann"), organisation=world.org("ML_A")).count()
            == 2
        )
        assert Notification.objects.filter(kind="youth.entrusted").count() == 1


def test_two_people_at_once_one_is_told_what_changed(world, visit):
    add(world, "Abel", lead="dora")
    mona = visit("mona")
    shown = preview(mona, world, "bob", uuids(world, "Abel", "Kermarrec"))
    with as_owner():
        Accompaniment.objects.filter(youth__last_name="Abel").update(professional=world.user("bob"))
    late = confirm(mona, shown)
    assert late.status_code == 409
    html = late.content.decode()
    assert "Rien n’a été confié" in html
    assert "Abel Lou : cette personne l’accompagne déjà" in html
    assert leads(world)["Kermarrec"] == "Alice"
    assert confirm(mona, late).status_code == 302
    assert leads(world)["Kermarrec"] == "Bob"


def test_a_professional_entrusts_their_own_alone(world, visit):
    """Bob, of Alice's team, opens her youths: they are hers to pass, or the manager's."""
    shown = preview(visit("bob"), world, "dora", uuids(world, "Kermarrec"))
    assert "un autre professionnel l’accompagne" in shown.content.decode()
    assert "seen" in shown.content.decode()
    confirm(visit("bob"), shown)
    assert leads(world)["Kermarrec"] == "Alice"
    alice = visit("alice")
    assert confirm(alice, preview(alice, world, "dora", uuids(world, "Kermarrec"))).status_code == 302
    assert leads(world)["Kermarrec"] == "Dora"


@pytest.mark.parametrize("name", ["charlie", "carla", "dora", "rita", "rosa"])
def test_what_one_may_not_open_is_not_shown_nor_passed(world, visit, name):
    own = {"charlie": "carla", "carla": "charlie", "dora": "bob", "rita": "sam", "rosa": "rita"}[name]
    response = preview(visit(name), world, own, uuids(world, "Kermarrec"))
    assert 'name="seen"' not in response.content.decode()
    assert "Kermarrec" not in response.content.decode()
    assert leads(world)["Kermarrec"] == "Alice"


@pytest.mark.parametrize("to", ["charlie", "rita", "paul", "regis"])
def test_nobody_but_a_colleague_who_accompanies(world, visit, to):
    response = preview(visit("mona"), world, to, uuids(world, "Kermarrec"))
    assert response.status_code == 200
    assert leads(world)["Kermarrec"] == "Alice"
    assert 'name="seen"' not in response.content.decode()


@pytest.mark.parametrize("data", [
    {}, {"vers": "x", "jeune": ["x"]}, {"vers": "1" * 40, "jeune": ["1"]}, {"vers": "-1"}, {"seen": "x", "vers": "1", "jeune": ["\0"]},
])  # fmt: skip
def test_nonsense_is_answered_in_words(world, visit, data):
    assert visit("mona").post(PAGE, data).status_code == 200


def test_the_filter_of_the_list_comes_along(world, visit):
    add(world, "Abel", lead="dora", birth_date="2010-01-01")
    html = visit("mona").get(PAGE, {"mineurs": "1"}).content.decode()
    assert "Abel" in html
    assert "Kermarrec" not in html
    assert f'href="{reverse("youths:list")}?mineurs=1"' in html


def test_one_of_many_is_entrusted_without_unticking_the_others(world, visit):
    add(world, "Abel", lead="dora")
    mona = visit("mona")
    html = mona.get(PAGE).content.decode()
    assert html.count(" checked>") == 3
    address = PAGE + re.search(r'href="(\?[^"]*coches=aucun)">Tout décocher', html)[1].replace("&amp;", "&")
    none = mona.get(address).content.decode()
    assert none.count('name="jeune"') == 3
    assert " checked>" not in none
    assert ">Tout cocher</a>" in none
    # What was ticked there is what passes, and stays ticked when the colleague was forgotten.
    one = uuids(world, "Abel")
    assert mona.post(address, {"jeune": one}).content.decode().count(" checked>") == 1
    shown = mona.post(address, {"vers": world.user("bob").pk, "jeune": one})
    assert "1 jeune à confier à Bob" in shown.content.decode()
