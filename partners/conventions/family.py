"""The family of a convention: the texts before and after, those it declines, those that decline it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, JSONField, QuerySet, When
from django.db.models.expressions import RawSQL

from core import clock
from core.acting import Acting
from core.prepared import Prepared
from partners.conventions.family_sql import COUNTED, FAMILY, REACH, REACHED, SHOWN
from partners.conventions.reading import (
    bare_facts,
    committee_rows,
    facts_of,
    state_of,
    with_facts,
    with_facts_of_one,
    with_next_meeting,
)
from partners.conventions.record import record_rows
from partners.conventions.state import ConventionState, state_on
from partners.designations.coverage import missions_locales_by_region, totals_by_region
from partners.models import Convention, Level


@dataclass
class Group:
    """The local texts under a text in a region: how many, how many in force, the Missions Locales of these."""

    total: int
    holding: int
    signers: set[int]


@dataclass
class Family:
    """A convention with its succession and its tree on a day.

    ``members``: the texts that its page names, oldest first. ``groups``: the local texts, named or not, by the text
    that they decline and by region. ``named``: those of one's own region, when there are too many to name them all.
    ``totals``: Missions Locales by region.
    """

    convention: Convention
    members: list[Convention]
    groups: dict[int, dict[str, Group]]
    named: list[int]
    totals: dict[str, int]


def _family(*, uuid: UUID, day: date, home: int, region: str) -> QuerySet[Convention]:
    """The texts that a page names; what it shows of its own convention alone is empty for the others."""
    asked: dict[str, Any] = {
        **record_rows(),
        "committee_rows": committee_rows(),
        "ml_rows": missions_locales_by_region(clock.today()),
        "counted": RawSQL(COUNTED, [], output_field=JSONField()),  # noqa: S611 - a constant
    }
    shown = RawSQL(SHOWN, [], output_field=BooleanField())  # noqa: S611 - a constant
    return (
        with_facts_of_one(Convention.objects.filter(shown), uuid)
        .annotate(**{name: Case(When(uuid=uuid, then=rows)) for name, rows in asked.items()})
        .order_by("pk")
    )


_FAMILY = Prepared(_family, above=FAMILY)


def family_of(uuid: UUID, day: date, acting: Acting) -> Family | None:
    """The convention of that uuid among the others, as they stand on a day; None when it does not exist. One query."""
    found = _FAMILY(None, uuid=uuid, day=day, home=acting.organisation_id, region=acting.region or "")
    convention = next((member for member in found if member.uuid == uuid), None)
    if convention is None:
        return None
    members = sorted(found, key=lambda member: (sort_day(member), member.code))
    counted = convention.counted  # type: ignore[attr-defined]
    groups: dict[int, dict[str, Group]] = {}
    for parent, region, total, holding, signers in counted["groups"] or []:
        groups.setdefault(parent, {})[region] = Group(total, holding, set(signers or []))
    untold = counted["untold"] or {}
    for member in members:
        signers = untold.get(str(member.pk))
        if signers is not None and state_of(member, day) == ConventionState.EN_VIGUEUR:
            group = groups[member.parent_id or 0][member.region_id or ""]
            group.holding += 1
            group.signers.update(signers)
    totals = totals_by_region(convention.ml_rows)  # type: ignore[attr-defined]
    return Family(convention, members, groups, counted["named"] or [], totals)


def living_children(parents: Iterable[int]) -> dict[int, list[Convention]]:
    """The declinations of each of some conventions that have not ended, by code."""
    found: dict[int, list[Convention]] = {parent: [] for parent in parents}
    for child in with_facts(Convention.objects.filter(parent__in=found)).order_by("code"):
        if not state_of(child).ended:
            found[child.parent_id or 0].append(child)
    return found


@dataclass
class Reach:
    """How far a convention is declined by texts in force: regions, and local texts."""

    regions: set[str] = field(default_factory=set)
    local: int = 0

    def __str__(self) -> str:
        """In words; empty when nothing declines it."""
        words = []
        if self.regions:
            words.append(f"dans {len(self.regions)} région{'s' if len(self.regions) > 1 else ''}")
        if self.local:
            words.append(
                f"par {self.local} texte{'s' if self.local > 1 else ''} loca{'ux' if self.local > 1 else 'l'}"
            )
        return f"Déclinée {' et '.join(words)}." if words else ""


def _lines(*, conventions: list[int], day: date) -> QuerySet[Convention]:
    found = with_facts(Convention.objects.filter(pk__any_of=conventions))
    reached = RawSQL(REACHED, [], output_field=JSONField())  # noqa: S611 - a constant
    return with_next_meeting(found, clock.today()).annotate(reached=reached).order_by("pk")


def _bare(*, conventions: list[int]) -> QuerySet[Any, Any]:
    return bare_facts(Convention.objects.filter(pk__any_of=conventions), "level", "region_id")


_LINES, _BARE = Prepared(_lines, above=REACH), Prepared(_bare)


def listed(conventions: list[int], day: date) -> list[tuple[Convention, Reach]]:
    """Some conventions in the order given, with their facts and their next meeting, and how far each is declined.

    At any of the two levels under it, by the texts in force on a day. One query, and one more when the dates of some of
    these do not tell.
    """
    by_pk = {convention.pk: convention for convention in _LINES(None, conventions=conventions, day=day)}
    found, untold = {}, {}
    for pk, convention in by_pk.items():
        counted = convention.reached or {}  # type: ignore[attr-defined]
        found[pk] = Reach(set(counted.get("regions") or []), counted.get("local", 0))
        untold[pk] = counted.get("untold") or []
    wanted = sorted({under for some in untold.values() for under in some})
    read = {row.pk: row for row in _BARE(None, conventions=wanted)} if wanted else {}
    holding = {pk for pk, row in read.items() if state_on(facts_of(row), day) == ConventionState.EN_VIGUEUR}
    for pk, some in untold.items():
        for row in (read[one] for one in some if one in holding):
            if row.level == Level.REGIONAL:
                found[pk].regions.add(row.region_id)
            else:
                found[pk].local += 1
    return [(by_pk[pk], found[pk]) for pk in conventions if pk in by_pk]


def line_of(family: Iterable[Convention], convention: Convention) -> list[Convention]:
    """The succession that goes through a convention, oldest first."""
    by_pk = {member.pk: member for member in family}
    first, seen = convention, {convention.pk}
    while first.predecessor_id in by_pk and first.predecessor_id not in seen:
        first = by_pk[first.predecessor_id]
        seen.add(first.pk)
    line, following = [], [first]
    while following:
        line += [member for member in following if member not in line]
        ends = {member.pk for member in following}
        following = [member for member in family if member.predecessor_id in ends and member not in line]
    return line


def sort_day(convention: Convention) -> date:
    """The day that puts a convention in its place on a line of time: effect, signature, else its code's year."""
    known = convention.starts_on or convention.signed_on
    return known or date(year_of(convention) or 9999, 1, 1)


def year_of(convention: Convention) -> int | None:
    """The year of a convention: of its effect or signature, else the one its code ends with."""
    known = convention.starts_on or convention.signed_on
    if known:
        return known.year
    last = convention.code.rsplit("-", 1)[-1]
    return int(last) if len(last) == 4 and last.isascii() and last.isdigit() and last > "1900" else None
