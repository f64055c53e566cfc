"""Who takes part in the demonstration: organisations, people, referents, and the conventions they work under."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from partners.models import Designation, Organisation, Topic
from referrals import creation


class Signed(NamedTuple):
    """A national convention, as the choice of the one that applies needs it."""

    id: int
    themes: tuple[str, ...]
    signed_on: date


@dataclass
class Cast:
    """Who takes part: organisations (with their department), people, referents, conventions."""

    organisations: dict[int, Organisation]
    teams: dict[tuple[int, int], int | None]
    managers: dict[int, list[int]]
    designations: dict[tuple[int, str], list[Designation]]
    conventions: list[Signed]

    def referent(self, organisation: Organisation, topic: str, day: date) -> tuple[int | None, int | None]:
        """The lead and the substitute for a topic on a day; (None, None) is a gap. Nobody is absent."""
        found = [
            one
            for one in self.designations.get((organisation.pk, topic), [])
            if one.starts_on <= day and one.department_id in (None, organisation.department_id)
        ]
        found.sort(key=lambda one: (one.department_id is None, one.starts_on, one.pk))
        return (found[0].user_id, found[0].substitute_id) if found else (None, None)

    def convention(self, topic: str, day: date) -> int | None:
        """The latest national convention of a theme that was signed by a day."""
        theme = creation.THEMES.get(Topic(topic), topic)
        signed = [one for one in self.conventions if theme in one.themes and one.signed_on <= day]
        return max(signed, key=lambda one: one.signed_on).id if signed else None

    def team(self, user: int | None, organisation: int) -> int | None:
        return self.teams.get((user, organisation)) if user else None
