"""What a committee pack says, in French and ready to print: one wording for page, PDF and workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts import Bar, Chart, bar_chart, format_number, funnel
from core.suppression import HIDDEN_NOTE
from reporting.rendering import text
from reporting.rendering.data import Counts, Indicator, PackData, validate

FICTITIOUS = "Données fictives"

STATUSES = {
    "tenu": ("Tenu", "ok"),
    "en cours": ("En cours", "info"),
    "non tenu": ("Non tenu", "retard"),
    "non mesurable": ("Non mesurable", "neutre"),
}
"""Label and badge (LOOK, Tokens) of each status of a commitment."""

_HEADLINES = 3


def pack_view(data: PackData, *, for_print: bool = False) -> dict[str, Any]:
    """Return every text, table and chart of the documents.

    Plain dictionaries, lists and texts, but for the charts (:class:`core.charts.Chart`). ``for_print``
    chooses the drawing for a document without a style sheet.

    Raises ``InvalidPack`` when the data is not that of a pack.
    """
    validate(data)
    meeting = data["meeting"]
    before = data["previous_pack"]
    figures_date = text.day(meeting["prepared_for"])
    return {
        "title": meeting["title"],
        "convention": meeting["convention_title"],
        "code": meeting["convention_code"],
        "parties": meeting["parties"],
        "date": text.day(meeting["date"], weekday=True),
        "date_iso": meeting["date"],
        "place": meeting["place"] or "Lieu à préciser",
        "figures_date": figures_date,
        "figures_date_iso": meeting["prepared_for"],
        "period": text.period(data["period"]["start"], data["period"]["end"]),
        "version": f"Version {meeting['version']}",
        "correction": meeting["correction"],
        "fictitious": FICTITIOUS if meeting["fictitious"] else "",
        "comparison": (
            f"Comparaison avec le dossier du comité du {text.day(before['date'])}."
            if before
            else "Premier dossier de ce comité : aucune comparaison n’est possible."
        ),
        "previous_header": "Comité précédent",
        "agenda": data["agenda"],
        "decisions": [
            {
                "text": decision["text"],
                "owner": decision["owner"],
                "due": _due(decision["due"], meeting["date"]),
            }
            for decision in data["decisions"]
        ],
        "headlines": [_headline(indicator) for indicator in _best(data["indicators"])],
        "indicators": [_indicator(indicator) for indicator in data["indicators"]],
        "journey": _journey(data, for_print),
        "stages": _counts(data["stages"]),
        "outcomes": _counts(data["outcomes"]),
        "outcomes_chart": _outcomes(data, for_print),
        "regions": _regions(data),
        "commitments": _commitments(data),
        "commitments_summary": _summary(data),
        "coverage": [
            {
                "label": row["label"],
                "covered": format_number(row["covered"]),
                "total": format_number(row["total"]),
                "share": text.share(row["covered"], row["total"]),
            }
            for row in data["coverage"]
        ],
        "gaps": [{"label": row["label"], "count": format_number(row["count"])} for row in data["gaps"]],
        "definitions": _definitions(data),
        "hidden_note": HIDDEN_NOTE if _hides(data) else "",
    }


def _due(due: str | None, meeting: str) -> str:
    if due is None:
        return "Sans échéance"
    # "Échue" is said as of the meeting, not as of today: a document does not change with the day it is read.
    return f"{text.day(due)} (échue)" if due < meeting else text.day(due)


def _best(indicators: Sequence[Indicator]) -> list[Indicator]:
    """The first indicators that have a value: the order of the data is the order of importance."""
    return [indicator for indicator in indicators if indicator["state"] == "known"][:_HEADLINES]


def _headline(indicator: Indicator) -> dict[str, str]:
    change = text.change(indicator)
    if change == "–":
        compared = "Pas de comparaison possible"
    elif change == "stable":
        compared = "Stable depuis le comité précédent"
    else:
        compared = f"{change} depuis le comité précédent ({text.previous(indicator)})"
    return {"label": indicator["label"], "value": text.measure(indicator), "compared": compared}


def _indicator(indicator: Indicator) -> dict[str, str]:
    return {
        "code": indicator["code"],
        "label": indicator["label"],
        "value": text.measure(indicator),
        "terms": text.terms(indicator),
        "previous": text.previous(indicator),
        "change": text.change(indicator),
        "note": indicator["note"],
    }


def _say(chart_rows: Sequence[Sequence[str]]) -> str:
    """Tell a chart in a sentence, for who does not see it."""
    return " ; ".join(f"{row[0]} : {row[1]}" for row in chart_rows) + "."


def _journey(data: PackData, for_print: bool) -> Chart | None:
    if not data["journey"]:
        return None
    steps = [Bar(step["label"], step["count"]) for step in data["journey"]]
    said = _say([(step["label"], text.count(step["count"])) for step in data["journey"]])
    return funnel(
        steps,
        title="Parcours des orientations, de l’envoi au devenir connu",
        desc=f"Nombre d’orientations qui ont atteint chaque étape. {said}",
        share_of="des envois",
        for_print=for_print,
        ident="journey",
    )


def _outcomes(data: PackData, for_print: bool) -> Chart | None:
    rows = data["outcomes"]["rows"]
    if not rows:
        return None
    said = _say([(row["label"], text.count(row["count"])) for row in rows])
    return bar_chart(
        [Bar(row["label"], row["count"]) for row in rows],
        title="Devenir des jeunes",
        desc=f"Nombre de jeunes pour chaque devenir. {said}",
        label_header="Devenir",
        value_header="Jeunes",
        for_print=for_print,
        ident="outcomes",
    )


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "rows": [
            {
                "label": row["label"],
                "count": text.count(row["count"]),
                "previous": text.before(row["previous"]),
            }
            for row in counts["rows"]
        ],
        "total": text.count(counts["total"]),
    }


def _regions(data: PackData) -> dict[str, Any]:
    regions = data["regions"]
    return {
        "columns": [column["label"] for column in regions["columns"]],
        "rows": [
            {
                "label": row["label"],
                "cells": [text.count(cell) for cell in row["cells"]],
                "total": text.count(row["total"]),
            }
            for row in regions["rows"]
        ],
        "totals": [text.count(cell) for cell in regions["totals"]],
        "total": text.count(regions["total"]),
    }


def _commitments(data: PackData) -> list[dict[str, Any]]:
    """The promises, party by party, in the order in which the data names the parties."""
    groups: dict[str, list[dict[str, str]]] = {}
    for commitment in data["commitments"]:
        label, badge = STATUSES[commitment["status"]]
        groups.setdefault(commitment["party"], []).append(
            {
                "wording": commitment["wording"],
                "theme": commitment["theme"],
                "measure": commitment["measure"],
                "status": label,
                "badge": badge,
                "figures": commitment["figures"],
            }
        )
    return [{"party": party, "promises": promises} for party, promises in groups.items()]


def _summary(data: PackData) -> str:
    """Say in a sentence how the promises stand: "7 engagements : 3 tenus, 2 en cours…"."""
    statuses = [commitment["status"] for commitment in data["commitments"]]
    if not statuses:
        return ""
    plurals = {
        "tenu": ("tenu", "tenus"),
        "en cours": ("en cours", "en cours"),
        "non tenu": ("non tenu", "non tenus"),
        "non mesurable": ("non mesurable", "non mesurables"),
    }
    parts = []
    for status, (one, several) in plurals.items():
        number = statuses.count(status)  # type: ignore[arg-type]
        if number:
            parts.append(f"{number}\u00a0{one if number == 1 else several}")
    noun = "engagement" if len(statuses) == 1 else "engagements"
    return f"{len(statuses)}\u00a0{noun}\u00a0: {', '.join(parts)}."


def _definitions(data: PackData) -> list[dict[str, str]]:
    """Every indicator, then every term, each once."""
    entries = [(indicator["label"], indicator["definition"]) for indicator in data["indicators"]]
    entries += [(definition["term"], definition["text"]) for definition in data["definitions"]]
    return [{"term": term, "text": words} for term, words in dict(entries).items() if words]


def _hides(data: PackData) -> bool:
    regions = data["regions"]
    cells: list[int | None] = [*regions["totals"]]
    cells += [cell for row in regions["rows"] for cell in [*row["cells"], row["total"]]]
    cells += [row["count"] for counts in (data["stages"], data["outcomes"]) for row in counts["rows"]]
    cells += [step["count"] for step in data["journey"]]
    return None in cells or any(indicator["state"] == "hidden" for indicator in data["indicators"])
