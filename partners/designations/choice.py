"""Which designation answers, on a day, for a topic of an organisation: a pure rule (DOMAIN §6.1).

The narrowest one first: its territory, then its convention, then the oldest. When its lead is away the substitute
answers; when the substitute is away too, the next narrowest is asked; when nobody is left it is a gap.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Found(StrEnum):
    """Why this person was found."""

    REFERENT = "referent"
    SUBSTITUTE = "substitute"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A designation, as the choice reads it; both days of a period are included.

    ``lead_away`` and ``substitute_away``: an absence of the person themself runs on the day.
    """

    pk: int
    user_id: int
    starts_on: date
    ends_on: date | None = None
    substitute_id: int | None = None
    convention_id: int | None = None
    department: str | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    lead_away: bool = False
    substitute_away: bool = False

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def leads_on(self, day: date) -> bool:
        """Whether the lead is there on a day."""
        absent = self.absent_from is not None and self.absent_until is not None
        marked = absent and self.absent_from <= day <= self.absent_until  # type: ignore[operator]
        return not (marked or self.lead_away)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who answers, by which designation; those that were asked before, and had nobody there."""

    found: Found
    by: Candidate | None = None
    passed_over: tuple[Candidate, ...] = field(default=())

    @property
    def user_id(self) -> int | None:
        """The person who answers."""
        if self.by is None:
            return None
        return self.by.user_id if self.found == Found.REFERENT else self.by.substitute_id


def choose(
    candidates: Iterable[Candidate],
    day: date,
    *,
    department: str | None = None,
    convention: int | None = None,
) -> Choice:
    """The one who answers on a day, in a department when it is given, for a convention when it is given.

    A designation for another department never answers; one for another convention answers only when nobody asks
    for a convention in particular.
    """
    fitting = [
        one
        for one in candidates
        if one.runs_on(day)
        and one.department in (None, department)
        and (convention is None or one.convention_id in (None, convention))
    ]
    fitting.sort(key=lambda one: (one.department is None, one.convention_id is None, one.starts_on, one.pk))
    for number, one in enumerate(fitting):
        if one.leads_on(day):
            return Choice(Found.REFERENT, one, tuple(fitting[:number]))
        if one.substitute_id is not None and not one.substitute_away:
            return Choice(Found.SUBSTITUTE, one, tuple(fitting[:number]))
    return Choice(Found.GAP, None, tuple(fitting))
