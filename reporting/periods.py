"""Periods of the dashboards: whole months, the current one included, and the period to compare with. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.working_days import add_months, add_working_days

PERIODS = (("12m", "12 derniers mois"), ("3m", "3 derniers mois"), ("year", "Année civile"))
LONG_WAIT_DAYS = 30


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
        """Its months, under the names that the queries of figures give them (``stats.PERIOD``)."""
        return {name: getattr(self, name) for name in ("first", "last", "previous_first", "previous_last")}


def period_on(code: str, today: date) -> Period:
    """The period of that code as of a day. KeyError on an unknown code."""
    label = dict(PERIODS)[code]
    month = today.replace(day=1)
    if code == "year":
        first = month.replace(month=1)
        return Period(code, label, first, month, add_months(first, -12), add_months(month, -12))
    count = {"12m": 12, "3m": 3}[code]
    first = add_months(month, 1 - count)
    return Period(code, label, first, month, add_months(first, -count), add_months(first, -1))


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
