"""What the pages and the files say of a run: its settings, its lines, its terms, and runs side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.charts import Chart, Series, dot_chart
from reporting.funding.money import euros, named, percent, written
from reporting.funding.rules import Direction, Line, Method, Plan
from reporting.funding.running import Source, lines_of, plan_of
from reporting.models import FundingRun

METHOD_WORDS = {Method.RANKS: "somme des rangs", Method.SCORES: "somme des scores centrés réduits"}
HELD_WORDS = {"top": "au plafond", "bottom": "au plancher", "": ""}
NOTHING = "–"

# The columns, in their order: what each one receives, then the terms of the computation. Heading, definition.
TERMS = {
    "amount": ("Montant", "La somme des termes, au centime ; les centimes restants vont aux plus forts restes."),
    "previous": ("L’an dernier", "Montant de l’an dernier, donné par la région ou par une simulation ; 0 : nouvelle."),
    "change": ("Écart", "Montant moins celui de l’an dernier, en euros."),
    "change_ratio": ("Évolution", "Le même écart, en pourcentage du montant de l’an dernier."),
    "youths": ("Jeunes", "Nombre de jeunes de la Mission Locale, donné par la région."),
    "score": (
        "Score de fragilité",
        "Somme, sur les indicateurs choisis, des rangs (1 pour le moins fragile, rang moyen pour les égalités) ou des "
        "scores centrés réduits (écart à la moyenne divisé par l’écart type, arrondi à douze décimales).",
    ),
    "weight": (
        "Poids d’un jeune",
        "De 1, là où le score est le plus bas, à l’écart de fragilité choisi, là où il est le plus haut.",
    ),
    "floor": ("Socle", "Le même montant pour toutes, servi avant le partage."),
    "by_youths": ("Part jeunes", "Part de l’enveloppe restante, en proportion du nombre de jeunes."),
    "by_vulnerability": (
        "Part fragilité",
        "Part de l’enveloppe restante, en proportion du nombre de jeunes multiplié par le poids d’un jeune.",
    ),
    "target": ("Cible", "Socle, part jeunes et part fragilité : ce que donnerait la répartition d’un coup."),
    "by_transition": (
        "Transition",
        "Ce qui manque ou dépasse cette année pour n’aller qu’une partie du chemin entre l’an dernier, ramené à la "
        "même enveloppe, et la cible.",
    ),
    "by_caps": (
        "Plafonds",
        "Ce que le plafond, la limite de baisse ou le socle ajoute ou retire ; l’effet est réparti sur les autres en "
        "proportion de leur montant, pour que toute l’enveloppe soit servie.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A run and its lines, read once."""

    run: FundingRun
    plan: Plan
    lines: list[Line]

    @property
    def has_previous(self) -> bool:
        return all(line.place.previous is not None for line in self.lines)

    @property
    def columns(self) -> list[str]:
        """The terms that this run has: what is not asked for has no column."""
        left = set()
        if self.plan.youth_share == 1:
            left |= {"score", "weight", "by_vulnerability"}
        if not self.plan.floor:
            left.add("floor")
        if self.plan.years == 1:
            left.add("by_transition")
        if not self.plan.is_bounded:
            left |= {"target", "by_caps"}
        if not self.has_previous:
            left |= {"previous", "change", "change_ratio"}
        return [name for name in TERMS if name not in left]

    def total(self, name: str) -> int | None:
        """The sum of a column, where one means something."""
        if name in ("score", "weight", "change_ratio"):
            return None
        return sum(figure(line, name) or 0 for line in self.lines)


def told(run: FundingRun) -> Told:
    """A run, with its lines as they were frozen."""
    return Told(run, plan_of(run), lines_of(run))


def figure(line: Line, name: str) -> Any:
    """A term of a line: cents, a number of youths, or an exact ratio."""
    return getattr(line.place if name in ("youths", "previous") else line, name)


