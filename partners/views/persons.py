"""A designated referent as the pages of this room show one."""

from typing import Any

from core import clock
from partners.models import Designation


def person_line(designation: Designation) -> dict[str, Any]:
    """A designated referent as a page shows it: who answers today, for what, where."""
    today = clock.today()
    absent = designation.is_absent(today)
    substitute = designation.substitute.get_full_name() if designation.substitute else ""
    return {
        "pk": designation.pk,
        "name": designation.user.get_full_name(),
        "substitute": substitute,
        "absent_until": designation.absent_until if absent else None,
        "topic": designation.get_topic_display(),
        "organisation": designation.organisation,
        "organisation_id": designation.organisation_id,
        "territory": str(designation.department) if designation.department else "",
        "starts_on": designation.starts_on,
        "ends_on": designation.ends_on,
    }
