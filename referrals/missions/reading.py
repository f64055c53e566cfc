"""What pages say of the missions of a referral."""

from dataclasses import dataclass
from typing import Any

from referrals.missions import lengths, noting
from referrals.models import Mission, Referral


@dataclass(frozen=True, slots=True)
class Missions:
    """The missions of a referral, latest first, and what they amount to."""

    lines: list[dict[str, Any]]
    total: lengths.Summary


def missions_of(referral: Referral) -> Missions | None:
    """The missions of a referral fetched through its door (one query); None where there can be none."""
    if not referral.rules.has_missions or referral.state not in noting.OPEN_TO_MISSIONS:
        return None
    found = Mission.objects.filter(referral=referral).select_related("branch").order_by("-started_on", "-pk")
    rows = list(found)
    return Missions(
        [_line(row) for row in rows],
        lengths.summary((row.started_on, row.ended_on, row.days) for row in rows),
    )


def _line(row: Mission) -> dict[str, Any]:
    days = lengths.length(row.started_on, row.ended_on, row.days)
    return {
        "uuid": row.uuid,
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "length": "en cours" if days is None else f"{days} jour{'s' if days > 1 else ''}",
        "branch": row.branch.name if row.branch else "",
        "idcc": ", ".join(row.branch.idcc) if row.branch else "",
        "after": row.get_after_display() if row.after else "",
    }
