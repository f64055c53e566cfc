"""A run as files: what the page shows, and in a second sheet what was asked for and what each term means."""

from fractions import Fraction
from io import BytesIO

from core import clock
from core.exports import Cell, csv_bytes
from core.sheets import Sheets
from reporting.funding.presenting import HELD_WORDS, TERMS, Told, figure, settings
from reporting.funding.running import missions_of

_EUROS = "#,##0.00;-#,##0.00;0.00"
_PERCENTS = "0.0%"
_PLAIN = ("youths",)
_EXACT = ("score", "weight")


def _value(value: int | Fraction | None, name: str) -> float | int | None:
    """A term as a spreadsheet holds it: euros, a share of one, a number."""
    if value is None:
        return None
    if name in _PLAIN:
        return int(value)
    if name in _EXACT:
        return float(round(Fraction(value), 6))
    # The shortest decimal of a whole number of cents is exact: nothing is computed from it here.
    return float(round(Fraction(value), 4)) if name == "change_ratio" else int(value) / 100


def _header(found: Told) -> list[str]:
    units = {"youths": "", "score": "", "weight": "", "change_ratio": ""}
    return [
        "Mission Locale",
        "Département",
        *(f"{TERMS[name][0]}{units.get(name, ' (euros)')}" for name in found.columns),
        "Borne atteinte",
    ]


def _rows(found: Told) -> list[list[Cell]]:
    departments = {place["code"]: place["department"] for place in found.run.inputs["places"]}
    rows: list[list[Cell]] = [
        [
            line.place.name,
            departments[line.place.code],
            *(_value(figure(line, name), name) for name in found.columns),
            HELD_WORDS[line.held],
        ]
        for line in found.lines
    ]
    return [*rows, ["Total", "", *(_value(found.total(name), name) for name in found.columns), ""]]


def as_csv(found: Told) -> bytes:
    """The table alone: a CSV file has one sheet."""
    return csv_bytes(_header(found), _rows(found))


def as_xlsx(found: Told) -> bytes:
    """Two sheets: the table, then the settings and the definitions."""
    stream = BytesIO()
    sheets = Sheets(stream, clock.day_of(found.run.created_at), found.run.name)
    looks = {"change_ratio": sheets.add(num_format=_PERCENTS, align="right")}
    looks |= dict.fromkeys(_PLAIN, sheets.whole) | dict.fromkeys(
        _EXACT, sheets.add(num_format="0.00", align="right")
    )
    euros = sheets.add(num_format=_EUROS, align="right")
    sheet = sheets.sheet("Répartition", [44, 22, *(16 for _ in found.columns), 14])
    # After the names of the place and of its department.
    by_column = {number: looks.get(name, euros) for number, name in enumerate(found.columns, start=2)}
    sheets.table(sheet, 0, _header(found), _rows(found), by_column)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    about = sheets.sheet("Définitions", [36, 100])
    run = found.run
    said = [
        ("Simulation", run.name),
        *([("Commentaire", run.comment)] if run.comment else []),
        ("Faite par", f"{run.created_by.get_full_name()}, {run.organisation.outward_name}"),
        *settings(found),
        ("Empreinte des données et du résultat", run.data_hash),
    ]
    after = sheets.table(about, 0, ["Ce qui a été demandé", ""], said)
    sheets.table(about, after, ["Terme", "Définition"], [TERMS[name] for name in found.columns])
    sheets.book.close()
    return stream.getvalue()


def template_csv(region: str) -> bytes:
    """The table to fill in: the Missions Locales of the region, and the columns that are known."""
    header = [
        "identifiant",
        "code",
        "SIRET",
        "nom",
        "jeunes",
        "montant précédent",
        "indicateur 1",
        "indicateur 2",
    ]
    rows = [
        [str(one.identifier), one.code, one.siret, one.name, "", "", "", ""] for one in missions_of(region)
    ]
    return csv_bytes(header, rows)
