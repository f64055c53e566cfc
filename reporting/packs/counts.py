"""The situations of a pack, hidden together: territory × (stage, then outcome of those that ended), one cube. Pure.

Every table of the pack is a part of this cube: the stages are its margin over the territories, the outcomes are under
the stage at which a journey ended, for all the territories together, and the steps of the journey are sums of what is
shown: so many accepted are left of a territory by those who were not. So what one table hides, no other one tells. The
outcomes of each territory are in no table: they would be a few everywhere, and cost the outcomes of all.

Two versions of a pack are adjacent tables of the same referrals: whoever has both subtracts. So what a version hid
stays hidden in the next ones; and when a correction makes a count that was shown too small to be shown, the counts
beside it are hidden with it, in every territory (the reader, who knows them from before, learns what became of their
sum, and of none of them what it is now).

The pack of a region may stand beside that of the nation on the same days and programmes (annual reports always do): one
line of the second is the total of the first. The line is taken as it is: a stage that it hides is told nowhere in
the pack of the region, neither by department nor by outcome, and no total is left from which to find it. Nor does the
pack name a department or an outcome that is there for such a stage alone: that so many are there would be a bound. A
stage that the line shows is shared out between the departments, and cannot be hidden to protect one of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from core.suppression import Cell, is_small
from core.suppression_cube import Axis, Key, suppress_cube
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting.packs.snapshot import Situations
from reporting.packs.thin import counted_together
from reporting.rendering.data import fault_of_sum
from reporting.tally import FURTHER, PARTS, shown_steps

ENDS = ("completed", "interrupted")
# Territory, part, outcome; "" is the total of them.
Place = tuple[str, str, str]
ALL = ""
NOWHERE = "–"
# The territories that a pack does not tell apart.
TOGETHER = "*"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a pack may show of its situations; ``None`` is hidden.

    ``cells`` by territory and part, by part and outcome, with every total; what is missing is 0. ``outcomes`` are
    (part, outcome); without an outcome, those of the part are not told apart. ``steps`` are the journey's.
    """

    territories: list[str]
    outcomes: list[tuple[str, str]]
    cells: Mapping[Place, Cell]
    steps: dict[str, Cell]

    def of(self, territory: str = ALL, part: str = ALL, outcome: str = ALL) -> Cell:
        """One count, or a total."""
        return self.cells.get((territory, part, outcome), 0)


def counts_of(
    found: Situations,
    before: Mapping[Place, Cell] | None = None,
    above: Mapping[str, Cell] | None = None,
    aside: Mapping[str, int] | None = None,
) -> Counts:
    """The counts of a pack; ``before`` are those that an earlier version of the same pack showed or hid.

    ``above`` is the line of a wider pack that counts the very same people, by part: what it hides of them is closed.
    ``aside`` says how many persons no pack counts in each territory ('' for none), for those that have few to be told
    together; without it, all are told apart.
    """
    before = before or {}
    found = _merged(found, before, aside)
    closed = {part for part, cell in above.items() if cell is None} if above else set()
    # What was hidden keeps its line although nobody is left on it: what stands beside it would be alone without it.
    kept = [cell for cell, value in before.items() if value is None]
    places = {place or NOWHERE for place in found.by_territory}
    names = sorted(places | {place for place, *_ in kept if place not in (ALL, TOGETHER)})
    ended: dict[tuple[str, str, str], int] = defaultdict(int)
    for (place, _, part, code), count in found.outcomes.items():
        ended[place, part, code] += count
    outcomes = sorted(
        {(part, code) for _, part, code in ended} | {(part, code) for _, part, code in kept if code}
    )
    leaves: dict[Place, int] = {}
    for place, counts in found.by_territory.items():
        for (part, _), count in zip(PARTS, counts, strict=True):
            if part not in ENDS:
                leaves[place or NOWHERE, part, ALL] = count
    leaves |= {(place or NOWHERE, part, code): count for (place, part, code), count in ended.items()}
    if above is None:
        shown = _hide(names, outcomes, leaves, before)
    else:
        shown = _under(names, outcomes, leaves, before, closed)
        names = sorted({place for place, *_ in shown if place})
    outcomes = _told_apart(outcomes, shown)
    parts = [shown.get((ALL, part, ALL), 0) for part, _ in PARTS]
    steps = shown_steps(parts, shown.get((ALL, ALL, ALL), 0))
    steps["outcome_known"] = _known(shown, outcomes, steps["ended"])
    return Counts(names, outcomes, shown, steps)


