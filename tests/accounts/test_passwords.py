"""Passwords: what is refused, how one is changed, and the way back when it is lost."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.forms import NewPasswordForm
from core import clock
from core.models import OutboxMessage
from tests.accounts.signing_in import CHALLENGE, PASSWORD, SIGN_IN, code_of, give_app, inside, password
from tests.client import StrictClient
from tests.conftest import as_owner

GOOD = "quatre chaises vertes dansent"
CHANGE, RESET = reverse("accounts:change_password"), reverse("accounts:reset")


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("court", "12 caractères"),
        ("onze-caract", "12 caractères"),
        ("x" * 129, "128"),
        ("1q2w3e4r5t6y", "volés"),
        ("AzertyAzerty", "volés"),
        ("qwerty123456", "volés"),
        ("startfinding2026!", "volés"),
        ("TraitDUnion2026", "devine"),
        ("missionlocale17", "devine"),
        ("alice.advisor.2026", "devine"),
        ("Alice-Alice-Alice", "devine"),
        ("motdepasse!motdepasse!", "devine"),
        ("ababababababab", "devine"),
        ("aaaaaaaaaaaaaaaa", "devine"),
    ],
)
def test_weak_ones_are_refused_with_the_reason(world, word, why):
    with pytest.raises(ValidationError) as refused:
        validate_password(word, world.user("alice"))
    assert why in " ".join(refused.value.messages)


@pytest.mark.parametrize(
    "word",
    [
        GOOD,
        "Zx9#kkq2!mPv",
        "ça roule à la Réunion",
        "パスワードを忘れました大変だ",
        "a" * 6 + "kdieuznxpl",
        "x9" + "mot de passe oublié hier" * 3,
    ],
)
def test_good_ones_pass_without_rules_of_composition(world, word):
    validate_password(word, world.user("alice"))


def test_the_form_that_others_reuse(world):
    user = world.user("alice")
    assert not NewPasswordForm(user, {"password": GOOD, "again": GOOD + "x"}).is_valid()
    form = NewPasswordForm(user, {"password": GOOD, "again": GOOD})
    assert form.is_valid()
    form.save()
    user.refresh_from_db()
    assert user.check_password(GOOD)


def test_spaces_around_belong_to_the_password(world):
    user = world.user("alice")
    form = NewPasswordForm(user, {"password": f" {GOOD} ", "again": f" {GOOD} "})
    assert form.is_valid()
    assert form.save().check_password(f" {GOOD} ")


def test_changing_it_ends_the_other_sessions_and_says_so(world, visit, run_outbox):
    alice, elsewhere = visit("alice"), visit("alice")
    before = alice.cookies["sessionid"].value
    answer = alice.post(CHANGE, {"current": "faux", "password": GOOD, "again": GOOD})
    assert "pas votre mot de passe actuel" in answer.content.decode()
    assert alice.post(CHANGE, {"current": PASSWORD, "password": GOOD, "again": GOOD}).status_code == 302
    assert inside(alice)
    assert alice.cookies["sessionid"].value != before
    assert not inside(elsewhere)
    assert mail.outbox == [], "the web sends nothing by itself"
    run_outbox()
    assert [message.to for message in mail.outbox] == [["alice@portail.example"]]


def test_passwords_are_counted_there_too(visit):
    alice = visit("alice")
    answers = [alice.post(CHANGE, {"current": "faux", "password": GOOD, "again": GOOD}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_the_page_does_not_send_a_password_back(visit):
    page = visit("alice").post(CHANGE, {"current": "secret-essai", "password": "court-essai", "again": "x"})
    assert "essai" not in page.content.decode()


# --- Lost ---------------------------------------------------------------------------------------------


def link(run_outbox) -> str:
    run_outbox()
    found = re.search(r"https?://[^/]+(/mot-de-passe/nouveau/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_answer_is_the_same_whether_the_account_exists(client, world, run_outbox):
    known = client.post(RESET, {"email": "Alice@portail.example"}, follow=True)
    unknown = client.post(RESET, {"email": "personne@portail.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    strip = re.compile(rb'nonce="[^"]+"|value="\w{64}"')
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    assert mail.outbox == []
    run_outbox()
    assert [message.to for message in mail.outbox] == [["alice@portail.example"]]


def test_as_many_questions_whether_the_account_exists(client, world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = set()
    for email in ("alice@portail.example", "personne@portail.example"):
        with CaptureQueriesContext(connection) as queries:
            client.post(RESET, {"email": email})
        counted.add(len(queries))
    assert len(counted) == 1


def test_no_link_is_stored(client, world, run_outbox):
    client.post(RESET, {"email": "alice@portail.example"})
    token = link(run_outbox).split("/")[-2]
    with as_owner():
        assert token not in repr(list(OutboxMessage.objects.values_list("payload", "effect_key")))


def test_a_lost_password_is_replaced(client, world, visit, run_outbox):
    alice = visit("alice")
    client.post(RESET, {"email": "alice@portail.example"})
    address = link(run_outbox)
    moved = client.get(address)
    assert moved.url.endswith("/new/")
    assert address.split("/")[-2] not in moved.url
    assert client.get(moved.url).status_code == 200
    assert (
        "volés"
        in client.post(moved.url, {"password": "1q2w3e4r5t6y", "again": "1q2w3e4r5t6y"}).content.decode()
    )
    assert client.post(moved.url, {"password": GOOD, "again": GOOD}).url == SIGN_IN
    assert not inside(client), "nobody is signed in by a link"
    assert not inside(alice), "the sessions of before end"
    assert password(client, "alice").status_code == 200
    assert password(client, "alice", GOOD).status_code == 302


def test_a_reset_does_not_pass_the_second_factor(client, world, run_outbox):
    secret = give_app(world.user("alice"))
    client.post(RESET, {"email": "alice@portail.example"})
    page = client.get(link(run_outbox)).url
    client.post(page, {"password": GOOD, "again": GOOD})
    assert password(client, "alice", GOOD).url == CHALLENGE
    assert not inside(client)
    client.post(CHALLENGE, {"code": code_of(secret)})
    assert inside(client)


def test_a_link_serves_once(client, world, run_outbox):
    client.post(RESET, {"email": "alice@portail.example"})
    address = link(run_outbox)
    client.post(client.get(address).url, {"password": GOOD, "again": GOOD})
    other = StrictClient()
    answer = other.post(other.get(address).url, {"password": GOOD + "!", "again": GOOD + "!"})
    assert "Ce lien ne sert plus" in answer.content.decode()


def test_a_link_serves_an_hour(client, world, run_outbox, monkeypatch):
    client.post(RESET, {"email": "alice@portail.example"})
    address = link(run_outbox)
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    now = PasswordResetTokenGenerator()._now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now + timedelta(minutes=61))
    assert "Ce lien ne sert plus" in client.get(address, follow=True).content.decode()


@pytest.mark.parametrize("uid", ["x", "MQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ", "LTE"])
def test_a_made_up_link_is_refused_politely(client, world, uid):
    answer = client.get(f"/mot-de-passe/nouveau/{uid}/abc-def/", follow=True)
    assert answer.status_code == 200
    assert "Ce lien ne sert plus" in answer.content.decode()


def test_three_mails_an_hour_and_no_word_about_it(client, world, run_outbox, travel):
    for _ in range(5):
        assert client.post(RESET, {"email": "alice@portail.example"}).status_code == 302
    run_outbox()
    assert len(mail.outbox) == 3
    travel(clock.now() + timedelta(minutes=61))
    client.post(RESET, {"email": "alice@portail.example"})
    run_outbox()
    assert len(mail.outbox) == 4


def test_asking_for_everybody_is_stopped(client, world):
    answers = [
        client.post(RESET, {"email": f"n{number}@portail.example"}).status_code for number in range(21)
    ]
    assert answers == [302] * 20 + [429]


def test_a_closed_account_gets_no_mail(client, world, run_outbox):
    user = world.user("alice")
    user.is_active = False
    user.save()
    client.post(RESET, {"email": user.email})
    run_outbox()
    assert mail.outbox == []
