"""The wider pack beside which the pack of a region is read: same days, same programmes, the whole nation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.suppression import Cell
from partners.models import Convention, Level
from reporting.models import CommitteePack
from reporting.packs import snapshot
from reporting.packs.changes import cells_before
from reporting.packs.counts import ALL, TOGETHER, counts_of
from reporting.packs.thin import counted_together, left_aside
from reporting.perimeter import Perimeter, perimeter_of
from reporting.rendering.data import upgrade
from reporting.tally import PARTS


def line_above(pack: CommitteePack, perimeter: Perimeter) -> Mapping[str, Cell] | None:
    """What the wider packs tell of the region of a pack, by part and in all; ``None`` without such a pack.

    A report on a year has one as soon as a national convention is about the same programmes: when it is not made yet,
    it is worked out. In a system scope.
    """
    if perimeter.region is None:
        return None
    found: dict[str, Cell] = {}
    for convention in Convention.objects.filter(
        level=Level.NATIONAL, themes__overlap=pack.subject.themes
    ).order_by("pk"):
        if perimeter_of(convention).programmes != perimeter.programmes:
            continue
        cells = _cells(pack, convention, perimeter)
        if cells is None:
            continue
        for part in (ALL, *(part for part, _ in PARTS)):
            # A region that the nation does not tell apart is told nowhere.
            cell = cells.get((perimeter.region, part, ALL), None if (TOGETHER, ALL, ALL) in cells else 0)
            found[part] = None if found.get(part, 0) is None else cell
    if not found and counted_together([perimeter.region], left_aside(*pack.counted_days, "region")):
        return dict.fromkeys((ALL, *(part for part, _ in PARTS)))
    return found or None


def _cells(
    pack: CommitteePack, convention: Convention, perimeter: Perimeter
) -> Mapping[tuple[str, str, str], Cell] | None:
    """What the pack of a national convention of the same days shows and hides."""
    packs = CommitteePack.objects.filter(figures_on=pack.figures_on).select_related("meeting__committee")
    if pack.meeting is None:
        wider = packs.filter(convention=convention, year=pack.year).order_by("-version").first()
    else:
        there = packs.filter(meeting__committee__convention=convention).order_by("-version")
        wider = next((one for one in there if one.counted_days == pack.counted_days), None)
        if wider is None:
            return None
    if wider is not None and wider.data:
        return cells_before(upgrade(wider.data))
    return _worked_out(perimeter.programmes, *pack.counted_days)


def _worked_out(codes: tuple[str, ...], first: date, last: date) -> Mapping[tuple[str, str, str], Cell]:
    found = snapshot.situations(Perimeter(codes, (), None), first, last)
    return counts_of(found, aside=left_aside(first, last, "region")).cells
