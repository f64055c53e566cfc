"""What each form of the same figures says, cell by cell: a page, its workbook, its CSV; a pack and its workbook.

A page and its files that say the very same are one surface for who looks for what is hidden: the page is enough.
"""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from lxml import html
from openpyxl import load_workbook

from core.charts import HIDDEN_TEXT
from core.exporting import ABOUT
from core.exports import Cell, unguarded
from core.suppression import HIDDEN_NOTE
from reporting.exporting.tables import cell_of
from tests.reporting.attack.pages import number_of, of_class, said_by, text_of

Tables = dict[str, list[list[Cell]]]


def _figure(item) -> list[Cell]:
    label, value = (said_by(item, f"./*[{of_class(name)}]") for name in ("figure-label", "figure-value"))
    beside = [text_of(one) for one in item.xpath(f"./*[{of_class('figure-compare')}]")]
    return [label, cell_of(value), *_words(map(cell_of, beside))]


def _typed(cells) -> list[Cell]:
    first, *others = cells
    return [first, *(cell_of(cell) for cell in others)]


def _words(cells) -> list[str]:
    """What is said beside a figure: a page writes what there is, a file has a column for each kind."""
    return sorted(str(cell) for cell in cells if cell not in ("", None))


def of_page(content: bytes) -> Tables:
    """The tables of a page of figures, charts and lists of figures included."""
    tree = html.fromstring(content.decode())
    found: Tables = {}
    for listed in tree.xpath(f"//ul[{of_class('figures')}]"):
        title = said_by(listed, "./ancestor::section[1]/h2")
        found[title] = [_figure(item) for item in listed.xpath("./li")]
    for table in tree.xpath("//table"):
        title = said_by(table, "./caption").removeprefix("Orientations de la période : ")
        rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath("./tbody/tr")]
        width = len(table.xpath("./thead/tr/th"))
        totals = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath("./tfoot/tr")]
        found[title] = [_typed(row) for row in [*rows, *_few(table.getparent().getparent(), width), *totals]]
    for section in tree.xpath("//section[starts-with(@aria-labelledby, 'tableau-')][not(.//table)]"):
        found[said_by(section, "./h2")] = _few(section, 2)
    return found


def _few(section, width: int) -> list[list[str]]:
    """The lines of those that are only named: all that they count is hidden."""
    for words in section.xpath("./details/p"):
        names = text_of(words).removeprefix("Leurs nombres sont masqués : ").removesuffix(".")
        return [[name, *[HIDDEN_TEXT] * (width - 1)] for name in names.split(", ")]
    return []


def of_workbook(content: bytes) -> Tables:
    """The sheets of figures of a workbook, as the page says them, by the name of the sheet."""
    book = load_workbook(BytesIO(content))
    found: Tables = {}
    for sheet in book.worksheets:
        if sheet.title != ABOUT:
            header, *rows = sheet.iter_rows(values_only=True)
            found[sheet.title] = _said(list(header), rows)
    return found


def of_csv(content: bytes) -> Tables:
    """The tables of a CSV file, which has a line for each cell; as the page says them, by the name of their sheet."""
    header, *lines = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header == ["Tableau", "Ligne", "Colonne", "Valeur"]
    found: dict[str, dict[str, dict[str, Cell]]] = {}
    for title, row, column, value in lines:
        cells = found.setdefault(sheet_of(title), {}).setdefault(row, {"": row})
        cells[column] = cell_of(unguarded(value))
    return {
        title: _said(list(next(iter(rows.values()))), [list(row.values()) for row in rows.values()])
        for title, rows in found.items()
    }


def _said(header, rows) -> list[list[Cell]]:
    """The lines of a table of a file: what it says beside a figure has no column on the page."""
    if header[2:3] in (["Comparaison"], ["À savoir"]):
        return [[*row[:2], *_words(row[2:])] for row in rows]
    return [["" if cell is None else cell for cell in row] for row in rows]


def sheet_of(title: str) -> str:
    """The name of the sheet of a table."""
    return title[:31].strip()


