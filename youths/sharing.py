"""What an organisation reads of the story that those who accompany a youth share (ADR 0018).

All of it while it keeps the record or accompanies; what was written until its last day while its access lasts; and
nothing of it while it is merely solicited. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_datetime

from core import clock

SOLICITED = "contacted"


@dataclass(frozen=True, slots=True)
class Share:
    """``writes``: it accompanies today. ``last_day``: where the story stops for who no longer does (both included)."""

    writes: bool = False
    reads: bool = False
    last_day: date | None = None

    def holds(self, *moments: str | None) -> bool:
        """Whether all these moments (JSON: days or instants; None is no moment) are within what it reads."""
        if not self.reads:
            return False
        last = self.last_day
        return last is None or all(_day(moment) <= last for moment in moments if moment is not None)

    def of(self, rows: Iterable[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        """The rows whose moments, under these names, it reads."""
        return [row for row in rows if self.holds(*(row[name] for name in names))]


def share_of(links: Iterable[dict[str, Any]], *, keeps: bool) -> Share:
    """What an organisation reads, from its live links (``role``, ``ended_on``) and whether it keeps the record."""
    ends = [link["ended_on"] for link in links if link["role"] != SOLICITED]
    if keeps or None in ends:
        return Share(writes=True, reads=True)
    return Share(reads=bool(ends), last_day=max(map(date.fromisoformat, ends), default=None))


def _day(moment: str) -> date:
    instant = parse_datetime(moment)
    return clock.day_of(instant) if instant else date.fromisoformat(moment)
