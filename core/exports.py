"""Texts in files that leave the portal: never taken for a formula by the spreadsheet that opens them.

A workbook is the format to prefer: its cells have a type, and a text stays the very text that was typed. A CSV
file has none; there a leading apostrophe is the only guard that spreadsheets respect, and whoever reads the file
with a program sees it. Neither names anybody in the name of the file (:func:`core.documents.store`).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

# What a spreadsheet takes for a formula, also after blanks and under its full-width form.
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠\t\r\n]")

Cell = str | int | float | date | None


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might compute this text instead of showing it."""
    return _FORMULA.match(text) is not None


def csv_text(value: Cell) -> str:
    """A value as a CSV file holds it; numbers are written as numbers, texts that look like formulas are guarded."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        raise TypeError("a moment has a time zone that a CSV file does not say: give a day or a text")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    return f"'{value}" if is_formula_like(value) else value


def unguarded(text: str) -> str:
    """The text of a cell of one of our own CSV files, without the guard that :func:`csv_text` put before it."""
    return text[1:] if text.startswith("'") and is_formula_like(text[1:]) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file that French spreadsheets open as it is: UTF-8 with its mark, semicolons, every text quoted."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([csv_text(cell) for cell in header])
    writer.writerows([[csv_text(cell) for cell in row] for row in rows])
    return stream.getvalue().encode("utf-8-sig")
