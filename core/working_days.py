"""Legal days: working days of a French territory, months from date to date, dates in words.

Working days here are *jours ouvrés*: Monday to Friday without the public holidays of the territory of
the side that must act. Public holidays come from the ``holidays`` library, which knows the two extra
days of Alsace-Moselle and the holidays of each overseas territory.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5

# Department (or collectivity) code → subdivision of the library. Everything else is metropolitan.
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_BEYOND = "Cette date dépasse le calendrier."


def is_overseas(department: str) -> bool:
    """True for the departments and collectivities overseas (codes 971 to 988)."""
    return department[:2] in ("97", "98")


def public_holidays(year: int, department: str | None = None) -> frozenset[date]:
    """Public holidays of ``year`` in ``department`` (INSEE code; None means the common metropolitan list)."""
    return _holidays_of(year, _SUBDIVISIONS.get(department or ""))


def is_working_day(day: date, department: str | None = None) -> bool:
    """Monday to Friday, not a public holiday of the department."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year, department)


def add_working_days(day: date, count: int, department: str | None = None) -> date:
    """The ``count``-th working day strictly after ``day``; ``day`` itself when ``count`` is 0.

    ValueError when ``count`` is negative or the result falls after the year 9999.
    """
    if count < 0:
        raise ValueError("Le nombre de jours ne peut pas être négatif.")
    while count:
        if day == date.max:
            raise ValueError(_BEYOND)
        day += timedelta(days=1)
        count -= is_working_day(day, department)
    return day


def working_days_between(start: date, end: date, department: str | None = None) -> int:
    """Number of working days after ``start`` up to and including ``end`` (0 when ``end`` ≤ ``start``).

    The inverse of ``add_working_days``: ``working_days_between(d, add_working_days(d, n)) == n``.
    """
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, 7)
    count = weeks * 5 + sum((start.weekday() + 1 + i) % 7 < SATURDAY for i in range(rest))
    for year in range(start.year, end.year + 1):
        count -= sum(
            start < holiday <= end and holiday.weekday() < SATURDAY
            for holiday in public_holidays(year, department)
        )
    return count


def add_days(day: date, count: int) -> date:
    """``count`` calendar days later (or earlier). ValueError outside the calendar."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise ValueError(_BEYOND) from None


def add_months(day: date, months: int) -> date:
    """Same day of the month, ``months`` later (or earlier), else the last day of that month.

    Code de procédure civile, art. 641. ValueError outside the calendar.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(_BEYOND)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which an organisation works: its territory's, less its own closures (both days included)."""

    department: str | None = None
    closures: tuple[tuple[date, date], ...] = ()

    def closes(self, day: date) -> bool:
        """Whether a closure of the organisation itself covers the day."""
        return any(start <= day <= end for start, end in self.closures)

    def is_open(self, day: date) -> bool:
        """A working day of the territory on which the organisation is not closed."""
        return is_working_day(day, self.department) and not self.closes(day)

    def opening(self, day: date) -> date:
        """``day`` itself when it is open, else the first open day after it. ValueError outside the calendar."""
        while not self.is_open(day):
            day = add_days(day, 1)
        return day

    def add(self, day: date, count: int) -> date:
        """The ``count``-th open day strictly after ``day``; ``day`` itself when ``count`` is 0."""
        if not self.closures:
            return add_working_days(day, count, self.department)
        for _ in range(count):
            day = self.opening(add_days(day, 1))
        return day

    def before(self, day: date, count: int) -> date:
        """The ``count``-th open day strictly before ``day``; ``day`` itself when ``count`` is 0."""
        for _ in range(count):
            day = add_days(day, -1)
            while not self.is_open(day):
                day = add_days(day, -1)
        return day

    def add_calendar(self, day: date, count: int) -> date:
        """``count`` calendar days later, those of the closures not counted."""
        if not self.closures:
            return add_days(day, count)
        for _ in range(count):
            day = add_days(day, 1)
            while self.closes(day):
                day = add_days(day, 1)
        return day


def long_date(day: date) -> str:
    """The date in French words: "1er mars 2026"."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=512)
def _holidays_of(year: int, subdivision: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))
