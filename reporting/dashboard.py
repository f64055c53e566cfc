"""What the dashboard says: a sentence first, then the journey, the territories, the gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from core.acting import Acting
from core.charts import Bar, Chart, format_number, format_value, funnel
from core.suppression import HIDDEN_REASON, Cell, is_small, suppress, suppress_line
from partners.models import Network, Region, Topic
from referrals import programmes
from reporting import stats
from reporting.forms import DashboardFilters
from reporting.indicators import INDICATORS, Figure, Indicator
from reporting.indicators.base import COUNT, PERCENT, Sight
from reporting.periods import LONG_WAIT_DAYS, Period, period_on
from reporting.tally import STEPS, Tally, exact_steps, shown_steps

HIDDEN_WORD = "masqué"
# The topic whose referents are missed, by the network of who looks; the others look at the Missions Locales.
_TOPICS = {
    Network.ML: Topic.SMV,
    Network.SMV: Topic.SMV,
    Network.CMA: Topic.APPRENTICESHIP,
    Network.INTERIM: Topic.INTERIM,
}
_LONG_WAIT = (
    f"Orientations envoyées depuis plus de {LONG_WAIT_DAYS} jours (mois entiers) et jamais répondues, y compris "
    "celles qui ont été retirées ou closes depuis."
)
_COLUMNS = ("Sans réponse", "Répondues, non acceptées", "Acceptées, non commencées", "Commencées", "Envoyées")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: how many, and where to look."""

    label: str
    value: str
    text: str
    url: str = ""
    link: str = ""


def page(acting: Acting, form: DashboardFilters) -> dict[str, Any]:
    """The context of the dashboard of an acting person."""
    chosen = form.chosen
    period = period_on(chosen["periode"], clock.today())
    programme = chosen["dispositif"]
    codes = [programme] if programme else [found.code for found in programmes.all()]
    context = {
        "form": form,
        "chips": _chips(form, chosen),
        "reset_url": reverse("reporting:dashboard"),
        "period": period,
        "hidden_note": "",
        "tables": [],
        "gaps": [],
        "chart": None,
        "figures": [],
    }
    if acting.steers:
        region = chosen["region"] if acting.sees_nation else acting.region
        return context | _territory_page(acting, period, codes, programme, region or None, form)
    return context | _organisation_page(acting, period, codes)


def _territory_page(
    acting: Acting,
    period: Period,
    codes: Sequence[str],
    programme: str,
    region: str | None,
    form: DashboardFilters,
) -> dict[str, Any]:
    found = stats.territory_figures(period, codes, region)
    topic = _topic(acting, programme)
    network = acting.network if acting.network in _TOPICS else Network.ML
    coverage = stats.coverage(network, topic, region)
    place = _place(acting, region, form)
    rows = [territory for territory in found.territories if territory.tally.sent]
    table = suppress([territory.tally.short_parts for territory in rows])
    steps = shown_steps(found.total, table.column_totals or [0] * 4, table.total)
    before = suppress_line(found.previous.parts)
    sight = Sight(found.total, steps)
    previous = Sight(found.previous, shown_steps(found.previous, before.cells, before.total))
    context = {
        "title": f"Tableau de bord – {place}",
        "sentence": sentence(place, sight, previous),
        "figures_at": coverage.figures_at,
        "figures": _figures(sight, previous),
        "gaps": [_referents(coverage, network, topic), _long_wait(sight)],
        "empty": not found.total.sent,
        "hidden_note": f"« masqué » : {HIDDEN_REASON}",
    }
    if found.total.sent:
        context["chart"] = journey_chart(steps)
        context["tables"] = [
            {
                "title": "Par département" if region else "Par région",
                "columns": ["Département" if region else "Région", *_COLUMNS],
                "rows": [
                    [territory.name, *map(_count, cells), _count(total)]
                    for territory, cells, total in zip(rows, table.cells, table.row_totals, strict=True)
                ],
                "totals": ["Ensemble", *map(_count, table.column_totals), _count(table.total)],
            }
        ]
    return context


