"""How long missions last, and what share of them is short."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.missions.lengths import is_under_a_month, is_within_a_week, length, summary

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "week", "month"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), True, True),
        (date(2026, 1, 1), date(2026, 1, 6), True, True),
        (date(2026, 1, 1), date(2026, 1, 7), True, True),
        (date(2026, 1, 1), date(2026, 1, 8), False, True),
        (date(2026, 1, 1), date(2026, 1, 30), False, True),
        (date(2026, 1, 1), date(2026, 1, 31), False, False),
        (date(2026, 2, 1), date(2026, 2, 27), False, True),
        (date(2026, 2, 1), date(2026, 2, 28), False, False),
        (date(2028, 2, 1), date(2028, 2, 28), False, True),
        (date(2028, 2, 1), date(2028, 2, 29), False, False),
        (date(2026, 12, 20), date(2027, 1, 18), False, True),
        (date(2026, 12, 20), date(2027, 1, 19), False, False),
        (date(2026, 1, 31), date(2026, 2, 26), False, True),
        (date(2026, 1, 31), date(2026, 2, 27), False, False),
    ],
)
def test_on_the_boundaries(start, end, week, month):
    days = length(start, end, None)
    assert (is_within_a_week(days), is_under_a_month(start, days)) == (week, month)


def test_a_mission_that_goes_on_has_no_length_yet():
    assert length(date(2026, 1, 1), None, None) is None
    assert length(date(2026, 1, 1), None, 12) == 12
    found = summary(
        [(date(2026, 1, 1), None, None), (date(2026, 1, 1), None, 5), (date(2026, 3, 1), None, 60)]
    )
    assert (found.count, found.known, found.week, found.month) == (3, 2, 1, 1)
    assert (found.week_share, found.month_share) == (50, 50)
    assert summary([]).week_share is None


@given(st.lists(st.tuples(DAYS, st.integers(1, 1098))))
def test_shares_hold_together(missions):
    found = summary((start, None, days) for start, days in missions)
    assert found.week <= found.month <= found.known == found.count == len(missions)
    if missions:
        assert 0 <= found.week_share <= found.month_share <= 100


@given(DAYS, st.integers(1, 1098))
def test_the_last_day_and_the_number_of_days_say_the_same(start, days):
    assert length(start, start + timedelta(days=days - 1), None) == days
