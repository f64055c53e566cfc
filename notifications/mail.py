"""Mails: a neutral subject, a sentence, a link. Never a name, never the name of a sensitive partner.

The first one leaves at once. What a person is told in the minute that follows is told together, at the end of it: ten
urgent things in a minute are two mails, not ten.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from core import clock, mails, outbox
from core.hooks import roles_of
from notifications.models import Mute

KIND = "notification.mail"
SUBJECT = "Trait d’union : du nouveau vous attend"
APART, LINES = timedelta(minutes=1), 40


def send(payload: dict[str, Any]) -> None:
    """Outbox handler: what is due for one user, in one mail. Who left, or turned a kind off, is told nothing of it.

    Raises outbox.Later for what comes less than a minute after another one.
    """
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None:
        return
    last = outbox.last_done(KIND, user.pk)
    if last is not None and clock.now() < last + APART:
        raise outbox.Later(last + APART)
    told = [payload, *outbox.take_due(KIND, payload, most=LINES - 1)]
    muted = set(Mute.objects.filter(user=user).values_list("kind", flat=True))
    here = {None, *roles_of([user.pk]).get(user.pk, {})}
    lines = [one for one in told if one.get("kind", "") not in muted and one.get("organisation") in here]
    if not lines:
        return
    shown = [(one["text"], settings.PORTAL_URL + one["path"]) for one in lines]
    mails.send(
        user.email, SUBJECT, render_to_string("notifications/mail.txt", {"lines": shown}), lines[0]["effect"]
    )
