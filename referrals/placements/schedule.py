"""The hours of presence of a week, and what they come to on real days. Pure.

A slot is written in local time; one that ends at or before its start ends on the next day. Lengths are those of the
clock on the wall of the company: on the night when the hour changes, 22:00 to 6:00 lasts seven or nine hours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from core.clock import PARIS
from core.working_days import DAYS

MAX_SLOTS = 4
_START = r"(\d{1,2})\s*(?:[:h.]\s*(\d{2})?)?"
# After an end, two digits may be the next beginning: "9h-12h 13h-17h", "9h-12h 13-17".
_END = r"(\d{1,2})\s*(?:[:h.](?:\s*(\d{2})(?!\d|\s*[-–—à:h.]))?)?"
_SLOT = re.compile(rf"{_START}\s*[-–—à]\s*{_END}")
_BETWEEN = re.compile(r"[\s,;/+]*(?:et\b)?[\s,;/+]*")
UNREADABLE = "Écrivez les heures ainsi : 9:00-12:00, 13:00-17:00. Laissez vide un jour sans présence."


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A stretch of presence that begins on one day."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    @property
    def ends_next_day(self) -> bool:
        return self.end <= self.start

    def on(self, day: date, zone: ZoneInfo = PARIS) -> tuple[datetime, datetime]:
        """Its two moments on a real day, in UTC."""
        last = day + timedelta(days=1) if self.ends_next_day else day
        begin = datetime.combine(day, self.start, zone).astimezone(UTC)
        return begin, max(begin, datetime.combine(last, self.end, zone).astimezone(UTC))


# The slots of the seven days, Monday first.
Week = tuple[tuple[Slot, ...], ...]
EMPTY: Week = ((),) * 7


def read_day(text: str) -> tuple[Slot, ...]:
    """The slots of a day as people type them: "9h-12h, 13h30-17h". ValueError in French."""
    slots: list[Slot] = []
    position = 0
    text = text.strip().lower()
    while position < len(text):
        found = _SLOT.match(text, position)
        if found is None or len(slots) == MAX_SLOTS:
            raise ValueError(UNREADABLE)
        slots.append(_slot(*found.groups()))
        between = _BETWEEN.match(text, found.end())
        position = between.end() if between else found.end()
    slots.sort()
    for first, then in pairwise(slots):
        if first.ends_next_day or then.start < first.end:
            raise ValueError("Ces heures se chevauchent.")
    return tuple(slots)


def _slot(hour: str, minute: str | None, last_hour: str, last_minute: str | None) -> Slot:
    start, end = _time(hour, minute), _time(last_hour, last_minute)
    if start == end:
        raise ValueError("Une présence a un début et une fin différents.")
    return Slot(start, end)


def _time(hour: str, minute: str | None) -> time:
    hours, minutes = int(hour), int(minute or 0)
    if (hours, minutes) == (24, 0):
        hours = 0
    if hours > 23 or minutes > 59:
        raise ValueError("Cette heure n’existe pas. Écrivez par exemple 9:00-12:00.")
    return time(hours, minutes)


def day_text(slots: Sequence[Slot]) -> str:
    """The slots of a day, as ``read_day`` reads them."""
    return ", ".join(map(str, slots))


def to_json(week: Week) -> dict[str, list[str]]:
    """The week as it is stored: the days of presence alone, numbered from 1 (Monday)."""
    return {str(number): [str(slot) for slot in slots] for number, slots in enumerate(week, 1) if slots}


def from_json(stored: Mapping[str, Sequence[str]]) -> Week:
    """The week that was stored."""
    return tuple(read_day(", ".join(stored.get(str(number), ()))) for number in range(1, 8))


def told_apart(week: Week) -> tuple[str, list[int], dict[int, str]]:
    """The hours that most days have, the days that have them (1 is Monday), and those of the others."""
    texts = {number: day_text(slots) for number, slots in enumerate(week, 1) if slots}
    if not texts:
        return "", [], {}
    usual = max(texts.values(), key=list(texts.values()).count)
    alike = [number for number, text in texts.items() if text == usual]
    return usual, alike, {number: text for number, text in texts.items() if text != usual}


def words(week: Week) -> list[str]:
    """The week in words, the days that are alike together: "lundi au vendredi : 09:00-12:00, 13:00-17:00"."""
    lines: list[tuple[int, int, str]] = []
    for number, slots in enumerate(week):
        text = day_text(slots)
        if not text:
            continue
        if lines and lines[-1][1] == number - 1 and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], number, text)
        else:
            lines.append((number, number, text))
    return [
        f"{DAYS[first]}{f' au {DAYS[last]}' if last > first else ''} : {text}" for first, last, text in lines
    ]


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day of a period, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def minutes_on(week: Week, day: date, zone: ZoneInfo = PARIS) -> int:
    """Minutes of presence of the slots that begin on a day."""
    total = timedelta()
    for slot in week[day.weekday()]:
        begin, end = slot.on(day, zone)
        total += end - begin
    return int(total.total_seconds() // 60)


def minutes_between(week: Week, first: date, last: date, zone: ZoneInfo = PARIS) -> int:
    """Minutes of presence of a whole period."""
    return sum(minutes_on(week, day, zone) for day in days_between(first, last))


def hours_words(minutes: int) -> str:
    """A length in words: "35 h", "7 h 30"."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"
