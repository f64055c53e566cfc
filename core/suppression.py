"""Hide small counts so that nobody can be recognised in them, nor recomputed from what is left.

Rule (DESIGN, "Access: two walls"; SECURITY §1.4): a count from 1 to 4 is hidden. Hiding it alone is not
enough: in a line with its total, one hidden cell is a subtraction away. So further cells are hidden
("complementary suppression") until **no hidden cell has a single possible value**.

How it works. A table with its margins is a circulation: the total of a row flows into the row, the row
into the columns, the columns into their totals, those into the grand total, and back. What a reader does
not know is the flow on the hidden edges. A hidden value can differ from the truth if and only if a cycle
through its edge exists along which one unit can be moved, each edge staying at least 1 (zeros are shown,
so a reader knows that a hidden count is not 0). For each small cell the cheapest such cycle is searched,
and the visible cells on it are hidden too. The cells of a cycle protect one another, and hiding more never
unprotects, so one pass is enough. A cycle always exists: the one through the row total, the grand total
and the column total.

A hidden cell is ``None`` whether it is small or hides a small one: telling them apart would help the
reader who wants to compute it, and "< 5" would be untrue of the second kind. It is shown as ``s``.

Zero is shown: it says that nobody is there, hence points at nobody. The price is the bound "at least 1",
which the search takes into account (two hidden cells whose sum is 2 would both be known to be 1).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

THRESHOLD = 5
"""The smallest count of persons that may be shown, zero apart."""

HIDDEN_MARK = "s"
"""What stands for a hidden count in a table."""

HIDDEN_REASON = (
    "effectif masqué, parce qu’il est inférieur à 5 ou parce qu’il permettrait de retrouver "
    "un effectif inférieur à 5."
)
HIDDEN_NOTE = f"s : {HIDDEN_REASON}"
"""The sentence that goes under every table where a cell may be hidden."""

Cell = int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A list of counts and their sum; ``None`` is hidden."""

    cells: list[Cell]
    total: Cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table of counts with its margins; ``None`` is hidden."""

    cells: list[list[Cell]]
    row_totals: list[Cell]
    column_totals: list[Cell]
    total: Cell


def is_small(value: int, threshold: int = THRESHOLD) -> bool:
    """Say whether a count of persons is small: at least 1 and under the threshold."""
    return 0 < value < threshold


def hides_ratio(numerator: int, denominator: int, threshold: int = THRESHOLD) -> bool:
    """Say whether a rate must be hidden: the persons in it, or those left out of it, are few.

    A rate over fewer than ``threshold`` persons is hidden as well, even when it is 0 or 100 %.
    """
    if denominator < threshold:
        return True
    return is_small(numerator, threshold) or is_small(denominator - numerator, threshold)


def suppress_line(values: Sequence[int], threshold: int = THRESHOLD) -> Line:
    """Hide what must be in a list of counts published with its sum.

    Raises ``ValueError`` on a negative count.
    """
    _check(values)
    inside, outside = 0, 1
    edges = [_Edge(inside, outside, value, value) for value in values]
    total = sum(values)
    edges.append(_Edge(outside, inside, total, _TOTAL_COST + total))
    _protect(edges, 2, threshold)
    *cells, last = [edge.shown for edge in edges]
    return Line(cells, last)


def suppress(rows: Sequence[Sequence[int]], threshold: int = THRESHOLD) -> Table:
    """Hide what must be in a table of counts published with row totals, column totals and grand total.

    The margins that come back are the only ones to publish: a list elsewhere on the page that repeats a
    margin (counts by stage, say) takes it from here, else what is hidden here could be read there.

    Raises ``ValueError`` on a negative count or on rows of unequal length.
    """
    width = len(rows[0]) if rows else 0
    if any(len(row) != width for row in rows):
        raise ValueError("rows of unequal length")
    height = len(rows)
    # Nodes: the rows, then the totals row, then the columns, then the totals column.
    totals_row, totals_column = height, height + 1 + width
    edges: list[_Edge] = []
    for i, row in enumerate(rows):
        _check(row)
        edges += [_Edge(i, height + 1 + j, value, value) for j, value in enumerate(row)]
    row_sums = [sum(row) for row in rows]
    column_sums = [sum(column) for column in zip(*rows, strict=True)] if rows else []
    total = sum(row_sums)
    edges += [_Edge(totals_column, i, value, _TOTAL_COST + value) for i, value in enumerate(row_sums)]
    edges += [
        _Edge(height + 1 + j, totals_row, value, _TOTAL_COST + value) for j, value in enumerate(column_sums)
    ]
    edges.append(_Edge(totals_row, totals_column, total, 10 * _TOTAL_COST + total))
    _protect(edges, totals_column + 1, threshold)
    shown = [edge.shown for edge in edges]
    body, margins = shown[: height * width], shown[height * width :]
    return Table(
        cells=[body[i * width : (i + 1) * width] for i in range(height)],
        row_totals=margins[:height],
        column_totals=margins[height : height + width],
        total=margins[-1],
    )


# Hiding a total costs the reader more than hiding any cell: it is tried last.
_TOTAL_COST = 10**9


class _Edge:
    """One count of the table, seen as a flow from one node to another."""

    __slots__ = ("cost", "hidden", "source", "target", "value")

    def __init__(self, source: int, target: int, value: int, cost: int) -> None:
        self.source = source
        self.target = target
        self.value = value
        self.cost = cost
        self.hidden = False

    @property
    def shown(self) -> Cell:
        return None if self.hidden else self.value


def _check(values: Sequence[int]) -> None:
    if any(value < 0 for value in values):
        raise ValueError("a count is negative")


def _protect(edges: list[_Edge], nodes: int, threshold: int) -> None:
    """Mark as hidden the small edges and what protects them."""
    around: list[list[int]] = [[] for _ in range(nodes)]
    for number, edge in enumerate(edges):
        if edge.value:  # a zero is shown, hence fixed: no unit moves along it
            around[edge.source].append(number)
            around[edge.target].append(number)
            edge.hidden = is_small(edge.value, threshold)
    small = [number for number, edge in enumerate(edges) if edge.hidden]
    safe: set[int] = set()
    for number in sorted(small, key=lambda n: edges[n].value):
        if number in safe:
            continue
        cycle = _cheapest_cycle(edges, around, number)
        safe.update(cycle)
        for other in cycle:
            edges[other].hidden = True


def _cheapest_cycle(edges: list[_Edge], around: list[list[int]], number: int) -> list[int]:
    """Return the edges of the cheapest cycle along which the flow of one edge can change by one unit."""
    edge = edges[number]
    ends = [(edge.target, edge.source)]  # one unit more
    if edge.value > 1:
        ends.append((edge.source, edge.target))  # one unit less
    # What is hidden already often suffices, and is much quicker to search than the whole table.
    for free in (True, False):
        ways = []
        for start, goal in ends:
            way = _cheapest_path(edges, around, start, goal, number, free)
            if way is not None:
                if free:
                    return [number, *way[1]]
                ways.append(way)
        if ways:
            return [number, *min(ways)[1]]
    raise AssertionError("the cycle through the totals always exists")


def _cheapest_path(
    edges: list[_Edge], around: list[list[int]], start: int, goal: int, without: int, free: bool
) -> tuple[int, list[int]] | None:
    """Dijkstra from ``start`` to ``goal``: hidden edges are free, visible ones cost what hiding them loses.

    An edge is followed forwards (one unit more) always, backwards (one unit less) when it stays at 1 or more;
    with ``free``, hidden edges only.
    """
    best = {start: 0}
    came: dict[int, tuple[int, int]] = {}
    tick = count()  # ties are broken in the order of discovery, so that the result never depends on hashing
    heap = [(0, next(tick), start)]
    while heap:
        cost, _, node = heapq.heappop(heap)
        if node == goal:
            return cost, _way_back(came, start, goal)
        if cost > best[node]:
            continue
        for number in around[node]:
            edge = edges[number]
            if number == without or (free and not edge.hidden) or (edge.source != node and edge.value < 2):
                continue
            neighbour = edge.target if edge.source == node else edge.source
            reached = cost + (0 if edge.hidden else edge.cost)
            if reached < best.get(neighbour, reached + 1):
                best[neighbour] = reached
                came[neighbour] = (node, number)
                if free and neighbour == goal:
                    return 0, _way_back(came, start, goal)
                heapq.heappush(heap, (reached, next(tick), neighbour))
    return None


def _way_back(came: dict[int, tuple[int, int]], start: int, goal: int) -> list[int]:
    path = []
    node = goal
    while node != start:
        node, number = came[node]
        path.append(number)
    return path
