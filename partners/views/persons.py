"""A designated referent as the pages of this room show one."""

from typing import Any

from core import clock
from partners.models import Designation


def person_line(designation: Designation) -> dict[str, Any]:
    """A designated referent as a page shows it: who answers today (nobody: ""), for what, where.

    The designation was read ``with_people``.
    """
    today = clock.today()
    absent_until = designation.away_until(today)
    name = designation.user.get_full_name()
    substitute = designation.substitute.get_full_name() if designation.substitute else ""
    standing_in = "" if designation.substitute_away else substitute  # type: ignore[attr-defined]
    coming = designation.absent_from if designation.absent_from and designation.absent_from > today else None
    return {
        "pk": designation.pk,
        "name": name,
        "substitute": substitute,
        "answers": standing_in if absent_until else name,
        "absent_until": absent_until,
        "absent_from": coming,
        "back_after": designation.absent_until if coming else None,
        "topic": designation.get_topic_display(),
        "convention": designation.convention,
        "organisation": designation.organisation,
        "organisation_id": designation.organisation_id,
        "territory": str(designation.department) if designation.department else "",
        "starts_on": designation.starts_on,
        "ends_on": designation.ends_on,
    }
