"""Calendar files (iCalendar) of meetings and sessions: when, where, whether cancelled. Nobody is named."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from icalendar import Calendar, Event

from core import clock
from core.documents import attachment

_PRODUCT = "-//Trait d’union//Portail//FR"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar keeps. ``start`` is a day, or an aware moment (then ``end`` may be one as well)."""

    uuid: UUID
    version: int
    summary: str
    start: date | datetime
    end: datetime | None
    place: str
    # The page of the portal, from its root.
    path: str
    cancelled: bool


def calendar_of(entry: Entry) -> bytes:
    """The file of one entry. Moments are in UTC, which every calendar shows in its own zone.

    The same meeting keeps its identifier, and a newer version of it a higher sequence (RFC 5545, §3.8.7.4).
    """
    event = Event()
    event.add("uid", f"{entry.uuid}@trait-d-union")
    event.add("sequence", entry.version - 1)
    event.add("dtstamp", clock.now().astimezone(UTC))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("summary", f"Annulée : {entry.summary}" if entry.cancelled else entry.summary)
    if isinstance(entry.start, datetime):
        event.add("dtstart", entry.start.astimezone(UTC))
        if entry.end:
            event.add("dtend", entry.end.astimezone(UTC))
    else:
        event.add("dtstart", entry.start)
        event.add("dtend", entry.start + timedelta(days=1))
    if entry.place:
        event.add("location", entry.place)
    event.add("url", settings.PORTAL_URL + entry.path)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.cancelled else "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()


def as_calendar(entry: Entry, name: str) -> HttpResponse:
    """The answer that hands the file over, under a plain name."""
    media_type = "text/calendar; charset=utf-8"
    return attachment(calendar_of(entry), filename=f"{name}.ics", media_type=media_type)
