"""The second factor: required, enrolled, spent once; the way in stays closed until then."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts import factors, vault
from accounts.models import AuthenticatorApp, Passkey, RecoveryCode
from core import clock
from core.models import AuditEntry
from tests.accounts.signing_in import (
    CHALLENGE,
    ENROL,
    PASSWORD,
    SIGN_IN,
    code_of,
    give_app,
    inside,
    password,
    prove,
)
from tests.client import StrictClient
from tests.conftest import as_owner

CODES = reverse("accounts:recovery_codes")
REMOVE = reverse("accounts:remove_factor")


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


def secret_in(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def test_everybody_enrols_before_anything_else(client, world, required):
    assert password(client, "alice").url == ENROL
    assert not inside(client)
    page = client.get(ENROL).content.decode()
    assert "<svg" in page
    secret = secret_in(page)
    assert secret_in(client.get(ENROL).content.decode()) == secret, "the same on every look"
    assert client.post(ENROL, {"code": "000000"}).status_code == 200
    assert not inside(client)
    assert client.post(ENROL, {"code": code_of(secret)}).url == CODES
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", client.get(CODES).content.decode())
    assert len(set(codes)) == 10
    file = client.get(reverse("accounts:download_codes"))
    assert file["Content-Disposition"].startswith("attachment")
    assert all(code in file.content.decode() for code in codes)
    assert client.post(CODES).url == "/"
    assert client.get(CODES).url == reverse("accounts:account"), "shown once"
    assert client.get(reverse("accounts:download_codes")).status_code == 404
    assert inside(client)


def test_an_administrator_without_it_sees_nothing(client, world, required):
    assert password(client, "adam").url == ENROL
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{SIGN_IN}?next=/admin/"
    forced = StrictClient()
    forced.force_login(world.user("adam"))
    answer = forced.get("/admin/partners/organisation/", follow=True)
    assert answer.redirect_chain[-1][0] == ENROL
    assert "Protéger votre compte" in answer.content.decode()
    for address in ("/admin/accounts/user/", "/admin/jsi18n/", "/admin/"):
        assert forced.get(address).status_code == 302, address


@pytest.mark.parametrize("name", ["alice", "mona", "rita", "regis", "nadia", "paul"])
def test_a_session_without_it_is_anonymous(world, required, name):
    client = StrictClient()
    client.force_login(world.user(name))
    for address in ("/", "/aide/"):
        page = client.get(address).content.decode()
        assert "Se déconnecter" not in page
    for address in ("/orientations/", "/mon-compte/", "/mes-connexions/", "/tableau-de-bord/"):
        assert client.get(address).status_code == 302, address
    assert client.get("/orientations/", follow=True).redirect_chain[-1][0] == ENROL


def test_the_setting_turns_it_off_in_the_demo_alone(client, world):
    assert password(client, "alice").url == "/"


def test_whoever_has_one_gives_it_even_where_it_is_not_required(client, world):
    secret = give_app(world.user("alice"))
    assert password(client, "alice").url == CHALLENGE
    assert not inside(client)
    assert client.post(CHALLENGE, {"code": code_of(secret)}).url == "/"
    assert inside(client)


def test_one_goes_where_one_was_going(client, world, required):
    secret = give_app(world.user("alice"))
    data = {"username": "alice@portail.example", "password": PASSWORD, "next": "/jeunes/"}
    client.post(SIGN_IN, data)
    assert client.post(CHALLENGE, {"code": code_of(secret)}).url == "/jeunes/"


def test_a_code_serves_once(client, world):
    secret = give_app(world.user("alice"))
    code = code_of(secret)
    password(client, "alice")
    assert client.post(CHALLENGE, {"code": code}).status_code == 302
    other = StrictClient()
    password(other, "alice")
    answer = other.post(CHALLENGE, {"code": code})
    assert "déjà servi" in answer.content.decode()
    assert not inside(other)
    # Nor one that is older than the last one used.
    assert "déjà servi" in other.post(CHALLENGE, {"code": code_of(secret, steps=-1)}).content.decode()
    assert other.post(CHALLENGE, {"code": code_of(secret, steps=1)}).status_code == 302


def test_the_code_of_the_enrolment_does_not_serve_again(client, world, required):
    password(client, "alice")
    code = code_of(secret_in(client.get(ENROL).content.decode()))
    client.post(ENROL, {"code": code})
    other = StrictClient()
    password(other, "alice")
    assert other.post(CHALLENGE, {"code": code}).status_code == 200


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_half_a_minute_early_or_late(client, world, steps, right):
    secret = give_app(world.user("alice"))
    password(client, "alice")
    answer = client.post(CHALLENGE, {"code": code_of(secret, steps=steps)})
    assert (answer.status_code == 302) is right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 21, "x\x00y", "'; --"])
def test_what_is_no_code_is_refused(client, world, code):
    give_app(world.user("alice"))
    password(client, "alice")
    assert client.post(CHALLENGE, {"code": code}).status_code == 200
    assert not inside(client)


def test_five_wrong_codes_close_the_door(client, world):
    secret = give_app(world.user("alice"))
    password(client, "alice")
    for _ in range(5):
        assert client.post(CHALLENGE, {"code": "000000"}).status_code == 200
    assert client.post(CHALLENGE, {"code": code_of(secret)}).status_code == 429


def test_the_second_step_waits_ten_minutes(client, world, travel):
    secret = give_app(world.user("alice"))
    password(client, "alice")
    travel(clock.now() + timedelta(minutes=11))
    assert client.post(CHALLENGE, {"code": code_of(secret)}).url == SIGN_IN


def test_the_second_step_alone_is_no_way_in(client, world):
    give_app(world.user("alice"))
    assert client.get(CHALLENGE).url == SIGN_IN
    assert client.post(CHALLENGE, {"code": "000000"}).url == SIGN_IN
    assert client.get(ENROL).url == SIGN_IN


@pytest.mark.parametrize("change", ["close", "password"])
def test_who_is_closed_out_meanwhile_does_not_enter(client, world, change):
    user = world.user("alice")
    secret = give_app(user)
    password(client, "alice")
    if change == "close":
        user.is_active = False
    else:
        user.set_password("une autre phrase de passe")
    user.save()
    assert client.post(CHALLENGE, {"code": code_of(secret)}).url == SIGN_IN
    assert not inside(client)


def test_a_password_alone_does_not_replace_the_factor(client, world, required):
    """Somebody who knows the password of a colleague who has a factor cannot enrol another one."""
    give_app(world.user("alice"))
    password(client, "alice")
    assert client.get(ENROL).url == SIGN_IN
    assert client.post(ENROL, {"code": "000000"}).url == SIGN_IN
    assert AuthenticatorApp.objects.filter(user=world.user("alice")).count() == 1


def test_the_key_of_the_session_changes_at_each_step(client, world):
    secret = give_app(world.user("alice"))
    client.get(SIGN_IN)
    password(client, "alice")
    between = client.cookies["sessionid"].value
    client.post(CHALLENGE, {"code": code_of(secret)})
    assert client.cookies["sessionid"].value != between
    thief = StrictClient()
    thief.cookies["sessionid"] = between
    assert not inside(thief)
    assert thief.get(CHALLENGE).url == SIGN_IN


# --- Recovery codes -------------------------------------------------------------------------------------


def test_a_recovery_code_serves_once(client, world):
    user = world.user("alice")
    give_app(user)
    code = factors.make_recovery_codes(user)[3]
    for spelling, status in ((code.upper(), 302), (code, 200)):
        browser = StrictClient()
        password(browser, "alice")
        assert browser.post(CHALLENGE, {"code": spelling}).status_code == status
    assert RecoveryCode.objects.filter(user=user).count() == 9


def test_recovery_codes_of_another_open_nothing(client, world):
    give_app(world.user("alice"))
    code = factors.make_recovery_codes(world.user("bob"))[0]
    password(client, "alice")
    assert client.post(CHALLENGE, {"code": code}).status_code == 200


def test_new_codes_cancel_the_old_ones(world, visit):
    user = world.user("alice")
    give_app(user)
    old = factors.make_recovery_codes(user)[0]
    alice = visit("alice")
    prove(alice)
    assert alice.post(reverse("accounts:renew_codes")).url == CODES
    assert "J’ai gardé mes codes" in alice.get(CODES).content.decode()
    assert factors.spend(user.pk, old) is None


def test_secrets_are_not_readable_in_the_database(world):
    user = world.user("alice")
    secret = give_app(user)
    codes = factors.make_recovery_codes(user)
    kept = repr(list(AuthenticatorApp.objects.values())) + repr(
        list(RecoveryCode.objects.order_by("pk").values())
    )
    assert secret not in kept
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_recovery_codes_outlive_a_change_of_key(world, settings):
    user = world.user("alice")
    one, two = factors.make_recovery_codes(user)[:2]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-fifty-characters-and-some-more-letters"
    assert factors.spend(user.pk, one) == factors.BY_RECOVERY
    settings.SECRET_KEY_FALLBACKS = []
    assert factors.spend(user.pk, two) is None


def test_a_changed_key_still_reads_the_old_secrets(settings):
    sealed = vault.close("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-fifty-characters-and-some-more-letters"
    assert vault.open_(sealed) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(vault.Unreadable):
        vault.open_(sealed)


# --- My own locks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["add_app", "add_passkey", "renew_codes", "remove_factor"])
def test_one_proves_oneself_again_to_change_ones_locks(visit, name):
    alice = visit("alice")
    address = reverse(f"accounts:{name}")
    for answer in (alice.get(address), alice.post(address, {"code": "1"})):
        assert answer.url == f"{reverse('accounts:confirm')}?next={address}"


def test_the_password_again_opens_ten_minutes(visit, travel):
    alice = visit("alice")
    confirm, page = reverse("accounts:confirm"), reverse("accounts:add_app")
    assert "pas votre mot de passe" in alice.post(confirm, {"password": "x", "next": page}).content.decode()
    assert alice.post(confirm, {"password": PASSWORD, "next": page}).url == page
    assert alice.get(page).status_code == 200
    travel(clock.now() + timedelta(minutes=11))
    assert alice.get(page).status_code == 302


def test_adding_an_application_ends_the_other_sessions(world, visit):
    alice, elsewhere = visit("alice"), visit("alice")
    prove(alice)
    before = alice.cookies["sessionid"].value
    page = reverse("accounts:add_app")
    code = code_of(secret_in(alice.get(page).content.decode()))
    assert alice.post(page, {"code": code}).url == CODES
    assert alice.cookies["sessionid"].value != before
    assert inside(alice)
    assert not inside(elsewhere)


def test_the_last_factor_stays(world, visit, required):
    give_app(world.user("alice"))
    alice = visit("alice")
    prove(alice)
    for send in (alice.get, alice.post):
        assert "votre seul moyen" in send(REMOVE, follow=True).content.decode()
        assert factors.of(world.user("alice").pk).app
    # One of two goes, the other one stays.
    factors.make_recovery_codes(world.user("alice"))
    Passkey.objects.create(user=world.user("alice"), name="bureau", credential_id=b"1", credential=b"1")
    alice.post(REMOVE)
    assert factors.of(world.user("alice").pk) == factors.Factors(False, 1, 10)
    with pytest.raises(factors.OnlyFactor):
        factors.remove(Passkey.objects.get())


def test_a_factor_is_removed_in_two_steps(world, visit, run_outbox):
    user = world.user("alice")
    give_app(user)
    factors.make_recovery_codes(user)
    alice, elsewhere = visit("alice"), visit("alice")
    prove(alice)
    assert f'href="{REMOVE}"' in alice.get(reverse("accounts:account")).content.decode()
    page = alice.get(REMOVE).content.decode()
    assert "rien n’est encore fait" in page
    assert "votre seule protection" in page
    assert factors.of(user.pk).app, "reading removes nothing"
    assert "C’est enregistré" in alice.post(REMOVE, follow=True).content.decode()
    assert factors.of(user.pk) == factors.Factors(False, 0, 0)
    assert not inside(elsewhere)
    assert mails_told(run_outbox) == ["Une application de codes a été retirée de votre compte."]
    assert alice.get(REMOVE).url == reverse("accounts:account"), "no longer there"


def test_the_codes_of_what_was_removed_are_never_shown(world, visit):
    alice = visit("alice")
    prove(alice)
    page = reverse("accounts:add_app")
    assert alice.post(page, {"code": code_of(secret_in(alice.get(page).content.decode()))}).url == CODES
    assert alice.post(REMOVE).url == reverse("accounts:account")
    assert alice.get(CODES).url == reverse("accounts:account")
    assert alice.get(reverse("accounts:download_codes")).status_code == 404


def test_each_change_of_locks_is_told(world, visit, run_outbox):
    user = world.user("alice")
    alice = visit("alice")
    prove(alice)
    page = reverse("accounts:add_app")
    alice.post(page, {"code": code_of(secret_in(alice.get(page).content.decode()))})
    alice.post(reverse("accounts:renew_codes"))
    new = "quatre mots tout à fait neufs"
    alice.post(reverse("accounts:change_password"), {"current": PASSWORD, "password": new, "again": new})
    visit("adam").post("/admin/accounts/user/", {"action": "forget_factors", "_selected_action": [user.pk]})
    assert mails_told(run_outbox) == [
        "Une application de codes a été ajoutée à votre compte.",
        "De nouveaux codes de secours ont remplacé les anciens.",
        "Votre mot de passe a été changé.",
        "L’administration du portail a retiré la deuxième vérification de votre compte.",
    ]


def mails_told(run_outbox) -> list[str]:
    """What Alice is told by mail, in order; nothing personal stands in a subject."""
    mail.outbox.clear()
    run_outbox()
    assert {message.subject for message in mail.outbox} == {"Trait d’union : votre compte a changé"}
    assert {tuple(message.to) for message in mail.outbox} == {("alice@portail.example",)}
    return [message.body.split("\n")[2] for message in mail.outbox]


def test_a_key_is_removed_by_its_owner_only(world, visit):
    give_app(world.user("alice"))
    key = Passkey.objects.create(user=world.user("alice"), name="bureau", credential_id=b"1", credential=b"1")
    for name, left in (("charlie", 1), ("alice", 0)):
        one = visit(name)
        prove(one)
        assert one.get(f"{REMOVE}?cle={key.pk}").status_code == (200 if name == "alice" else 404)
        one.post(f"{REMOVE}?cle={key.pk}")
        assert Passkey.objects.filter(pk=key.pk).count() == left


def test_the_administrator_helps_who_lost_their_telephone(world, visit):
    user = world.user("alice")
    give_app(user)
    alice, adam = visit("alice"), visit("adam")
    adam.post("/admin/accounts/user/", {"action": "forget_factors", "_selected_action": [user.pk]})
    assert not factors.of(user.pk).any
    assert not inside(alice)


def test_other_rights_end_the_sessions(world, visit):
    alice, adam = visit("alice"), visit("adam")
    user = world.user("alice")
    data = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on",
    }
    adam.post(f"/admin/accounts/user/{user.pk}/change/", data)
    assert inside(alice), "nothing changed"
    adam.post(f"/admin/accounts/user/{user.pk}/change/", data | {"is_staff": "on"})
    assert not inside(alice)


def test_the_trail_follows_the_locks(client, world, required):
    with as_owner():
        AuditEntry.objects.filter(kind="sign_in").delete()
    password(client, "alice")
    client.post(ENROL, {"code": code_of(secret_in(client.get(ENROL).content.decode()))})
    client.post(reverse("accounts:sign_out"))
    with as_owner():
        lines = list(
            AuditEntry.objects.filter(kind="sign_in").order_by("at").values_list("detail", flat=True)
        )
    assert lines == ["factor_added:app", "recovery_made", "signed_in:password+app", "signed_out"]
