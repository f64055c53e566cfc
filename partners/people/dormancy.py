"""Accounts that nobody uses: warned, put to sleep after 90 days, closed after a year (SECURITY §3.4).

All computed from dates at each run: a missed night is caught up, and a second run finds nothing to do. A sleeping
account still signs in, and opens nothing until its person wakes it with a second factor; a closed one waits for a
new invitation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse

from accounts import sessions
from accounts.models import User
from core import clock, outbox
from notifications import mail
from notifications.notices import notify
from partners.models import Membership
from partners.people.members import manager_ids

WARNED_BEFORE = timedelta(days=7)
BATCH = 500


@dataclass(slots=True)
class Run:
    """How many accounts were warned, put to sleep, closed."""

    warned: int = 0
    asleep: int = 0
    closed: int = 0


def _ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


def seen() -> Any:
    """The accounts in use, with the last moment at which their person was there (``seen_at``)."""
    return User.objects.filter(is_active=True).annotate(
        seen_at=Greatest(Coalesce("last_login", "date_joined"), Max("memberships__arrived_at"))
    )


def _awake() -> Exists:
    return Exists(Membership.objects.live().filter(user=OuterRef("pk")))


def to_warn() -> QuerySet[User]:
    """Those who will sleep within a week."""
    sleeping = _ago(settings.DORMANT_DAYS)
    return seen().filter(_awake(), seen_at__gt=sleeping, seen_at__lte=sleeping + WARNED_BEFORE)


def to_sleep() -> QuerySet[User]:
    """Those who still open something after so long."""
    return seen().filter(_awake(), seen_at__lte=_ago(settings.DORMANT_DAYS))


def to_close() -> QuerySet[User]:
    """Those whom nobody has seen for a year; one administrator is always left to open the door."""
    last = seen().filter(is_staff=True).order_by("-seen_at", "pk").values_list("pk", flat=True)[:1]
    return seen().filter(seen_at__lte=_ago(settings.DORMANT_CLOSED_DAYS)).exclude(pk__in=list(last))


def plan() -> Run:
    """What a run would do, by count."""
    return Run(to_warn().count(), to_sleep().count(), to_close().count())


def run() -> Run:
    """Warn, put to sleep, close: each account in its own small transaction."""
    return Run(_each(to_warn, _warn), _each(to_sleep, _put_to_sleep), _each(to_close, _close))


def _each(which: Callable[[], QuerySet[User]], act: Callable[[User], bool]) -> int:
    done = 0
    for pk in list(which().order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            # Locked, then asked again: the person may have signed in meanwhile, or another worker has them.
            if not User.objects.select_for_update(skip_locked=True).filter(pk=pk).exists():
                continue
            user = which().filter(pk=pk).first()
            done += user is not None and act(user)
    return done


def _seen_on(user: User) -> str:
    return clock.day_of(user.seen_at).isoformat()  # type: ignore[attr-defined]


def _mail(user: User, text: str, effect: str) -> None:
    outbox.post(
        mail.KIND,
        {"user": user.pk, "text": text, "path": reverse("accounts:sign_in"), "effect": effect},
        effect_key=effect,
    )


def _warn(user: User) -> bool:
    # The same effect is posted once, whatever the number of runs in the week.
    _mail(
        user,
        "Sans connexion d’ici une semaine, votre compte se mettra en sommeil.",
        f"dormant:{user.pk}:{_seen_on(user)}",
    )
    return True


def _put_to_sleep(user: User) -> bool:
    Membership.objects.live().filter(user=user).update(suspended_at=clock.now())
    sessions.end_all(user.pk)
    _mail(
        user,
        "Votre compte est en sommeil, faute de connexion. Connectez-vous pour le réactiver.",
        f"asleep:{user.pk}:{_seen_on(user)}",
    )
    return True


def _close(user: User) -> bool:
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user.pk)
    for organisation in (
        Membership.objects.current().filter(user=user).values_list("organisation_id", flat=True)
    ):
        notify(
            [manager for manager in manager_ids(organisation) if manager != user.pk],
            organisation_id=organisation,
            kind="people.closed",
            text="Un compte inutilisé depuis un an est fermé : organisez son départ, puis invitez-le s’il revient.",
            path=reverse("partners:team"),
            effect_key=f"closed:{user.pk}:{_seen_on(user)}",
        )
    return True


# --- Waking up --------------------------------------------------------------------------------


def is_asleep(user_id: int) -> bool:
    """Whether somebody has memberships that only wait to be woken."""
    return Membership.objects.current().filter(user=user_id, suspended_at__isnull=False).exists()


def wake(user_id: int) -> int:
    """The person is back, and has proved it: their memberships open again."""
    return (
        Membership.objects.current()
        .filter(user=user_id, suspended_at__isnull=False)
        .update(suspended_at=None)
    )
