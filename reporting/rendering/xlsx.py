"""The committee pack as a workbook, for who wants to work on the figures.

Texts are written as texts whatever they start with, so that none becomes a formula; counts are numbers; a
hidden count is the text "s". The same data gives the same bytes.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from core.exports import Cell
from core.sheets import Sheets
from core.suppression import HIDDEN_MARK, HIDDEN_NOTE
from reporting.rendering import text
from reporting.rendering.data import Changes, Contribution, Indicator, PackData, Sessions
from reporting.rendering.view import STATUSES, pack_view


def render_xlsx(data: PackData) -> bytes:
    """Return the pack as an XLSX file, a sheet by subject; what it has not makes no sheet.

    Raises ``InvalidPack`` when the data is not that of a pack.
    """
    view = pack_view(data)
    stream = BytesIO()
    prepared = date.fromisoformat(data["meeting"]["prepared_for"])
    sheets = Sheets(stream, prepared, f"{view['title']} – {view['convention']}")
    _summary(sheets, data, view)
    if data["changes"]:
        _changes(sheets, data["changes"])
    _situations(sheets, data, view)
    _territories(sheets, data)
    _sessions(sheets, data["sessions"], view)
    _commitments(sheets, data)
    if data["contributions"]:
        _contributions(sheets, data["contributions"])
    _definitions(sheets, view)
    sheets.book.close()
    return stream.getvalue()


def _shown(value: int | None) -> int | str:
    return HIDDEN_MARK if value is None else value


def _value(indicator: Indicator) -> Cell:
    return indicator["value"] if indicator["state"] == "known" else text.measure(indicator)


def _summary(sheets: Sheets, data: PackData, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Synthèse", (46, 28, 16, 14, 14, 20, 44))
    meeting = data["meeting"]
    sheets.put(sheet, 0, 0, view["title"], sheets.title)
    sheets.put(sheet, 1, 0, view["convention"], sheets.note)
    row = 2
    if view["fictitious"]:
        sheets.put(sheet, row, 0, view["fictitious"], sheets.note)
        row += 1
    facts: list[tuple[str, Cell]] = [
        ("Convention", meeting["convention_code"]),
        ("Parties", ", ".join(meeting["parties"])),
        *(
            [("Réunion", date.fromisoformat(meeting["date"])), ("Lieu", view["place"])]
            if data["kind"] == "committee"
            else []
        ),
        ("Début de la période", date.fromisoformat(data["period"]["start"])),
        ("Fin de la période", date.fromisoformat(data["period"]["end"])),
        ("Chiffres arrêtés au", date.fromisoformat(meeting["prepared_for"])),
        ("Version", meeting["version"]),
    ]
    if meeting["correction"]:
        facts.append(("Correction", meeting["correction"]))
    row = sheets.table(sheet, row + 1, (view["kind_label"], ""), facts)
    row = sheets.table(
        sheet,
        row,
        ("Indicateur", "Valeur", "Unité", "Numérateur", "Dénominateur", view["previous_header"], "Remarque"),
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
        (view["decisions_title"], "Responsable", "Échéance"),
        [
            (entry["text"], entry["owner"], date.fromisoformat(entry["due"]) if entry["due"] else None)
            for entry in data["decisions"]
        ],
    )


def _changes(sheets: Sheets, changes: Changes) -> None:
    sheet = sheets.sheet("Changements", (28, 60, 34, 34))
    rows = [(row["section"], row["label"], row["before"], row["after"]) for row in changes["figures"]]
    rows += [("Autre", words, "", "") for words in changes["others"]]
    sheets.table(sheet, 0, ("Partie", "Chiffre", f"Version {changes['since']}", "Cette version"), rows)
    sheet.freeze_panes(1, 0)


def _situations(sheets: Sheets, data: PackData, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Situations", (56, 24, 16, 20))
    row = sheets.table(
        sheet,
        0,
        ("Étape atteinte", "", "Orientations"),
        [(step["label"], "", _shown(step["count"])) for step in data["journey"]],
    )
    for header, part, noun, counts in (
        ("Situation", "", "Orientations", data["stages"]),
        ("Devenir", "Fin du parcours", "Jeunes", data["outcomes"]),
    ):
        rows: list[tuple[Cell, ...]] = [
            (entry["label"], entry["group"], _shown(entry["count"]), entry["previous"])
            for entry in counts["rows"]
        ]
        rows.append(("Total", "", _shown(counts["total"])))
        row = sheets.table(sheet, row, (header, part, noun, view["previous_header"]), rows)
    sheets.put(sheet, row, 0, HIDDEN_NOTE, sheets.note)


def _territories(sheets: Sheets, data: PackData) -> None:
    table = data["regions"]
    sheet = sheets.sheet("Territoires", (34, *[14] * (len(table["columns"]) + 1)))
    header = (data["territory"], *(column["label"] for column in table["columns"]), "Total")
    rows: list[tuple[Cell, ...]] = [
        (entry["label"], *map(_shown, entry["cells"]), _shown(entry["total"])) for entry in table["rows"]
    ]
    rows.append(("Ensemble", *map(_shown, table["totals"]), _shown(table["total"])))
    row = sheets.table(sheet, 0, header, rows)
    sheet.freeze_panes(1, 1)
    sheets.put(sheet, row, 0, HIDDEN_NOTE, sheets.note)


def _sessions(sheets: Sheets, sessions: Sessions, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Rencontres", (16, 34, 50, 34, 40))
    sheets.put(sheet, 0, 0, view["sessions"]["summary"], sheets.note)
    row = sheets.table(
        sheet, 2, ("Tenues", "Nature"), [(entry["held"], entry["label"]) for entry in sessions["kinds"]]
    )
    sheets.table(
        sheet,
        row,
        ("Date", "Nature", "Titre", "Lieu", "Organisée par"),
        [
            (
                date.fromisoformat(entry["date"]),
                entry["kind"],
                entry["title"],
                entry["place"],
                entry["organiser"],
            )
            for entry in sessions["rows"]
        ],
    )


def _contributions(sheets: Sheets, contributions: list[Contribution]) -> None:
    sheet = sheets.sheet("Contributions", (40, 28, 14, 100))
    rows = [
        (entry["organisation"], entry["author"], date.fromisoformat(entry["date"]), entry["text"])
        for entry in contributions
    ]
    sheets.table(sheet, 0, ("Structure", "Écrite par", "Le", "Contribution"), rows)
    sheet.freeze_panes(1, 0)


def _commitments(sheets: Sheets, data: PackData) -> None:
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


def _definitions(sheets: Sheets, view: dict[str, Any]) -> None:
    sheet = sheets.sheet("Définitions", (44, 110))
    rows = [(entry["term"], entry["text"]) for entry in view["definitions"]]
    sheets.table(sheet, 0, ("Terme", "Définition"), rows)
    sheet.freeze_panes(1, 0)
