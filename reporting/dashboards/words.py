"""How figures are said: a value with its unit, a comparison with its direction, the moment they were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from core import clock
from core.charts import HIDDEN_TEXT, format_number, format_value
from core.suppression import Cell, hides_ratio
from reporting.indicators.base import COUNT, HIGHER, PERCENT, WATCH, Figure, Indicator
from reporting.tally import STEPS

NOT_COMPUTABLE = "non calculable"
STEP_LABELS = tuple(label for _, label in STEPS)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: how many, what it means, and where to look."""

    label: str
    value: str
    text: str
    url: str = ""
    link: str = ""


def count_text(value: Cell) -> str:
    """A count, or that it is hidden."""
    return HIDDEN_TEXT if value is None else format_number(value)


def value_text(indicator: Indicator, figure: Figure) -> str:
    """The value of a figure in words: a number with its unit, "masqué" or "non calculable"."""
    if figure.state == "hidden":
        return HIDDEN_TEXT
    return NOT_COMPUTABLE if figure.state == "not_computable" else format_value(figure.value, indicator.unit)


def figure_of(published: Any, code: str) -> Figure:
    """A published value as a figure: absent is not computable, null is hidden."""
    if code not in published:
        return Figure("not_computable")
    value = published[code]
    return (
        Figure("hidden") if value is None else Figure("known", value, note=published.get(f"{code}.note", ""))
    )


def rate(over: Cell, among: Cell, threshold: int) -> Cell:
    """A rate of two shown numbers, in whole per cent; ``None`` when it may not be said, or is of nothing."""
    if not among or over is None or hides_ratio(over, among, threshold):
        return None
    return round(100 * over / among)


def compared(indicator: Indicator, now: Figure, before: Figure | None) -> str:
    """The same months a year earlier, the difference, and whether it is for the better, in words.

    Nothing when the earlier figure is hidden: a page says so once.
    """
    if before is None or before.state == "hidden":
        return ""
    if before.state == "not_computable":
        return "Un an plus tôt : rien à comparer"
    said = f"Un an plus tôt : {value_text(indicator, before)}"
    if now.state != "known" or now.value is None or before.value is None:
        return said
    difference = round(now.value - before.value, 1)
    if not difference:
        return f"{said} (stable)"
    sign = "+" if difference > 0 else "−"
    number = f"{sign}\u00a0{format_number(abs(difference))}"
    if indicator.unit != COUNT:
        unit = "jour" if indicator.unit not in (PERCENT, "points") else "point"
        number = f"{number}\u00a0{unit}{'s' if abs(difference) >= 2 else ''}"
    if indicator.direction == WATCH:
        return f"{said} ({number})"
    better = (difference > 0) == (indicator.direction == HIGHER)
    return f"{said} ({number}, {'mieux' if better else 'moins bien'})"


def shown_figure(indicator: Indicator, now: Figure, before: Figure | None) -> dict[str, Any]:
    """A figure as the page writes it."""
    terms = ""
    if now.numerator is not None and now.denominator is not None:
        terms = f"{format_number(now.numerator)} sur {format_number(now.denominator)}"
    return {
        "code": indicator.code,
        "label": indicator.label,
        "url": f"{reverse('reporting:indicators')}#{indicator.code}",
        "value": value_text(indicator, now),
        "is_none": now.state != "known",
        "compare": compared(indicator, now, before),
        "terms": terms,
        "note": now.note,
        "text": " ".join(filter(None, (indicator.definition, indicator.matures))),
        "numerator": indicator.numerator if indicator.denominator else "",
        "denominator": indicator.denominator,
    }


def answered_in_time(place: str, now: Figure, before: Figure | None) -> str:
    """The first sentence of a dashboard: the share answered in time, beside that of a year earlier; "" if unknown."""
    if now.state != "known" or now.value is None:
        return ""
    said = f"{place} : {now.value:g}\u00a0% des orientations reçoivent une réponse dans le délai prévu"
    if before is None or before.state != "known" or before.value is None:
        return f"{said}."
    if now.value == before.value:
        return f"{said}, comme un an plus tôt."
    return f"{said}, contre {before.value:g}\u00a0% un an plus tôt."


def freshness(moment: datetime | None) -> str:
    """When the figures were last exact, in words."""
    if moment is None:
        return "Chiffres en cours de calcul."
    local = moment.astimezone(clock.PARIS)
    day = "" if local.date() == clock.today() else f" le {local:%d/%m/%Y}"
    return f"Chiffres arrêtés{day} à {local.hour}\u00a0h\u00a0{local.minute:02d}."
