"""Mails: a neutral subject, a sentence, a link. Never a name, never the name of a sensitive partner."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from core import mails
from notifications.models import Mute

KIND = "notification.mail"
SUBJECT = "Trait d’union : du nouveau vous attend"


def send(payload: dict[str, Any]) -> None:
    """Outbox handler: send one notification to one user. Somebody who left, or turned its kind off, gets nothing."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None or Mute.objects.filter(user=user, kind=payload.get("kind", "")).exists():
        return
    body = render_to_string(
        "notifications/mail.txt", {"text": payload["text"], "url": settings.PORTAL_URL + payload["path"]}
    )
    mails.send(user.email, SUBJECT, body, payload["effect"])