def _merged(found: Situations, before: Mapping[Place, Cell], aside: Mapping[str, int] | None) -> Situations:
    """The situations with one line for the territories that are not told apart, now or in the version before."""
    if aside is None:
        return found
    together = set(counted_together(found.by_territory, aside))
    if (TOGETHER, ALL, ALL) in before:
        together |= {place for place in found.by_territory if (place or NOWHERE, ALL, ALL) not in before}
    if not together:
        return found
    by_territory: dict[str, list[int]] = {}
    outcomes: Counter[tuple[str, str, str, str]] = Counter()
    for place, counts in found.by_territory.items():
        name = TOGETHER if place in together else place
        so_far = by_territory.get(name, [0] * len(counts))
        by_territory[name] = [had + more for had, more in zip(so_far, counts, strict=True)]
    for (place, *stage), count in found.outcomes.items():
        outcomes[TOGETHER if place in together else place, stage[0], stage[1], stage[2]] += count
    return replace(found, by_territory=by_territory, outcomes=outcomes)


def _told_apart(outcomes: Collection[tuple[str, str]], shown: Mapping[Place, Cell]) -> list[tuple[str, str]]:
    """The outcomes that are told; of a part that does not tell its own, the part alone."""
    return sorted(
        {(part, code if (ALL, part, code) in shown else ALL) for part, code in outcomes}
        - {(part, ALL) for part in ENDS if shown.get((ALL, part, ALL), 0) == 0}
    )


def _under(
    names: list[str],
    outcomes: list[tuple[str, str]],
    leaves: Mapping[Place, int],
    before: Mapping[Place, Cell],
    closed: set[str],
) -> dict[Place, Cell]:
    """What may be shown under a line that is known from elsewhere, and hides the parts that are ``closed``."""
    parts = [part for part, _ in PARTS]

    def is_open(place: Place) -> bool:
        return place[1] not in closed and not (closed and place[1] == ALL)

    shown = _hide(
        names,
        [outcome for outcome in outcomes if outcome[0] not in closed],
        {place: count for place, count in leaves.items() if is_open(place)},
        {place: cell for place, cell in before.items() if is_open(place)},
        totals=not closed,
    )
    known = {
        (ALL, part, ALL): sum(count for place, count in leaves.items() if part in (ALL, place[1]))
        for part in (*parts, ALL)
        if part not in closed
    }
    line: dict[Place, Cell] = dict.fromkeys((ALL, part, ALL) for part in (*parts, ALL))
    line |= {place: None if is_small(total) else total for place, total in known.items()}
    together = _as_one(names, line, before)
    told = {place: cell for place, cell in shown.items() if is_open(place)}
    if (
        ALL in closed
        or (before and names == [TOGETHER] and not any(code for *_, code in before))
        or any(shown.get(place, 0) is None for place in known if is_open(place))
    ):
        # A total that everybody knows protects nobody: the departments and the outcomes are not told.
        told = {}
    wanted = together | told
    if told and len(names) > 1:
        there = [name for name in names if any(told.get((name, part, ALL), 0) != 0 for part in parts)]
        wanted = {
            (name, part, ALL): 0 if known.get((ALL, part, ALL)) == 0 else None
            for name, part in product(there, (*parts, ALL))
        }
        wanted |= line | {place: cell for place, cell in told.items() if place[0] in (ALL, *there)}
    for cells in (wanted, together):
        if _adds_up(cells, outcomes):
            return cells
    return dict.fromkeys(together)


def _as_one(names: list[str], line: Mapping[Place, Cell], before: Mapping[Place, Cell]) -> dict[Place, Cell]:
    """The departments on one line, which the line of the region tells already; the only one has its name."""
    if not names:
        return dict(line)
    name = names[0] if len(names) == 1 else TOGETHER
    row = {(name, part, ALL): cell for (_, part, _), cell in line.items()}
    return {
        **line,
        **{place: cell if before.get(place, 0) is not None else None for place, cell in row.items()},
    }


def _adds_up(cells: Mapping[Place, Cell], outcomes: Collection[tuple[str, str]]) -> bool:
    """Whether no sum of the tables, as a pack has them, gives a hidden cell."""
    names = {place for place, *_ in cells if place}

    def of(*place: str) -> Cell:
        return cells.get((place[0], place[1], place[2]), 0)

    parts = [part for part, _ in PARTS]
    totals = [of(ALL, part, ALL) for part in parts]
    sums = [([of(place, part, ALL) for part in parts], of(place, ALL, ALL)) for place in (*names, ALL)]
    sums += [([of(name, part, ALL) for name in names], of(ALL, part, ALL)) for part in (*parts, ALL)]
    ends = [of(ALL, *one) for one in _told_apart(outcomes, cells)]
    sums += [(ends, shown_steps(totals, of(ALL, ALL, ALL))["ended"])]
    return not any(fault_of_sum(*one) for one in sums)


