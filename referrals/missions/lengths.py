"""How long missions last, as the networks count them (DOMAIN §4, B-04). Pure: dates in, figures out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.working_days import add_months

WEEK = 7


def length(started_on: date, ended_on: date | None, days: int | None) -> int | None:
    """Calendar days from the first to the last, both counted; None while the mission goes on."""
    if days is not None:
        return days
    return (ended_on - started_on).days + 1 if ended_on else None


def is_within_a_week(days: int) -> bool:
    """Seven days at the most."""
    return days <= WEEK


def is_under_a_month(started_on: date, days: int) -> bool:
    """Over before a whole month has passed, date to date: 1 to 31 January is a month, 1 to 30 January is not."""
    return started_on + timedelta(days=days) < add_months(started_on, 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """The missions of a referral: how many, how many of known length, and how many of these are short."""

    count: int
    known: int
    week: int
    month: int

    @property
    def week_share(self) -> int | None:
        """Per cent of those of known length; None when no length is known."""
        return _share(self.week, self.known)

    @property
    def month_share(self) -> int | None:
        """Those of a week are among them."""
        return _share(self.month, self.known)


def _share(part: int, whole: int) -> int | None:
    return (200 * part + whole) // (2 * whole) if whole else None


def summary(missions: Iterable[tuple[date, date | None, int | None]]) -> Summary:
    """The summary of missions given by first day, last day and number of days."""
    count = 0
    lengths: list[tuple[date, int]] = []
    for started_on, ended_on, days in missions:
        count += 1
        if (found := length(started_on, ended_on, days)) is not None:
            lengths.append((started_on, found))
    return Summary(
        count,
        len(lengths),
        sum(is_within_a_week(found) for _, found in lengths),
        sum(is_under_a_month(started_on, found) for started_on, found in lengths),
    )
