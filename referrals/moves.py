"""One move of a referral being made, and what hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.acting import Acting
from core.hooks import Hook
from referrals.transitions import Transition


@dataclass(frozen=True, slots=True)
class Move:
    """Who moves, on which side, through which row of the table, on which day, with what."""

    row: Transition
    side: str
    acting: Acting | None
    day: date
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.inputs.get(name)


# A youth is left without a solution after the start: function(acting, referral), in the same transaction.
left_without_solution = Hook("left_without_solution")
