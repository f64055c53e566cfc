"""Parts, steps, periods and indicators: pure rules."""

from collections import Counter
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.suppression import is_small, suppress_line
from reporting.indicators import INDICATORS
from reporting.indicators.base import Figure, Indicator, Sight
from reporting.indicators.registry import IncompleteIndicator, build
from reporting.periods import last_long_wait_month, last_mature_day, last_mature_month, period_on
from reporting.tally import PARTS, Tally, exact_steps, median, shown_steps


def tally_of(parts):
    unanswered, not_accepted, not_started, under_way, completed, interrupted = parts
    ended = completed + interrupted
    started = ended + under_way
    accepted = started + not_started
    answered = accepted + not_accepted
    return Tally(
        sent=answered + unanswered,
        answered=answered,
        accepted=accepted,
        started=started,
        ended=ended,
        completed=completed,
        outcome_known=ended,
    )


def test_parts_add_up_to_what_was_sent():
    tally = tally_of([1, 2, 3, 4, 5, 6])
    assert tally.parts == [1, 2, 3, 4, 5, 6]
    assert sum(tally.parts) == tally.sent == 21


def test_adding_keeps_every_count():
    tally, more = tally_of([1, 2, 3, 4, 5, 6]), tally_of([6, 5, 4, 3, 2, 1])
    tally.delays, more.delays = Counter({3: 1, 5: 2}), Counter({3: 4})
    tally += more
    assert tally.parts == [7] * 6
    assert tally.outcome_known == 14
    assert tally.delays == Counter({3: 5, 5: 2})
    assert more.delays == Counter({3: 4})


def readings(cells, total, steps, highest):
    """Every list of parts that a reader can imagine, knowing what is shown (a hidden part is at least 1)."""
    for parts in product(*([cell] if cell is not None else range(1, highest + 1) for cell in cells)):
        sums = {
            code: sum(parts[rank:])
            for rank, code in enumerate(("sent", "answered", "accepted", "started", "ended"))
        }
        if total is not None and sums["sent"] != total:
            continue
        if any(steps[code] is not None and steps[code] != sums[code] for code in sums):
            continue
        yield parts


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=6, max_size=6))
def test_steps_say_nothing_that_the_parts_hide(parts):
    tally = tally_of(parts)
    line = suppress_line(tally.parts)
    steps = shown_steps(line.cells, line.total)
    exact = exact_steps(tally)
    assert all(value in (None, exact[code]) for code, value in steps.items())
    assert not any(is_small(value) for value in steps.values() if value is not None)
    hidden = [place for place, cell in enumerate(line.cells) if cell is None]
    highest = max(tally.parts) + 1
    if highest ** len(hidden) > 20_000:
        return
    possible = list(readings(line.cells, line.total, steps, highest))
    for place in hidden:
        assert len({parts[place] for parts in possible}) > 1


def test_an_organisation_sees_its_own_small_figures():
    tally = Tally(sent=2, answered=1, mature_sent=2, mature_on_time=1, delays=Counter({3: 1}))
    steps = exact_steps(tally)
    sight = Sight(tally, steps, threshold=1)
    assert INDICATORS["answer_rate"].read(sight) == Figure("known", 50, 1, 2)
    assert INDICATORS["median_delay"].read(sight).value == 3
    assert INDICATORS["median_delay"].read(Sight(tally, steps)).state == "hidden"
    assert INDICATORS["outcome_known"].read(sight).state == "not_computable"


@given(st.lists(st.integers(0, 30), min_size=1))
def test_the_median_of_counted_values(values):
    import statistics

    assert median(Counter(values)) == statistics.median(values)


def test_no_median_of_nothing():
    assert median(Counter()) is None


def test_periods_are_whole_months_and_what_came_before():
    today = date(2026, 2, 10)
    year = period_on("year", today)
    assert (year.first, year.last) == (date(2026, 1, 1), date(2026, 2, 1))
    assert (year.previous_first, year.previous_last) == (date(2025, 1, 1), date(2025, 2, 1))
    three = period_on("3m", today)
    assert (three.first, three.last) == (date(2025, 12, 1), date(2026, 2, 1))
    assert (three.previous_first, three.previous_last) == (date(2024, 12, 1), date(2025, 2, 1))
    twelve = period_on("12m", today)
    assert (twelve.first, twelve.previous_first, twelve.previous_last) == (
        date(2025, 3, 1), date(2024, 3, 1), date(2025, 2, 1)
    )  # fmt: skip
    with pytest.raises(KeyError):
        period_on("décennie", today)


def test_only_months_old_enough_count():
    # The five working days of a referral of Friday 29 May 2026 end on Friday 5 June.
    assert last_mature_month(date(2026, 6, 5), 5) == date(2026, 4, 1)
    assert last_mature_month(date(2026, 6, 8), 5) == date(2026, 5, 1)
    assert last_mature_day(date(2026, 6, 8), 5) == date(2026, 6, 1)
    assert last_long_wait_month(date(2026, 6, 30)) == date(2026, 4, 1)
    assert last_long_wait_month(date(2026, 7, 1)) == date(2026, 5, 1)


def test_the_registry_refuses_an_incomplete_indicator():
    def read(sight):
        return Figure("not_computable")

    whole = {
        "label": "Part",
        "definition": "Une part.",
        "unit": "%",
        "numerator": "a",
        "denominator": "b",
        "read": read,
    }
    assert list(build([Indicator(code="part", **whole)])) == ["part"]
    for broken in (
        {"label": ""}, {"definition": ""}, {"numerator": ""}, {"denominator": ""}, {"unit": "kg"}, {"unit": ""},
    ):  # fmt: skip
        with pytest.raises(IncompleteIndicator):
            build([Indicator(code="part", **(whole | broken))])
    with pytest.raises(IncompleteIndicator, match="taken"):
        build([Indicator(code="part", **whole), Indicator(code="part", **whole)])
    with pytest.raises(IncompleteIndicator, match="lower case"):
        build([Indicator(code="Part", **whole)])
    assert {"sent", "answered", "accepted", "started", "completed", "outcome_known"} <= set(INDICATORS)
    assert len(PARTS) == 6