def _organisation_page(acting: Acting, period: Period, codes: Sequence[str]) -> dict[str, Any]:
    """An organisation reads its own figures: nothing is hidden from it, and nobody is named."""
    sides = stats.organisation_figures(period, codes, acting.organisation_id)
    labels = {"sent": "Envoyées par votre structure", "received": "Reçues par votre structure"}
    # A Mission Locale sends first of all, a partner receives.
    main = "sent" if acting.network == Network.ML else "received"
    sight, previous = (Sight(tally, exact_steps(tally), threshold=1) for tally in sides[main])
    total = sum(tally.sent for tally, _ in sides.values())
    context: dict[str, Any] = {
        "title": f"Tableau de bord – {acting.label}",
        "sentence": sentence(labels[main], sight, previous),
        "figures_at": clock.now(),
        "figures": _figures(sight, previous),
        "gaps": [_waiting(sides["received"][0], "received"), _waiting(sides["sent"][0], "sent")],
        "empty": not total,
    }
    if total:
        if sight.tally.sent:
            context["chart"] = journey_chart(sight.steps)
        context["tables"] = [
            {
                "title": "Dans les deux sens",
                "columns": ["Sens", *(label for _, label in STEPS)],
                "rows": [
                    [labels[side], *(_count(exact_steps(sides[side][0])[code]) for code, _ in STEPS)]
                    for side in ("sent", "received")
                ],
                "totals": [],
            }
        ]
    return context


def sentence(place: str, sight: Sight, previous: Sight) -> str:
    """The sentence that comes first: what share is answered in time, and how that compares."""
    rate, before = INDICATORS["answer_rate"].read(sight), INDICATORS["answer_rate"].read(previous)
    if rate.state == "known":
        said = f"{place} : {_percent(rate)} des orientations reçoivent une réponse dans le délai prévu"
        if before.state == "known":
            return f"{said}, contre {_percent(before)} sur la période précédente."
        return f"{said}."
    sent = sight.steps["sent"]
    if not sight.tally.sent:
        return f"{place} : aucune orientation sur la période."
    if sent is None:
        return f"{place} : trop peu d’orientations sur la période pour en publier le nombre."
    noun = "orientation" if sent == 1 else "orientations"
    return (
        f"{place} : {format_number(sent)}\u00a0{noun} sur la période, trop peu ou trop récentes pour un taux."
    )


def _percent(figure: Figure) -> str:
    return format_value(figure.value, PERCENT)


def journey_chart(steps: Mapping[str, Cell]) -> Chart:
    """The journey as bars, with its table twin."""
    said = " ; ".join(f"{label} : {_count(steps[code])}" for code, label in STEPS)
    return funnel(
        [Bar(label, steps[code]) for code, label in STEPS],
        title="Parcours des orientations",
        desc=f"Nombre d’orientations de la période qui ont atteint chaque étape. {said}.",
        share_of="des envois",
        ident="journey",
    )


def _figures(sight: Sight, previous: Sight) -> list[dict[str, Any]]:
    return [
        {
            "label": indicator.label,
            "url": f"{reverse('reporting:indicators')}#{indicator.code}",
            "value": value_text(indicator, figure),
            "is_none": figure.state != "known",
            "compare": _compare(indicator, figure, indicator.read(previous), previous.tally.sent),
            "terms": _terms(figure),
            "text": " ".join(filter(None, (indicator.definition, indicator.matures))),
            "numerator": indicator.numerator if indicator.denominator else "",
            "denominator": indicator.denominator,
        }
        for indicator in INDICATORS.values()
        for figure in [indicator.read(sight)]
    ]


def value_text(indicator: Indicator, figure: Figure) -> str:
    """The value of a figure in words: a number with its unit, "masqué" or "non calculable"."""
    if figure.state == "hidden":
        return HIDDEN_WORD
    return (
        "non calculable" if figure.state == "not_computable" else format_value(figure.value, indicator.unit)
    )


