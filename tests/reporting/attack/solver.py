"""Equations and bounds over whole numbers, and what follows from them of one quantity (a linear programme)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import highspy
import numpy as np

MOST = 100_000
# A quantity within less than one of the truth, on both sides, is a single whole number.
_CERTAIN = 1 - 1e-6
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

        Solutions that differ from the truth are looked for, many targets at once, then one by one. What is left has a
        least and a most that leave no other whole number. ``enough``: how many of those are wanted. ``whole``: a solution
        is made of whole numbers, as what is counted is.
        """
        names = list(targets)
        extra = [self.count + rank for rank in range(len(names))]
        exact = np.array([total(targets[name], truth) for name in names])
        solver = self._solver([targets[name] for name in names], whole=whole)
        left = set(range(len(names)))

        def tried(wanted: Mapping[int, float]) -> bool:
            """Look for a solution; whether it cleared something."""
            values = _reach(solver, {extra[rank]: sign for rank, sign in wanted.items()})[self.count :]
            cleared = {rank for rank in left if abs(values[rank] - exact[rank]) >= _CERTAIN}
            left.difference_update(cleared)
            return bool(cleared)

        # As many as can be one away from the truth, and no further.
        columns = np.array(extra, dtype=np.int32)
        solver.changeColsBounds(len(extra), columns, np.maximum(exact - 1, 0), exact + 1)
        while left and (tried(dict.fromkeys(left, 1)) or tried(dict.fromkeys(left, -1))):
            pass
        solver.changeColsBounds(len(extra), columns, np.zeros(len(extra)), np.full(len(extra), float(MOST)))
        found: list[object] = []
        for rank in sorted(left):
            if len(found) < enough and rank in left and not tried({rank: 1}) and not tried({rank: -1}):
                found.append(names[rank])
        return found

    def _solver(self, targets: Iterable[Columns], *, whole: bool) -> highspy.Highs:
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
        assert solver.passModel(lp) == highspy.HighsStatus.kOk
        return solver


def total(columns: Columns, values: np.ndarray) -> float:
    return float(sum(weight * values[column] for column, weight in columns.items()))


def _reach(solver: highspy.Highs, wanted: Mapping[int, float]) -> np.ndarray:
    """A solution that makes some columns as large (1) or as small (-1) as can be."""
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    width = solver.getNumCol()
    cost = np.zeros(width)
    for column, sign in wanted.items():
        cost[column] = sign
    solver.changeColsCost(width, np.arange(width, dtype=np.int32), cost)
    # From the start, what is simple is worked out first: twice as fast as from the last solution.
    solver.clearSolver()
    solver.run()
    status = solver.getModelStatus()
    assert status == highspy.HighsModelStatus.kOptimal, solver.modelStatusToString(status)
    return np.array(solver.getSolution().col_value)
