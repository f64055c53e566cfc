"""Who acts: ids and codes only, so that the ground floor names nobody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core import clock

PROFESSIONAL = "professional"
MANAGER = "manager"
DPO = "dpo"
REGIONAL = "regional"
NATIONAL = "national"
MISSION_LOCALE = "ml"
# Where the session keeps the membership for which one acts.
CHOSEN = "membership"
# Those who arrive export no names, and list few, during this time (SECURITY §3.4).
NEWCOMER = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Acting:
    """A user acting for one organisation at a time, through one live membership."""

    user_id: int
    membership_id: int
    organisation_id: int
    role: str
    team_id: int | None
    network: str
    level: str
    region: str | None
    label: str
    # Names listed to this user today, for whichever organisation: what the limit of lists counts.
    names_listed: int = field(default=0, compare=False)
    # When an invitation brought this person here; None for those who were there from the start.
    arrived_at: datetime | None = None
    # Whether the user may act for another organisation as well.
    several: bool = False
    # The colleagues whom this person replaces today.
    replaces: tuple[int, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether this person joined the organisation less than 72 hours ago."""
        return self.arrived_at is not None and clock.now() - self.arrived_at < NEWCOMER

    @property
    def stands_for(self) -> tuple[int, ...]:
        """The users whose work this person does today: their own, and that of the absent they replace."""
        return (self.user_id, *self.replaces)

    @property
    def sharing_team_id(self) -> int | None:
        """The team whose youths this person opens too: a partner's files are for the referent, not for a team."""
        return self.team_id if self.network == MISSION_LOCALE else None

    @property
    def is_manager(self) -> bool:
        return self.role == MANAGER

    @property
    def answers_for_organisation(self) -> bool:
        """Whether what falls to the organisation, and to nobody in particular, falls to this person."""
        return self.role in (MANAGER, REGIONAL, NATIONAL)

    @property
    def is_delegate(self) -> bool:
        """Whether this person is a data-protection delegate of the organisation."""
        return self.role == DPO

    @property
    def accompanies(self) -> bool:
        """Whether this person works with youths (professionals and managers); the others see aggregates."""
        return self.role in (PROFESSIONAL, MANAGER)

    @property
    def sees_nation(self) -> bool:
        return self.role == NATIONAL

    @property
    def steers(self) -> bool:
        """Regional and national staff: dashboards and committees, never a name."""
        return self.role in (REGIONAL, NATIONAL)


class HasActing(Protocol):
    """A request that went through the scope middleware."""

    acting: Acting
