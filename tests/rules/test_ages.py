"""Ages: birthdays, 29 February, "ans révolus"."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ages import age_on, before_birthday, birthday, is_minor_on, last_day_before, within_ages

births = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(births, st.integers(0, 120))
def test_the_birthday_is_the_first_day_of_the_age(birth, age):
    day = birthday(birth, age)
    assert age_on(birth, day) == age
    if age:
        assert age_on(birth, day - timedelta(days=1)) == age - 1


@given(births, st.integers(0, 40_000))
def test_age_never_goes_down(birth, days):
    day = birth + timedelta(days=days)
    assert age_on(birth, day) <= age_on(birth, day + timedelta(days=1)) <= age_on(birth, day) + 1


@given(births, st.integers(1, 100), st.integers(0, 40_000))
def test_before_birthday_agrees_with_the_birthday(birth, age, days):
    day = birth + timedelta(days=days)
    assert (
        before_birthday(birth, age, day)
        == (day < birthday(birth, age))
        == (day <= last_day_before(birth, age))
    )


@given(births, st.integers(0, 40_000))
def test_within_ages_is_inclusive_on_both_sides(birth, days):
    day = birth + timedelta(days=days)
    assert within_ages(birth, 16, 25, day) == (birthday(birth, 16) <= day < birthday(birth, 26))


def test_25_ans_revolus_ends_on_the_eve_of_the_26th_birthday():
    assert before_birthday(date(2000, 5, 17), 26, date(2026, 5, 16))
    assert not before_birthday(date(2000, 5, 17), 26, date(2026, 5, 17))


def test_born_on_29_february():
    leapling = date(2004, 2, 29)
    assert birthday(leapling, 18) == date(2022, 3, 1)
    assert birthday(leapling, 20) == date(2024, 2, 29)
    assert is_minor_on(leapling, date(2022, 2, 28))
    assert not is_minor_on(leapling, date(2022, 3, 1))
    assert birthday(date(1896, 2, 29), 4) == date(1900, 3, 1)  # 1900 is not a leap year
    assert birthday(date(1996, 2, 29), 4) == date(2000, 2, 29)


def test_the_ends_of_the_calendar():
    assert age_on(date.min, date.max) == 9998
    assert before_birthday(date(9990, 1, 1), 26, date.max)
    for birth, age in [(date(9990, 1, 1), 26), (date(2000, 1, 1), -1)]:
        with pytest.raises(ValueError):
            birthday(birth, age)
    with pytest.raises(ValueError, match="postérieure"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))
