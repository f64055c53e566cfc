"""Mails about one's own account, made and sent by the worker: the web only leaves a row in the outbox.

The row says who; the link, which opens something, is made when the mail is, and is stored nowhere.
"""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from core import mails, outbox

RESET, TOLD = "accounts.reset", "accounts.told"


def ask_reset(user_id: int | None) -> None:
    """Post the mail that lets a user choose another password.

    For nobody (None) too: the worker sends nothing, and the page took the same time.
    """
    effect = f"reset:{user_id}:{uuid4()}"
    outbox.post(RESET, {"user": user_id, "effect": effect}, effect_key=effect)


def tell(user_id: int, what: str) -> None:
    """Post the mail that tells a user what has just changed on their account (a sentence, no data)."""
    effect = f"told:{user_id}:{uuid4()}"
    outbox.post(TOLD, {"user": user_id, "what": what, "effect": effect}, effect_key=effect)


def reset_path(user: User) -> str:
    """The address that lets a user choose another password: for an hour, once."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:reset_confirm", args=[uid, default_token_generator.make_token(user)])


def send_reset(payload: dict[str, Any]) -> None:
    """Outbox handler."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is not None:
        _send(user, "Trait d’union : votre mot de passe", "reset", payload, path=reset_path(user))


def send_told(payload: dict[str, Any]) -> None:
    """Outbox handler."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is not None:
        _send(
            user, "Trait d’union : votre compte a changé", "told", payload, path=reverse("accounts:sessions")
        )


def _send(user: User, subject: str, template: str, payload: dict[str, Any], *, path: str) -> None:
    context = {**payload, "url": settings.PORTAL_URL + path}
    body = render_to_string(f"accounts/mail_{template}.txt", context)
    mails.send(user.email, subject, body, payload["effect"])
