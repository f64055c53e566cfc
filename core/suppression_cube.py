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
it costs nothing, so that fewer of the cells that are shown have to be hidden. A page may also veil its zeros: what it
hides there may be 0, which leaves many more readings where there is little to count.

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
# Hiding a total costs the reader more than hiding any cell, and a total of totals is worth several of those.
_TOTAL_COST, _DEARER, _HIGHEST = 10**9, 8, 2
# Leaves tried as the other end of a transfer, when a product would lose the total of all.
_ELSEWHERE = 60
_DEAR = (_DEARER**5 - 1) * _TOTAL_COST


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

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """How many levels are under each node, at most ``_HIGHEST``."""
        found = [0] * len(self.parents)
        for leaf in self.leaves:
            for height, node in enumerate(self.ways[leaf]):
                found[node] = max(found[node], min(height, _HIGHEST))
        return tuple(found)

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
    veiled: Callable[[Key], bool] | None = None,
    hidden: Collection[Key] = (),
) -> dict[Key, Cell]:
    """What may be shown of a cube and of all its margins, by key; ``None`` is hidden.

    ``counts`` are those of the leaves, by their node on each axis; those that are missing are 0, and a key that is
    missing from the answer is 0 too. ``listed`` says which cells some page shows (all of them, by default): the
    others are hidden. ``veiled`` says in which of those 0 is hidden as a small count is: there, a key that is missing
    is hidden, and what is hidden may be 0. ``hidden`` are cells to hide besides (those above 0), protected as
    small ones are. ValueError on a negative count or on a key that is not one of leaves.
    """
    # In one order, whatever that of the counts: the same ones give the same answer.
    cube = _Cube(axes, dict(sorted(counts.items())), listed, veiled)
    besides = set(hidden)
    small: list[tuple[int, int]] = []
    for place, key in cube.counted():
        value = cube.values[place]
        if is_small(value, threshold) or key in besides:
            small.append((value, place))
        elif listed is None or listed(key):
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
        self,
        axes: Sequence[Axis],
        counts: Mapping[Key, int],
        listed: Callable[[Key], bool] | None = None,
        veiled: Callable[[Key], bool] | None = None,
    ) -> None:
        self.axes = axes
        self._listed, self._veiled = listed, veiled
        self.strides: list[int] = []
        size = 1
        for axis in axes:
            self.strides.append(size)
            size *= len(axis.parents)
        self.values = [0] * size
        self.price = [0] * size
        # Whether a cell that is hidden counts somebody (1) or may count nobody (2), once it was asked.
        self._asked = bytearray(size)
        # Of each cell, the leaf that counts most in it.
        self._leaf = [-1] * size
        self._heights = [axis.heights for axis in axes]
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

    def may_be_empty(self, place: int) -> bool:
        """Whether a reader from whom a cell is hidden cannot know that somebody is there."""
        asked = self._asked[place]
        if not asked:
            key = self.key(place)
            free = (self._listed and not self._listed(key)) or (self._veiled and self._veiled(key))
            asked = self._asked[place] = 2 if free else 1
        return asked == 2

    def key(self, place: int) -> Key:
        """The node of a cell on each axis."""
        nodes = []
        for axis in self.axes:
            place, node = divmod(place, len(axis.parents))
            nodes.append(node)
        return tuple(nodes)

    def totals(self, key: Key) -> int:
        """How much of a total a cell is, over all the axes."""
        return sum(heights[node] for node, heights in zip(key, self._heights, strict=True))

    def cheapest(self, place: int) -> list[int]:
        """The cells of the cheapest product of moves that changes a cell."""
        key, leaf_place = self.key(place), self._leaf[place]
        leaf = self.key(leaf_place)
        moves = [self._moves(number, key[number], leaf[number], leaf_place) for number in range(len(key))]
        # The narrowest axis first: it says soonest that a product is impossible.
        moves.sort(key=len)
        less = self.values[leaf_place] > 1 or self.may_be_empty(leaf_place)
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
        # From nowhere on every axis is always possible, and dear: somebody more in a cell, and in all that are above.
        kept, everywhere = [seed], seed
        for along in moves:
            longer = [
                found
                for partial in kept
                for move in along
                if (found := self._extended(partial, move)) is not None
            ]
            # The cheapest; among equals, those that may go one more or one less.
            longer.sort(key=lambda one: (one[3], not (one[1] and one[2])))
            reached = self._extended(everywhere, along[-1])
            assert reached is not None
            everywhere = reached
            kept = [*longer[:width], everywhere]
        return min(kept, key=lambda one: one[3])

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
            if values[leaf_place + move[-1][0]] or self.may_be_empty(leaf_place + move[-1][0])
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
                if value < 2 and value - (1 if self.may_be_empty(place) else 2) < 0:
                    # Nobody there: shown, it stays so; unknown, one more is possible. Somebody: one less is not.
                    if not value and not self.may_be_empty(place):
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
