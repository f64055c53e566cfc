"""Where a convention stands among the others: its succession in time, and its tree with what it covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.addresses import address
from core.names import normalise
from core.templatetags.portal_ui import fr_number
from partners.choices import region_name
from partners.conventions.family import Family, line_of, year_of
from partners.conventions.family_sql import NAMED, UNFOLDED
from partners.conventions.reading import decisions_of, facts_of, first_of, state_of
from partners.conventions.state import ConventionState, ending_on
from partners.conventions.words import BADGES
from partners.designations.coverage import Cell
from partners.models import Convention, ConventionDecision, Level


def succession(family: Family, day: date) -> list[dict[str, Any]]:
    """The steps of the line of time; empty when the convention neither replaces nor is replaced."""
    line = line_of(family.members, family.convention)
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
                "current": member.pk == family.convention.pk,
                "url": address("partners:convention_detail", member.uuid),
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

    def __init__(self, family: Family, day: date) -> None:
        self.totals, self.groups, self.day = family.totals, family.groups, day
        self._states: dict[int, ConventionState] = {}

    def state(self, member: Convention) -> ConventionState:
        """The state of a text on the day, computed once: each region asks for it, and the country again."""
        if member.pk not in self._states:
            self._states[member.pk] = state_of(member, self.day)
        return self._states[member.pk]

    def of(self, tops: Iterable[Convention], under: Iterable[Convention]) -> dict[str, int]:
        """Region → Missions Locales covered by ``under`` and by the local texts of both.

        A regional text in force covers its region; a local one, its parties.
        """
        members = list(under)
        regions = {
            member.region_id
            for member in members
            if member.level == Level.REGIONAL and self.state(member) == ConventionState.EN_VIGUEUR
        }
        signed: dict[str, set[int]] = {}
        for pk in {member.pk for member in (*tops, *members)}:
            for region, group in self.groups.get(pk, {}).items():
                signed.setdefault(region, set()).update(group.signers)
        return {
            region: total if region in regions else min(total, len(signed.get(region, ()))) if region else 0
            for region, total in self.totals.items()
        }


def tree(family: Family, day: date) -> Tree:
    """The texts of the succession that have declinations, and this one's own roots, with what they cover."""
    children: dict[int, list[Convention]] = {}
    for member in family.members:
        if member.parent_id:
            children.setdefault(member.parent_id, []).append(member)
    by_pk = {member.pk: member for member in family.members}
    root, seen = family.convention, {family.convention.pk}
    while root.parent_id in by_pk and root.parent_id not in seen:
        root = by_pk[root.parent_id]
        seen.add(root.pk)
    declined = children.keys() | family.groups.keys()
    roots = [member for member in line_of(family.members, root) if member.pk in declined]
    if not roots:
        return Tree([], None, [])
    growing = _Growing(family, children, _Coverage(family, day))
    nodes = [growing.node(member) for member in roots]
    covered = growing.coverage.of(roots, (child for member in roots for child in growing.below(member)))
    totals = family.totals
    regions = sorted(
        ((region_name(region), Cell(covered[region], total)) for region, total in totals.items() if region),
        key=lambda row: normalise(row[0]),
    )
    return Tree(nodes, Cell(sum(covered.values()), sum(totals.values())), regions)


class _Growing:
    """The nodes of a tree, each with its declinations."""

    def __init__(self, family: Family, children: dict[int, list[Convention]], coverage: _Coverage) -> None:
        self.family, self.current = family, family.convention
        self.children, self.coverage = children, coverage

    def below(self, member: Convention, seen: frozenset[int] = frozenset()) -> Iterable[Convention]:
        """The members under a text, at any depth; a loop ends where it began."""
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
        groups = self.family.groups.get(member.pk, {})
        total = sum(group.total for group in groups.values())
        opened = member.pk in (self.current.pk, self.current.parent_id)
        if total <= UNFOLDED:
            near += local
        children = [self.node(child, seen) for child in near]
        folded = opened and UNFOLDED < total <= NAMED
        if opened and total > NAMED:
            children += self._places(member, local, seen)
        return {
            "title": member.title,
            "current": member.pk == self.current.pk,
            "url": address("partners:convention_detail", member.uuid),
            "badge_kind": BADGES[state],
            "badge_label": state.label,
            "detail": " – ".join(detail),
            "children": children,
            "folded": [self.node(child, seen) for child in local] if folded else [],
            "fold": f"{total} textes locaux",
            "elsewhere": total if total > UNFOLDED and not opened else 0,
            "open": any(child.pk == self.current.pk for child in local),
        }

    def _places(
        self, member: Convention, local: list[Convention], seen: frozenset[int]
    ) -> list[dict[str, Any]]:
        """The local texts under a text by region, with where they are listed; some of one's own region are named."""
        list_url = f"{address('partners:convention_list')}?convention={member.uuid}&niveau={Level.LOCAL}"
        by_pk = {child.pk: child for child in local}
        first = [self.current.pk] if self.current.pk in by_pk else []
        wanted = [by_pk[pk] for pk in dict.fromkeys([*first, *self.family.named]) if pk in by_pk]
        own = {child.region_id for child in wanted}
        found = []
        groups = self.family.groups[member.pk]
        for region in sorted(groups, key=lambda code: normalise(region_name(code))):
            group = groups[region]
            words = f"{fr_number(group.total)} {'textes locaux' if group.total > 1 else 'texte local'}"
            named = wanted if region in own else []
            found.append(
                {
                    "title": region_name(region) if region else "Sans région",
                    "url": f"{list_url}&region={region}" if region else "",
                    "detail": f"{words}, dont {fr_number(group.holding)} en vigueur",
                    "folded": [self.node(child, seen) for child in named],
                    "fold": f"{len(named)} sur {words}" if len(named) < group.total else words,
                    "open": True,
                }
            )
        return found

    def _covered(self, member: Convention) -> str:
        """How many Missions Locales of its territory a text covers, with those that decline it."""
        totals = self.coverage.totals
        if member.level == Level.LOCAL:
            return ""
        if member.level == Level.REGIONAL:
            found = self.coverage.of([], [member, *self.below(member)])
            covered, total = found.get(member.region_id or "", 0), totals.get(member.region_id or "", 0)
        else:
            covered, total = (
                sum(self.coverage.of([member], self.below(member)).values()),
                sum(totals.values()),
            )
        if not total:
            return ""
        return f"Missions Locales couvertes : {covered} sur {total}"
