"""Organisations as their page reads them: figures that name nobody, and those they hang on, hold or replaced."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core import clock
from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from core.working_days import add_months, long_date
from partners.conventions.reading import with_facts
from partners.designations.coverage import EXPECTED, listed_for
from partners.founding import NATIONAL_ORGANISATIONS
from partners.models import (
    Catchment,
    Convention,
    ConventionParty,
    Designation,
    Level,
    Membership,
    Network,
    Organisation,
    Role,
    Session,
    Topic,
)

# Beyond this many people, they are named by team.
ONE_BY_ONE = 30
# As many of those that hang on an organisation as its page shows; the directory shows them all.
SHOWN = 40
_GONE_ON_UNKNOWN_DAY = {body.key for body in NATIONAL_ORGANISATIONS if body.ceased and not body.ends_on}


@dataclass(frozen=True, slots=True)
class Figure:
    """A count about an organisation. ``text`` says of what, in a few words more."""

    label: str
    value: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Relatives:
    """Those that hang on an organisation today (``more`` of them are not shown), and those it replaced."""

    hanging: list[Organisation]
    more: int
    replaced: list[Organisation]


def _one(acting: Acting, *, uuid: UUID, since: datetime) -> QuerySet[Organisation]:
    """The organisation of that uuid with the counts of its page; sessions are counted from ``since``."""
    today = clock.today()
    sites = Organisation.objects.existing_on(today).filter(parent=OuterRef("pk"), is_sensitive=False)
    held = Session.objects.filter(state=Session.State.HELD, starts_at__gte=since).filter(
        Q(organiser=OuterRef("pk")) | Q(partners=OuterRef("pk"))
    )
    found = listed_for(acting).filter(uuid=uuid).order_by("pk")
    return found.select_related("region", "department", "municipality", "parent", "successor").annotate(
        site_count=_count(sites, "parent"),
        municipality_count=_count(Catchment.objects.filter(organisation=OuterRef("pk")), "organisation"),
        session_count=Coalesce(
            Subquery(
                held.order_by()
                .annotate(one=F("state"))
                .values("one")
                .annotate(n=Count("pk", distinct=True))
                .values("n")
            ),
            0,
        ),
    )


_ONE = Prepared(_one)


def organisation_of(uuid: UUID, acting: Acting) -> Organisation | None:
    """An organisation that a member may see, with the counts of its page (see :func:`figures_of`). One query."""
    since = clock.start_of(add_months(clock.today(), -12))
    return next(iter(_ONE(acting, uuid=uuid, since=since)), None)


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def topics_without(organisation: Organisation, covered: Iterable[str]) -> list[str]:
    """The topics for which a local organisation is expected to name somebody, and names nobody, in words."""
    covered = set(covered)
    return [Topic(topic).label for topic in expected_topics(organisation) if topic not in covered]


def expected_topics(organisation: Organisation) -> list[str]:
    """The topics for which an organisation is expected to name a referent: a local one that exists."""
    gone = organisation.ends_on is not None and organisation.ends_on <= clock.today()
    if organisation.level != Level.LOCAL or organisation.is_sensitive or gone:
        return []
    return [topic for topic, networks in EXPECTED.items() if organisation.network in networks]


def figures_of(organisation: Organisation, running: int, missing: list[str]) -> list[Figure]:
    """What is counted about an organisation read through :func:`organisation_of`; no figure speaks of a person."""
    counts: dict[str, int] = organisation.__dict__
    figures = [Figure("Conventions en vigueur", str(running))]
    if expected := len(expected_topics(organisation)):
        figures.append(Figure("Sujets avec un référent", f"{expected - len(missing)} sur {expected}"))
    figures.append(Figure("Rencontres tenues", str(counts["session_count"]), "sur les douze derniers mois"))
    if counts["site_count"]:
        figures.append(Figure("Structures rattachées", str(counts["site_count"])))
    if organisation.network == Network.ML and organisation.level == Level.LOCAL:
        served = counts["municipality_count"]
        figures.append(
            Figure("Communes desservies", str(served))
            if served
            else Figure("Communes desservies", "–", "territoire pas encore chargé")
        )
    return figures


def _beside(acting: Acting, *, organisation: int) -> QuerySet[Organisation]:
    hanging = Organisation.objects.existing_on(clock.today()).filter(parent=organisation)
    return (
        listed_for(acting)
        .filter(Q(pk__in=hanging.values("pk")) | Q(successor=organisation))
        .select_related("region", "department", "municipality")
        # Those it replaced are few, and come whatever the number of those that hang on it.
        .order_by(F("successor_id").asc(nulls_last=True), "name", "pk")[: 2 * SHOWN]
    )


_BESIDE = Prepared(_beside)


def relatives_of(organisation: Organisation, acting: Acting) -> Relatives:
    """The organisations beside one read through :func:`organisation_of`, as a member may see them. One query."""
    relatives = _BESIDE(acting, organisation=organisation.pk)
    replaced = [one for one in relatives if one.successor_id == organisation.pk]
    shown = [one for one in relatives if one not in replaced][:SHOWN]
    counts: dict[str, int] = organisation.__dict__
    return Relatives(shown, counts["site_count"] - len(shown), replaced)


def end_in_words(organisation: Organisation) -> str:
    """Since when it no longer exists, or from when it will not; empty when no end is known."""
    ends_on = organisation.ends_on
    if ends_on is None:
        return ""
    if ends_on > clock.today():
        return f"Cette structure cessera d’exister le {long_date(ends_on)}."
    how = "au plus tard le" if organisation.key in _GONE_ON_UNKNOWN_DAY else "le"
    return f"Cette structure a cessé d’exister {how} {long_date(ends_on)}."


def replaced_in_words(replaced: Organisation) -> str:
    """Since when it is replaced."""
    return f"depuis le {long_date(replaced.ends_on)}" if replaced.ends_on else ""


def _signed(*, organisation: int) -> QuerySet[Convention]:
    parties = ConventionParty.objects.filter(organisation=organisation)
    return with_facts(Convention.objects.filter(pk__in=parties.values("convention_id"))).order_by("code")


def _live(*, organisation: int) -> QuerySet[Designation]:
    return Designation.objects.live().filter(organisation=organisation).with_people().order_by("topic", "pk")


def _people(*, organisation: int) -> QuerySet[Any, Any]:
    return (
        Membership.objects.live()
        .filter(organisation=organisation, user__is_active=True)
        .order_by("user__last_name", "user__first_name", "pk")
        .values_list("user__first_name", "user__last_name", "role", "team__name")
    )


_SIGNED, _LIVE, _PEOPLE = Prepared(_signed), Prepared(_live), Prepared(_people)


def signed_by(organisation: Organisation) -> list[Convention]:
    """The conventions to which it is or was a party, with their facts."""
    return _SIGNED(None, organisation=organisation.pk)


def referents_of(organisation: Organisation) -> list[Designation]:
    """Its live referents, read ``with_people``."""
    return _LIVE(None, organisation=organisation.pk)


def people_of(organisation: Organisation) -> list[dict[str, Any]]:
    """Those who work in it, by name: ``name``, ``role`` in words, ``team``."""
    roles: dict[str, str] = dict(Role.choices)
    return [
        {"name": f"{first} {last}".strip(), "role": roles[role], "team": team or ""}
        for first, last, role, team in _PEOPLE(None, organisation=organisation.pk)
    ]


def teams_of(people: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Team → those who work in it, in a sentence: the names of a large structure. Those without a team come first."""
    usual = Role.PROFESSIONAL.label
    found: dict[str, list[str]] = {}
    for one in people:
        role = "" if one["role"] == usual else f" ({one['role'].lower()})"
        found.setdefault(one["team"], []).append(f"{one['name']}{role}")
    return [
        (team, ", ".join(names)) for team, names in sorted(found.items(), key=lambda row: _natural(row[0]))
    ]


def _natural(name: str) -> tuple[Any, ...]:
    """So that « Équipe 10 » follows « Équipe 9 »."""
    return tuple(int(part) if part.isdecimal() else normalise(part) for part in re.split(r"(\d+)", name))
