"""The dashboard of an organisation: its own figures, exact; beside them, the median of those of its region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from core import clock
from core.acting import Acting
from core.charts import Bar, Chart, bar_chart, format_number
from partners.models import Network
from reporting import own, stats
from reporting.dashboards import behind, charting, reading
from reporting.dashboards.filters import DashboardFilters
from reporting.dashboards.words import STEP_LABELS, Gap, answered_in_time, count_text, shown_figure
from reporting.indicators import INDICATORS, Figure
from reporting.indicators.base import Sight
from reporting.periods import (
    LONG_WAIT_DAYS,
    QUARTERS,
    Period,
    last_long_wait_month,
    period_on,
    quarter_of,
)
from reporting.published.lattice import STEPS
from reporting.published.organisations import RATES
from reporting.tally import Tally, exact_steps

SIDES = {"sent": "Envoyées par votre structure", "received": "Reçues par votre structure"}
_LONG_WAIT = (
    f"Orientations envoyées depuis plus de {LONG_WAIT_DAYS} jours (mois entiers) et jamais répondues, y compris "
    "celles qui ont été retirées ou closes depuis."
)


def side_of(acting: Acting) -> str:
    """A Mission Locale sends first of all, a partner receives."""
    return "sent" if acting.network == Network.ML else "received"


def page(acting: Acting, form: DashboardFilters) -> dict[str, Any]:
    """The context of the page: nothing is hidden from an organisation, and nobody is named."""
    today = clock.today()
    period = period_on(form.chosen["periode"], today)
    since = min(period.previous_first, quarter_of(len(QUARTERS) - 1, today)[0])
    found = stats.of_organisation(since, form.codes, acting.organisation_id)
    sides = stats.figures_of(found, period)
    main = side_of(acting)
    sight, before = (Sight(tally, exact_steps(tally), threshold=1) for tally in sides[main])
    total = sum(tally.sent for tally, _ in sides.values())
    tables = []
    if total:
        tables.append(
            {
                "code": "whole_sides",
                "title": "Dans les deux sens",
                "columns": ["Sens", *STEP_LABELS],
                "rows": [
                    [label, *(count_text(exact_steps(sides[side][0])[code]) for code in STEPS)]
                    for side, label in SIDES.items()
                ],
                "totals": [],
            }
        )
        tables += _beside(acting, sight.tally, period, form)
    return {
        "title": f"Tableau de bord – {acting.label}",
        "sentence": _sentence(SIDES[main], sight, before, period),
        "period": period,
        "notes": [],
        "figures_at": clock.now(),
        "figures": [
            behind.with_lists(
                shown_figure(
                    indicator, indicator.read(sight), _past(indicator.read(before), before.tally, period)
                ),
                acting,
                form,
                main,
                period,
            )
            for indicator in INDICATORS.values()
        ],
        "gaps": [_waiting(acting, form, period, sides[side][0], side) for side in ("received", "sent")],
        "chart": charting.journey([sight.steps[code] for code in STEPS]) if sight.tally.sent else None,
        "trend": _trend(found, main) if total else None,
        "tables": tables,
        "list_url": behind.everything(main),
        "empty": not total,
        "more": True,
    }


def _past(figure: Figure, tally: Tally, period: Period) -> Figure | None:
    if not period.is_compared:
        return None
    return figure if tally.sent else Figure("not_computable")


def _sentence(place: str, sight: Sight, before: Sight, period: Period) -> str:
    found, past = INDICATORS["answer_rate"].read(sight), INDICATORS["answer_rate"].read(before)
    if said := answered_in_time(place, found, past if period.is_compared else None):
        return said
    if not sight.tally.sent:
        return f"{place} : aucune orientation sur la période."
    noun = "orientation" if sight.tally.sent == 1 else "orientations"
    return (
        f"{place} : {format_number(sight.tally.sent)}\u00a0{noun} sur la période, trop récentes pour un taux."
    )


def _beside(acting: Acting, tally: Tally, period: Period, form: DashboardFilters) -> list[dict[str, Any]]:
    """One's own rates and the median of the organisations of the region: of all programmes, as it is published."""
    if acting.region is None or form.nodes != ("",):
        return []
    known = reading.medians(acting.region, acting.network, period.code)
    rows = []
    for code, label, over, among in RATES:
        if code in known:
            whole = getattr(tally, among)
            own = f"{round(100 * getattr(tally, over) / whole)}\u00a0%" if whole else "non calculable"
            median, number = known[code]
            rows.append([label, own, f"{median}\u00a0%", str(number)])
    if not rows:
        return []
    return [
        {
            "code": "whole_median",
            "title": "À côté de la médiane de la région",
            "columns": ["Taux", "Votre structure", "Médiane", "Structures comptées"],
            "rows": rows,
            "totals": [],
            "text": "La moitié des structures de votre réseau dans la région sont au-dessous, l’autre moitié "
            "au-dessus. Seules celles qui ont au moins 5 orientations comptent, et il en faut au moins 5.",
        }
    ]


def _trend(found: Iterable[own.Row], side: str) -> Chart:
    """The last eight quarters, oldest first, exact."""
    spans = {number: quarter_of(number, clock.today()) for number in range(len(QUARTERS))}
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        if one.is_sender == (side == "sent"):
            for number, (first, last) in spans.items():
                if first <= one.month <= last:
                    counts[number][0] += one.counts["sent"]
                    counts[number][1] += one.counts["answered"]
    bars = []
    for number in reversed(range(len(QUARTERS))):
        sent, answered = counts[number]
        note = f"{round(100 * answered / sent)}\u00a0% répondues" if sent else ""
        bars.append(Bar(charting.quarter_label(number), sent, note=note))
    return bar_chart(
        bars,
        title="Trimestre par trimestre",
        desc="Nombre d’orientations de chacun des huit derniers trimestres glissants, mois en cours compris.",
        label_header="Trimestre",
        value_header="Orientations",
        ident="trend",
    )


def _waiting(acting: Acting, form: DashboardFilters, period: Period, tally: Tally, side: str) -> Gap:
    who = "reçues par votre structure" if side == "received" else "envoyées par votre structure"
    url, words = "", "Voir les orientations"
    if tally.waiting_long:
        last = min(period.last, last_long_wait_month(clock.today()))
        url = behind.address(acting, form, side, "unanswered", period.first, last)
        if not url:
            # The list is not that of the figure: its words say so.
            url, words = behind.everything(side), "Voir toutes les orientations"
    return Gap(
        f"Sans réponse depuis plus de {LONG_WAIT_DAYS} jours, {who}",
        format_number(tally.waiting_long),
        _LONG_WAIT,
        url,
        words,
    )
