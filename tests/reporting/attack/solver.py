"""Equations and bounds over whole numbers, and what follows from them of one quantity (a linear programme)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import highspy
import numpy as np

MOST = 100_000
# A quantity within less than one of the truth, on both sides, is a single whole number.
_CERTAIN = 1 - 1e-6
# Seconds after which the best solution found is good enough: it only spares questions.
_SOON = 60.0
_ENDED_WELL = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit)
Columns = Mapping[int, float]


class System:
    """Columns are whole numbers that nobody tells, rows are what somebody knows of them: least ≤ sum ≤ most."""

    def __init__(self) -> None:
        self.count = 0
        # Of each sum, its least, its most and where both were read.
        self._rows: dict[tuple[tuple[int, float], ...], tuple[float, float, str]] = {}

    def column(self) -> int:
        self.count += 1
        return self.count - 1

    def know(self, columns: Columns, least: float, most: float, why: str) -> None:
        key = tuple(sorted((column, weight) for column, weight in columns.items() if weight))
        low, high, before = self._rows.get(key, (-np.inf, np.inf, ""))
        if least > low or most < high:
            said = f"{before}; {why}" if before else why
            self._rows[key] = max(least, low), min(most, high), said

    def broken_by(self, truth: np.ndarray) -> list[str]:
        """What is said and is not true: the reader would be wrong to believe it."""
        return [
            f"{why}: {least} ≤ {value} ≤ {most}"
            for columns, (least, most, why) in self._rows.items()
            if not least - 1e-6 <= (value := total(dict(columns), truth)) <= most + 1e-6
        ]

    def certain(
        self, targets: Mapping[object, Columns], truth: np.ndarray, enough: int = MOST, *, whole: bool = False
    ) -> list[object]:
        """The targets that have a single possible value.

        Solutions that differ from the truth are looked for: near it, many targets at once; then one by one, anywhere. What
        has no other value in any is found. ``enough``: how many of those are wanted. ``whole``: a solution is made of
        whole numbers, as what is counted is.
        """
        names = list(targets)
        exact = np.array([total(targets[name], truth) for name in names])
        search = _Search(self._solver([targets[name] for name in names], whole=whole), truth, exact)
        search.near()
        found: list[object] = []
        for rank in sorted(search.left):
            if len(found) < enough and rank in search.left and not search.clears(rank):
                found.append(names[rank])
        return found

    def _solver(self, targets: Iterable[Columns], *, whole: bool) -> highspy.Highs:
        """Everything that is known, and each target as one more column."""
        rows = [(dict(columns), least, most) for columns, (least, most, _) in self._rows.items()]
        width = self.count
        for columns in targets:
            rows.append(({**columns, width: -1.0}, 0, 0))
            width += 1
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = width, len(rows)
        lp.col_cost_ = np.zeros(width)
        lp.col_lower_, lp.col_upper_ = np.zeros(width), np.full(width, float(MOST))
        lp.row_lower_ = np.array([least for _, least, _ in rows], dtype=float)
        lp.row_upper_ = np.array([most for _, _, most in rows], dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(columns) for columns, _, _ in rows)], dtype=np.int32)
        lp.a_matrix_.index_ = np.array([c for columns, _, _ in rows for c in columns], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([w for columns, _, _ in rows for w in columns.values()], dtype=float)
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * width
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        # A solution is wanted, not the best one.
        solver.setOptionValue("mip_rel_gap", 0.5)
        assert solver.passModel(lp) == highspy.HighsStatus.kOk
        return solver


def total(columns: Columns, values: np.ndarray) -> float:
    return float(sum(weight * values[column] for column, weight in columns.items()))


class _Search:
    """Solutions in which the targets (the last columns) have another value than the ``exact`` one; ``left``: the targets
    for which none is known."""

    def __init__(self, solver: highspy.Highs, truth: np.ndarray, exact: np.ndarray) -> None:
        self.solver, self.exact = solver, exact
        self.left = set(range(len(exact)))
        self._every = np.arange(solver.getNumCol(), dtype=np.int32)
        self._first = len(truth)
        self._truth = np.concatenate([truth, exact])

    def near(self) -> None:
        """Solutions within one of the truth everywhere, in which as many targets as can be are one more (less)."""
        self.solver.setOptionValue("time_limit", _SOON)
        self.solver.changeColsBounds(
            len(self._every), self._every, np.maximum(self._truth - 1, 0), self._truth + 1
        )
        for sense in (highspy.ObjSense.kMaximize, highspy.ObjSense.kMinimize):
            before = 2 * len(self.left)
            # What is left is soon quicker to ask one by one.
            while 0 < len(self.left) <= 0.75 * before:
                before = len(self.left)
                cost = np.zeros(len(self._every))
                cost[[self._first + rank for rank in self.left]] = 1
                self.solver.changeColsCost(len(self._every), self._every, cost)
                self.solver.changeObjectiveSense(sense)
                self._solved()
        self.solver.setOptionValue("time_limit", float("inf"))
        self.solver.changeColsCost(len(self._every), self._every, np.zeros(len(self._every)))
        most = np.full(len(self._every), float(MOST))
        self.solver.changeColsBounds(len(self._every), self._every, np.zeros(len(self._every)), most)

    def clears(self, rank: int) -> bool:
        """Whether a target has another value in some solution."""
        column, exact = self._first + rank, self.exact[rank]
        for least, most in ((exact + 1, float(MOST)), (0.0, exact - 1)):
            if least <= most:
                self.solver.changeColBounds(column, least, most)
                if self._solved():
                    break
        self.solver.changeColBounds(column, 0.0, float(MOST))
        return rank not in self.left

    def _solved(self) -> bool:
        """Whether there is a solution; what it gives another value is not looked for any more."""
        # From the start, what is simple is worked out first: twice as fast as from the last solution.
        self.solver.clearSolver()
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return False
        if status == highspy.HighsModelStatus.kTimeLimit and not self.solver.getSolution().value_valid:
            return False
        assert status in _ENDED_WELL, self.solver.modelStatusToString(status)
        values = np.array(self.solver.getSolution().col_value)[self._first :]
        self.left -= {rank for rank in self.left if abs(values[rank] - self.exact[rank]) >= _CERTAIN}
        return True
