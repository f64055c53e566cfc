"""What one sees is what one exports: some tables, and a sheet that says what they are (ADR 0042).

The same contents make a workbook or a CSV file. In a workbook a second sheet says what was asked for, by whom, on
which day, and what each column means; a CSV file has one sheet, and holds the lines alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.http import HttpResponse

from core import clock
from core.documents import attachment
from core.exports import Cell, csv_bytes
from core.sheets import Sheets
from core.uploads import KINDS

XLSX, CSV = "xlsx", "csv"
FORMS = {XLSX: "Classeur (Excel, LibreOffice)", CSV: "CSV"}
MEDIA_TYPES = {
    XLSX: KINDS["xlsx"].media_type,
    CSV: "text/csv; charset=utf-8",
}
# What stands for a hidden count: the letter of the pages means nothing without the sentence under their tables.
HIDDEN = "masqué"

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']+")
_LONGEST_SHEET = 31
ABOUT = "À propos"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it says (for the sheet of definitions) and its width in a workbook."""

    title: str
    meaning: str = ""
    width: float = 22


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of cells; its first column names the rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds. ``stem`` is the beginning of its name: what it is, never who."""

    stem: str
    title: str
    tables: Sequence[Table]
    # What was asked for and by whom, in words.
    asked: Sequence[tuple[str, str]]
    made_at: datetime
    # What else is to be understood: terms of the tables that are no column.
    terms: Sequence[tuple[str, str]] = ()
    # What is printed at the foot of each sheet of people's names.
    mark: str = ""

    def name(self, form: str) -> str:
        return f"{self.stem}-{clock.day_of(self.made_at):%Y-%m-%d}.{form}"

    def bytes(self, form: str) -> bytes:
        return as_csv(self) if form == CSV else as_xlsx(self)

    def meanings(self) -> dict[str, str]:
        """Each term with what it says, columns first, each once."""
        found = {column.title: column.meaning for table in self.tables for column in table.columns}
        return {term: said for term, said in (found | dict(self.terms)).items() if said}


def form_of(given: Mapping[str, str], default: str = XLSX) -> str:
    """The form of file that an address asks for (``format``)."""
    asked = given.get("format", "")
    return asked if asked in FORMS else default


def as_answer(contents: Contents, form: str) -> HttpResponse:
    """The answer that hands the file over; the caller passed the door of exports (``core.doors``)."""
    return attachment(contents.bytes(form), filename=contents.name(form), media_type=MEDIA_TYPES[form])


def as_csv(contents: Contents) -> bytes:
    """The lines of the only table; of several tables, a line for each cell, with where it stands."""
    if len(contents.tables) == 1:
        (table,) = contents.tables
        return csv_bytes([column.title for column in table.columns], table.rows)
    return csv_bytes(["Tableau", "Ligne", "Colonne", "Valeur"], _cells(contents.tables))


def _cells(tables: Sequence[Table]) -> Iterator[list[Cell]]:
    for table in tables:
        for first, *others in table.rows:
            for column, cell in zip(table.columns[1:], others, strict=True):
                yield [table.title, first, column.title, cell]


def as_xlsx(contents: Contents) -> bytes:
    """A sheet for each table, then the one that says what they are. The same contents give the same bytes."""
    stream = BytesIO()
    sheets = Sheets(stream, clock.day_of(contents.made_at), contents.title)
    taken = {ABOUT.casefold()}
    for table in contents.tables:
        sheet = sheets.sheet(_sheet_name(table.title, taken), [column.width for column in table.columns])
        if contents.mark:
            # "&" begins a code of the footer.
            sheet.set_footer(f"&L{contents.mark.replace('&', '&&')[:200]}&R&P / &N")
        sheets.table(sheet, 0, [column.title for column in table.columns], table.rows)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    about = sheets.sheet(ABOUT, [36, 110])
    after = sheets.table(about, 0, [contents.title, ""], contents.asked)
    if meanings := contents.meanings():
        sheets.table(about, after, ["Terme", "Définition"], list(meanings.items()))
    sheets.book.close()
    return stream.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that a workbook accepts, and that no other sheet has."""
    name = _cut(_NO_SHEET_NAME.sub(" ", title).strip(), _LONGEST_SHEET) or "Tableau"
    number, first = 1, _cut(name, _LONGEST_SHEET - 4)
    while name.casefold() in taken:
        number += 1
        name = f"{first} {number}"
    taken.add(name.casefold())
    return name


def _cut(text: str, longest: int) -> str:
    """The beginning of a text, as long as a workbook counts: some letters count for two."""
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", "ignore").strip()
