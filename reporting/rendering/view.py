"""What a committee pack says, in French and ready to print: one wording for page, PDF and workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.charts import Bar, Chart, bar_chart, format_number, funnel
from core.suppression import HIDDEN_MARK, HIDDEN_NOTE
from reporting.rendering import text
from reporting.rendering.data import CountRow, Counts, Indicator, PackData, Regions, validate

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
    words = _WORDS[data["kind"]]
    figures_date = text.day(meeting["prepared_for"])
    return {
        "title": meeting["title"],
        "convention": meeting["convention_title"],
        "code": meeting["convention_code"],
        "parties": meeting["parties"],
        "date": text.day(meeting["date"], weekday=True),
        "date_iso": meeting["date"],
        "kind": data["kind"],
        "kind_label": words["label"],
        # A report is of no meeting.
        "meeting": (
            f"{text.day(meeting['date'], weekday=True)}, {meeting['place'] or _NO_PLACE}"
            if data["kind"] == "committee"
            else ""
        ),
        "place": meeting["place"] or _NO_PLACE,
        "figures_date": figures_date,
        "figures_date_iso": meeting["prepared_for"],
        "period": text.period(data["period"]["start"], data["period"]["end"]),
        "version": f"Version {meeting['version']}",
        "correction": meeting["correction"],
        "fictitious": FICTITIOUS if meeting["fictitious"] else "",
        "comparison": words["compared"].format(text.day(before["date"])) if before else words["first"],
        "previous_header": words["previous"],
        "agenda_title": words["agenda"],
        "agenda": data["agenda"],
        "decisions_title": words["decisions"],
        "no_decision": words["no_decision"],
        "changes": _changes(data),
        "sessions": _sessions(data),
        "contributions": [
            {
                "who": ", ".join(filter(None, (one["organisation"], one["author"]))),
                "date": text.day(one["date"]),
                "lines": one["text"].splitlines(),
            }
            for one in data["contributions"]
        ],
        "decisions": [
            {
                "text": decision["text"],
                "owner": decision["owner"],
                "due": _due(decision["due"], meeting["date"]),
            }
            for decision in data["decisions"]
        ],
        "headlines": [_headline(indicator, words["since"]) for indicator in _best(data["indicators"])],
        "indicators": [_indicator(indicator) for indicator in data["indicators"]],
        "journey": _journey(data, for_print),
        "stages": _counts(data["stages"]),
        "outcomes": _counts(data["outcomes"]),
        "outcome_groups": _groups(data),
        "outcomes_chart": _outcomes(data, for_print),
        "territory": data["territory"],
        "regions": _regions(data["regions"]),
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


_NO_PLACE = "lieu à préciser"
_WORDS = {
    "committee": {
        "label": "Dossier de comité",
        "compared": "Comparaison avec le dossier du comité du {}.",
        "first": "Premier dossier de ce comité : aucune comparaison n’est possible.",
        "previous": "Comité précédent",
        "since": "depuis le comité précédent",
        "agenda": "Ordre du jour",
        "decisions": "Décisions en attente",
        "no_decision": "Aucune décision en attente.",
    },
    "year": {
        "label": "Bilan annuel",
        "compared": "Comparaison avec le bilan arrêté au {}.",
        "first": "Premier bilan de cette convention : aucune comparaison n’est possible.",
        "previous": "Année précédente",
        "since": "depuis l’année précédente",
        "agenda": "Réunions du comité",
        "decisions": "Décisions et actions de l’année",
        "no_decision": "Aucune décision enregistrée dans l’année.",
    },
}


def _changes(data: PackData) -> dict[str, Any] | None:
    """What a correction moved; None for a first version."""
    changes = data["changes"]
    if changes is None:
        return None
    return {
        "title": f"Ce qui a changé depuis la version {changes['since']}",
        "figures": changes["figures"],
        "others": f"Ont changé aussi : {', '.join(changes['others'])}." if changes["others"] else "",
        "hidden": any(HIDDEN_MARK in (row["before"], row["after"]) for row in changes["figures"]),
    }


def _sessions(data: PackData) -> dict[str, Any]:
    sessions = data["sessions"]
    held, planned = sessions["held"], sessions["planned"]
    if held:
        plural = "s" if held > 1 else ""
        kinds = ", ".join(
            f"{row['label'].lower()} : {format_number(row['held'])}" for row in sessions["kinds"]
        )
        summary = f"{format_number(held)} rencontre{plural} tenue{plural} sur la période ({kinds})."
    else:
        summary = "Aucune rencontre tenue n’est enregistrée sur la période."
    if planned:
        summary += f" {format_number(planned)} à venir."
    return {
        "summary": summary,
        "rows": [{**row, "date": text.day(row["date"])} for row in sessions["rows"]],
        "rest": f"Les {len(sessions['rows'])} dernières sont listées."
        if held > len(sessions["rows"])
        else "",
    }


def _due(due: str | None, meeting: str) -> str:
    if due is None:
        return "Sans échéance"
    # "Échue" is said as of the meeting, not as of today: a document does not change with the day it is read.
    return f"{text.day(due)} (échue)" if due < meeting else text.day(due)


def _best(indicators: Sequence[Indicator]) -> list[Indicator]:
    """The first indicators that have a value: the order of the data is the order of importance."""
    return [indicator for indicator in indicators if indicator["state"] == "known"][:_HEADLINES]


def _headline(indicator: Indicator, since: str) -> dict[str, str]:
    change = text.change(indicator)
    if change == "–":
        compared = "Pas de comparaison possible"
    elif change == "stable":
        compared = f"Stable {since}"
    else:
        compared = f"{change} {since} ({text.previous(indicator)})"
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
    if all(row["count"] is None for row in rows):
        return None
    bars = [(_outcome_label(row), row["count"]) for row in rows]
    said = _say([(label, text.count(count)) for label, count in bars])
    return bar_chart(
        [Bar(label, count) for label, count in bars],
        title="Devenir des jeunes",
        desc=f"Nombre de jeunes pour chaque devenir. {said}",
        label_header="Devenir",
        value_header="Jeunes",
        for_print=for_print,
        ident="outcomes",
    )


def _outcome_label(row: CountRow) -> str:
    return f"{row['label']} ({row['group'].lower()})" if row["group"] else row["label"]


def _groups(data: PackData) -> list[dict[str, Any]]:
    """The outcomes under the way the journey ended, in the order of the data."""
    totals = {row["label"]: row for row in data["stages"]["rows"]}
    groups: dict[str, list[dict[str, str]]] = {}
    for row in data["outcomes"]["rows"]:
        groups.setdefault(row["group"], []).append(
            {
                "label": row["label"],
                "count": text.count(row["count"]),
                "previous": text.before(row["previous"]),
            }
        )
    return [
        {
            "label": group,
            "rows": rows,
            "count": text.count(totals[group]["count"]) if group in totals else "",
            "previous": text.before(totals[group]["previous"]) if group in totals else "",
        }
        for group, rows in groups.items()
    ]


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


def _regions(regions: Regions) -> dict[str, Any]:
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
