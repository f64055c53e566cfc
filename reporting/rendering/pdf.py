"""The committee pack as a tagged PDF (PDF/UA-1), typeset by typst.

The data reaches the template as JSON and is shown as text: nothing in it is ever read as markup. The same
data gives the same bytes: the date of the document is the date of the figures, no clock is read.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from core.charts import Chart
from reporting.rendering.data import PackData
from reporting.rendering.view import pack_view

_REPORTING = Path(__file__).resolve().parent.parent
FONTS = _REPORTING / "fonts"
TEMPLATES = _REPORTING / "typst"

REPLACEMENT = "\ufffd"

_LONG_WORD = re.compile(r"\S{41,}")

# What the vendored font and the ones bundled with typst can draw. PDF/UA refuses a document that holds a
# character without a glyph, and one emoji in a promise must not cost the committee its pack.
_DRAWABLE = (
    (0x20, 0x7E),
    (0xA0, 0x4FF),
    (0x1E00, 0x1FFF),
    (0x2000, 0x2029),
    (0x202F, 0x2040),
    (0x2044, 0x2052),
    (0x2054, 0x205E),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
)


def printable(text: str) -> str:
    """Return the text with every character that no font can draw replaced, and white space made plain.

    Characters that reverse the direction of what follows are replaced too: a printed page must read as it
    is stored.
    """
    composed = unicodedata.normalize("NFC", text)
    drawn = "".join(_character(character) for character in composed)
    # A word that is longer than any column may be cut anywhere (zero-width spaces), not run out of it.
    return _LONG_WORD.sub(lambda word: "\u200b".join(word[0]), drawn)


def render_pdf(data: PackData) -> bytes:
    """Return the pack as PDF/UA-1 bytes.

    Raises ``InvalidPack`` when the data is not that of a pack, ``typst.TypstError`` when the template breaks
    a rule of accessibility (a figure without a text, a heading level skipped).
    """
    view = as_printable(pack_view(data, for_print=True))
    prepared = date.fromisoformat(data["meeting"]["prepared_for"])
    moment = datetime.combine(prepared, time(12), tzinfo=UTC)
    return typst.compile(
        str(TEMPLATES / "pack.typ"),
        root=str(TEMPLATES),
        sys_inputs={"pack": json.dumps(view, ensure_ascii=False)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=int(moment.timestamp()),
    )


@cache
def _character(character: str) -> str:
    code = ord(character)
    if character in "\t\n\r":
        return " "
    if any(low <= code <= high for low, high in _DRAWABLE) and unicodedata.category(character) != "Cn":
        return character
    return REPLACEMENT


def as_printable(value: Any) -> Any:
    """Return the view as what JSON can hold, charts included, with printable texts."""
    if isinstance(value, Chart):
        return {
            "svg": "".join(_character(character) for character in value.svg),
            "alt": printable(f"{value.title}. {value.desc}"),
            "title": printable(value.title),
            "columns": as_printable(value.columns),
            "rows": as_printable(value.rows),
        }
    if isinstance(value, dict):
        return {key: as_printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_printable(item) for item in value]
    return printable(value) if isinstance(value, str) else value
