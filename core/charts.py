"""Charts drawn by the server as SVG, each with its table twin.

No script, no inline style, no colour that carries meaning alone: bars with their label and their value
written beside them (LOOK, Dashboard). Every function returns a :class:`Chart`: the drawing, and the same
figures as rows for the ``<details>`` table that must follow it.

On screen, the style sheet paints the classes ``chart-label``, ``chart-value``, ``chart-muted``,
``chart-bar``, ``chart-bar-accent``, ``chart-bar-none`` (the track), ``chart-axis`` and ``chart-mark-1``
to ``chart-mark-4`` (the series of dots, told apart by their shape first). With
``for_print=True`` the same drawing carries its colours and its font as presentation attributes, for a
document where no style sheet applies.

A value ``None`` is a hidden count (see :mod:`core.suppression`): the chart writes so and draws a mark of
constant size, which says nothing about the length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from math import ceil, floor, log10
from textwrap import wrap
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

HIDDEN_TEXT = "masqué"
"""What is written in place of a hidden value. Not "< 5": a hidden count may be larger (complementary)."""

FONT = "Atkinson Hyperlegible"

# The tokens of LOOK; used in print only, the style sheet has its own copy for the screen.
_FILLS = {
    "chart-label": "#1C2430",
    "chart-value": "#1C2430",
    "chart-muted": "#55606E",
    "chart-bar": "#0F5C5C",
    "chart-bar-accent": "#B4471F",
    "chart-bar-none": "#ECEEF0",
}
_STROKES = {
    "chart-axis": "#8A94A0",
    "chart-mark-1": "#0F5C5C",
    "chart-mark-2": "#B4471F",
    "chart-mark-3": "#1F4E8C",
    "chart-mark-4": "#1C2430",
}

# From their centre: a circle, a diamond, a square, a cross.
_SHAPES = (
    "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
    "m0 -6l6 6l-6 6l-6 -6z",
    "m-4 -4h8v8h-8z",
    "m-4 -4l8 8m0 -8l-8 8",
)

# XML 1.0 forbids these even as references: one of them would make the whole drawing unreadable.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Bar(NamedTuple):
    """One bar: its label, its value (``None``: hidden), whether it is what needs action, a few words."""

    label: str
    value: float | None
    accent: bool = False
    note: str = ""


class Series(NamedTuple):
    """One of the things compared in a chart of dots: its name, and a value for each line (``None``: it has none)."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its table twin: the header and the rows, all of them texts."""

    svg: SafeString
    title: str
    desc: str
    columns: list[str]
    rows: list[list[str]]
    width: int
    height: int