def brief(tables: Tables) -> Tables:
    """By the name of the sheet, a line that hides everything said once: its table may have no column on the page."""
    return {
        sheet_of(title): [
            row[:2] if len(row) > 2 and set(row[1:]) == {HIDDEN_TEXT} else list(row) for row in rows
        ]
        for title, rows in tables.items()
    }


def of_pack(content: bytes) -> Tables:
    """The tables of figures of the page of a pack: what its workbook holds too."""
    tree = html.fromstring(content.decode())
    found: Tables = {}
    for table in tree.xpath("//table"):
        rows = [[text_of(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        title = PACKED.get(said_by(table, "./caption"))
        if title == "Indicateur":
            # The value has its unit on the page, beside it in the workbook; the change is worked out.
            found[title] = [
                [
                    label,
                    _number(value),
                    *map(_number, terms.split(" / ") if terms else ("", "")),
                    _number(previous),
                ]
                for label, value, terms, previous, _ in rows[1:]
            ]
        elif title == "Étape atteinte":
            found[title] = [[row[0], cell_of(row[1])] for row in rows[1:]]
        elif title == "Devenir":
            # How the journeys ended is a stage: the workbook says it there, and beside each outcome.
            ends = [row for row in found["Situation"] if row[0] in rows_of_ends(rows)]
            assert all(_typed(row) in ends for row in rows if row[0] in rows_of_ends(rows))
            found[title] = [
                _typed([row[0].partition(", – ")[2] or row[0], *row[1:]])
                for row in rows[1:]
                if row[0] not in rows_of_ends(rows)
            ]
        elif title:
            found[title] = [_typed(row) for row in rows[1:]]
    return found


def rows_of_ends(rows) -> set[str]:
    """The lines of outcomes that say how many journeys ended in one way."""
    return {label.partition(", – ")[0] for label, *_ in rows if ", – " in label}


PACKED = {
    "Indicateurs et comparaison": "Indicateur",
    "Parcours des orientations, de l’envoi au devenir connu": "Étape atteinte",
    "Orientations par situation": "Situation",
    "Jeunes par devenir": "Devenir",
    "Orientations par territoire et par situation": "Territoires",
}


def of_pack_workbook(content: bytes) -> Tables:
    """The same tables in its workbook."""
    book = load_workbook(BytesIO(content))
    found: Tables = {}
    blocks = [*_blocks(book["Synthèse"]), *_blocks(book["Situations"])]
    for header, *rows in blocks:
        if header[0] == "Indicateur":
            found["Indicateur"] = [
                [label, _number(value), *map(_number, (over, among, previous))]
                for label, value, _, over, among, previous, *_ in rows
            ]
        elif header[0] == "Étape atteinte":
            found[header[0]] = [[row[0], cell_of(row[2])] for row in rows]
        elif header[0] in ("Situation", "Devenir"):
            found[header[0]] = [[row[0], cell_of(row[2]), _previous(row)] for row in rows]
    (_, *rows), *_ = _blocks(book["Territoires"])
    found["Territoires"] = [[row[0], *map(cell_of, row[1:])] for row in rows]
    return found


def _blocks(sheet) -> list[list[list[Cell]]]:
    """The tables of a sheet: what no empty line parts."""
    blocks: list[list[list[Cell]]] = [[]]
    for row in sheet.iter_rows(values_only=True):
        if all(cell in (None, "") for cell in row):
            blocks.append([])
        elif row[0] == HIDDEN_NOTE:
            continue
        else:
            blocks[-1].append(list(row))
    return [block for block in blocks if block]


def _previous(row) -> Cell:
    return "" if row[0] == "Total" else "–" if row[3] is None else cell_of(row[3])


def _number(said: Cell) -> Cell:
    """The number of a figure whatever its unit; the word of one that has none."""
    if said in (None, "", "–"):
        return ""
    number = number_of(str(said).replace(".", ","))
    return cell_of(said) if number is None else number
