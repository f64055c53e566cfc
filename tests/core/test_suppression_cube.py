"""Nothing that a cube hides can be found again, from any of its tables, alone or together."""

from collections import defaultdict
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.suppression import is_small, suppress
from core.suppression_cube import Axis, suppress_cube

# A nation of two regions, of two and three departments; then flat axes.
NATION = Axis((5, 5, 6, 6, 6, 7, 7, None))


def equations(axes):
    """Every sum of the cube: (total, its parts)."""
    nodes = [range(len(axis.parents)) for axis in axes]
    for place, axis in enumerate(axes):
        for parent in set(axis.parents) - {None}:
            children = [node for node in nodes[place] if axis.parents[node] == parent]
            for rest in product(*(one for other, one in enumerate(nodes) if other != place)):
                yield (
                    (*rest[:place], parent, *rest[place:]),
                    [(*rest[:place], child, *rest[place:]) for child in children],
                )


def solved(axes, shown):
    """What a reader finds for certain: by elimination on all the sums, then by bounds, again and again.

    A hidden cell is at least 1. Exact: whole numbers and fractions.
    """
    hidden = sorted(key for key, value in shown.items() if value is None)
    column = {key: number for number, key in enumerate(hidden)}
    rows = []
    for total, parts in equations(axes):
        row, known = defaultdict(Fraction), Fraction(0)
        for key, weight in ((total, -1), *((part, 1) for part in parts)):
            value = shown.get(key, 0)
            if value is None:
                row[column[key]] += weight
            else:
                known -= weight * value
        if row:
            rows.append((dict(row), known))
    found = eliminated(rows)
    low, high = bounded(rows, len(hidden))
    found |= {number for number in column.values() if low[number] == high[number]}
    return {hidden[number] for number in found}


def eliminated(rows):
    """The unknowns that the equations alone determine (Gauss and Jordan)."""
    pivots = {}
    for source, known in rows:
        row = dict(source)
        for pivot, (other, value) in pivots.items():
            if factor := row.get(pivot):
                for key, weight in other.items():
                    row[key] = row.get(key, 0) - factor * weight
                known -= factor * value
        row = {key: weight for key, weight in row.items() if weight}
        if not row:
            continue
        pivot, weight = next(iter(row.items()))
        row, known = {key: one / weight for key, one in row.items()}, known / weight
        for key, (other, value) in pivots.items():
            if factor := other.get(pivot):
                merged = {one: other.get(one, 0) - factor * row.get(one, 0) for one in {*other, *row}}
                pivots[key] = (
                    {one: weight for one, weight in merged.items() if weight},
                    value - factor * known,
                )
        pivots[pivot] = (row, known)
    return {pivot for pivot, (row, _) in pivots.items() if len(row) == 1}


