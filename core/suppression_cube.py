"""Hide small counts in nested and adjacent tables at once: a cube of counts with every one of its margins.

``core.suppression`` protects one table with its margins. A page that is filtered shows several tables of one cube: the
departments of a region, the regions of the nation, each programme and all of them, each stage. What one hides,
another must not give back. So the hiding is decided once, for the cube: each axis is a tree (nation, regions,
departments), a cell is a node of each axis, and each table is a part of the answer.

How it works. A reader knows the cells that are shown, that every total is the sum of what is under it, and that a
hidden cell is at least 1 (zeros are shown). A hidden value is safe when another reading is possible, in which it is
different. Such a reading is built by moving one person along each axis: from a leaf to another one (the totals below
their common ancestor follow), or from nowhere (all the totals above follow). The product of one such move by axis
changes each cell by one at the most, and keeps every sum of the cube true. For each small cell the cheapest product is
looked for, in which no cell is zero and none falls under 1; its cells are hidden. They protect one another, and hiding
more never unprotects. A product always exists: the one that adds somebody everywhere above the cell.

A cheaper hiding may exist: this one is exact about what it protects, not about the least to hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from core.suppression import THRESHOLD, Cell, is_small

Key = tuple[int, ...]
# Leaves tried as the other end of a move: the nearest first, then elsewhere.
_NEAR, _FAR = 6, 3
# Hiding a total costs the reader more than hiding any cell: it is tried last.
_TOTAL_COST = 10**9


@dataclass(frozen=True)
class Axis:
    """A tree of nodes: the parent of each one, ``None`` for the root, which is the only one."""

    parents: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if self.parents.count(None) != 1:
            raise ValueError("an axis has one root")
        for node in range(len(self.parents)):
            self.above(node)

    @classmethod
    def flat(cls, size: int) -> Axis:
        """``size`` leaves (0, 1, …) and their total, the last node."""
        return cls((*[size] * size, None))

    def above(self, node: int) -> list[int]:
        """A node and what it counts in, up to the root. ValueError when that never ends."""
        way = [node]
        while (parent := self.parents[way[-1]]) is not None:
            if parent in way or not 0 <= parent < len(self.parents):
                raise ValueError("an axis is a tree")
            way.append(parent)
        return way

    @cached_property
    def root(self) -> int:
        return self.parents.index(None)

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        inner = set(self.parents)
        return tuple(node for node in range(len(self.parents)) if node not in inner)

    @cached_property
    def ways(self) -> tuple[tuple[int, ...], ...]:
        """Of each node, ``above``."""
        return tuple(tuple(self.above(node)) for node in range(len(self.parents)))

    def move(self, start: int, goal: int | None) -> dict[int, int]:
        """One person more at a leaf, one less at another (``None``: nowhere): by how much each node changes."""
        changes: dict[int, int] = defaultdict(int)
        for node in self.ways[start]:
            changes[node] += 1
        for node in self.ways[goal] if goal is not None else ():
            changes[node] -= 1
        return {node: change for node, change in changes.items() if change}


def suppress_cube(
    axes: Sequence[Axis], counts: Mapping[Key, int], threshold: int = THRESHOLD
) -> dict[Key, Cell]:
    """What may be shown of a cube and of all its margins, by key; ``None`` is hidden.

    ``counts`` are those of the leaves, by their node on each axis; those that are missing are 0, and a key that is
    missing from the answer is 0 too. ValueError on a negative count or on a key that is not one of leaves.
    """
    cube = _Cube(axes, counts)
    small = sorted((value, key) for key, value in cube.values.items() if is_small(value, threshold))
    cube.hidden.update(key for _, key in small)
    safe: set[Key] = set()
    for _, key in small:
        if key not in safe:
            moved = cube.cheapest(key)
            safe |= moved
            cube.hidden |= moved
    return {key: None if key in cube.hidden else value for key, value in cube.values.items()}


class _Cube:
    """Every count above 0, margins included, and what is hidden."""

    def __init__(self, axes: Sequence[Axis], counts: Mapping[Key, int]) -> None:
        self.axes = axes
        self.values: dict[Key, int] = defaultdict(int)
        self.hidden: set[Key] = set()
        leaves = [set(axis.leaves) for axis in axes]
        for key, count in counts.items():
            if count < 0:
                raise ValueError("a count is negative")
            if len(key) != len(axes) or any(
                node not in among for node, among in zip(key, leaves, strict=True)
            ):
                raise ValueError("a count is that of a leaf of each axis")
            if count:
                for above in product(*(axis.ways[node] for axis, node in zip(axes, key, strict=True))):
                    self.values[above] += count
        self.values = dict(self.values)
        # Of a margin, one leaf that counts in it.
        self._leaf: dict[Key, Key] = {}
        for key, count in counts.items():
            if count:
                for above in product(*(axis.ways[node] for axis, node in zip(axes, key, strict=True))):
                    held = self._leaf.get(above)
                    if held is None or counts[held] < count:
                        self._leaf[above] = key
        self._inner = [{node for node in axis.parents if node is not None} for axis in axes]

    def cheapest(self, key: Key) -> set[Key]:
        """The cells of the cheapest product of moves that changes a cell."""
        leaf = self._leaf[key]
        best: tuple[int, set[Key]] | None = None
        for moves in product(*(list(self._moves(place, key, leaf)) for place in range(len(self.axes)))):
            for sign in (1, -1):
                limit = best[0] if best else None
                cost = self._cost(moves, sign, limit)
                if cost is not None and (best is None or cost < best[0]):
                    best = cost, {cell for cell, _ in _cells(moves)}
                    if not cost:
                        return best[1]
        if best is None:
            raise AssertionError("the product that adds somebody everywhere always exists")
        return best[1]

    def _moves(self, place: int, key: Key, leaf: Key) -> Iterator[dict[int, int]]:
        """The moves along one axis that change the node of a cell: to a near leaf, to a far one, from nowhere."""
        axis, node, start = self.axes[place], key[place], leaf[place]

        def beside(other: int) -> int:
            return self.values.get((*leaf[:place], other, *leaf[place + 1 :]), 0)

        others = [
            other
            for other in axis.leaves
            if other != start and node not in axis.ways[other] and beside(other)
        ]
        others.sort(
            key=lambda other: ((*leaf[:place], other, *leaf[place + 1 :]) not in self.hidden, beside(other))
        )
        near = [other for other in others if axis.parents[other] == axis.parents[start]]
        far = [other for other in others if axis.parents[other] != axis.parents[start]]
        for other in (*near[:_NEAR], *far[:_FAR]):
            yield axis.move(start, other)
        yield axis.move(start, None)

    def _cost(self, moves: Sequence[Mapping[int, int]], sign: int, limit: int | None) -> int | None:
        """What is lost by hiding the cells of a product; ``None`` when it is impossible, or costs ``limit``."""
        cost = 0
        for cell, change in _cells(moves):
            value = self.values.get(cell, 0)
            if not value or (value < 2 and change * sign < 0):
                return None
            if cell not in self.hidden:
                totals = sum(node in inner for node, inner in zip(cell, self._inner, strict=True))
                cost += value + totals * _TOTAL_COST
                if limit is not None and cost >= limit:
                    return None
        return cost


def _cells(moves: Sequence[Mapping[int, int]]) -> Iterator[tuple[Key, int]]:
    """The cells of a product of moves, each with its change."""
    for parts in product(*(move.items() for move in moves)):
        change = 1
        for _, one in parts:
            change *= one
        yield tuple(node for node, _ in parts), change