def words(line_or_total: Any, name: str) -> str:
    """A term in French: "1 234,56 €", "+3,0 %", "12,5"."""
    if line_or_total is None:
        return NOTHING
    if name == "youths":
        return written(Fraction(line_or_total), 0)
    if name == "change_ratio":
        return percent(line_or_total, signed=True)
    if name in ("score", "weight"):
        return written(line_or_total, 2)
    return euros(line_or_total, signed=name in ("change", "by_transition", "by_caps"))


# --- One run -----------------------------------------------------------------------------------------------------


def sentence(found: Told) -> str:
    """What the run gives, in a sentence."""
    count = len(found.lines)
    start = f"{euros(found.plan.envelope)} entre {count} Mission{'s' * (count > 1)} Locale{'s' * (count > 1)}"
    if not found.has_previous:
        return f"{start}, pour {found.run.year}."
    up = sum((line.change or 0) > 0 for line in found.lines)
    down = sum((line.change or 0) < 0 for line in found.lines)
    same = f", {count - up - down} autant" if count > up + down else ""
    return (
        f"{start}, pour {found.run.year} : {up} reçoi{'vent' if up > 1 else 't'} plus que l’an dernier, "
        f"{down} moins{same}."
    )


def settings(found: Told) -> list[tuple[str, str]]:
    """What was asked for, in French."""
    plan, origin = found.plan, found.run.inputs["origin"]
    data = f"« {origin['title']} »"
    youths, previous = origin.get("youths_from"), origin.get("previous_from")
    rows = [
        ("Exercice", str(found.run.year)),
        ("Enveloppe", euros(plan.envelope)),
        ("Part selon le nombre de jeunes", percent(plan.youth_share)),
        ("Part selon la fragilité", percent(1 - plan.youth_share)),
    ]
    if plan.youth_share < 1:
        rows += [
            ("Mesure de la fragilité", METHOD_WORDS[plan.method]),
            ("Indicateurs", "; ".join(indicator_words(plan.indicators))),
            ("Écart de fragilité", f"de 1 à {written(plan.spread, 2)}"),
        ]
    rows += [
        ("Socle par Mission Locale", euros(plan.floor) if plan.floor else "aucun"),
        ("Hausse maximale en un an", "aucune limite" if plan.rise is None else percent(plan.rise)),
        ("Baisse maximale en un an", "aucune limite" if plan.fall is None else percent(plan.fall)),
        ("Transition", "la cible dès cette année" if plan.years == 1 else f"la cible en {plan.years} ans"),
        ("Données", data),
        ("Nombres de jeunes", f"ceux de la simulation « {youths} »" if youths else data),
    ]
    if found.has_previous:
        rows.append(
            ("Montants de l’an dernier", f"résultat de la simulation « {previous} »" if previous else data)
        )
    if left_out := found.run.inputs["left_out"]:
        rows.append(("Laissées hors de la répartition", named(left_out, 20)))
    return rows


def indicator_words(indicators: Mapping[str, Direction]) -> list[str]:
    """Each indicator and what it says when it is high."""
    return [
        f"{label} ({'élevé' if direction == Direction.HIGH else 'bas'} : plus fragile)"
        for label, direction in sorted(indicators.items())
    ]


def table(found: Told) -> dict[str, Any]:
    """The lines as texts, with their total."""
    names = found.columns
    return {
        "columns": [TERMS[name][0] for name in names],
        "rows": [
            {
                "name": line.place.name,
                "cells": [words(figure(line, name), name) for name in names],
                "held": HELD_WORDS[line.held],
            }
            for line in found.lines
        ],
        "totals": [words(found.total(name), name) for name in names],
    }


def positions(found: Told) -> dict[str, Any] | None:
    """What makes the scores: each Mission Locale on each indicator, its value and its rank or z-score."""
    labels = sorted(found.plan.indicators) if found.plan.youth_share < 1 else []
    if not labels:
        return None
    ranks = found.plan.method == Method.RANKS
    return {
        "columns": labels,
        "rows": [
            {
                "name": line.place.name,
                "cells": [
                    f"{format(line.place.values[label].normalize(), 'f').replace('.', ',')} "
                    f"({written(line.positions[label], 1 if ranks else 2, signed=not ranks)})"
                    for label in labels
                ],
                "score": written(line.score, 2),
            }
            for line in found.lines
        ],
        "words": "rang" if ranks else "score centré réduit",
    }