def format_number(value: float) -> str:
    """Write a number as French does: no-break space between thousands, comma, at most one decimal."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text.replace(",", "\u00a0").replace(".", ",").replace("-", "−")


def format_value(value: float | None, unit: str = "") -> str:
    """Write a value and its unit ("62,4 %", "3 jours"), or that it is hidden."""
    if value is None:
        return HIDDEN_TEXT
    return f"{format_number(value)}\u00a0{unit}" if unit else format_number(value)


def bar_chart(
    rows: Iterable[Bar | tuple[str, float | None]],
    *,
    title: str,
    desc: str,
    unit: str = "",
    label_header: str = "",
    value_header: str = "",
    for_print: bool = False,
    ident: str = "",
) -> Chart:
    """Draw horizontal bars on one scale that starts at zero.

    ``title`` names the chart, ``desc`` says in a sentence what it shows (both are read aloud). ``unit``
    follows each value ("%", "jours", nothing for a count). ``ident`` tells apart two identical charts of one
    page.

    Raises ``ValueError`` on a negative value: a bar has no room for it.
    """
    bars = [Bar(*row) for row in rows]
    texts = [format_value(bar.value, unit) for bar in bars]
    with_notes = any(bar.note for bar in bars)
    table = [
        [bar.label, text, *([bar.note] if with_notes else [])] for bar, text in zip(bars, texts, strict=True)
    ]
    columns = [label_header or "Intitulé", value_header or "Valeur", *(["Précision"] if with_notes else [])]
    return _bars(bars, texts, columns, table, title=title, desc=desc, for_print=for_print, ident=ident)


def funnel(
    rows: Iterable[Bar | tuple[str, float | None]],
    *,
    title: str,
    desc: str,
    share_of: str = "du départ",
    for_print: bool = False,
    ident: str = "",
) -> Chart:
    """Draw the steps of a journey as bars, each with its share of the first step (``share_of`` names it).

    A share is written only when the step and the first step are both shown.
    """
    steps = [Bar(*row) for row in rows]
    first = steps[0].value if steps else None
    shares = [
        f"{format_number(round(100 * step.value / first))}\u00a0%" if first and step.value is not None else ""
        for step in steps
    ]
    bars = [
        step._replace(note=step.note or (f"{share} {share_of}" if share and number else ""))
        for number, (step, share) in enumerate(zip(steps, shares, strict=True))
    ]
    texts = [format_value(bar.value) for bar in bars]
    table = [[bar.label, text, share] for bar, text, share in zip(bars, texts, shares, strict=True)]
    columns = ["Étape", "Nombre", f"Part {share_of}"]
    return _bars(bars, texts, columns, table, title=title, desc=desc, for_print=for_print, ident=ident)


def dot_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    desc: str,
    unit: str = "",
    label_header: str = "",
    missing: str = "",
    signed: bool = False,
    for_print: bool = False,
    ident: str = "",
) -> Chart:
    """Draw several values on the line of each label, one shape for each series, on one scale that shows zero.

    ``missing`` is written in the table where a series has no value; ``signed`` puts a plus before what rises.
    Raises ``ValueError`` beyond four series: there is no fifth shape.
    """
    if len(series) > len(_SHAPES):
        raise ValueError("a chart of dots has four series at most")
    ink = _Ink(for_print)
    width, size, room = 400, 11, 158
    start, end = room + 14, width - 12

    def words(value: float | None) -> str:
        text = missing if value is None else format_value(value, unit)
        return f"+{text}" if signed and value is not None and value > 0 else text

    parts: list[str] = []
    y = 0.0
    for number, one in enumerate(series):
        lines = wrap(_clean(one.name), 62) or [""]
        parts.append(ink.mark(number, 7, y + 8))
        parts += [
            ink.text(20, y + 12 + 15 * line, text, "chart-label", 12) for line, text in enumerate(lines)
        ]
        y += 15 * len(lines) + 5
    known = [value for one in series for value in one.values if value is not None]
    ticks = _ticks(min([0.0, *known]), max([0.0, *known]))
    scale = (end - start) / ((ticks[-1] - ticks[0]) or 1)
    y += 18
    top = y
    rows: list[str] = []
    for number, label in enumerate(labels):
        lines = wrap(_clean(label), 28) or [""]
        block = max(20.0, 12.5 * len(lines) + 6)
        first = y + block / 2 - 6.25 * (len(lines) - 1) + 4
        rows += [
            ink.text(0, first + 12.5 * line, text, "chart-label", size) for line, text in enumerate(lines)
        ]
        for which, one in enumerate(series):
            value = one.values[number]
            if value is not None:
                rows.append(ink.mark(which, start + (value - ticks[0]) * scale, y + block / 2))
        y += block
        rows.append(ink.stroke("line", "chart-axis", 0.25, x1=0, y1=y, x2=width, y2=y))
    for tick in ticks:
        x = start + (tick - ticks[0]) * scale
        parts.append(ink.stroke("line", "chart-axis", 1.5 if tick == 0 else 0.5, x1=x, y1=top, x2=x, y2=y))
        parts += [
            ink.text(x, place, words(tick), "chart-muted", 10, anchor="middle") for place in (top - 5, y + 13)
        ]
    table = [[label, *(words(one.values[number]) for one in series)] for number, label in enumerate(labels)]
    columns = [label_header or "Intitulé", *(one.name for one in series)]
    height = int(y + 20)
    svg = _document(parts + rows, width, height, title, desc, [columns, *table], ident)
    return Chart(svg, title, desc, columns, table, width, height)


def _ticks(low: float, high: float) -> list[float]:
    """Round values from at most ``low`` to at least ``high``, a few of them; zero is one when it is between."""
    rough = max(high - low, 0.1) / 4
    power = 10 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [round(step * number, 6) for number in range(floor(low / step), ceil(high / step) + 1)]


def _bars(
    bars: Sequence[Bar],
    texts: Sequence[str],
    columns: list[str],
    table: list[list[str]],
    *,
    title: str,
    desc: str,
    for_print: bool,
    ident: str,
) -> Chart:
    """Lay bars out: label above its bar on a screen (it may be a phone's), label on the left on paper."""
    ink = _Ink(for_print)
    highest = _highest([bar.value for bar in bars])
    width, size = (520, 11) if for_print else (400, 14)
    room = 170 if for_print else width
    y = 0.0
    parts: list[str] = []
    for bar, text in zip(bars, texts, strict=True):
        taken = 0 if for_print else _length(text + bar.note, size) + 20
        lines = wrap(_clean(bar.label), max(8, int((room - taken) / (size * 0.52)))) or [""]
        leading = size * 1.25
        start, thick = (room + 10, 12) if for_print else (0, 10)
        full = 190 if for_print else width
        block = max(leading * len(lines), thick if for_print else 0)
        if for_print:
            first = y + (block - leading * len(lines)) / 2 + size
            top = y + (block - thick) / 2
        else:
            first, top = y + size, y + block + 4
        parts += [
            ink.text(0, first + leading * number, line, "chart-label", size)
            for number, line in enumerate(lines)
        ]
        if for_print:
            baseline = top + thick / 2 + size * 0.36
            drawn = full * (bar.value or 0) / highest if bar.value is not None else 22
            after = start + drawn + 6
            if bar.value is not None:
                parts.append(ink.text(after, baseline, text, "chart-value", size, bold=True, note=bar.note))
            else:
                parts.append(ink.text(after, baseline, text, "chart-muted", size))
        else:
            known = bar.value is not None
            kind = "chart-value" if known else "chart-muted"
            parts.append(ink.text(width, y + size, text, kind, size, anchor="end", bold=known, note=bar.note))
            parts.append(ink.shape("rect", "chart-bar-none", x=0, y=top, width=full, height=thick, rx=3))
        parts.append(_mark(ink, bar, start, top, full, thick, highest))
        y += block + (6 if for_print else 4 + thick + 14)
    height = max(int(y), 1)
    svg = _document(parts, width, height, title, desc, table, ident)
    return Chart(svg, title, desc, columns, table, width, height)


def _mark(ink: _Ink, bar: Bar, x: float, y: float, full: float, thick: float, highest: float) -> str:
    """Draw the bar itself; a hidden one is an outline of constant length."""
    if bar.value is None:
        return ink.outline(x + 0.5, y + 0.5, 22, thick - 1)
    kind = "chart-bar chart-bar-accent" if bar.accent else "chart-bar"
    return ink.shape("rect", kind, x=x, y=y, width=full * bar.value / highest, height=thick, rx=3)


def _highest(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    if any(value < 0 for value in known):
        raise ValueError("a chart has no room for a negative value")
    return max(known, default=0) or 1


def _length(text: str, size: float) -> float:
    """Estimate how wide a text is, from the average advance of the font."""
    return len(text) * size * 0.54


def _n(value: float) -> str:
    """Write a coordinate: two decimals at most, so that the drawing is the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _escape(text: str) -> str:
    return escape(_clean(text), quote=True)


class _Ink:
    """Write SVG elements, with classes on screen and with colours in print."""

    def __init__(self, for_print: bool) -> None:
        self.for_print = for_print

    def _look(self, kind: str, text: bool = False) -> str:
        if not self.for_print:
            return f' class="{kind}"'
        look = f' fill="{_FILLS[kind.split()[-1]]}"'
        return look + f' font-family="{FONT}"' if text else look

    def text(
        self,
        x: float,
        y: float,
        text: str,
        kind: str,
        size: float,
        *,
        anchor: str = "",
        bold: bool = False,
        note: str = "",
    ) -> str:
        """Write a text; ``note`` follows it in a quieter voice."""
        place = f' text-anchor="{anchor}"' if anchor else ""
        weight = ' font-weight="700"' if bold else ""
        after = (
            f'<tspan dx="6" font-weight="400"{self._look("chart-muted")}>{_escape(note)}</tspan>'
            if note
            else ""
        )
        return (
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{weight}{place}{self._look(kind, True)}>'
            f"{_escape(text)}{after}</text>"
        )

    def shape(self, name: str, kind: str, **numbers: float) -> str:
        places = "".join(f' {key}="{_n(value)}"' for key, value in numbers.items())
        return f"<{name}{places}{self._look(kind)}/>"

    def stroke(self, name: str, kind: str, width: float, **numbers: float) -> str:
        places = "".join(f' {key}="{_n(value)}"' for key, value in numbers.items())
        look = f' stroke="{_STROKES[kind]}"' if self.for_print else f' class="{kind}"'
        return f'<{name}{places} fill="none" stroke-width="{_n(width)}"{look}/>'

    def mark(self, number: int, x: float, y: float) -> str:
        """The shape of a series, hollow: two at the same place are both seen."""
        kind = f"chart-mark-{number + 1}"
        look = f' stroke="{_STROKES[kind]}"' if self.for_print else f' class="{kind}"'
        return f'<path d="M{_n(x)} {_n(y)}{_SHAPES[number]}" fill="none" stroke-width="2"{look}/>'

    def outline(self, x: float, y: float, width: float, height: float) -> str:
        look = f' stroke="{_STROKES["chart-axis"]}"' if self.for_print else ' class="chart-axis"'
        return (
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="3" fill="none" '
            f'stroke-width="1" stroke-dasharray="3 2"{look}/>'
        )


def _document(
    parts: Sequence[str],
    width: int,
    height: int,
    title: str,
    desc: str,
    rows: list[list[str]],
    ident: str,
) -> SafeString:
    """Wrap the elements in an SVG document that names and describes itself."""
    seed = repr((ident, title, desc, rows)).encode("utf-8", "surrogatepass")
    key = f"chart-{sha256(seed).hexdigest()[:10]}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{_escape(title)}</title>'
        f'<desc id="{key}-desc">{_escape(desc)}</desc>{"".join(parts)}</svg>'
    )
    return mark_safe(svg)  # noqa: S308 - every text went through _escape, every number through _n