def _compare(indicator: Indicator, now: Figure, before: Figure, sent_before: int) -> str:
    if not sent_before:
        return "Pas de période précédente"
    if before.state != "known":
        return "Période précédente non publiable"
    said = f"Période précédente : {value_text(indicator, before)}"
    if now.state != "known" or indicator.unit == COUNT or now.value is None or before.value is None:
        return said
    difference = now.value - before.value
    if not difference:
        return f"{said} (stable)"
    sign = "+" if difference > 0 else "−"
    unit = "point" if indicator.unit == PERCENT else "jour"
    plural = "s" if abs(difference) >= 2 else ""
    return f"{said} ({sign}\u00a0{format_number(abs(difference))}\u00a0{unit}{plural})"


def _terms(figure: Figure) -> str:
    if figure.numerator is None or figure.denominator is None:
        return ""
    return f"{format_number(figure.numerator)} sur {format_number(figure.denominator)}"


def _referents(coverage: stats.Coverage, network: str, topic: str) -> Gap:
    missing = coverage.organisations - coverage.designated
    label = f"Structures sans référent « {Topic(topic).label} »"
    text = (
        f"{Network(network).label} : {format_number(coverage.designated)} sur "
        f"{format_number(coverage.organisations)} structures locales ont désigné un référent."
    )
    url = reverse("partners:designation_list") if missing else ""
    return Gap(label, format_number(missing), text, url, "Voir les référents désignés")


def _long_wait(sight: Sight) -> Gap:
    waiting, unanswered = sight.tally.waiting_long, sight.tally.sent - sight.tally.answered
    hidden = sight.steps["answered"] is None or is_small(waiting) or is_small(unanswered - waiting)
    value = HIDDEN_WORD if hidden and unanswered else format_number(waiting)
    return Gap(f"Sans réponse depuis plus de {LONG_WAIT_DAYS} jours", value, _LONG_WAIT)


def _waiting(tally: Tally, side: str) -> Gap:
    who = "reçues par votre structure" if side == "received" else "envoyées par votre structure"
    url = f"{reverse('referrals:list')}?{urlencode({'onglet': side})}" if tally.waiting_long else ""
    return Gap(
        f"Sans réponse depuis plus de {LONG_WAIT_DAYS} jours, {who}",
        format_number(tally.waiting_long),
        _LONG_WAIT,
        url,
        "Voir les orientations",
    )


def _topic(acting: Acting, programme: str) -> str:
    if programme and programmes.get(programme).topic in Topic.values:
        return programmes.get(programme).topic
    return _TOPICS.get(acting.network, Topic.SMV)  # type: ignore[call-overload]


def _place(acting: Acting, region: str | None, form: DashboardFilters) -> str:
    if region is None:
        return "France entière"
    return form.choice_label("region", region) if acting.sees_nation else Region.objects.get(code=region).name


def _chips(form: DashboardFilters, chosen: dict[str, str]) -> list[dict[str, str]]:
    """The active filters, each with the address of the page without it."""
    active = {name: value for name, value in chosen.items() if value and form.data.get(name) == value}
    return [
        {
            "label": form.choice_label(name, value),
            "url": "?" + urlencode({other: kept for other, kept in active.items() if other != name}),
        }
        for name, value in active.items()
        if name in form.fields
    ]


def _count(value: Cell) -> str:
    return HIDDEN_WORD if value is None else format_number(value)


def freshness(moment: datetime | None) -> str:
    """When the figures were last exact, in words."""
    if moment is None:
        return "Chiffres en cours de calcul."
    local = moment.astimezone(clock.PARIS)
    day = "" if local.date() == clock.today() else f" le {local:%d/%m/%Y}"
    return f"Chiffres arrêtés{day} à {local.hour}\u00a0h\u00a0{local.minute:02d}."
