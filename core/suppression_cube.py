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

Where few cells are counted, the product that adds somebody everywhere is sometimes the only one, and loses the total of
all; a person who goes from one leaf to any other is then tried: it keeps every sum true as well.

What no page shows is hidden from the start, and a reader does not even know whether anybody is there: moving through
it costs nothing, so that fewer of the cells that are shown have to be hidden.

A cheaper hiding may exist: this one is exact about what it protects, not about the least to hide. Cells are places in
one flat list, and a product is built axis by axis: what is impossible or too dear at two axes is not tried at four.
Some of the partial products are dropped on the way, so the cheapest may be missed; none that is kept is unsafe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from itertools import product

from core.suppression import THRESHOLD, Cell, is_small

Key = tuple[int, ...]
# Leaves tried as the other end of a move along one axis: the nearest ones, then those that count most.
_NEAREST, _LARGEST = 6, 3
# Partial products kept from one axis to the next (many more before the largest totals are lost), and tried when all
# that is looked for costs nothing.
_WIDTH, _WIDEST, _PATIENCE = 12, 36, 300
# Hiding a total costs the reader more than hiding any cell, and a total on one axis more is worth several of those.
_TOTAL_COST, _DEARER = 10**9, 8
# Leaves tried as the other end of a transfer, when a product would lose the total of all.
_ELSEWHERE = 60
_DEAR = (_DEARER**3 - 1) * _TOTAL_COST


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
    axes: Sequence[Axis],
    counts: Mapping[Key, int],
    threshold: int = THRESHOLD,
    *,
    listed: Callable[[Key], bool] | None = None,
    hidden: Collection[Key] = (),
) -> dict[Key, Cell]:
    """What may be shown of a cube and of all its margins, by key; ``None`` is hidden.

    ``counts`` are those of the leaves, by their node on each axis; those that are missing are 0, and a key that is
    missing from the answer is 0 too. ``listed`` says which cells some page shows (all of them, by default): the
    others are hidden. ``hidden`` are cells to hide besides (those above 0), protected as small ones are. ValueError on
    a negative count or on a key that is not one of leaves.
    """
    # In one order, whatever that of the counts: the same ones give the same answer.
    cube = _Cube(axes, dict(sorted(counts.items())), listed)
    besides = set(hidden)
    small: list[tuple[int, int]] = []
    for place, key in cube.counted():
        value = cube.values[place]
        if is_small(value, threshold) or key in besides:
            small.append((value, place))
        elif not cube.is_unlisted(place):
            cube.price[place] = value + (_DEARER ** cube.totals(key) - 1) * _TOTAL_COST
    safe = bytearray(len(cube.values))
    for _, place in sorted(small):
        if not safe[place]:
            for moved in cube.cheapest(place):
                safe[moved] = 1
                cube.price[moved] = 0
    return {key: cube.values[place] if cube.price[place] else None for place, key in cube.counted()}


# The cells of a product of moves with the change of each, whether one more (one less) is possible, and the price.
_Partial = tuple[list[tuple[int, int]], bool, bool, int]


