"""Everything that a page for regional and national staff may be asked for: territories, programmes, steps, periods.

Each of the four is a tree, so that ``core.suppression_cube`` decides once, for all the pages together, what is hidden.
A combination that is not listed here has no page. Pure: no database, no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

from core.suppression import Cell
from core.suppression_cube import Axis, Key, suppress_cube
from core.working_days import add_months
from reporting import tally
from reporting.periods import COMPARED, PERIODS, QUARTERS, span_of

# Territories: the nation, then the regions by their code, then the departments as "D" and their code.
NATION = ""
# The parent of the departments that belong to no region.
NO_REGION = "-"
ALL_PROGRAMMES = ""
# Each step is a part of the one before; the rest of a step is what stopped there.
STEPS = tuple(dict(tally.STEPS))
REST = "not_"
# The steps drawn through time, by quarter.
TRENDS = ("sent", "answered", "started")
# What is read while there are few referrals, by kind of place: each period more leaves small differences, and hides
# more of the others. The nation, for all its programmes, keeps every period.
FEW = {
    "department": ("12m",),
    "region": ("12m", "12m-1", "3m"),
    "group": ("12m", "12m-1", "3m"),
    "single": ("12m", "3m"),
}
# The quarters of the last twelve months: those that a region reads even then.
RECENT = QUARTERS[:4]


def department(code: str) -> str:
    """The territory of a department."""
    return f"D{code}"


def is_published(territory: str, programme: str, period: str, *, crossed: bool = True) -> bool:
    """Whether a page of that territory, programme (or group) and period exists; see ``Lattice.listed``."""
    local = territory.startswith("D")
    single = bool(programme) and not programme.startswith("g:")
    if not crossed:
        if territory and programme:
            return False
        if not territory and not programme:
            return True
        if territory:
            return period in FEW["department" if local else "region"]
        return period in FEW["single" if single else "group"]
    name = period.removesuffix("-1")
    if name == "3m":
        return not (local and single)
    if name == "year":
        return not programme or territory == NATION
    return True


@dataclass(frozen=True)
class Tree:
    """Named nodes and the parent of each; every node is named once."""

    names: tuple[str, ...]
    parents: tuple[int | None, ...]

    @classmethod
    def of(cls, above: Mapping[str, str | None]) -> Tree:
        """From the parent of each name, ``None`` for the root."""
        names = tuple(above)
        rank = {name: number for number, name in enumerate(names)}
        return cls(names, tuple(None if up is None else rank[up] for up in above.values()))

    @cached_property
    def axis(self) -> Axis:
        return Axis(self.parents)

    @cached_property
    def rank(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}


def territories(regions: Iterable[str], departments: Iterable[tuple[str, str | None]]) -> Tree:
    """The nation, its regions, their departments."""
    above: dict[str, str | None] = {NATION: None}
    above |= dict.fromkeys(regions, NATION)
    for code, region in departments:
        if not region:
            above[NO_REGION] = NATION
        above[department(code)] = region or NO_REGION
    return Tree.of(above)


def programmes(groups: Iterable[tuple[str, str]]) -> Tree:
    """Every programme, the groups of them, each one; from (programme, its group)."""
    above: dict[str, str | None] = {ALL_PROGRAMMES: None}
    for code, group in groups:
        above[f"g:{group}"] = ALL_PROGRAMMES
        above[code] = f"g:{group}"
    return Tree.of(above)


def steps() -> Tree:
    """The journey: of each step, those who went on and those who stopped there."""
    above: dict[str, str | None] = {STEPS[0]: None}
    for before, after in pairwise(STEPS):
        above |= {after: before, f"{REST}{after}": before}
    return Tree.of(above)


@dataclass(frozen=True)
class Calendar:
    """The months of today, cut where a listed period begins or ends: nested periods, and leaves between the cuts.

    A leaf is named by how many months ago it ends and begins ("0-3": this month and the two before), "old" for what
    is older than every other.
    """

    month: date
    tree: Tree = field(init=False)
    # Of each listed period, the leaves that it is made of.
    leaves: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        year = [0, *sorted({*range(3, 13, 3), span_of("year", self.month)[1]})]
        spans = [(low + back, high + back) for back in (0, 12) for low, high in pairwise(year)]
        above: dict[str, str | None] = {"since": None}
        named: dict[tuple[int, int], str] = {}
        for back in (0, 12):
            codes = ("12m", "year", "3m")
            wide = {(low + back, high + back) for low, high in (span_of(code, self.month) for code in codes)}
            nested = sorted(wide, key=lambda span: -span[1])
            up = "since"
            for span in nested:
                named[span] = up = self._add(above, span, up)
        for span in spans:
            if span not in named:
                inside = [one for one in named if one[0] <= span[0] and span[1] <= one[1]]
                self._add(above, span, named[min(inside, key=lambda one: one[1] - one[0])])
        above["old"] = "since"
        tree = Tree.of(above)
        ends = {tree.names[node] for node in tree.axis.leaves}
        cut = {_name(span): span for span in spans}
        held: dict[str, tuple[str, ...]] = {"since": (*(name for name in cut), "old")}
        listed = [code for code, _ in PERIODS if code != "since"]
        wanted = {code: span_of(code, self.month) for code in (*listed, *COMPARED, *QUARTERS)}
        for code, (low, high) in wanted.items():
            held[code] = tuple(name for name, span in cut.items() if low <= span[0] and span[1] <= high)
        assert set(held["since"]) == ends
        object.__setattr__(self, "tree", tree)
        object.__setattr__(self, "leaves", held)

    @staticmethod
    def _add(above: dict[str, str | None], span: tuple[int, int], up: str) -> str:
        above[_name(span)] = up
        return _name(span)

    def node(self, code: str) -> str | None:
        """The node of a listed period; ``None`` when it is only a sum of leaves."""
        if code == "since":
            return code
        name = _name(span_of(code, self.month))
        return name if name in self.tree.rank else None

    def leaf_of(self, month: date) -> str:
        """The leaf in which a month counts; later months count with this one."""
        ago = max((self.month.year - month.year) * 12 + self.month.month - month.month, 0)
        for name in self.leaves["since"]:
            if name == "old":
                return name
            low, high = map(int, name.split("-"))
            if low <= ago < high:
                return name
        raise AssertionError("old has no end")

    def first_month(self, code: str) -> date | None:
        """The first month of a listed period; ``None`` for the one that has no beginning."""
        return None if code == "since" else add_months(self.month, 1 - span_of(code, self.month)[1])


def _name(span: tuple[int, int]) -> str:
    return f"{span[0]}-{span[1]}"


@dataclass(frozen=True)
class Lattice:
    """The four trees together.

    ``crossed``: a programme is read in a territory. It takes a country full of referrals; before, a programme is read
    for the nation and a territory for every programme, over the periods of ``FEW``, else hiding the small cells would
    hide nearly everything.
    """

    territories: Tree
    programmes: Tree
    steps: Tree
    calendar: Calendar
    crossed: bool = True
    # The steps that pages show, and those that they draw by quarter.
    shown: tuple[str, ...] = STEPS
    drawn: tuple[str, ...] = TRENDS

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(
            tree.axis for tree in (self.steps, self.calendar.tree, self.programmes, self.territories)
        )

    @cached_property
    def _ranks(self) -> dict[str, frozenset[int]]:
        """The nodes of some kinds, by name of the kind."""
        calendar, rank = self.calendar, self.calendar.tree.rank

        def periods(*codes: str) -> frozenset[int]:
            return frozenset(rank[name] for code in codes if (name := calendar.node(code)))

        return {
            "long": periods("since", "12m", "12m-1"),
            "short": periods("3m", "3m-1"),
            "year": periods("year", "year-1"),
            "quarters": frozenset(rank[name] for code in QUARTERS for name in calendar.leaves[code]),
            "drawn": frozenset(self.steps.rank[code] for code in self.drawn),
            "steps": frozenset(self.steps.rank[code] for code in self.shown),
            "departments": frozenset(
                number for number, name in enumerate(self.territories.names) if name.startswith("D")
            ),
            "single": frozenset(
                number for name, number in self.programmes.rank.items() if name and not name.startswith("g:")
            ),
            "all": frozenset({self.programmes.rank[ALL_PROGRAMMES]}),
            "nation": frozenset({self.territories.rank[NATION]}),
            "recent": frozenset(rank[name] for code in RECENT for name in calendar.leaves[code]),
            **{f"few {kind}": periods(*codes) for kind, codes in FEW.items()},
        }

    def listed(self, key: Key) -> bool:
        """Whether some page shows a cell. The finer the territory and the programme, the longer the periods."""
        step, period, programme, territory = key
        of = self._ranks
        if step not in of["steps"]:
            return False
        if not self.crossed and (territory not in of["nation"] or programme not in of["all"]):
            return self._listed_few(step, period, self._kind(programme, territory))
        if period in of["long"]:
            return True
        local, single = territory in of["departments"], programme in of["single"]
        if period in of["short"]:
            return not (local and single)
        if period in of["year"]:
            # Beside the last twelve months, a calendar year leaves a few months alone: too few of a group in a region.
            return programme in of["all"] or territory in of["nation"]
        return period in of["quarters"] and step in of["drawn"] and not local and not single

    def _listed_few(self, step: int, period: int, kind: str) -> bool:
        of = self._ranks
        if not kind:
            return False
        return period in of[f"few {kind}"] or (
            kind == "region" and period in of["recent"] and step in of["drawn"]
        )

    def _kind(self, programme: int, territory: int) -> str:
        """What a place is, in the words of ``FEW``; "" for a programme of a territory."""
        of = self._ranks
        if territory in of["nation"]:
            return "single" if programme in of["single"] else "group"
        if programme not in of["all"]:
            return ""
        return "department" if territory in of["departments"] else "region"

    def veiled(self, key: Key) -> bool:
        """Whether 0 is hidden as a small count is: few programmes of a department count anybody."""
        _, _, programme, territory = key
        if not self.crossed:
            return territory in self._ranks["departments"] or programme in self._ranks["single"]
        return territory in self._ranks["departments"] and programme not in self._ranks["all"]

    def hide(self, counts: Mapping[Key, int], hidden: Collection[Key] = ()) -> dict[Key, Cell]:
        """What may be shown, from the counts of the leaves: one cube, or one for each arm when they do not cross.

        ``hidden`` are cells that are hidden besides, and protected as small ones are.
        """
        if self.crossed:
            return suppress_cube(self.axes, counts, listed=self.listed, veiled=self.veiled, hidden=hidden)
        shown: dict[Key, Cell] = {}
        for kept, other in ((3, 2), (2, 3)):
            shown |= {
                key: value
                for key, value in self._arm(counts, kept, other, hidden).items()
                if shown.get(key, 0) is not None
            }
        return self._joined(shown)

    def _arm(
        self, counts: Mapping[Key, int], kept: int, other: int, hidden: Collection[Key]
    ) -> dict[Key, Cell]:
        """The cube of one of the two axes (its place in a key), all of the other one together."""
        root = self.axes[other].root
        sums: dict[Key, int] = defaultdict(int)
        for key, count in counts.items():
            sums[key[0], key[1], key[kept]] += count

        def whole(key: Key) -> Key:
            return (key[0], key[1], key[2], root) if kept == 2 else (key[0], key[1], root, key[2])

        axes = (self.axes[0], self.axes[1], self.axes[kept])
        found = suppress_cube(
            axes,
            sums,
            listed=lambda key: self.listed(whole(key)),
            veiled=lambda key: self.veiled(whole(key)),
            hidden={(key[0], key[1], key[kept]) for key in hidden if key[other] == root},
        )
        return {whole(key): value for key, value in found.items()}

    def _joined(self, shown: dict[Key, Cell]) -> dict[Key, Cell]:
        """The two cubes share the whole nation: what one hides there, the other hides with all its parts."""
        roots = self.axes[2].root, self.axes[3].root
        lost = {
            key[:2] for key, value in shown.items() if value is None and key[2:] == roots and self.listed(key)
        }
        return {key: None if key[:2] in lost else value for key, value in shown.items()}

    def key(self, step: str, period: str, programme: str, territory: str) -> Key:
        """The cell of four names (of a node of the calendar, not of a listed period)."""
        return (
            self.steps.rank[step],
            self.calendar.tree.rank[period],
            self.programmes.rank[programme],
            self.territories.rank[territory],
        )

    def read(
        self, shown: Mapping[Key, Cell], steps_of: Sequence[str], period: str, programme: str, territory: str
    ) -> list[Cell]:
        """What is shown of some steps for a listed period: its own cell, or the sum of its parts if all are shown."""
        node = self.calendar.node(period)
        names = (node,) if node else self.calendar.leaves[period]
        found: list[Cell] = []
        for step in steps_of:
            keys = [self.key(step, name, programme, territory) for name in names]
            parts = [shown[key] if key in shown else None if self.veiled(key) else 0 for key in keys]
            known = [part for part in parts if part is not None]
            found.append(sum(known) if len(known) == len(parts) else None)
        return found
