"""Designations passed in bulk from one person to another of the same organisation, on a day: shown, then done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from core import clock, rights
from core.acting import Acting
from core.working_days import long_date
from notifications.notices import notify
from partners.designations.routing import pass_on
from partners.models import Designation, Membership
from partners.people.memberships import lock_for_manager

ACTION = "designate"


@dataclass(frozen=True, slots=True)
class Request:
    """Who passes what to whom, from which day on; ``topics`` empty: all of them."""

    leaver: User
    successor: User
    on: date
    topics: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A designation, and what becomes of it.

    ``last_day`` is the leaver's (None: it has not begun by then and changes hands as it is), ``begins_on`` the first
    day of the successor; ``stays`` says why it does not pass, ``notes`` what is to be known.
    """

    designation: Designation
    last_day: date | None
    begins_on: date
    notes: tuple[str, ...] = ()
    stays: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done now; ``seen`` is the same as long as nobody changes any of it."""

    lines: list[Line]
    seen: str

    @property
    def passing(self) -> list[Line]:
        return [line for line in self.lines if not line.stays]


class Overtaken(Exception):
    """Somebody changed these designations since they were shown; ``plan`` is what would be done now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


def held_by(organisation_id: int, leaver: User) -> QuerySet[Designation]:
    """The designations that somebody holds as referent, running or to come."""
    return (
        Designation.objects.not_over(clock.today())
        .filter(organisation=organisation_id, user=leaver)
        .order_by("topic", "starts_on", "pk")
    )


def prepare(organisation_id: int, asked: Request, *, lock: bool = False) -> Plan:
    """What passing them would do, designation by designation. Two queries."""
    held = held_by(organisation_id, asked.leaver)
    if asked.topics:
        held = held.filter(topic__in=asked.topics)
    if lock:
        held = held.select_for_update(of=("self",))
    members = list(
        Membership.objects.filter(organisation=organisation_id, user=asked.successor, revoked_at__isnull=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=asked.on))
        .annotate(
            away_until=Max(
                "absences__until",
                filter=Q(absences__ended_at__isnull=True, absences__starts_on__lte=asked.on),
            )
        )
        .order_by("starts_on", "pk")
    )
    lines = [
        _line(one, asked, members) for one in held.select_related("convention", "department", "substitute")
    ]
    read = "|".join(
        f"{line.designation.pk}/{line.designation.starts_on}/{line.designation.ends_on}"
        f"/{line.designation.substitute_id}/{line.stays}"
        for line in lines
    )
    return Plan(lines, sha256(read.encode()).hexdigest()[:16])


def _line(designation: Designation, asked: Request, members: Sequence[Any]) -> Line:
    name = asked.successor.get_full_name()
    begins_on = max(asked.on, designation.starts_on)
    last_day = asked.on - timedelta(days=1) if designation.starts_on < asked.on else None
    if designation.ends_on is not None and designation.ends_on < asked.on:
        stays = f"finit le {long_date(designation.ends_on)}, avant cette date"
        return Line(designation, designation.ends_on, begins_on, stays=stays)
    member = next(
        (
            one
            for one in members
            if one.starts_on <= begins_on and (one.ends_on is None or one.ends_on >= begins_on)
        ),
        None,
    )
    if member is None:
        return Line(
            designation,
            last_day,
            begins_on,
            stays=f"{name} n’est pas dans la structure le {long_date(begins_on)}",
        )
    notes = []
    if designation.substitute_id == asked.successor.pk:
        notes.append(f"{name} était suppléant : il n’y aura plus de suppléant")
    away_until = member.away_until
    if away_until is not None and away_until >= begins_on:
        notes.append(f"absence de {name} jusqu’au {long_date(away_until)}")
    if member.ends_on is not None and (designation.ends_on is None or designation.ends_on > member.ends_on):
        notes.append(f"{name} quitte la structure le {long_date(member.ends_on)}")
    return Line(designation, last_day, begins_on, tuple(notes))


@transaction.atomic
def carry_out(acting: Acting, asked: Request, seen: str) -> int:
    """Do what was shown, all of it or nothing; returns how many passed. Raises Overtaken, Refused.

    Two people who do it at once take turns: the second one is shown what is left.
    """
    lock_for_manager(acting, rights.action(ACTION).roles)
    plan = prepare(acting.organisation_id, asked, lock=True)
    if plan.seen != seen:
        raise Overtaken(plan)
    passed = [pass_on(line.designation, asked.successor.pk, asked.on).pk for line in plan.passing]
    if passed:
        _tell(acting, asked, passed)
    return len(passed)


def _tell(acting: Acting, asked: Request, passed: list[int]) -> None:
    count = len(passed)
    what = "une désignation de référent" if count == 1 else f"{count} désignations de référent"
    notify(
        [asked.successor.pk],
        organisation_id=acting.organisation_id,
        kind="people.designated",
        text=f"Vous recevez {what} à partir du {long_date(asked.on)}.",
        path=reverse("partners:designation_list"),
        effect_key=f"designated:{min(passed)}:{asked.on}",
    )
