"""The committee pack as a workbook, for who wants to work on the figures.

Texts are written as texts whatever they start with, so that none becomes a formula; counts are numbers; a
hidden count is the text "s". The same data gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.exports import is_formula_like
from core.suppression import HIDDEN_MARK, HIDDEN_NOTE
from reporting.rendering import text
from reporting.rendering.data import Indicator, PackData
from reporting.rendering.view import STATUSES, pack_view

_Cell = str | int | float | date | None

# What Excel accepts in one cell; the rest is cut, the whole text is in the other documents.
_LONGEST = 32_767


class _Sheets:
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

    def put(self, sheet: Worksheet, row: int, column: int, value: _Cell, look: Format | None = None) -> None:
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
        self, sheet: Worksheet, top: int, header: Sequence[str], rows: Sequence[Sequence[_Cell]]
    ) -> int:
        """Write a header and its rows; return the first row that follows, one left empty."""
        for column, label in enumerate(header):
            self.put(sheet, top, column, label, self.header)
        for number, cells in enumerate(rows, start=top + 1):
            for column, cell in enumerate(cells):
                self.put(sheet, number, column, cell)
        return top + len(rows) + 2


def render_xlsx(data: PackData) -> bytes:
    """Return the pack as an XLSX file: Synthèse, Situations, Territoires, Engagements, Définitions.

    Raises ``InvalidPack`` when the data is not that of a pack.
    """
    view = pack_view(data)
    stream = BytesIO()
    prepared = date.fromisoformat(data["meeting"]["prepared_for"])
    sheets = _Sheets(stream, prepared, f"{view['title']} – {view['convention']}")
    _summary(sheets, data, view)
    _situations(sheets, data)
    _territories(sheets, data)
    _commitments(sheets, data)
    _definitions(sheets, view)
    sheets.book.close()
    return stream.getvalue()


def _shown(value: int | None) -> int | str:
    return HIDDEN_MARK if value is None else value


def _value(indicator: Indicator) -> _Cell:
    return indicator["value"] if indicator["state"] == "known" else text.measure(indicator)


def _summary(sheets: _Sheets, data: PackData, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Synthèse", (46, 28, 16, 14, 14, 20, 44))
    meeting = data["meeting"]
    sheets.put(sheet, 0, 0, view["title"], sheets.title)
    sheets.put(sheet, 1, 0, view["convention"], sheets.note)
    row = 2
    if view["fictitious"]:
        sheets.put(sheet, row, 0, view["fictitious"], sheets.note)
        row += 1
    facts: list[tuple[str, _Cell]] = [
        ("Convention", meeting["convention_code"]),
        ("Parties", ", ".join(meeting["parties"])),
        ("Réunion", date.fromisoformat(meeting["date"])),
        ("Lieu", view["place"]),
        ("Début de la période", date.fromisoformat(data["period"]["start"])),
        ("Fin de la période", date.fromisoformat(data["period"]["end"])),
        ("Chiffres arrêtés au", date.fromisoformat(meeting["prepared_for"])),
        ("Version", meeting["version"]),
    ]
    if meeting["correction"]:
        facts.append(("Correction", meeting["correction"]))
    row = sheets.table(sheet, row + 1, ("Dossier", ""), facts)
    row = sheets.table(
        sheet,
        row,
        ("Indicateur", "Valeur", "Unité", "Numérateur", "Dénominateur", "Comité précédent", "Remarque"),
        [
            (
                indicator["label"],
                _value(indicator),
                indicator["unit"],
                indicator["numerator"],
                indicator["denominator"],
                indicator["previous"],
                indicator["note"],
            )
            for indicator in data["indicators"]
        ],
    )
    if view["hidden_note"]:
        sheets.put(sheet, row - 1, 0, HIDDEN_NOTE, sheets.note)
        row += 1
    row = sheets.table(
        sheet,
        row,
        ("Couverture", "En place", "Sur"),
        [(entry["label"], entry["covered"], entry["total"]) for entry in data["coverage"]],
    )
    row = sheets.table(
        sheet, row, ("Manque", "Nombre"), [(entry["label"], entry["count"]) for entry in data["gaps"]]
    )
    sheets.table(
        sheet,
        row,
        ("Décision en attente", "Responsable", "Échéance"),
        [
            (entry["text"], entry["owner"], date.fromisoformat(entry["due"]) if entry["due"] else None)
            for entry in data["decisions"]
        ],
    )


def _situations(sheets: _Sheets, data: PackData) -> None:
    sheet = sheets.sheet("Situations", (56, 16, 20))
    row = sheets.table(
        sheet,
        0,
        ("Étape atteinte", "Orientations"),
        [(step["label"], _shown(step["count"])) for step in data["journey"]],
    )
    for header, noun, counts in (
        ("Situation", "Orientations", data["stages"]),
        ("Devenir", "Jeunes", data["outcomes"]),
    ):
        rows: list[tuple[_Cell, ...]] = [
            (entry["label"], _shown(entry["count"]), entry["previous"]) for entry in counts["rows"]
        ]
        rows.append(("Total", _shown(counts["total"])))
        row = sheets.table(sheet, row, (header, noun, "Comité précédent"), rows)
    sheets.put(sheet, row, 0, HIDDEN_NOTE, sheets.note)


def _territories(sheets: _Sheets, data: PackData) -> None:
    regions = data["regions"]
    sheet = sheets.sheet("Territoires", (34, *[14] * (len(regions["columns"]) + 1)))
    header = ("Territoire", *(column["label"] for column in regions["columns"]), "Total")
    rows: list[tuple[_Cell, ...]] = [
        (entry["label"], *map(_shown, entry["cells"]), _shown(entry["total"])) for entry in regions["rows"]
    ]
    rows.append(("Ensemble", *map(_shown, regions["totals"]), _shown(regions["total"])))
    row = sheets.table(sheet, 0, header, rows)
    sheet.freeze_panes(1, 1)
    sheets.put(sheet, row, 0, HIDDEN_NOTE, sheets.note)


def _commitments(sheets: _Sheets, data: PackData) -> None:
    sheet = sheets.sheet("Engagements", (34, 60, 24, 40, 16, 50))
    header = ("Partie", "Engagement", "Thème", "Mesure", "État", "Chiffres")
    rows = [
        (
            entry["party"],
            entry["wording"],
            entry["theme"],
            entry["measure"],
            STATUSES[entry["status"]][0],
            entry["figures"],
        )
        for entry in data["commitments"]
    ]
    sheets.table(sheet, 0, header, rows)
    sheet.freeze_panes(1, 0)


def _definitions(sheets: _Sheets, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Définitions", (44, 110))
    rows = [(entry["term"], entry["text"]) for entry in view["definitions"]]
    sheets.table(sheet, 0, ("Terme", "Définition"), rows)
    sheet.freeze_panes(1, 0)
