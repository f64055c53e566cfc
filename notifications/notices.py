"""Telling people: a line in the portal now, a mail by the worker."""

from collections.abc import Iterable

from core import clock, outbox
from notifications import mail
from notifications.models import Notification


def notify(
    users: Iterable[int], *, organisation_id: int, kind: str, text: str, path: str, effect_key: str
) -> None:
    """Tell some users of an organisation. The same ``effect_key`` twice tells them once.

    ``text`` holds no personal data: it goes into a mail as it is.
    """
    users = sorted(set(users))
    # Without RETURNING: the lines may belong to the other organisation.
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user,
                organisation_id=organisation_id,
                kind=kind,
                text=text,
                path=path,
                effect_key=effect_key,
                at=clock.now(),
            )
            for user in users
        ],
        ignore_conflicts=True,
    )
    for user in users:
        outbox.post(
            mail.KIND,
            {"user": user, "text": text, "path": path, "effect": f"{user}:{effect_key}"},
            effect_key=f"mail:{user}:{effect_key}",
            organisation_id=organisation_id,
        )
