"""Working days, months, dates in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.working_days import (
    add_days,
    add_months,
    add_working_days,
    is_overseas,
    is_working_day,
    long_date,
    working_days_between,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
departments = st.sampled_from([None, "2A", "57", "67", "75", "971", "973", "974", "976", "977", "988"])


@given(days, st.integers(1, 60), departments)
def test_adding_lands_on_a_working_day_and_is_counted_back(day, count, department):
    result = add_working_days(day, count, department)
    assert is_working_day(result, department)
    assert working_days_between(day, result, department) == count
    assert (result - day).days >= count


@given(days, st.integers(0, 800), departments)
def test_counting_agrees_with_walking(day, length, department):
    end = day + timedelta(days=length)
    walked = sum(is_working_day(day + timedelta(days=i), department) for i in range(1, length + 1))
    assert working_days_between(day, end, department) == walked


@given(days, st.integers(0, 30), st.integers(0, 30), departments)
def test_adding_twice_is_adding_once(day, first, second, department):
    once = add_working_days(day, first + second, department)
    assert add_working_days(add_working_days(day, first, department), second, department) == once


@given(days, st.integers(-600, 600))
def test_months_keep_the_day_or_take_the_last_one(day, months):
    result = add_months(day, months)
    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    assert result.day == day.day or (result.day < day.day and (result + timedelta(days=1)).day == 1)


def test_known_years():
    assert add_working_days(date(2026, 4, 3), 1) == date(2026, 4, 7)  # Easter Monday
    assert add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 3)
    assert add_working_days(date(2026, 4, 2), 1, "67") == date(2026, 4, 7)  # Good Friday in Alsace
    assert add_working_days(date(2025, 12, 24), 1) == date(2025, 12, 26)
    assert add_working_days(date(2025, 12, 24), 1, "57") == date(2025, 12, 29)  # 26 December in Moselle
    assert add_working_days(date(2025, 12, 31), 5) == date(2026, 1, 8)
    assert not is_working_day(date(2026, 5, 22), "972")  # abolition of slavery, Martinique
    assert is_working_day(date(2026, 5, 22), "75")
    assert add_working_days(date(2028, 2, 28), 2) == date(2028, 3, 1)  # leap year
    assert working_days_between(date(2026, 5, 1), date(2026, 4, 1)) == 0


def test_overseas_codes():
    assert all(is_overseas(code) for code in ("971", "976", "978", "988"))
    assert not any(is_overseas(code) for code in ("2A", "01", "95", ""))


def test_dates_in_words():
    assert long_date(date(2026, 3, 1)) == "1er mars 2026"
    assert long_date(date(2026, 8, 21)) == "21 août 2026"


def test_outside_the_calendar_is_a_value_error():
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    for call in (
        lambda: add_working_days(date.max, 1),
        lambda: add_working_days(date(2026, 1, 1), -1),
        lambda: add_months(date.max, 1),
        lambda: add_months(date.min, -1),
        lambda: add_days(date.max, 1),
    ):
        with pytest.raises(ValueError):
            call()
