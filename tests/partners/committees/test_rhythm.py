"""Where a committee stands: sliding year, calendar year, late, planned, over."""

from datetime import date

import pytest

from partners.committees.rhythm import NEVER_MET, rhythm_on


def rhythm(day, *meetings, months=12, reckoning="sliding", since=date(2019, 5, 10), running=True):
    return rhythm_on(
        day, meetings, frequency_months=months, reckoning=reckoning, since=since, running=running
    )


def test_first_meeting_is_due_before_the_anniversary():
    assert rhythm(date(2020, 5, 9)).expected_by == date(2020, 5, 9)
    assert not rhythm(date(2020, 5, 9)).overdue
    assert rhythm(date(2020, 5, 10)).overdue


def test_sliding_year_counts_from_the_last_meeting():
    found = rhythm(date(2021, 3, 2), date(2020, 3, 1))
    assert (found.last, found.expected_by, found.overdue) == (date(2020, 3, 1), date(2021, 3, 1), True)
    assert found.sentence == "Une réunion était attendue au plus tard le 1er mars 2021."


def test_calendar_year_leaves_until_december():
    assert rhythm(date(2021, 3, 2), date(2020, 3, 1), reckoning="calendar").expected_by == date(2021, 12, 31)
    assert rhythm(date(2019, 6, 1), reckoning="calendar").expected_by == date(2019, 12, 31)


def test_a_planned_meeting_is_told_and_a_late_one_stays_late():
    planned = rhythm(date(2020, 1, 1), date(2020, 3, 1))
    assert (planned.next, planned.overdue) == (date(2020, 3, 1), False)
    assert planned.sentence == "Prochaine réunion le 1er mars 2020."
    late = rhythm(date(2022, 1, 1), date(2020, 3, 1), date(2022, 2, 1))
    assert late.overdue
    assert "était attendue" in late.sentence
    assert "La prochaine est prévue le 1er février 2022" in late.sentence


def test_a_meeting_of_today_is_the_next_one():
    assert rhythm(date(2020, 3, 1), date(2020, 3, 1)).next == date(2020, 3, 1)


def test_nothing_is_expected_once_the_convention_is_over():
    found = rhythm(date(2030, 1, 1), date(2020, 3, 1), running=False)
    assert (found.expected_by, found.overdue) == (None, False)
    assert found.sentence == "Dernière réunion le 1er mars 2020."
    assert rhythm(date(2030, 1, 1), running=False).sentence == NEVER_MET
    assert rhythm(date(2030, 1, 1), since=None).expected_by is None


@pytest.mark.parametrize("reckoning", ["sliding", "calendar"])
def test_the_end_of_the_calendar_does_not_break_a_page(reckoning):
    assert rhythm(date(9999, 12, 1), date(9999, 6, 1), reckoning=reckoning).expected_by is None
