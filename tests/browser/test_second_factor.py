"""Signing in with a second factor, at a real browser: an application, a passkey, and a session that ends."""

import re
from datetime import timedelta

import pyotp
import pytest

from accounts.models import Passkey, Session
from core import clock
from tests.accounts.signing_in import PASSWORD
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


def secret_on(one) -> str:
    return one.page.locator("code.secret").inner_text().replace(" ", "")


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (1280, False)])
def test_alice_enrols_and_signs_in(visitor, required, width, scripts):
    alice = visitor(width=width, scripts=scripts)
    alice.sign_in("alice@portail.example")
    alice.look("Protéger votre compte", axe=scripts)
    secret = secret_on(alice)
    alice.fill("Code affiché par l’application", "000000")
    alice.click("Vérifier et enregistrer")
    alice.sees(re.compile("Ce n’est pas le bon code"))
    alice.look("Protéger votre compte", axe=scripts)
    alice.fill("Code affiché par l’application", code(secret))
    alice.click("Vérifier et enregistrer")
    alice.look("Vos codes de secours", axe=scripts)
    assert alice.page.locator(".codes code").count() == 10
    with alice.page.expect_download() as download:
        alice.link("Télécharger les codes")
    assert download.value.suggested_filename == "codes-de-secours.txt"
    alice.click("J’ai gardé mes codes, continuer")
    alice.look("À faire", axe=False)
    alice.goto("/mon-compte/")
    alice.look("Mon compte", axe=scripts)
    alice.link("Voir les appareils connectés")
    alice.look("Mes connexions", axe=scripts)
    alice.sees("Cet appareil")
    alice.page.context.clear_cookies()
    alice.sign_in("alice@portail.example")
    alice.look("Vérification", axe=scripts)
    alice.fill("Code de vérification", code(secret, 1))
    alice.click("Vérifier")
    alice.look("À faire", axe=False)
    alice.at_peace()


@pytest.fixture
def rita(browser, live_server):
    """At a host name: a browser makes no key for an address in figures."""
    one = Visitor(browser, f"http://localhost:{live_server.url.rpartition(':')[2]}")
    yield one
    one.close()


def test_a_passkey_at_each_step(rita, required, world):
    """The browser's own virtual key: made at the first sign-in, used at the second."""
    devtools = rita.context.new_cdp_session(rita.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    rita.sign_in("rita@portail.example")
    rita.link("Utiliser une clé d’accès")
    rita.look("Ajouter une clé d’accès")
    rita.fill("Nom de la clé", "mon ordinateur")
    rita.click("Créer la clé")
    rita.look("Vos codes de secours")
    key = Passkey.objects.get(user=world.user("rita"))
    assert key.name == "mon ordinateur"
    rita.page.context.clear_cookies()
    rita.sign_in("rita@portail.example")
    rita.look("Vérification")
    rita.click("Utiliser ma clé d’accès")
    rita.page.wait_for_url("**/")
    rita.look("À faire", axe=False)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.sign_count >= 1


def test_a_form_survives_the_end_of_the_session(visitor):
    alice = visitor()
    alice.sign_in("alice@portail.example")
    alice.goto("/jeunes/nouveau/")
    alice.fill("Nom", "Le Goff")
    alice.fill("Prénom", "Maël")
    alice.fill("Date de naissance", "2006-05-04")
    Session.objects.filter(user__isnull=False).update(last_seen=clock.now() - timedelta(minutes=61))
    alice.click("Créer le dossier")
    alice.look("Connexion")
    alice.never_sees("Le Goff")
    assert "Goff" not in alice.page.url
    alice.page.get_by_label("Adresse électronique").fill("alice@portail.example")
    alice.page.get_by_label("Mot de passe").fill(PASSWORD)
    alice.click("Se connecter")
    alice.sees(re.compile("votre saisie a été gardée"))
    assert alice.page.get_by_label("Nom", exact=True).input_value() == "Le Goff"
    alice.look(re.compile("."))
    alice.click("Créer le dossier")
    alice.sees(re.compile("Le Goff"))


@pytest.mark.parametrize("width", [1280, 320])
def test_the_pages_around(visitor, person, width):
    anybody = visitor(width=width)
    anybody.goto("/connexion/")
    anybody.look("Connexion")
    anybody.link("Mot de passe oublié")
    anybody.look("Mot de passe oublié")
    anybody.fill("Adresse électronique", "alice@portail.example")
    anybody.click("Recevoir le lien")
    anybody.look("Regardez votre messagerie")
    anybody.goto("/mot-de-passe/nouveau/MQ/abc-def/")
    anybody.look("Ce lien ne sert plus")
    alice = person("alice", width=width)
    for path, title in (
        ("/mon-compte/", "Mon compte"),
        ("/mes-connexions/", "Mes connexions"),
        ("/mon-compte/mot-de-passe/", "Changer de mot de passe"),
        ("/mon-compte/application/", "Confirmer que c’est vous"),
    ):
        alice.goto(path)
        alice.look(title)
    alice.fill("Mot de passe", PASSWORD)
    alice.click("Confirmer")
    alice.look("Application de codes")
    alice.goto("/mon-compte/cle/")
    alice.look("Ajouter une clé d’accès")
