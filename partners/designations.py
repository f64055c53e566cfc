"""Who answers for a topic in an organisation: referent, substitute, or a gap that shows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core import clock
from partners.models import Designation


class Found(StrEnum):
    """Why this person was found."""

    REFERENT = "referent"
    SUBSTITUTE = "substitute"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a referral goes in an organisation: to a person, with a substitute, or to nobody (a gap)."""

    found: Found
    user_id: int | None
    substitute_id: int | None


def referent_for(
    organisation_id: int, topic: str, *, department: str | None = None, day: date | None = None
) -> Routing:
    """The designated referent of an organisation for a topic on a day.

    The designation for the department wins over the one for the whole territory, then the one tied to a
    convention, then the oldest. When the lead is away the substitute answers; without one it is a gap, and
    the managers see the referral.
    """
    day = day or clock.today()
    candidates = [
        designation
        for designation in Designation.objects.live(day).filter(organisation_id=organisation_id, topic=topic)
        if designation.department_id in (None, department)
    ]
    candidates.sort(key=lambda d: (d.department_id is None, d.convention_id is None, d.starts_on, d.pk))
    for designation in candidates:
        if not designation.is_absent(day):
            return Routing(Found.REFERENT, designation.user_id, designation.substitute_id)
        if designation.substitute_id:
            return Routing(Found.SUBSTITUTE, designation.substitute_id, designation.user_id)
    return Routing(Found.GAP, None, None)
