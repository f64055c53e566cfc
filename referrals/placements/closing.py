"""Once the outcome of a period is written (bilan), the referral that it hangs on only waits to be told the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from referrals.placements.codes import UNDER_WAY, State
from referrals.states import State as ReferralState

if TYPE_CHECKING:
    from referrals.models import Referral


@dataclass(frozen=True)
class Proposal:
    """An action of the recipient, and what its form may be filled with: shown, changed or left by who decides."""

    action: str
    initial: Mapping[str, Any]


def proposed(referral: "Referral", rows: Iterable[Mapping[str, Any]]) -> Proposal | None:
    """What the periods of a referral propose to its recipient, once each of them is told; None before. No query.

    ``rows``: the periods as the door of the referral read them. Nothing is closed by itself: the recipient says.
    """
    suites = referral.rules.outcome_of_suite
    held = [row for row in rows if row["state"] != State.CANCELLED]
    if not suites or not held or any(row["state"] in UNDER_WAY for row in held):
        return None
    last = max(held, key=lambda row: row["ends_on"])
    absent = last["state"] == State.NO_SHOW
    if referral.state == ReferralState.ACCEPTED:
        if absent:
            return Proposal("withdraw", {"reason": "JEUNE_ABSENT"})
        first = min(date.fromisoformat(row["starts_on"]) for row in held)
        return Proposal("start", {"started_on": first, "planned_end_on": date.fromisoformat(last["ends_on"])})
    if referral.state != ReferralState.STARTED:
        return None
    ended_on = date.fromisoformat(last["last_day_on"] or last["ends_on"])
    if absent:
        return Proposal("drop_out", {"ended_on": ended_on})
    return Proposal("complete", {"outcome": suites.get(last["suite"], ""), "ended_on": ended_on})
