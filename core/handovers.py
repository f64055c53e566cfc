"""What people hold for an organisation, and how it passes to somebody else.

The rooms above fill ``core.hooks.handovers``: partners runs the procedure and knows nothing of youths or referrals.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that somebody holds: its identifier, and the words of its line in the preview."""

    pk: int
    words: str


@dataclass(frozen=True, slots=True)
class Pass:
    """What passes from whom to whom, in which organisation, by the decision of whom."""

    organisation_id: int
    leaver_id: int
    successor_id: int


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing that people hold.

    ``held(user, organisation)`` lists everything, in a fixed order, with few queries; ``hand_over(pass)`` gives all
    of it to the successor in the caller's transaction, and returns the identifiers that passed: those of the
    things as the successor now holds them. ``names_youths``: its lines name youths, and reading them is recorded.
    """

    label: str
    held: Callable[[int, int], list[Held]]
    hand_over: Callable[[Pass], list[int]]
    names_youths: bool = False
