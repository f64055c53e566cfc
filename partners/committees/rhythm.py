"""When a follow-up committee met, meets next, and should have met. Pure: dates in, words out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.working_days import add_days, add_months, long_date

CALENDAR, SLIDING = "calendar", "sliding"
NEVER_MET = "Aucune réunion n’est enregistrée."


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Where a committee stands on a day. ``expected_by``: last day of the running period, None without one."""

    last: date | None
    next: date | None
    expected_by: date | None
    overdue: bool

    @property
    def sentence(self) -> str:
        """What a reader needs to know, in French."""
        if self.overdue and self.expected_by:
            late = f"Une réunion était attendue au plus tard le {long_date(self.expected_by)}."
            return f"{late} La prochaine est prévue le {long_date(self.next)}." if self.next else late
        if self.next:
            return f"Prochaine réunion le {long_date(self.next)}."
        if self.expected_by:
            by = long_date(self.expected_by)
            return f"Aucune réunion n’est prévue : la prochaine est attendue au plus tard le {by}."
        return NEVER_MET if self.last is None else f"Dernière réunion le {long_date(self.last)}."


def rhythm_on(
    day: date,
    meetings: Iterable[date],
    *,
    frequency_months: int,
    reckoning: str,
    since: date | None,
    running: bool = True,
) -> Rhythm:
    """Where a committee stands on ``day``.

    ``since`` is the day from which the first period counts (effect or signature of the convention), ``running``
    says that the convention still binds its parties: once it is over, no meeting is expected. DOMAIN §9.20: the
    text does not choose between a sliding year and a calendar year, hence ``reckoning``.
    """
    dates = sorted(meetings)
    last = max((held for held in dates if held < day), default=None)
    upcoming = min((held for held in dates if held >= day), default=None)
    start = last or since
    if not running or start is None:
        return Rhythm(last, upcoming, None, False)
    try:
        if reckoning == CALENDAR:
            # The first calendar year of a convention is one of its periods; a meeting covers its own year.
            periods = max(1, frequency_months // 12)
            expected = date(start.year + (periods if last else periods - 1), 12, 31)
        else:
            expected = add_days(add_months(start, frequency_months), -1 if last is None else 0)
    except ValueError:
        return Rhythm(last, upcoming, None, False)
    return Rhythm(last, upcoming, expected, expected < day)
