"""The tables of a page of figures, made from what the page shows: nothing is counted again here.

A page hands over what its template draws: figures in words, charts with their table twin, tables, a map, gaps. What it
hides is hidden in the file, in the same places; what it does not say is not there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.charts import HIDDEN_TEXT
from core.exporting import HIDDEN, Column, Table
from core.exports import Cell
from core.suppression import HIDDEN_MARK
from reporting.indicators import CATALOGUE, FAMILIES
from reporting.indicators.base import Indicator

# As a page writes a number: no-break spaces between thousands, a comma.
_NUMBER = re.compile(r"[−-]?\d{1,3}(?:[\u00a0\u202f ]\d{3})*(?:,\d+)?|[−-]?\d+(?:,\d+)?")
_SPACES = re.compile(r"[\u00a0\u202f ]")


def cell_of(shown: object) -> Cell:
    """What a page shows as a spreadsheet holds it: a number is a number, what is hidden says so, a text is a text."""
    if shown is None or shown in (HIDDEN_TEXT, HIDDEN_MARK):
        return HIDDEN
    if isinstance(shown, int | float):
        return shown
    text = str(shown).strip()
    if _NUMBER.fullmatch(text):
        plain = _SPACES.sub("", text).replace("−", "-").replace(",", ".")
        return float(plain) if "." in plain else int(plain)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def tables_of(context: Mapping[str, Any]) -> list[Table]:
    """The tables of a page of figures, in the order of the page."""
    found: list[Table] = []
    if figures := context.get("figures"):
        found.append(_figures("L’essentiel", figures))
    found += [_figures(family["title"], family["figures"]) for family in context.get("families") or ()]
    if chart := context.get("chart"):
        found.append(_table(chart.title, chart.columns, chart.rows))
    if drawn := context.get("map"):
        rows = [[place.name, place.words] for place in drawn.places]
        found.append(_table(drawn.title, ["Département", "Orientations"], rows))
    for table in context.get("tables") or ():
        totals = [table["totals"]] if table["rows"] and table.get("totals") else []
        hidden = [[name, *[HIDDEN_TEXT] * (len(table["columns"]) - 1)] for name in table.get("few", ())]
        found.append(_table(table["title"], table["columns"], [*table["rows"], *hidden, *totals]))
    if trend := context.get("trend"):
        found.append(_table(trend.title, trend.columns, trend.rows))
    if gaps := context.get("gaps"):
        found.append(_table("Ce qui manque", ["Manque", "Nombre", "À savoir"], _gap_rows(gaps)))
    if said := [
        [one["label"], _comments(one)] for one in context.get("wholes", {}).values() if one["comments"]
    ]:
        found.append(_table("Commentaires", ["Ensemble", "Commentaires"], said))
    return found


def _figures(title: str, figures: Iterable[Mapping[str, Any]]) -> Table:
    rows = [
        [one["label"], one["value"], one.get("compare", ""), one.get("terms", ""), one.get("note", ""),
         _comments(one)]
        for one in figures
    ]  # fmt: skip
    return _table(title, ["Chiffre", "Valeur", "Comparaison", "Termes", "Remarque", "Commentaires"], rows)


def _comments(one: Mapping[str, Any]) -> str:
    """What is said of a figure or of a whole, with who says it."""
    return " / ".join(
        f"{said['who']}, {said['organisation']} : {said['text']}" for said in one.get("comments", ())
    )


def _gap_rows(gaps: Iterable[Any]) -> list[list[object]]:
    return [[gap.label, gap.value, gap.text] for gap in gaps]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    width = [44, *(18 for _ in columns[1:])]
    return Table(
        title,
        [Column(str(name), width=size) for name, size in zip(columns, width, strict=True)],
        [[str(first).replace("\u00a0", " "), *map(cell_of, others)] for first, *others in rows],
    )


def meanings_of(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What each figure of a page means, for the sheet of definitions."""
    shown = [*(context.get("figures") or ())]
    for family in context.get("families") or ():
        shown += family["figures"]
    known = [CATALOGUE[one["code"]] for one in shown if one["code"] in CATALOGUE]
    return [
        *((indicator.label, indicator.full_definition) for indicator in known),
        (HIDDEN, "Effectif inférieur à 5, ou qui permettrait d’en retrouver un."),
        ("non calculable", "Rien à compter, ou un chiffre que personne n’a déclaré."),
    ]


_DEFINITIONS = (
    Column("Indicateur", "Le nom sous lequel les pages et les dossiers le montrent.", 40),
    Column("Famille", width=26),
    Column("Définition", width=60),
    Column("On compte", "Le numérateur.", 44),
    Column("Sur", "Le dénominateur ; vide pour un nombre ou une durée.", 44),
    Column("Unité", width=16),
    Column("À partir de quand", "L’âge des orientations qu’un taux prend en compte.", 44),
    Column("Sens", "Vers où il est bon qu’il aille.", 26),
    Column("Source", width=44),
)


def definitions() -> Table:
    """Every indicator, as the page of definitions says it."""
    rows = [_definition(title, CATALOGUE[code]) for title, codes in FAMILIES.items() for code in codes]
    return Table("Définitions des indicateurs", _DEFINITIONS, rows)


def _definition(family: str, one: Indicator) -> list[Cell]:
    return [
        one.label, family, one.definition, one.numerator, one.denominator, one.unit, one.matures, one.better,
        one.source,
    ]  # fmt: skip
