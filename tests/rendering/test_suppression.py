"""Hidden cells stay hidden, even from a reader who can subtract."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.suppression import hides_ratio, suppress, suppress_line

small_tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=width, max_size=width),
        min_size=1,
        max_size=3,
    )
)


def extended(rows):
    """Return the table with its margins as a last column and a last row."""
    with_totals = [[*row, sum(row)] for row in rows]
    return [*with_totals, [sum(column) for column in zip(*with_totals, strict=True)]]


def shown(table):
    rows = [[*cells, total] for cells, total in zip(table.cells, table.row_totals, strict=True)]
    return [*rows, [*table.column_totals, table.total]]


def determined(truth, published):
    """Return the hidden cells that a reader can compute, by trying every nearby table.

    The reader knows the margins relation, the published cells and that a hidden count is at least 1. Tables
    one unit away from the truth are enough to show that a cell has another possible value; they are tried
    row by row, keeping what each column still has to give back. Independent of the algorithm under test.
    """
    width = len(truth[0])
    last = len(truth) - 1
    # For each way columns can be shifted so far: the cells that some table with that shift moves.
    reached = {(0,) * width: [frozenset()]}
    for i, (row, public) in enumerate(zip(truth, published, strict=True)):
        options = [
            (0,) if cell is not None else tuple(d for d in (-1, 0, 1) if value + d >= 1)
            for value, cell in zip(row, public, strict=True)
        ]
        moves = [move for move in product(*options) if sum(move[:-1]) == move[-1]]
        following: dict[tuple[int, ...], set[frozenset]] = {}
        for shift, seen in reached.items():
            for move in moves:
                sign = -1 if i == last else 1
                after = tuple(s + sign * m for s, m in zip(shift, move, strict=True))
                moved = frozenset((i, j) for j, m in enumerate(move) if m)
                # Only the union of what can move matters, so seen sets are merged below.
                following.setdefault(after, set()).update(old | moved for old in seen)
        reached = {shift: list(sets) for shift, sets in following.items()}
    movable = frozenset().union(*reached.get((0,) * width, []))
    return {
        (i, j)
        for i, public in enumerate(published)
        for j, cell in enumerate(public)
        if cell is None and (i, j) not in movable
    }


@settings(deadline=None, max_examples=150)
@given(small_tables)
def test_no_hidden_cell_of_a_table_can_be_computed(rows):
    table = suppress(rows)
    assert determined(extended(rows), shown(table)) == set()


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=7))
def test_no_hidden_cell_of_a_line_can_be_computed(values):
    line = suppress_line(values)
    public = [*line.cells, line.total]
    hidden = [number for number, cell in enumerate(public) if cell is None]
    truth = [*values, sum(values)]
    for number in hidden:
        # Another cell takes, or gives, the unit that this one gives or takes.
        sign = -1 if number == len(values) else 1
        partners = [other for other in hidden if other != number]
        assert any(
            truth[number] + d >= 1 and truth[other] + (d if sign * _sign(other, values) < 0 else -d) >= 1
            for other in partners
            for d in (-1, 1)
        )


def _sign(number, values):
    return -1 if number == len(values) else 1


@settings(deadline=None)
@given(small_tables)
def test_small_counts_never_show_and_the_rest_is_the_truth(rows):
    for truth, public in zip(extended(rows), shown(suppress(rows)), strict=True):
        for value, cell in zip(truth, public, strict=True):
            assert not (1 <= value <= 4 and cell is not None)
            assert cell is None or cell == value
            assert value or cell == 0


def test_a_table_without_small_counts_is_left_alone():
    rows = [[10, 20], [0, 5]]
    assert shown(suppress(rows)) == extended(rows)


def test_one_small_cell_hides_the_cheapest_rectangle():
    table = suppress([[3, 50, 6], [40, 7, 9], [60, 8, 5]])
    assert table.cells == [[None, 50, None], [None, 7, None], [60, 8, 5]]
    assert table.row_totals == [59, 56, 73]
    assert table.total == 188


def test_two_ones_are_not_left_alone_with_their_sum():
    """Both hidden, their sum 2 shown, zeros shown: each would be known to be 1."""
    assert suppress_line([1, 1, 30]).cells == [None, None, None]


def test_a_line_of_one_small_count_hides_its_total():
    line = suppress_line([3, 0, 0])
    assert line.cells == [None, 0, 0]
    assert line.total is None


def test_margins_are_kept_whenever_cells_can_pay():
    table = suppress([[2, 30, 12], [14, 25, 3], [9, 8, 40]])
    assert None not in table.row_totals
    assert None not in table.column_totals


def test_empty_tables():
    assert suppress([]).total == 0
    assert suppress_line([]).total == 0


@pytest.mark.parametrize("call", [lambda: suppress([[1, 2], [3]]), lambda: suppress([[-1]])])
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [
        (3, 100, True),
        (97, 100, True),
        (0, 100, False),
        (100, 100, False),
        (2, 4, True),
        (0, 3, True),
        (50, 100, False),
    ],
)
def test_rates_about_a_few_persons(numerator, denominator, hidden):
    assert hides_ratio(numerator, denominator) is hidden


def test_a_national_table_is_quick():
    """A hundred departments by thirteen states, half of them small."""
    rows = [[(i * 7 + j * 5 + i * j) % 11 for j in range(13)] for i in range(100)]
    table = suppress(rows)
    assert table.total == sum(map(sum, rows))
