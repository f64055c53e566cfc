"""A workbook with the few formats of the house.

Texts are written as texts whatever they start with, so that none becomes a formula; the same cells give the same
bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from types import MappingProxyType
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core import clock
from core.exports import Cell, is_formula_like
from core.suppression import HIDDEN_MARK

# What Excel accepts in one cell; the rest is cut, the whole text is in the other documents.
_LONGEST = 32_767


class Sheets:
    """A workbook with the few formats of the house."""

    def __init__(self, stream: BytesIO, prepared: date, title: str) -> None:
        self.book = Workbook(
            stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        # Without a date of its own the library writes the current time, and no two files are alike.
        self.book.set_properties(
            {
                "title": title,
                "author": "Trait d’union",
                "created": datetime.combine(prepared, time(12)),
            }
        )
        base = {"font_name": "Atkinson Hyperlegible", "font_size": 11, "valign": "top"}
        self.base = dict(base)
        self.text = self.add(text_wrap=True)
        # Shown as it is, and still a text once somebody has edited the cell.
        self.quoted = self.add(text_wrap=True, quote_prefix=True)
        self.number = self.add(num_format="#,##0.##;-#,##0.##;0", align="right")
        self.whole = self.add(num_format="#,##0", align="right")
        self.hidden = self.add(align="right", font_color="#55606E")
        self.day = self.add(num_format="dd/mm/yyyy", align="left")
        self.title = self.add(bold=True, font_size=16, font_color="#0F5C5C", text_wrap=False)
        self.note = self.add(font_color="#55606E", text_wrap=False)
        self.header = self.add(bold=True, font_color="#FFFFFF", bg_color="#0F5C5C", text_wrap=True)

    def add(self, **look: Any) -> Format:
        return self.book.add_format({**self.base, **look})

    def sheet(self, name: str, widths: Sequence[float]) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&R&P / &N")
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Cell, look: Format | None = None) -> None:
        """Write one cell according to its type; nothing is ever guessed from a text."""
        if value is None:
            sheet.write_blank(row, column, None, look or self.text)
        elif isinstance(value, str):
            usual = self.hidden if value == HIDDEN_MARK else self.text
            usual = self.quoted if is_formula_like(value) else usual
            sheet.write_string(row, column, value[:_LONGEST], look or usual)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), look or self.day)
        else:
            usual = self.whole if isinstance(value, int) or value.is_integer() else self.number
            sheet.write_number(row, column, value, look or usual)

    def table(
        self,
        sheet: Worksheet,
        top: int,
        header: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        looks: Mapping[int, Format] = MappingProxyType({}),
    ) -> int:
        """Write a header and its rows; return the first row that follows, one left empty.

        ``looks``: by column, those that are not written according to the type of their cells.
        """
        for column, label in enumerate(header):
            self.put(sheet, top, column, label, self.header)
        for number, cells in enumerate(rows, start=top + 1):
            for column, cell in enumerate(cells):
                self.put(sheet, number, column, cell, looks.get(column))
        return top + len(rows) + 2


def workbook_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook of one table, on a sheet of that name."""
    stream = BytesIO()
    sheets = Sheets(stream, clock.today(), title)
    sheet = sheets.sheet(title, [22] * len(header))
    sheets.table(sheet, 0, header, list(rows))
    sheet.freeze_panes(1, 0)
    sheets.book.close()
    return stream.getvalue()
