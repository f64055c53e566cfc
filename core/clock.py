"""The one clock of the house.

Everything that depends on time asks here, so that a test can move it. SQL asks ``tu_now()``, which is
``now()`` everywhere but in the test database, where it follows :func:`travel`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_override: datetime | None = None
# The moment that stands for the present while a question is written (core.prepared), in one context only.
_standing: ContextVar[datetime | None] = ContextVar("standing_in", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _standing.get() or _override or datetime.now(UTC)


def today() -> date:
    """The legal day: the date in Europe/Paris."""
    return now().astimezone(PARIS).date()


def day_of(moment: datetime) -> date:
    """The legal day (Europe/Paris) of an aware moment."""
    return moment.astimezone(PARIS).date()


def start_of(day: date) -> datetime:
    """The first moment of a legal day (Europe/Paris), aware, in UTC."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


@contextmanager
def travel(moment: datetime) -> Iterator[None]:
    """Hold the Python clock at an aware moment (tests and the demo's generated history)."""
    global _override
    previous, _override = _override, moment.astimezone(UTC)
    try:
        yield
    finally:
        _override = previous


@contextmanager
def standing_in(moment: datetime) -> Iterator[None]:
    """Let an aware moment stand for the present, in this context alone."""
    token = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(token)
