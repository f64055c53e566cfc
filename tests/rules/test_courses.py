"""What a suspension means for the dates of a course."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.working_days import add_months
from referrals.courses import end_after_suspension
from referrals.models import Referral

days_of = st.dates(date(2015, 1, 1), date(2060, 12, 31))


@given(days_of, st.none() | st.integers(1, 900), st.integers(0, 300), st.integers(0, 400))
def test_the_end_moves_by_the_days_that_the_course_stood_still(started, length, later, still):
    suspended = started + timedelta(days=later)
    referral = Referral(
        programme="smv", started_on=started, suspended_on=suspended,
        planned_end_on=started + timedelta(days=length) if length else None,
    )  # fmt: skip
    end = referral.planned_end_on or add_months(started, referral.rules.clocks.duration_months)
    assert (end_after_suspension(referral, suspended + timedelta(days=still)) - end).days == still
