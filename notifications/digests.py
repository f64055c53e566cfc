"""The digest: what a person was told and has not read, in one mail a day, or a week for who manages (ADR 0031).

Each run asks the database what is due and not done. A digest covers the time since the last one, so that a night that
was missed is in the next; one row per person and day, so that two runs, or two workers, send one mail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from core import clock, mails, outbox
from core.acting import MANAGER
from core.hooks import roles_of, todo_counts
from core.scope import system_scope
from notifications.kinds import for_digest, kinds
from notifications.models import Digest, Mute, Notification

KIND = "notification.digest"
# What was told until six is in the mail that leaves from half past six: whatever was being written then is written.
CUT, LEAVES = time(6), time(6, 30)
# Nobody wants last month's news, whatever the worker missed.
OLDEST = timedelta(days=31)
LINES = 40
BATCH = 500


@dataclass(frozen=True, slots=True)
class Period:
    """A digest that is due: its day, and the moment where it stops."""

    day: date
    until: datetime


def period_of(moment: datetime, *, weekly: bool) -> Period:
    """The last digest that should have left at a moment (hours of Paris, whatever the season)."""
    local = moment.astimezone(clock.PARIS)
    day = local.date() if local.time() >= LEAVES else local.date() - timedelta(days=1)
    if weekly:
        day -= timedelta(days=day.weekday())
    return Period(day, datetime.combine(day, CUT, clock.PARIS))


def run() -> int:
    """Write the digests that are due and ask for their mails; returns how many."""
    now = clock.now()
    written, last = 0, 0
    while True:
        with system_scope("digests"):
            people = _who_may_wait(now, after=last)
            if not people:
                return written
            roles = roles_of(people)
            written += sum(_write(person, roles[person], now) for person in people if roles.get(person))
            last = people[-1]


def _who_may_wait(now: datetime, *, after: int) -> list[int]:
    """The next people with something unread to be told in a digest."""
    found = Notification.objects.unread().filter(
        user__gt=after,
        user__is_active=True,
        at__gte=now - OLDEST,
        at__lt=period_of(now, weekly=False).until,
        kind__in=for_digest(),
    )
    return list(found.order_by("user").values_list("user_id", flat=True).distinct()[:BATCH])


def _write(user_id: int, roles: dict[int, str], now: datetime) -> bool:
    weekly = all(role == MANAGER for role in roles.values())
    period = period_of(now, weekly=weekly)
    last = Digest.objects.filter(user=user_id).aggregate(last=Max("until"))["last"]
    since = max(last or now - OLDEST, now - OLDEST)
    if since >= period.until or not told(user_id, roles, since, period.until).exists():
        return False
    with transaction.atomic():
        row = Digest(user_id=user_id, day=period.day, weekly=weekly, since=since, until=period.until)
        Digest.objects.bulk_create([row], ignore_conflicts=True)
        effect = f"digest:{user_id}:{period.day}"
        outbox.post(KIND, {"user": user_id, "day": period.day.isoformat()}, effect_key=effect)
    return True


def told(
    user_id: int, organisations: Iterable[int], since: datetime, until: datetime
) -> QuerySet[Notification]:
    """What a digest tells: unread, not turned off, for the organisations where this person still is."""
    return (
        Notification.objects.unread()
        .filter(
            ~Exists(Mute.objects.filter(user=OuterRef("user"), kind=OuterRef("kind"))),
            user=user_id,
            organisation_id__in=list(organisations),
            kind__in=for_digest(),
            at__gte=since,
            at__lt=until,
        )
        .order_by("at", "pk")
    )


# --- The mail ----------------------------------------------------------------------------------------------


def send(payload: dict[str, Any]) -> None:
    """Outbox handler. What was read since is left out; nothing left, nothing is sent."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    digest = Digest.objects.filter(user=payload["user"], day=payload["day"]).first()
    if user is None or digest is None:
        return
    roles = roles_of([user.pk]).get(user.pk, {})
    found = list(told(user.pk, roles, digest.since, digest.until))
    if not found:
        return
    subject = f"Trait d’union : votre résumé {'de la semaine' if digest.weekly else 'du jour'}"
    context = {
        "count": len(found),
        "sections": _sections(found[:LINES]),
        "more": max(0, len(found) - LINES),
        "awaits": todo_counts(user.pk, roles),
        "home": settings.PORTAL_URL + reverse("home"),
        "all": settings.PORTAL_URL + reverse("notifications:list"),
        "preferences": settings.PORTAL_URL + reverse("notifications:preferences"),
    }
    body = render_to_string("notifications/digest.txt", context)
    mails.send(user.email, subject, body, f"digest:{user.pk}:{digest.day}")


def _sections(found: list[Notification]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was told, by group, in the order of the groups; each with the address that opens it."""
    order = list(dict.fromkeys(kind.group for _, kind in kinds.items()))
    by_group = sorted(found, key=lambda one: order.index(kinds[one.kind].group))
    return [
        (group, [(one.text, settings.PORTAL_URL + opening_path(one.pk)) for one in lines])
        for group, lines in groupby(by_group, lambda one: kinds[one.kind].group)
    ]


def opening_path(notification_id: int) -> str:
    """The address that opens what a notification is about, and marks it read."""
    return f"{reverse('notifications:open')}?{urlencode({'n': notification_id})}"