def _known(shown: Mapping[Place, Cell], outcomes: Iterable[tuple[str, str]], ended: Cell) -> Cell:
    """Those whose outcome is known: what is shown of those who ended, less those whose outcome is not."""
    unknown = [shown[ALL, part, code] for part, code in outcomes if code == UNKNOWN_OUTCOME]
    if ended is None or None in unknown or ALL in dict(outcomes).values():
        return None
    left = sum(cell for cell in unknown if cell is not None)
    return None if is_small(ended - left) or is_small(left) else ended - left


def _hide(
    territories: list[str],
    outcomes: list[tuple[str, str]],
    leaves: Mapping[Place, int],
    before: Mapping[Place, Cell],
    *,
    totals: bool = True,
) -> dict[Place, Cell]:
    """What may be shown of the leaves and of their totals; without ``totals``, no line adds its parts up."""
    if not territories:
        return {}
    place_of = {territory: number for number, territory in enumerate(territories)} | {ALL: len(territories)}
    nodes, parents = _stages(outcomes)
    axes = (Axis.flat(len(territories)), Axis(parents))
    every = {
        (territory, *names): (place, stage)
        for (territory, place), (names, stage) in product(place_of.items(), nodes.items())
    }
    sums = {ALL, *FURTHER}
    read = {
        cell: key
        for cell, key in every.items()
        if (not cell[2] or cell[0] == ALL) and (totals or cell[1] not in sums)
    }
    # The steps are in no table by territory; whoever adds the parts up has them.
    keys = {cell: key for cell, key in read.items() if cell[1] not in FURTHER}
    listed = set(read.values())
    counts: dict[Key, int] = defaultdict(int)
    for cell, count in leaves.items():
        counts[every[cell]] += count
    if before and _says_the_same(leaves, before, keys):
        # What is shown is what was shown: what it protects is protected still.
        return {cell: before.get(cell, 0) for cell in keys}
    hidden = {keys[cell] for cell, value in before.items() if value is None and cell in keys}
    while True:
        found = suppress_cube(axes, counts, listed=listed.__contains__, hidden=hidden)
        named = {cell: found.get(key, 0) for cell, key in keys.items()}
        crossed = {
            cell
            for cell, value in named.items()
            if value is None and before and before.get(cell, 0) is not None
        }
        # All that stands beside what was shown and cannot be shown any more: in every territory, and in all of them
        # together when it is there that it cannot.
        beside = {
            keys[territory, part, code]
            for place, *one in crossed
            for part, code in nodes
            if _are_beside((one[0], one[1]), (part, code))
            for territory in place_of
            if (territory != ALL or place == ALL) and (territory, part, code) in keys
        }
        more = {key for key in beside if found.get(key)}
        if more <= hidden:
            break
        hidden |= more
    # What was hidden and is nobody now: saying so would tell what is left of its line.
    if any(value == 0 and before.get(cell, 0) is None for cell, value in named.items()):
        return dict.fromkeys(named, None)
    return named


def _are_beside(stage: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two stages are counts of the same total: two outcomes of a part, or two parts."""
    if stage[1]:
        return other[0] == stage[0] and bool(other[1])
    return not other[1] and (stage[0] == ALL) == (other[0] == ALL)


def _says_the_same(
    leaves: Mapping[Place, int], before: Mapping[Place, Cell], keys: Collection[Place]
) -> bool:
    """Whether the counts, hidden as they were, show what they showed."""
    exact: dict[Place, int] = defaultdict(int)
    for (place, part, code), count in leaves.items():
        for where, stage in product((place, ALL), {(part, code), (part, ALL), (ALL, ALL)}):
            exact[where, *stage] += count
    return all(
        before.get(cell, 0) in (None, exact.get(cell, 0))
        and not (is_small(exact.get(cell, 0)) and before.get(cell, 0) is not None)
        for cell in {*exact, *before}
        if cell in keys or (cell in before and cell not in exact)
    )


def _stages(outcomes: list[tuple[str, str]]) -> tuple[dict[tuple[str, str], int], tuple[int | None, ...]]:
    """The axis of the stages: (part or step, outcome) of each node, and the parents.

    Each step holds the part that stopped there and the next step; the last one, the two ends, told by outcome.
    """
    above: dict[tuple[str, str], tuple[str, str] | None] = {(ALL, ALL): None}
    up = ALL
    for step, (part, _) in zip(FURTHER, PARTS, strict=False):
        above |= {(part, ALL): (up, ALL), (step, ALL): (up, ALL)}
        up = step
    above |= dict.fromkeys([(part, ALL) for part in ENDS], (up, ALL))
    above |= {(part, code): (part, ALL) for part, code in outcomes}
    number = {name: rank for rank, name in enumerate(above)}
    return number, tuple(None if parent is None else number[parent] for parent in above.values())