def bounded(rows, size, highest=10**6):
    """The least and the most that each unknown can be, tightened by each equation until nothing moves."""
    low, high = [1] * size, [highest] * size
    moved = True
    while moved:
        moved = False
        for row, known in rows:
            for place, weight in row.items():
                rest = [(low[key], high[key], other) for key, other in row.items() if key != place]
                least = sum(other * (one if other > 0 else most) for one, most, other in rest)
                most = sum(other * (most if other > 0 else one) for one, most, other in rest)
                ends = sorted(((known - least) / weight, (known - most) / weight))
                lower, upper = -(-ends[0] // 1), ends[1] // 1
                if lower > low[place] or upper < high[place]:
                    low[place], high[place] = max(low[place], lower), min(high[place], upper)
                    moved = True
    return low, high


def totals(axes, counts):
    values = defaultdict(int)
    for key, count in counts.items():
        for above in product(*(axis.ways[node] for axis, node in zip(axes, key, strict=True))):
            values[above] += count
    return values


@st.composite
def cubes(draw):
    axes = [NATION, Axis.flat(draw(st.integers(1, 3))), Axis.flat(draw(st.integers(1, 3)))]
    axes = axes[: draw(st.integers(1, 3))]
    count = st.one_of(st.integers(0, 6), st.integers(0, 1), st.integers(0, 60))
    return axes, {key: draw(count) for key in product(*(axis.leaves for axis in axes))}


@settings(max_examples=100, deadline=None)
@given(cubes())
def test_no_hidden_cell_can_be_found_again(cube):
    axes, counts = cube
    shown = suppress_cube(axes, counts)
    exact = totals(axes, counts)
    for key, value in exact.items():
        if value:
            assert shown[key] in (None, value)
            assert not is_small(value) or shown[key] is None
    assert all(exact[key] for key in shown)
    assert solved(axes, shown) == set()


@pytest.mark.parametrize("examples", [12, pytest.param(100, marks=pytest.mark.prove)])
def test_another_reading_exists_of_each_hidden_cell(examples):
    """Not by equations, by example: every reading of a small cube, one after the other."""
    settings(max_examples=examples, deadline=None)(another_reading_exists)()


@given(
    st.lists(st.integers(0, 4), min_size=8, max_size=8),
    st.sampled_from([(2, 2, 2), (4, 2), (2, 4), (8,)]),
)
def another_reading_exists(values, shape):
    axes = [Axis.flat(size) for size in shape]
    leaves = list(product(*(axis.leaves for axis in axes)))
    counts = dict(zip(leaves, values, strict=True))
    shown = suppress_cube(axes, counts)
    others = {key: set() for key, value in shown.items() if value is None}
    ranges = [
        range(1, count + 2) if count and shown[key] is None else (count,) for key, count in counts.items()
    ]
    for reading in product(*ranges):
        sums = totals(axes, dict(zip(leaves, reading, strict=True)))
        if all(value is None or sums[key] == value for key, value in shown.items()):
            for key in others:
                others[key].add(sums[key])
    assert all(len(possible) > 1 for possible in others.values())


def test_a_department_alone_in_its_region_does_not_give_itself_away():
    """The regions of the nation and the departments of each region, read together."""
    counts = {(0, 0): 3, (1, 0): 40, (2, 0): 50, (3, 0): 60, (4, 0): 70, (0, 1): 30, (1, 1): 35, (2, 1): 20, (3, 1): 25,
              (4, 1): 30}  # fmt: skip
    shown = suppress_cube([NATION, Axis.flat(2)], counts)
    assert shown[0, 0] is None
    assert shown[7, 2] == 363
    hidden = {key for key, value in shown.items() if value is None}
    # One square of four cells, in the region of the small one: no total is lost.
    assert hidden == {(0, 0), (1, 0), (0, 1), (1, 1)}


def test_what_one_table_hides_two_tables_would_have_given_back():
    """The all-programmes table and the table of each programme, each protected alone, give a small cell together."""
    first, second = [[3, 40], [50, 60]], [[20, 30], [40, 50]]
    both = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]
    alone = suppress(first), suppress(second), suppress(both)
    assert alone[0].cells[0][0] is None
    assert None not in (alone[1].cells[0][0], alone[2].cells[0][0])  # 23 − 20
    counts = {
        (i, j, p): table[i][j] for p, table in enumerate((first, second)) for i in (0, 1) for j in (0, 1)
    }
    axes = [Axis.flat(2), Axis.flat(2), Axis.flat(2)]
    shown = suppress_cube(axes, counts)
    assert solved(axes, shown) == set()
    assert None in (shown[0, 0, 1], shown[0, 0, 2])


def test_nothing_is_hidden_where_nothing_is_small():
    counts = dict.fromkeys(product(range(5), range(2)), 5) | {(0, 0): 0}
    shown = suppress_cube([NATION, Axis.flat(2)], counts)
    assert None not in shown.values()
    assert (0, 0) not in shown


@pytest.mark.parametrize(
    ("axes", "counts", "why"),
    [
        ([Axis.flat(2)], {(0,): -1}, "negative"),
        ([Axis.flat(2)], {(2,): 1}, "leaf"),
        ([Axis.flat(2)], {(0, 0): 1}, "leaf"),
    ],
)
def test_what_makes_no_cube_is_refused(axes, counts, why):
    with pytest.raises(ValueError, match=why):
        suppress_cube(axes, counts)


@pytest.mark.parametrize("parents", [(None, None), (1, 0), (1, 0, None), (0, None)])
def test_what_makes_no_tree_is_refused(parents):
    with pytest.raises(ValueError, match=r"root|tree"):
        Axis(parents)
