"""Telling people: a line in the portal now; a mail at once for what is urgent, in the digest for the rest."""

from collections.abc import Iterable

from core import clock, outbox
from notifications import mail
from notifications.kinds import kinds
from notifications.models import Notification


def notify(
    users: Iterable[int], *, organisation_id: int, kind: str, text: str, path: str, effect_key: str
) -> None:
    """Tell some users of an organisation. The same ``effect_key`` twice tells them once.

    ``text`` holds no personal data: it goes into a mail as it is. Raises ValueError for a kind that no room declared.
    """
    check(kind, text, path)
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
    for user in users if kinds[kind].urgent else ():
        outbox.post(
            mail.KIND,
            {
                "user": user,
                "organisation": organisation_id,
                "kind": kind,
                "text": text,
                "path": path,
                "effect": f"{user}:{effect_key}",
            },
            effect_key=f"mail:{user}:{effect_key}",
            organisation_id=organisation_id,
        )


def mark_told(user_id: int, organisation_id: int, effect_key: str) -> None:
    """What somebody was told under a key is read: they opened the page that it leads to."""
    mine = Notification.objects.unread().filter(user=user_id, organisation_id=organisation_id)
    mine.filter(effect_key=effect_key).update(read_at=clock.now())


def check(kind: str, text: str, path: str) -> None:
    """Raises ValueError for what may not be told (the tests ask for more)."""
    if kind not in kinds:
        raise ValueError(f"no notification of kind {kind!r}")
    if not text or not path.startswith("/"):
        raise ValueError(f"a notification of kind {kind!r} says nothing, or leads nowhere")
