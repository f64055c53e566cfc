"""Mails: a neutral subject, a sentence, a link. Never a name, never the name of a sensitive partner."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.models import User

KIND = "notification.mail"
SUBJECT = "Trait d’union : du nouveau vous attend"


def send(payload: dict[str, Any]) -> None:
    """Outbox handler: send one notification to one user. Somebody who left gets nothing."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None:
        return
    body = render_to_string(
        "notifications/mail.txt", {"text": payload["text"], "url": settings.PORTAL_URL + payload["path"]}
    )
    deliver(user.email, SUBJECT, body, payload["effect"])


def deliver(address: str, subject: str, body: str, effect: str) -> None:
    """Send a text to an address. ``subject`` and ``body`` name nobody."""
    message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    # The same effect has the same identifier: a worker killed between the server's answer and its own COMMIT
    # sends it again, and mail servers can drop the second one.
    message.extra_headers["Message-ID"] = f"<{sha256(effect.encode()).hexdigest()[:32]}@portail>"
    message.send()
