"""Where a convention stands among the others: its succession in time, and its tree with what it covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from core.names import normalise
from partners.choices import region_name
from partners.conventions.family import line_of, year_of
from partners.conventions.reading import decisions_of, facts_of, first_of, parties_of, state_of
from partners.conventions.state import ConventionState, ending_on
from partners.conventions.words import BADGES
from partners.designations.coverage import Cell, totals_by_region
from partners.models import Convention, ConventionDecision, Level, Network

# Beyond this many texts under one, the local ones are folded: the tree of a country stays readable. Under a text that
# is neither that of the page nor the one above it, they are counted, and named on its own page.
UNFOLDED = 6


def succession(family: list[Convention], convention: Convention, day: date) -> list[dict[str, Any]]:
    """The steps of the line of time; empty when the convention neither replaces nor is replaced."""
    line = line_of(family, convention)
    if len(line) < 2:
        return []
    steps = []
    for member in line:
        state = state_of(member, day)
        ending = ending_on(facts_of(member), day)
        lapse = first_of(decisions_of(member), ConventionDecision.Kind.LAPSED)
        until = ending[1].year if ending else None
        if member.ends_on and not (until and until < member.ends_on.year):
            until = member.ends_on.year
        known = year_of(member)
        begun = str(known) if known else "date inconnue"
        steps.append(
            {
                "years": f"{begun} – {until}" if until and until != known else begun,
                "title": member.title,
                "current": member.pk == convention.pk,
                "url": reverse("partners:convention_detail", args=[member.uuid]),
                "badge_kind": BADGES[state],
                "badge_label": state.label,
                "ending": lapse.reason if lapse and state == ConventionState.CADUQUE else "",
            }
        )
    return steps


@dataclass(frozen=True)
class Tree:
    """National, regional, local. ``total`` is None when no Missions Locales are concerned."""

    nodes: list[dict[str, Any]]
    total: Cell | None
    regions: list[tuple[str, Cell]]


class _Coverage:
    """How many Missions Locales are covered by declinations in force: by region, or one by one when they sign."""

    def __init__(self, totals: dict[str, int], day: date) -> None:
        self.totals, self.day = totals, day
        self._states: dict[int, ConventionState] = {}

    def state(self, member: Convention) -> ConventionState:
        """The state of a text on the day, computed once: each region asks for it, and the country again."""
        if member.pk not in self._states:
            self._states[member.pk] = state_of(member, self.day)
        return self._states[member.pk]

    def of(self, members: Iterable[Convention]) -> dict[str, int]:
        """Region → Missions Locales covered. A regional text in force covers its region; a local one, its parties."""
        regions: set[str] = set()
        signed: dict[str, set[int]] = {}
        for member in members:
            region = member.region_id
            if region is None or self.state(member) != ConventionState.EN_VIGUEUR:
                continue
            if member.level == Level.REGIONAL:
                regions.add(region)
            elif member.level == Level.LOCAL:
                signed.setdefault(region, set()).update(
                    party.organisation
                    for party in parties_of(member)
                    if party.network == Network.ML and party.level == Level.LOCAL
                )
        return {
            region: total if region in regions else min(total, len(signed.get(region, ())))
            for region, total in self.totals.items()
        }


def tree(family: list[Convention], convention: Convention, day: date) -> Tree:
    """The texts of the succession that have declinations, and this one's own roots, with what they cover."""
    children: dict[int, list[Convention]] = {}
    for member in family:
        if member.parent_id:
            children.setdefault(member.parent_id, []).append(member)
    by_pk = {member.pk: member for member in family}
    root, seen = convention, {convention.pk}
    while root.parent_id in by_pk and root.parent_id not in seen:
        root = by_pk[root.parent_id]
        seen.add(root.pk)
    roots = [member for member in line_of(family, root) if member.pk in children]
    totals = totals_by_region(convention.ml_rows)  # type: ignore[attr-defined]
    growing = _Growing(convention, children, _Coverage(totals, day))
    nodes = [growing.node(member) for member in roots]
    if not roots:
        return Tree([], None, [])
    covered = growing.coverage.of(child for member in roots for child in growing.below(member))
    regions = sorted(
        ((region_name(region), Cell(covered[region], total)) for region, total in totals.items() if region),
        key=lambda row: normalise(row[0]),
    )
    return Tree(nodes, Cell(sum(covered.values()), sum(totals.values())), regions)


class _Growing:
    """The nodes of a tree, each with its declinations."""

    def __init__(
        self, current: Convention, children: dict[int, list[Convention]], coverage: _Coverage
    ) -> None:
        self.current, self.children, self.coverage = current, children, coverage

    def below(self, member: Convention, seen: frozenset[int] = frozenset()) -> Iterable[Convention]:
        """Everything under a text, at any depth; a loop ends where it began."""
        for child in self.children.get(member.pk, []):
            if child.pk not in seen:
                yield child
                yield from self.below(child, seen | {member.pk, child.pk})

    def node(self, member: Convention, seen: frozenset[int] = frozenset()) -> dict[str, Any]:
        """A text, what it covers, and under it the regional texts, then the local ones."""
        state = self.coverage.state(member)
        detail = [member.get_level_display()]
        if member.region:
            detail = [f"{member.get_level_display()}, {member.region.name}"]
        if member.parent_id and not member.parent_proven:
            detail.append("rattachement à vérifier")
        if words := self._covered(member):
            detail.append(words)
        seen |= {member.pk}
        under = [child for child in self.children.get(member.pk, []) if child.pk not in seen]
        near = [child for child in under if child.level != Level.LOCAL]
        local = [child for child in under if child.level == Level.LOCAL]
        near.sort(key=lambda child: child.region.name if child.region else "")
        if len(local) <= UNFOLDED:
            near, local = near + local, []
        opened = member.pk in (self.current.pk, self.current.parent_id)
        return {
            "title": member.title,
            "current": member.pk == self.current.pk,
            "url": reverse("partners:convention_detail", args=[member.uuid]),
            "badge_kind": BADGES[state],
            "badge_label": state.label,
            "detail": " – ".join(detail),
            "children": [self.node(child, seen) for child in near],
            "folded": [self.node(child, seen) for child in local] if opened else [],
            "elsewhere": 0 if opened else len(local),
            "open": any(child.pk == self.current.pk for child in local),
        }

    def _covered(self, member: Convention) -> str:
        """How many Missions Locales of its territory a text covers, with those that decline it."""
        totals = self.coverage.totals
        if member.level == Level.LOCAL:
            return ""
        if member.level == Level.REGIONAL:
            found = self.coverage.of([member, *self.below(member)])
            covered, total = found.get(member.region_id or "", 0), totals.get(member.region_id or "", 0)
        else:
            covered, total = sum(self.coverage.of(self.below(member)).values()), sum(totals.values())
        if not total:
            return ""
        return f"Missions Locales couvertes : {covered} sur {total}"
