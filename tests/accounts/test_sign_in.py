"""Signing in and out; the demo's door."""

import pytest
from django.urls import reverse

PASSWORD = "mot de passe de test"


@pytest.fixture
def sign_in(client, world):
    def attempt(email, password=PASSWORD, **extra):
        return client.post(reverse("accounts:sign_in"), {"username": email, "password": password, **extra})

    return attempt


def test_alice_signs_in_and_out(client, world, sign_in):
    assert "Se connecter" in client.get("/").content.decode()
    assert sign_in("alice@portail.example").url == "/"
    assert "À faire" in client.get("/").content.decode()
    assert client.get(reverse("accounts:sign_in")).url == "/"
    answer = client.post(reverse("accounts:sign_out"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "Passer le relais" in client.get("/").content.decode()


def test_the_address_may_be_written_in_capitals(sign_in):
    assert sign_in(" ALICE@portail.example ").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@portail.example", "faux"),
        ("personne@portail.example", PASSWORD),
        ("alice", "x\x00y"),
        ("", ""),
    ],
)
def test_every_failure_says_the_same_or_names_the_field(sign_in, email, password):
    answer = sign_in(email, password)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "incorrect" in page or "obligatoire" in page or "invisible" in page or "valide" in page


def test_unknown_and_wrong_get_the_same_words(client, world, sign_in):
    unknown = sign_in("personne@portail.example", "faux").content.decode()
    wrong = sign_in("alice@portail.example", "faux").content.decode()
    sentence = "Adresse ou mot de passe incorrect"
    assert sentence in unknown
    assert sentence in wrong


def test_a_closed_account_does_not_enter(world, sign_in):
    user = world.user("alice")
    user.is_active = False
    user.save()
    assert "incorrect" in sign_in("alice@portail.example").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_one_is_sent_elsewhere(sign_in, target):
    assert sign_in("alice@portail.example", next=target).url == "/"


def test_one_comes_back_to_the_page_asked_for(client, world, sign_in):
    asked = client.get("/orientations/")
    assert asked.url == "/connexion/?next=/orientations/"
    assert sign_in("alice@portail.example", next="/orientations/").url == "/orientations/"


@pytest.mark.parametrize("target", ["/%0d%0aSet-Cookie:%20x=1", "/jeunes/%0a", "/%e2%80%a8x", "/%7f"])
def test_no_control_character_stays_in_the_address_to_come_back_to(client, world, target):
    page = client.get(f"/connexion/?next={target}").content.decode()
    assert '<input type="hidden" name="next" value="/">' in page


def test_the_session_changes_at_sign_in(client, world, sign_in):
    client.get(reverse("accounts:sign_in"))
    before = client.cookies.get("sessionid")
    sign_in("alice@portail.example")
    assert client.cookies["sessionid"].value != (before.value if before else "")


def test_the_door_of_the_demo_opens_for_its_persons_only(client, world, monkeypatch):
    from core import hooks

    class Person:
        email = "alice@portail.example"
        role, name, what = "Conseillère", "Alice", "Essayez."

    monkeypatch.setattr(hooks.demo_people, "_function", lambda: [Person])
    door = reverse("accounts:demo_sign_in")
    assert client.post(door, {"email": "mona@portail.example"}).status_code == 404
    assert client.post(door, {"email": "alice@portail.example"}).url == "/"


def test_the_door_of_the_demo_does_not_exist_elsewhere(client, world, settings):
    settings.DEMO = False
    assert (
        client.post(reverse("accounts:demo_sign_in"), {"email": "alice@portail.example"}).status_code == 404
    )
    assert "Essayer la démonstration" not in client.get(reverse("accounts:sign_in")).content.decode()


def test_an_administrator_arrives_where_they_work(client, world):
    client.force_login(world.user("adam"))
    page = client.get("/").content.decode()
    assert "Vous administrez le portail" in page
    assert 'href="/admin/"' in page
    assert "rattaché à aucune structure" not in page, "nothing is wrong with that account"


def test_a_membership_that_ended_opens_nothing(client, world):
    from datetime import timedelta

    from core import clock
    from partners.models import Membership

    Membership.objects.filter(user=world.user("alice")).update(ends_on=clock.today() - timedelta(days=1))
    client.force_login(world.user("alice"))
    assert "rattaché à aucune structure" in client.get("/").content.decode()
    assert client.get("/jeunes/").status_code == 403
