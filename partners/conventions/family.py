"""The family of a convention: the texts before and after, those it declines, those that decline it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Q, When
from django.db.models.expressions import RawSQL

from core import clock
from partners.conventions.reading import bare_facts, facts_of, state_of, with_committees, with_facts
from partners.conventions.record import with_record
from partners.conventions.state import ConventionState, state_on
from partners.designations.coverage import missions_locales_by_region
from partners.models import Convention, Level

# The texts before and after, those it declines, those that decline it and theirs.
_FAMILY = """
WITH RECURSIVE one AS (SELECT id, parent_id, predecessor_id FROM partners_convention WHERE uuid = %s),
before AS (
    SELECT * FROM one
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN before b ON c.id = b.predecessor_id
), line AS (
    SELECT * FROM before
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN line l ON c.predecessor_id = l.id
), up AS (
    SELECT * FROM line
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN up u ON c.id = u.parent_id
), down AS (
    SELECT * FROM up
    UNION SELECT c.id, c.parent_id, c.predecessor_id FROM partners_convention c JOIN down d ON c.parent_id = d.id
) SELECT id FROM down LIMIT 500
"""


def family_of(uuid: Any) -> list[Convention]:
    """The convention of that uuid, its succession and its tree, oldest first; empty when it does not exist."""
    found = Convention.objects.filter(pk__in=RawSQL(_FAMILY, [uuid]))  # noqa: S611
    totals = Case(When(uuid=uuid, then=missions_locales_by_region(clock.today())))
    members = with_record(with_committees(with_facts(found))).annotate(ml_rows=totals)
    return sorted(members.order_by("pk"), key=lambda member: (sort_day(member), member.code))


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


def reach_of(conventions: Iterable[Convention], day: date) -> dict[int, Reach]:
    """How far each convention is declined on a day, at any of the two levels under it. One query."""
    found = {convention.pk: Reach() for convention in conventions}
    under = Convention.objects.filter(Q(parent__in=found) | Q(parent__parent__in=found))
    for row in bare_facts(under, "parent_id", "parent__parent_id", "level", "region_id"):
        if state_on(facts_of(row), day) != ConventionState.EN_VIGUEUR:
            continue
        for above in {row.parent_id, row.parent__parent_id}.intersection(found):
            if row.level == Level.REGIONAL:
                found[above].regions.add(row.region_id)
            else:
                found[above].local += 1
    return found


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
