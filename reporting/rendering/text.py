"""French texts of the documents: dates, numbers, comparisons. Pure, and without the machine's locale."""

from __future__ import annotations

from datetime import date

from core.charts import format_number, format_value
from core.suppression import HIDDEN_MARK
from core.working_days import DAYS, MONTHS
from reporting.rendering.data import Indicator


def day(iso: str, *, weekday: bool = False) -> str:
    """Write an ISO date in full: "3 mars 2026", "mardi 3 mars 2026" with its weekday."""
    value = date.fromisoformat(iso)
    number = "1er" if value.day == 1 else str(value.day)
    text = f"{number}\u00a0{MONTHS[value.month - 1]} {value.year}"
    return f"{DAYS[value.weekday()]} {text}" if weekday else text


def period(start: str, end: str) -> str:
    """Write a period: "du 1er janvier 2026 au 30 juin 2026"."""
    return f"du {day(start)} au {day(end)}"


def count(value: int | None) -> str:
    """Write a count of persons, or the mark of a hidden one."""
    return HIDDEN_MARK if value is None else format_number(value)


def before(value: float | None) -> str:
    """Write the count of the previous pack: a dash when there is none to compare with."""
    return "–" if value is None else format_number(value)


def measure(indicator: Indicator) -> str:
    """Write the value of an indicator with its unit, or why there is none."""
    if indicator["state"] == "hidden":
        return HIDDEN_MARK
    if indicator["state"] == "not_computable":
        return "non calculable"
    return format_value(indicator["value"], indicator["unit"])


def terms(indicator: Indicator) -> str:
    """Write the two terms of a rate ("112 / 180"), or nothing."""
    if indicator["numerator"] is None or indicator["denominator"] is None:
        return ""
    return f"{format_number(indicator['numerator'])}\u00a0/\u00a0{format_number(indicator['denominator'])}"


def previous(indicator: Indicator) -> str:
    """Write the value of the previous pack, or a dash."""
    return "–" if indicator["previous"] is None else format_value(indicator["previous"], indicator["unit"])


def change(indicator: Indicator) -> str:
    """Write the change since the previous pack: "+ 14 points", "− 2", "stable", or a dash.

    The difference of two rates is in points, never in per cent.
    """
    value, old = indicator["value"], indicator["previous"]
    if value is None or old is None:
        return "–"
    difference = round(value - old, 1)
    if not difference:
        return "stable"
    sign = "+" if difference > 0 else "−"
    size = abs(difference)
    unit = indicator["unit"]
    if unit == "%":
        unit = "point" if size < 2 else "points"
    text = f"{sign}\u00a0{format_number(size)}"
    return f"{text}\u00a0{unit}" if unit else text


def share(part: int, whole: int) -> str:
    """Write a part of a whole in per cent, or a dash when the whole is nothing."""
    return f"{format_number(round(100 * part / whole))}\u00a0%" if whole else "–"
