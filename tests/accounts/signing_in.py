"""Signing in with and without a second factor, as tests need it."""

import pyotp
from django.urls import reverse

from accounts import entry, factors, vault
from accounts.models import AuthenticatorApp, User
from core import clock
from tests.client import StrictClient

PASSWORD = "mot de passe de test"
SIGN_IN, CHALLENGE, ENROL = (reverse(f"accounts:{name}") for name in ("sign_in", "challenge", "enrol"))


def give_app(user: User) -> str:
    """Tie an application of codes to a user; returns its secret."""
    secret = factors.new_secret()
    AuthenticatorApp.objects.create(user=user, secret=vault.close(secret), last_step=0)
    return secret


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that the application shows now, or some steps of thirty seconds from now."""
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


def password(client, who: str, word: str = PASSWORD, **more):
    """The first step, for an inhabitant or an address."""
    email = who if "@" in who else f"{who}@portail.example"
    return client.post(SIGN_IN, {"username": email, "password": word}, **more)


def prove(client: StrictClient) -> None:
    """Mark an open session as having passed a second factor (tests that are not about it)."""
    session = client.session
    session[entry.PROVEN] = "app"
    session[entry.CONFIRMED] = clock.now().timestamp()
    session.save()


def inside(client) -> bool:
    """Whether this browser opens a page of the portal."""
    return client.get("/orientations/").status_code == 200