def source_table(source: Source) -> dict[str, Any]:
    """The figures that were brought, as they were read."""
    first = [
        TERMS[name][0]
        for name, there in (("youths", source.has_youths), ("previous", source.has_previous))
        if there
    ]

    def cells(place: dict[str, Any]) -> list[str]:
        found = []
        if source.has_youths:
            found.append(words(place["youths"], "youths"))
        if source.has_previous:
            found.append(words(place["previous"], "previous"))
        values = [place["values"].get(label) for label in source.indicators]
        return found + [NOTHING if value is None else value.replace(".", ",") for value in values]

    return {
        "columns": [*first, *source.indicators],
        "rows": [{"name": place["name"], "cells": cells(place)} for place in source.places],
    }


# --- Side by side --------------------------------------------------------------------------------------------------


def compared(runs: Sequence[Told]) -> dict[str, Any]:
    """Two to four runs: what differs in their settings, each amount, and the gap with the first one."""
    rows = _settings_side_by_side(runs)
    by_run = [{line.place.code: line for line in found.lines} for found in runs]
    names: dict[str, str] = {}
    for found in runs:
        names |= {line.place.code: line.place.name for line in found.lines if line.place.code not in names}
    lines = []
    for code, name in names.items():
        amounts = [found[code].amount if code in found else None for found in by_run]
        lines.append({"name": name, "cells": _with_gaps(amounts)})
    return {
        "settings": rows,
        "lines": lines,
        "totals": _with_gaps([found.plan.envelope for found in runs]),
        "chart": _chart(runs, by_run, names),
    }


def _with_gaps(amounts: Sequence[int | None]) -> list[str]:
    """Each amount, followed, after the first one, by its gap with it."""
    first = amounts[0]
    cells = [NOTHING if first is None else euros(first)]
    for amount in amounts[1:]:
        gap = None if amount is None or first is None else amount - first
        cells += [
            NOTHING if amount is None else euros(amount),
            NOTHING if gap is None else euros(gap, signed=True),
        ]
    return cells


def _settings_side_by_side(runs: Sequence[Told]) -> list[dict[str, Any]]:
    told_of = [dict(settings(found)) for found in runs]
    labels = dict.fromkeys(label for found in told_of for label in found)
    rows = [(label, [found.get(label, NOTHING) for found in told_of]) for label in labels]
    return [{"label": label, "cells": cells, "differs": len(set(cells)) > 1} for label, cells in rows]


def _chart(runs: Sequence[Told], by_run: Sequence[Mapping[str, Line]], names: Mapping[str, str]) -> Chart:
    """A dot for each run on the line of each Mission Locale: its evolution, or its amount without last year."""
    relative = all(found.has_previous for found in runs)

    def value(line: Line | None) -> float | None:
        if line is None:
            return None
        if relative:
            return None if line.change_ratio is None else float(round(line.change_ratio * 100, 1))
        return float(Fraction(line.amount, 100_000))

    series = [
        Series(found.run.name, [value(lines.get(code)) for code in names])
        for found, lines in zip(runs, by_run, strict=True)
    ]
    if relative:
        title, unit, start = "Évolution depuis l’an dernier", "%", "évolution en pourcentage"
    else:
        title, unit, start = "Montant de chaque Mission Locale", "k€", "montant en milliers d’euros"
    desc = f"Pour chaque Mission Locale, {start} dans {len(runs)} simulations."
    return dot_chart(
        list(names.values()), series, title=title, desc=desc, unit=unit, label_header="Mission Locale",
        missing="nouvelle" if relative else "absente", signed=relative,
    )  # fmt: skip
