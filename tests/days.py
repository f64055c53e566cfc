"""Moments of a legal day, so that a test says the same at every hour and on both sides of a clock change."""

from datetime import date, datetime, time

from core import clock


def noon(day: date) -> datetime:
    """Midday of a day in Paris, aware."""
    return datetime.combine(day, time(12), clock.PARIS)
