"""A reader of pages who puts all that they say in one system (``solver``), over the smallest parts that pages imply."""

from __future__ import annotations

import itertools
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import numpy as np

from core.suppression import THRESHOLD
from referrals import programmes
from reporting import books
from reporting.indicators.book import EXITS, NOW, SENT
from reporting.periods import COMPARED, PERIODS, QUARTERS, last_mature_month, span_of
from reporting.published.lattice import ALL_PROGRAMMES, NATION, NO_REGION
from tests.reporting.attack import knowledge as known
from tests.reporting.attack.solver import MOST, Columns, System, total

OLD = 10_000


@dataclass(frozen=True)
class Place:
    """Where and when a figure is read: a territory, programmes or groups of them, a listed period."""

    territory: str
    nodes: tuple[str, ...]
    period: str


class Reader:
    """``says_…`` take what pages show; ``certain`` gives what follows from all of it."""

    def __init__(self, today, departments, codes, *, crossed: bool, days=(), apart=()) -> None:
        """``departments``: (code, region); ``codes``: the programmes of which anybody was sent.

        ``days``: those on which something else than a month begins; ``apart``: programmes that are counted together.
        """
        self.system, self.crossed, self.codes, self.today = System(), crossed, tuple(codes), today
        self.month = today.replace(day=1)
        self.region_of = {f"D{code}": region or NO_REGION for code, region in departments}
        self.departments = sorted(self.region_of)
        self.regions = sorted(set(self.region_of.values()))
        self.matures = {NOW: self.month} | {
            code: books.mature_month(today, code)
            for code in {share[3] for share in known.SHARES.values()} - {NOW, known.DUE}
        }
        self.due = {code: programmes.get(code).clocks.answer_remind_days for code in self.codes}
        ages = {self._ago(month) for month in self.matures.values()}
        ages |= {self._ago(last_mature_month(today, days)) for days in self.due.values()}
        listed = [*(code for code, _ in PERIODS if code != "since"), *COMPARED, *QUARTERS]
        bounds = {end for code in listed for end in span_of(code, self.month)}
        cuts = sorted({0, *ages, *bounds, *map(self.before, days)})
        self.atoms = [*itertools.pairwise(cuts), (cuts[-1], OLD)]
        # What is counted apart for some programmes, where programmes are not crossed with territories.
        self.filters = sorted(
            {share[4] for share in known.SHARES.values()}
            | {n[1] for n in known.NUMBERS.values()}
            | set(apart)
        )
        self.columns: dict[tuple, int] = {}
        self.targets: dict[tuple[str, Place], dict[int, float]] = {}
        self._build()

    def _ago(self, month) -> int:
        return (self.month.year - month.year) * 12 + self.month.month - month.month

    def before(self, day) -> Fraction:
        """How many months ago a day began: with a part of a month."""
        return self._ago(day) + 1 - Fraction(day.day - 1, monthrange(day.year, day.month)[1])

    def atom_of(self, day) -> tuple[Fraction, Fraction]:
        """The smallest part of time that holds a day; later ones count with this month."""
        end = max(self.before(day + timedelta(days=1)), Fraction(0))
        return next(one for one in self.atoms if one[0] <= end < one[1])

    def between(self, first, last) -> list[tuple[Fraction, Fraction]]:
        """The parts of time from a day to another, both included."""
        low, high = self.before(last + timedelta(days=1)), self.before(first)
        return [one for one in self.atoms if low <= one[0] and one[1] <= high]

    # Which columns a count is the sum of.

    def _atoms_of(self, period: str, youngest: int = 0) -> list[tuple[int, int]]:
        low, high = (0, OLD) if period == "since" else span_of(period, self.month)
        return [one for one in self.atoms if low <= one[0] and one[1] <= high and one[0] >= youngest]

    def leaves(self, territory: str, *, local: bool) -> list[str]:
        if territory in self.region_of:
            return [territory]
        if local:
            return [d for d in self.departments if territory in (NATION, self.region_of[d])]
        return [region for region in self.regions if territory in (NATION, region)]

    def _codes_of(self, nodes: tuple[str, ...], only: tuple[str, ...] = ()) -> list[str]:
        return [
            code
            for code in self.codes
            if (not only or code in only)
            and (ALL_PROGRAMMES in nodes or code in nodes or f"g:{programmes.get(code).topic}" in nodes)
        ]

    def _cells(self, place: Place, *, local: bool, only: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """The leaves (territory, programme) of a place."""
        by_programme = self.crossed or (place.territory == NATION and place.nodes != (ALL_PROGRAMMES,))
        if not by_programme:
            assert place.nodes == (ALL_PROGRAMMES,), "no such page"
            return [(leaf, "@".join(only)) for leaf in self.leaves(place.territory, local=local)]
        leaves = self.leaves(place.territory, local=local) if self.crossed else [NATION]
        return [(leaf, code) for leaf in leaves for code in self._codes_of(place.nodes, only)]

    def sum_of(
        self, words: str, table: str, place: Place, maturity: str = NOW, only: tuple[str, ...] = ()
    ) -> dict:
        """The columns of a sum of counts at a place, with their weights; of cohorts old enough."""
        found: dict[int, float] = defaultdict(float)
        for count, sign in known.weights(words).items():
            local = table == SENT and count in known.JOURNEY
            for leaf, code in self._cells(place, local=local, only=only):
                if maturity == known.DUE:
                    names = self._due_atoms(place.period, code)
                else:
                    names = [
                        (code, a) for a in self._atoms_of(place.period, self._ago(self.matures[maturity]))
                    ]
                for name, atom in names:
                    found[self._column(table, count, leaf, name, atom)] += sign
        return dict(found)

    def _due_atoms(self, period: str, code: str):
        """The cohorts old enough to be answered: by programme, since each has its own delay."""
        for one in [code] if code else self._dues():
            days = self.due[one] if code else one
            youngest = self._ago(last_mature_month(self.today, days))
            for atom in self._atoms_of(period, youngest):
                yield (code or f"due{days}"), atom

    def _dues(self) -> list[int]:
        return sorted(set(self.due.values()))

    def _column(self, table, count, leaf, code, atom) -> int:
        return self.columns[table, count, leaf, code, atom]

    # What is known of the columns beforehand.

    def _build(self) -> None:
        if self.crossed:
            self._arm(self.departments, self.regions, self.codes)
        else:
            self._arm(self.departments, self.regions, self._together())
            self._arm([NATION], [NATION], self.codes)
            self._link()
        for (region, code), (departments, _) in self._places.items():
            self._relate(region, code, departments)

    def _together(self) -> list[str]:
        """All programmes together, and apart those that an indicator counts alone or that have one delay."""
        return [
            "",
            *("@".join(only) for only in self.filters if only),
            *(f"due{days}" for days in self._dues()),
        ]

    def _arm(self, departments, regions, codes) -> None:
        if not hasattr(self, "_places"):
            self._places: dict[tuple[str, str], tuple[list[str], str]] = {}
        for code in codes:
            for atom in self.atoms:
                for department in departments:
                    for count in known.JOURNEY:
                        self.columns[SENT, count, department, code, atom] = self.system.column()
                for region in regions:
                    for table, counts in known.BESIDE.items():
                        for count in counts:
                            self.columns[table, count, region, code, atom] = self.system.column()
            for region in regions:
                within = [d for d in departments if region in (NATION, self.region_of.get(d))]
                self._places[region, code] = within, code

    def _relate(self, region: str, code: str, departments: list[str]) -> None:
        know = self.system.know

        def row(words: str, table: str, atoms, leaves=None) -> dict[int, float]:
            found: dict[int, float] = defaultdict(float)
            for count, sign in known.weights(words).items():
                local = table == SENT and count in known.JOURNEY
                for leaf in (leaves or departments) if local else [region]:
                    for atom in atoms:
                        found[self._column(table, count, leaf, code, atom)] += sign
            return found

        for atom in self.atoms:
            for table in (SENT, EXITS):
                for words in known.NEVER_NEGATIVE[table]:
                    know(row(words, table, [atom]), 0, MOST, words)
                for words in known.NOTHING_LEFT[table]:
                    know(row(words, table, [atom]), 0, 0, words)
            for department in departments:
                for words in known.NEVER_NEGATIVE[SENT]:
                    if set(known.weights(words)) <= set(known.JOURNEY):
                        know(row(words, SENT, [atom], [department]), 0, MOST, words)
        for sent, ended in known.SAME_IN_THE_END:
            found = row(sent, SENT, self.atoms)
            for column, weight in row(ended, EXITS, self.atoms).items():
                found[column] -= weight
            know(found, 0, 0, f"{sent} since the beginning")

    def _link(self) -> None:
        """All programmes of the nation are all its territories; what is counted apart is a part of all."""
        apart = {
            name: tuple(name.split("@")) for name in self._together() if name and not name.startswith("due")
        }
        apart |= {f"due{days}": tuple(c for c in self.codes if self.due[c] == days) for days in self._dues()}
        tables = {(SENT, count, True) for count in known.JOURNEY}
        tables |= {(table, count, False) for table, counts in known.BESIDE.items() for count in counts}
        for table, count, local in sorted(tables):
            for atom in self.atoms:
                for name, codes in {"": self.codes, **apart}.items():
                    row: dict[int, float] = defaultdict(float)
                    for leaf in self.leaves(NATION, local=local):
                        row[self._column(table, count, leaf, name, atom)] += 1
                    for code in codes:
                        if code in self.codes:
                            row[self._column(table, count, NATION, code, atom)] -= 1
                    self.system.know(row, 0, 0, f"{count} of {name or 'all'}")
                for leaf in self.leaves(NATION, local=local):
                    all_ = self._column(table, count, leaf, "", atom)
                    dues = [self._column(table, count, leaf, f"due{days}", atom) for days in self._dues()]
                    self.system.know({all_: 1, **dict.fromkeys(dues, -1)}, 0, 0, f"{count} by delay")
                    self._partition(table, count, leaf, atom, apart)
                    for name, codes in apart.items():
                        if not name.startswith("due"):
                            one = self._column(table, count, leaf, name, atom)
                            whole = self._column(
                                table, count, leaf, f"due{self.due.get(codes[0], self._dues()[0])}", atom
                            )
                            self.system.know({whole: 1, one: -1}, 0, MOST, f"{name} in all")

    def _partition(self, table, count, leaf, atom, apart) -> None:
        """Where all the programmes of one delay are counted apart, they add up."""
        for days in self._dues():
            codes = apart[f"due{days}"]
            names = [
                name
                for name, some in apart.items()
                if not name.startswith("due") and set(some) & set(self.codes) <= set(codes)
            ]
            inside = [code for name in names for code in apart[name] if code in self.codes]
            if sorted(inside) == sorted(codes):
                row = dict.fromkeys((self._column(table, count, leaf, name, atom) for name in names), 1)
                whole = self._column(table, count, leaf, f"due{days}", atom)
                self.system.know({**row, whole: -1}, 0, 0, f"{count} by programme")

    # What pages say.

    def says_count(
        self, words: str, place: Place, value: int | None, *, least: int = 1, only=(), table=SENT
    ) -> None:
        """A count, or that it is hidden: then ``least`` are there."""
        columns = self.sum_of(words, table, place, only=only)
        low, high = (least, MOST) if value is None else (value, value)
        self.system.know(columns, low, high, f"{words} at {place}")

    def says_share(self, code: str, place: Place, percent: float | None, *, terms=None) -> None:
        """A rate in whole per cent; ``None`` when it is hidden."""
        over, among, table, maturity, only = known.SHARES[code]
        inside = self.sum_of(over, table, place, maturity, only)
        whole = self.sum_of(among, table, place, maturity, only)
        why = f"{code} at {place}"
        if percent is None:
            return
        if terms:
            self.system.know(inside, terms[0], terms[0], why)
            self.system.know(whole, terms[1], terms[1], why)
        self.says_ratio(why, inside, whole, percent)

    def says_ratio(self, why: str, inside: Columns, whole: Columns, percent: float) -> None:
        """A rounded rate that is shown: neither the persons in it nor those left out of it are few."""
        know = self.system.know
        know(whole, 5, MOST, why)
        know(_less(inside, whole, (percent - 0.5) / 100), 0, MOST, why)
        know(_less(inside, whole, (percent + 0.5) / 100), -MOST, 0, why)
        if percent > 0:
            know(inside, 5, MOST, why)
        if percent < 100:
            know(_less(whole, inside, 1), 5, MOST, why)

    def says_no_share(self, code: str, place: Place) -> None:
        """ "Non calculable": there is nothing to divide by."""
        _, among, table, maturity, only = known.SHARES[code]
        self.system.know(
            self.sum_of(among, table, place, maturity, only), 0, 0, f"{code} of nothing at {place}"
        )

    def aims_at(self, name: str, place: Place, columns: Columns) -> None:
        """Something that nobody may find when it counts a few."""
        self.targets[name, place] = dict(columns)

    def certain(
        self, truth: np.ndarray, enough: int = MOST, *, whole: bool = False
    ) -> list[tuple[str, Place]]:
        """The small counts that follow from what was said."""
        small: dict[tuple[tuple[int, float], ...], tuple[str, Place]] = {}
        for name, columns in self.targets.items():
            if 0 < total(columns, truth) < THRESHOLD:
                small.setdefault(tuple(sorted(columns.items())), name)
        assert small, "nothing is small here: the attack has no aim"
        wanted = {name: dict(columns) for columns, name in small.items()}
        return self.system.certain(wanted, truth, enough, whole=whole)


def _less(one: Columns, other: Columns, share: float) -> dict[int, float]:
    found = defaultdict(float, one)
    for column, weight in other.items():
        found[column] -= share * weight
    return found
