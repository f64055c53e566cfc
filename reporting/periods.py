"""Periods of the dashboards: whole months, the current one included, and the period to compare with. Pure.

One compares with the same months of the year before. So every period is inside another, whatever the month: the last
three months and the calendar year inside the last twelve, and those that they are compared with inside the twelve
before. What is hidden can then be decided for all of them at once (``reporting.published``): two periods that overlap
without being nested would subtract into one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.working_days import add_months, add_working_days

SINCE = "since"
PERIODS = (
    ("12m", "12 derniers mois"),
    ("3m", "3 derniers mois"),
    ("year", "Année civile"),
    (SINCE, "Depuis le début"),
)
# What a period is compared with, and the quarters of the trends (the last three months, the three before…).
COMPARED = ("12m-1", "3m-1", "year-1")
QUARTERS = tuple(f"q{number}" for number in range(8))
LONG_WAIT_DAYS = 30
# Nothing was sent before.
BEGINNING = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Months from ``first`` to ``last`` (their first days, both included), and those to compare with."""

    code: str
    label: str
    first: date
    last: date
    previous_first: date
    previous_last: date

    @property
    def bounds(self) -> dict[str, date]:
        """Its months, under the names that the queries of figures give them."""
        return {name: getattr(self, name) for name in ("first", "last", "previous_first", "previous_last")}

    @property
    def is_compared(self) -> bool:
        """Whether something comes before it."""
        return self.code != SINCE


def span_of(code: str, month: date) -> tuple[int, int]:
    """How many months ago a listed period ends and begins, as of a month: from, up to (excluded)."""
    if code in QUARTERS:
        number = QUARTERS.index(code)
        return 3 * number, 3 * number + 3
    name, _, back = code.partition("-")
    length = {"12m": 12, "3m": 3, "year": month.month}[name]
    return (12, 12 + length) if back else (0, length)


def period_on(code: str, today: date) -> Period:
    """The period of that code as of a day. KeyError on an unknown code."""
    label = dict(PERIODS)[code]
    month = today.replace(day=1)
    if code == SINCE:
        # Nothing to compare with: two months in which nothing can have been sent.
        return Period(code, label, BEGINNING, month, add_months(BEGINNING, -2), add_months(BEGINNING, -1))
    first = add_months(month, 1 - span_of(code, month)[1])
    return Period(code, label, first, month, add_months(first, -12), add_months(month, -12))


def quarter_of(number: int, today: date) -> tuple[date, date]:
    """The first and the last month of a quarter of the trends; 0 is the last one."""
    low, high = span_of(QUARTERS[number], today)
    month = today.replace(day=1)
    return add_months(month, 1 - high), add_months(month, -low)


def last_mature_month(today: date, answer_days: int) -> date:
    """The last month of which every referral has had ``answer_days`` working days to be answered."""
    month = today.replace(day=1)
    while add_working_days(month_end(month), answer_days) >= today:
        month = add_months(month, -1)
    return month


def last_mature_day(day: date, answer_days: int) -> date:
    """The last day of sending whose answer was due by the end of ``day`` (metropolitan public holidays)."""
    sent = day
    while add_working_days(sent, answer_days) > day:
        sent -= timedelta(days=1)
    return sent


def last_long_wait_month(today: date) -> date:
    """The last month of which every referral was sent more than thirty days ago."""
    month = today.replace(day=1)
    while month_end(month) + timedelta(days=LONG_WAIT_DAYS) >= today:
        month = add_months(month, -1)
    return month


def month_end(month: date) -> date:
    """The last day of a month."""
    return add_months(month, 1) - timedelta(days=1)
