"""What a move means for the dates of a course: pure, for the workflow and for the stories of the demonstration."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from core.working_days import add_days, add_months
from referrals.transitions import Transition

if TYPE_CHECKING:
    from referrals.models import Referral


def end_of(referral: "Referral") -> date:
    """The day on which a course that has started is to end: the one that was planned, else the programme's length."""
    assert referral.started_on is not None  # constraint referrals_started_on
    return referral.planned_end_on or add_months(referral.started_on, referral.rules.clocks.duration_months)


def end_after_suspension(referral: "Referral", day: date) -> date:
    """The planned end of a suspended course that goes on from ``day``: later by the days it stood still."""
    assert referral.suspended_on is not None
    return add_days(end_of(referral), (day - referral.suspended_on).days)


def filled_in(
    referral: "Referral", row: Transition, inputs: Mapping[str, Any], day: date
) -> Mapping[str, Any]:
    """The inputs of a move with what nobody had to type, so that its event says all that changed."""
    if row.action == "resume" and not inputs.get("planned_end_on"):
        return {**inputs, "planned_end_on": end_after_suspension(referral, day)}
    return inputs
