"""Passkeys, on a key made of software: what opens, and all that does not."""

import json
import re

import pytest
from django.urls import reverse

from accounts.models import Passkey
from tests.accounts.signing_in import CHALLENGE, inside, password
from tests.accounts.soft_key import HOST, SoftKey
from tests.client import StrictClient

ENROL_KEY = reverse("accounts:enrol_passkey")


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.fixture
def browser():
    return lambda: StrictClient(SERVER_NAME=HOST)


def options_on(page) -> dict:
    found = re.search(
        r'<script id="passkey-options" type="application/json">(.*?)</script>', page.content.decode()
    )
    assert found
    return json.loads(found[1])


@pytest.fixture
def enrolled(world, browser, required):
    """Alice's key, made at her first sign-in."""
    key, client = SoftKey(), browser()
    password(client, "alice")
    answer = key.create(options_on(client.get(ENROL_KEY)))
    moved = client.post(ENROL_KEY, {"name": "clé du bureau", "credential": answer})
    assert moved.url == reverse("accounts:recovery_codes")
    assert inside(client)
    return key


def challenged(client, who: str = "alice") -> dict:
    password(client, who)
    return options_on(client.get(CHALLENGE))


def test_a_key_opens(world, browser, enrolled):
    client = browser()
    enrolled.counter = 2
    assert client.post(CHALLENGE, {"credential": enrolled.get(challenged(client))}).url == "/"
    assert inside(client)
    assert Passkey.objects.get(user=world.user("alice")).sign_count == 2


def test_an_answer_serves_once(browser, enrolled):
    client, other = browser(), browser()
    enrolled.counter = 2
    answer = enrolled.get(challenged(client))
    client.post(CHALLENGE, {"credential": answer})
    challenged(other)
    assert "La clé n’a pas été reconnue" in other.post(CHALLENGE, {"credential": answer}).content.decode()
    assert not inside(other)


@pytest.mark.parametrize("counter", [0, 1])
def test_a_copied_key_is_noticed(browser, enrolled, counter):
    """The counter of a key only goes up; a key that has none always says zero."""
    client = browser()
    enrolled.counter = counter
    answer = client.post(CHALLENGE, {"credential": enrolled.get(challenged(client))})
    assert (answer.status_code == 302) is (counter == 0)


def test_an_answer_for_another_site_is_refused(browser, enrolled):
    client = browser()
    enrolled.counter, enrolled.origin = 2, "https://portail-mission.example"
    assert client.post(CHALLENGE, {"credential": enrolled.get(challenged(client))}).status_code == 200
    assert not inside(client)


def test_another_key_with_the_same_name_is_refused(browser, enrolled):
    client, thief = browser(), SoftKey(enrolled.identifier)
    thief.counter = 9
    assert client.post(CHALLENGE, {"credential": thief.get(challenged(client))}).status_code == 200
    assert not inside(client)


def test_a_key_opens_its_owners_account_only(world, browser, enrolled):
    """Bob has a key of his own; Alice's does not stand in for it."""
    bobs, client = SoftKey(b"b" * 32), browser()
    password(client, "bob")
    client.post(ENROL_KEY, {"name": "b", "credential": bobs.create(options_on(client.get(ENROL_KEY)))})
    other = browser()
    enrolled.counter = 5
    assert other.post(CHALLENGE, {"credential": enrolled.get(challenged(other, "bob"))}).status_code == 200
    assert not inside(other)


def test_one_key_is_not_kept_twice(world, browser, enrolled):
    client = browser()
    password(client, "bob")
    answer = enrolled.create(options_on(client.get(ENROL_KEY)))
    assert (
        "n’a pas répondu comme attendu"
        in client.post(ENROL_KEY, {"name": "x", "credential": answer}).content.decode()
    )
    assert Passkey.objects.count() == 1


GARBAGE = [
    "", "x", "[]", "{}", "null", "1", '{"id": 1}', '{"id": "a", "rawId": "b", "type": "public-key", "response": {}}',
    '{"id": "", "rawId": "", "response": {"clientDataJSON": "!", "attestationObject": "!"}}', "[" * 50_000,
    # Lists in lists, five thousand deep, in the binary coding of the standard.
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "'
    + "gYGB" * 1_700 + 'oA"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA",'
    ' "authenticatorData": "AA", "signature": "AA"}}', '{"a": ' * 2_000, "\x00", '{"id": "\\u0000"}',
]  # fmt: skip


@pytest.mark.parametrize("answer", GARBAGE)
def test_garbage_is_refused_politely(browser, enrolled, answer):
    client = browser()
    challenged(client)
    assert client.post(CHALLENGE, {"credential": answer}).status_code == 200
    assert not inside(client)
    other = browser()
    password(other, "bob")
    other.get(ENROL_KEY)
    assert other.post(ENROL_KEY, {"name": "x", "credential": answer}).status_code == 200
    assert not inside(other)