class _Cube:
    """Every count, margins included, as one flat list; ``price``: what hiding a cell costs, 0 when it is hidden."""

    def __init__(
        self, axes: Sequence[Axis], counts: Mapping[Key, int], listed: Callable[[Key], bool] | None = None
    ) -> None:
        self.axes = axes
        self._listed = listed
        self.strides: list[int] = []
        size = 1
        for axis in axes:
            self.strides.append(size)
            size *= len(axis.parents)
        self.values = [0] * size
        self.price = [0] * size
        # Whether a cell is listed (1) or not (2), once it was asked.
        self._asked = bytearray(size)
        # Of each cell, the leaf that counts most in it.
        self._leaf = [-1] * size
        self._inner = [{node for node in axis.parents if node is not None} for axis in axes]
        leaves = [set(axis.leaves) for axis in axes]
        for key, count in counts.items():
            if count < 0:
                raise ValueError("a count is negative")
            if len(key) != len(axes) or any(
                node not in among for node, among in zip(key, leaves, strict=True)
            ):
                raise ValueError("a count is that of a leaf of each axis")
            place = sum(node * stride for node, stride in zip(key, self.strides, strict=True))
            self.values[place] = count
            self._leaf[place] = place if count else -1
        for axis, stride in zip(axes, self.strides, strict=True):
            self._add_up(axis, stride)
        self._full = [place for place in range(size) if self._leaf[place] == place and self.values[place]]
        self._root = sum(axis.root * stride for axis, stride in zip(axes, self.strides, strict=True))
        self._moves_of: dict[tuple[int, int, int], list[list[tuple[int, int]]]] = {}

    def _add_up(self, axis: Axis, stride: int) -> None:
        """Add every node of an axis to the node above it, the lowest first."""
        values, leaf = self.values, self._leaf
        lowest = sorted(range(len(axis.parents)), key=lambda node: -len(axis.ways[node]))
        block = stride * len(axis.parents)
        for node in lowest:
            parent = axis.parents[node]
            if parent is None:
                continue
            for start in range(node * stride, len(values), block):
                step = (parent - node) * stride
                for place in range(start, start + stride):
                    if value := values[place]:
                        above = place + step
                        values[above] += value
                        if leaf[above] < 0 or values[leaf[above]] < values[leaf[place]]:
                            leaf[above] = leaf[place]

    def counted(self) -> Iterator[tuple[int, Key]]:
        """The cells that are not 0, with their key."""
        return ((place, self.key(place)) for place, value in enumerate(self.values) if value)

    def is_unlisted(self, place: int) -> bool:
        """Whether no page shows a cell."""
        if self._listed is None:
            return False
        asked = self._asked[place]
        if not asked:
            asked = self._asked[place] = 1 if self._listed(self.key(place)) else 2
        return asked == 2

    def key(self, place: int) -> Key:
        """The node of a cell on each axis."""
        nodes = []
        for axis in self.axes:
            place, node = divmod(place, len(axis.parents))
            nodes.append(node)
        return tuple(nodes)

    def totals(self, key: Key) -> int:
        """On how many axes a cell is a total."""
        return sum(node in inner for node, inner in zip(key, self._inner, strict=True))

    def cheapest(self, place: int) -> list[int]:
        """The cells of the cheapest product of moves that changes a cell."""
        key, leaf_place = self.key(place), self._leaf[place]
        leaf = self.key(leaf_place)
        moves = [self._moves(number, key[number], leaf[number], leaf_place) for number in range(len(key))]
        # The narrowest axis first: it says soonest that a product is impossible.
        moves.sort(key=len)
        less = self.values[leaf_place] > 1 or self.is_unlisted(leaf_place)
        seed: _Partial = ([(leaf_place, 1)], True, less, self.price[leaf_place])
        if not seed[3] and (free := self._free(moves, seed)):
            return free
        found = self._search(moves, seed, _WIDTH)
        if found[3] >= _DEAR:
            found = min(found, self._search(moves, seed, _WIDEST), key=lambda one: one[3])
        if self.price[self._root] and any(cell == self._root for cell, _ in found[0]):
            # A person who goes from one leaf to any other leaves the total of all as it is.
            return self._transferred(place, leaf_place, found[3]) or [cell for cell, _ in found[0]]
        return [cell for cell, _ in found[0]]

    def _transferred(self, place: int, leaf: int, limit: int) -> list[int]:
        """The cells of the cheapest transfer between a leaf and another that changes a cell; none under ``limit``."""
        best: list[int] = []
        others = ((self.price[other] > 0, self.values[other], other) for other in self._full if other != leaf)
        for _, _, other in nsmallest(_ELSEWHERE, others):
            changes = dict.fromkeys(self._above(leaf), 1)
            for cell in self._above(other):
                changes[cell] = changes.get(cell, 0) - 1
            moved = {cell: change for cell, change in changes.items() if change}
            possible = any(
                all(self.values[cell] > 1 or change * sign > 0 for cell, change in moved.items())
                for sign in (1, -1)
            )
            cost = sum(self.price[cell] for cell in moved)
            if possible and cost < limit and place in moved:
                best, limit = list(moved), cost
        return best

    def _above(self, leaf: int) -> list[int]:
        """A leaf and all that it counts in."""
        ways = (axis.ways[node] for axis, node in zip(self.axes, self.key(leaf), strict=True))
        return [
            sum(node * stride for node, stride in zip(key, self.strides, strict=True))
            for key in product(*ways)
        ]

    def _search(self, moves: Sequence[list[list[tuple[int, int]]]], seed: _Partial, width: int) -> _Partial:
        """The cheapest product found when so many partial ones are kept from one axis to the next."""
        kept = [seed]
        for along in moves:
            longer = [
                (found, move is along[-1])
                for partial in kept
                for move in along
                if (found := self._extended(partial, move)) is not None
            ]
            # The cheapest; among equals, those that may go one more or one less.
            longer.sort(key=lambda one: (one[0][3], not (one[0][1] and one[0][2])))
            kept = [found for found, _ in longer[:width]]
            if not any(nowhere for _, nowhere in longer[:width]):
                # From nowhere is always possible: what comes next cannot lead all of them into a dead end.
                kept.append(next(found for found, nowhere in longer if nowhere))
        return kept[0]

    def _free(self, moves: Sequence[list[list[tuple[int, int]]]], seed: _Partial) -> list[int]:
        """The cells of a product in which all are hidden already; none when it is not found soon."""
        patience = _PATIENCE
        waiting = [(0, seed)]
        while waiting:
            depth, partial = waiting.pop()
            if depth == len(moves):
                return [cell for cell, _ in partial[0]]
            for move in reversed(moves[depth]):
                patience -= 1
                if patience < 0:
                    return []
                longer = self._extended(partial, move, free=True)
                if longer is not None:
                    waiting.append((depth + 1, longer))
        return []

    def _moves(self, number: int, node: int, start: int, leaf_place: int) -> list[list[tuple[int, int]]]:
        """The moves along one axis that change the node of a cell, as places from that of its leaf: to the leaves that
        are nearest, hidden or few, then from nowhere."""
        axis, stride = self.axes[number], self.strides[number]
        found = self._moves_of.get((number, node, start))
        if found is None:
            others = [other for other in axis.leaves if other != start and node not in axis.ways[other]]
            found = [self._steps(axis, start, other, stride) for other in others]
            found.sort(key=len)
            found.append(self._steps(axis, start, None, stride))
            self._moves_of[number, node, start] = found
        values, price = self.values, self.price

        def worth(move: list[tuple[int, int]]) -> tuple[int, bool, bool, int]:
            beside = leaf_place + move[-1][0]
            return len(move), values[beside] < 2, price[beside] > 0, values[beside]

        possible = [
            move
            for move in found[:-1]
            if values[leaf_place + move[-1][0]] or self.is_unlisted(leaf_place + move[-1][0])
        ]
        possible.sort(key=worth)
        far = sorted(possible[_NEAREST:], key=lambda move: -values[leaf_place + move[-1][0]])
        return [*possible[:_NEAREST], *far[:_LARGEST], found[-1]]

    @staticmethod
    def _steps(axis: Axis, start: int, goal: int | None, stride: int) -> list[tuple[int, int]]:
        """A move as (how far from the leaf, change), without the leaf itself; the other leaf comes last."""
        changes = axis.move(start, goal)
        del changes[start]
        last = [] if goal is None else [(goal, changes.pop(goal))]
        return [((node - start) * stride, change) for node, change in (*changes.items(), *last)]

    def _extended(
        self, partial: _Partial, move: list[tuple[int, int]], *, free: bool = False
    ) -> _Partial | None:
        """A product of moves along one more axis; ``None`` when it is impossible, or not ``free`` and should be."""
        values, price = self.values, self.price
        cells, more, less, cost = partial
        found = list(cells)
        for far, change in move:
            for cell, before in cells:
                place, moved = cell + far, before * change
                value = values[place]
                if free and price[place]:
                    return None
                if value < 2 and value - (1 if self.is_unlisted(place) else 2) < 0:
                    # Nobody there: shown, it stays so; unlisted, one more is possible. Somebody: one less is not.
                    if not value and not self.is_unlisted(place):
                        return None
                    # One more here is one less there.
                    if moved < 0:
                        more = False
                    else:
                        less = False
                    if not (more or less):
                        return None
                cost += price[place]
                found.append((place, moved))
        return found, more, less, cost
