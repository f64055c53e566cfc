"""What an organisation reads of the story that those who accompany a youth share (ADR 0018).

All of it while it keeps the record or accompanies; what was written until its last day while its access lasts; and
nothing of it while it is merely solicited. Who came with a record of its own, attached to this one, reads what was
written since, and its own words (ADR 0019). Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from core import clock

# Solicited, or awaited for an outcome alone: neither reads the story.
WITHOUT_STORY = ("contacted", "closing")


@dataclass(frozen=True, slots=True)
class Share:
    """``writes``: it accompanies today. ``last_day``: where the story stops for who no longer does (both included).

    ``since``: where it begins, but for what the organisation wrote itself.
    """

    writes: bool = False
    reads: bool = False
    last_day: date | None = None
    since: datetime | None = None

    def holds(self, *moments: str | None, own: bool = False) -> bool:
        """Whether these moments (JSON: days or instants; None is no moment) are within what it reads.

        All of them before the last day, and the latest of them since the beginning.
        """
        if not self.reads:
            return False
        known = [moment for moment in moments if moment is not None]
        last = self.last_day
        if last is not None and not all(_day(moment) <= last for moment in known):
            return False
        return own or self.since is None or any(_not_before(moment, self.since) for moment in known)

    def knew(self, ended_on: date | None, *, own: bool) -> bool:
        """Whether it is told of a link: not of one that had ended before its story begins."""
        return own or self.since is None or ended_on is None or ended_on >= clock.day_of(self.since)

    def of(self, rows: Iterable[dict[str, Any]], *names: str, mine: dict[str, int]) -> list[dict[str, Any]]:
        """The rows whose moments, under these names, it reads; or that are its own, under the names of ``mine``."""
        return [
            row
            for row in rows
            if self.holds(
                *(row[name] for name in names), own=any(row[name] == pk for name, pk in mine.items())
            )
        ]


def share_of(links: Iterable[dict[str, Any]], *, keeps: bool) -> Share:
    """What an organisation reads, from its live links and whether it keeps the record.

    A link has its ``role``, ``ended_on`` and ``reads_from``.
    """
    known = [link for link in links if link["role"] not in WITHOUT_STORY]
    ends = [link["ended_on"] for link in known]
    starts = [link["reads_from"] for link in known]
    since = None if keeps or None in starts else min(map(_instant, starts), default=None)
    if keeps or None in ends:
        return Share(writes=True, reads=True, since=since)
    return Share(reads=bool(ends), last_day=max(map(date.fromisoformat, ends), default=None), since=since)


def _instant(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _not_before(moment: str, since: datetime) -> bool:
    instant = parse_datetime(moment)
    return instant >= since if instant else date.fromisoformat(moment) >= clock.day_of(since)


def _day(moment: str) -> date:
    instant = parse_datetime(moment)
    return clock.day_of(instant) if instant else date.fromisoformat(moment)
