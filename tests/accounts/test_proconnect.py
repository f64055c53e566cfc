"""ProConnect says who somebody is, and opens nothing by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from joserfc.jwk import RSAKey

from accounts import proconnect
from accounts.models import ExternalIdentity, User
from core import clock
from partners.models import Membership, Organisation
from tests.accounts.fake_proconnect import CLIENT, SECRET, FakeProConnect
from tests.accounts.signing_in import CHALLENGE, ENROL, SIGN_IN, code_of, give_app, inside
from tests.client import StrictClient
from tests.conftest import as_owner

LEAVE, BACK = reverse("accounts:proconnect"), reverse("accounts:proconnect_return")
SIRET, OTHER = "13002526500013", "18004623700012"


@pytest.fixture(scope="module")
def provider():
    fake = FakeProConnect()
    yield fake
    fake.close()


@pytest.fixture
def there(provider, settings, world):
    """Alice at ProConnect, from her own organisation."""
    settings.PROCONNECT = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(siret=SIRET)
        Organisation.objects.filter(key="ML_C").update(siret=OTHER)
    provider.person = {"sub": "sub-alice", "email": "Alice@portail.example", "siret": SIRET}
    provider.id_claims, provider.info_claims = {}, {}
    provider.signing_key = provider.key
    provider.codes, provider.asked = {}, []
    return provider


def walk(client, there, next_url="/jeunes/"):
    """To ProConnect and back."""
    left = client.get(LEAVE, {"next": next_url})
    assert left.status_code == 302, left
    return client.get(there.authorize(left.url).removeprefix("http://testserver"))


def test_alice_comes_in_by_proconnect(client, world, there):
    answer = walk(client, there)
    assert answer.url == "/jeunes/"
    assert inside(client)
    asked = there.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    assert set(asked["scope"].split()) >= {"openid", "email", "siret"}
    assert ExternalIdentity.objects.get(user=world.user("alice")).subject == "sub-alice"


def test_the_second_factor_stays_due(client, world, there, settings):
    settings.MFA_REQUIRED = True
    assert walk(client, there).url == ENROL
    assert not inside(client)
    secret = give_app(world.user("alice"))
    other = StrictClient()
    assert walk(other, there).url == CHALLENGE
    assert not inside(other)
    assert other.post(CHALLENGE, {"code": code_of(secret)}).url == "/jeunes/"


def test_a_person_is_known_by_subject_whatever_the_address(client, world, there):
    walk(client, there)
    there.person |= {"email": "alice.nouvelle@ailleurs.example", "siret": OTHER}
    again = StrictClient()
    assert walk(again, there).url == "/jeunes/"
    assert again.session["_auth_user_id"] == str(world.user("alice").pk)


@pytest.mark.parametrize(
    "person",
    [
        {"email": "personne@portail.example"},
        {"siret": OTHER},
        {"siret": ""},
        {"siret": None},
        {"email": ""},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "adam@portail.example"},
    ],
)
def test_nothing_is_opened_nor_made_for_the_others(client, world, there, person):
    before = User.objects.count(), Membership.objects.count()
    there.person |= person
    answer = walk(client, there)
    assert answer.url == SIGN_IN
    assert "demandez une invitation" in client.get(SIGN_IN).content.decode()
    assert not inside(client)
    assert (User.objects.count(), Membership.objects.count()) == before
    assert not ExternalIdentity.objects.exists()


def test_a_membership_that_ended_reconciles_nothing(client, world, there):
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(ends_on=clock.today() - timedelta(days=1))
    assert walk(client, there).url == SIGN_IN


def test_it_grants_no_membership(client, world, there):
    """Alice says at ProConnect that she works for Charlie's organisation: she stays in hers."""
    walk(client, there)
    there.person["siret"] = OTHER
    again = StrictClient()
    walk(again, there)
    assert Membership.objects.filter(user=world.user("alice")).count() == 1
    assert "Mission locale du Port" in again.get("/").content.decode()


def test_another_subject_with_her_address_is_refused(client, world, there):
    walk(client, there)
    there.person["sub"] = "sub-somebody-else"
    thief = StrictClient()
    assert walk(thief, there).url == SIGN_IN
    assert not inside(thief)


def test_a_closed_account_stays_closed(client, world, there):
    walk(client, there)
    user = world.user("alice")
    user.is_active = False
    user.save()
    assert walk(StrictClient(), there).url == SIGN_IN


@pytest.mark.parametrize(
    ("where", "twist"),
    [
        ("id", {"nonce": "another"}),
        ("id", {"aud": "another"}),
        ("id", {"iss": "https://evil.example"}),
        ("id", {"exp": 1}),
        ("info", {"sub": "sub-bob"}),
        ("info", {"aud": "another"}),
        ("info", {"iss": "https://evil.example"}),
    ],
)
def test_a_token_that_is_not_for_us_is_refused(client, world, there, where, twist):
    setattr(there, f"{where}_claims", twist)
    assert walk(client, there).url == SIGN_IN
    assert not inside(client)


def test_a_token_signed_by_somebody_else_is_refused(client, world, there):
    there.signing_key = RSAKey.generate_key(2048, parameters={"kid": "k1"})
    assert walk(client, there).url == SIGN_IN


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=access_denied&state=y"])
def test_a_return_that_nobody_asked_for_is_refused(client, world, there, query):
    assert client.get(BACK + query).url == SIGN_IN


def test_a_code_serves_once_and_in_one_browser(client, world, there):
    back = there.authorize(client.get(LEAVE).url).removeprefix("http://testserver")
    assert StrictClient().get(back).url == SIGN_IN, "login forced on another browser"
    assert client.get(back).url == "/"
    assert client.get(back).url == SIGN_IN


def test_a_provider_that_is_down_is_said(client, world, settings, there):
    settings.PROCONNECT = {"issuer": "http://localhost:9", "client_id": CLIENT, "client_secret": SECRET}
    assert client.get(LEAVE).url == SIGN_IN
    assert client.get(SIGN_IN).status_code == 200


def test_signing_out_goes_on_there(client, world, there):
    walk(client, there)
    answer = client.post(reverse("accounts:sign_out"))
    assert answer.url.startswith(f"{there.issuer}/logout?")
    assert "id_token_hint=" in answer.url
    assert not inside(client)


def test_it_does_not_exist_unless_configured(client, world):
    assert client.get(LEAVE).status_code == 404
    assert client.get(BACK).status_code == 404
    assert "ProConnect" not in client.get(SIGN_IN).content.decode()


def test_the_button_is_there_when_it_is(client, world, there):
    assert "S’identifier avec ProConnect" in client.get(SIGN_IN).content.decode()


def test_the_token_is_not_readable_in_the_session(client, world, there):
    walk(client, there)
    assert not [value for value in client.session.values() if str(value).startswith("eyJ")]
    assert proconnect.client().client_id == CLIENT
