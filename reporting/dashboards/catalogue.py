"""Every indicator by family, with its definition and the same months a year earlier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import clock
from core.acting import Acting
from reporting import books
from reporting.dashboards import behind, organisation, territory
from reporting.dashboards.filters import DashboardFilters
from reporting.dashboards.words import figure_of, shown_figure
from reporting.indicators import CATALOGUE, FAMILIES, Figure
from reporting.periods import period_on
from reporting.published import lattice

Read = Mapping[str, tuple[Figure, Figure | None]]


def page(acting: Acting, form: DashboardFilters) -> dict[str, Any]:
    """The context of the page."""
    context, found = _of_territory(acting, form) if acting.steers else _of_organisation(acting, form)

    def shown(code: str) -> dict[str, Any]:
        figure = shown_figure(CATALOGUE[code], *found[code])
        if acting.steers:
            return figure
        return behind.with_lists(figure, acting, form, organisation.side_of(acting), context["period"])

    families = [
        {"title": title, "figures": [shown(code) for code in codes if code in found]}
        for title, codes in FAMILIES.items()
    ]
    return context | {"families": [family for family in families if family["figures"]]}


def _of_organisation(acting: Acting, form: DashboardFilters) -> tuple[dict[str, Any], Read]:
    """Exact: nothing is hidden from an organisation."""
    period, side = period_on(form.chosen["periode"], clock.today()), organisation.side_of(acting)
    now, before = books.of_organisation(acting.organisation_id, side, form.codes, period)
    found = {
        code: (indicator.read(now), indicator.read(before) if period.is_compared else None)
        for code, indicator in CATALOGUE.items()
    }
    context = {
        "place": f"{acting.label} – {organisation.SIDES[side].lower()}",
        "period": period,
        "notes": [],
        "figures_at": clock.now(),
    }
    return context, found


def _of_territory(acting: Acting, form: DashboardFilters) -> tuple[dict[str, Any], Read]:
    """As they are published: of the nation or of a region, of one programme or one group of them."""
    about = territory.asked(acting, form)
    if about.department:
        about.department = None
        about.notes.append(
            "Les indicateurs se lisent par région : un département compte trop peu d’orientations."
        )
    if len(about.nodes) > 1:
        about.nodes = ("",)
        about.notes.append(
            "Cette convention porte sur plusieurs thèmes : choisissez un dispositif pour en lire les taux."
        )
    published = territory.read(about)
    now = published.figures.get(about.period.code, {})
    before = published.figures.get(about.previous, {})
    compared = about.period.is_compared and lattice.is_published(
        about.territory, about.nodes[0], about.previous, crossed=published.crossed
    )
    found = {
        code: (figure_of(now, code), figure_of(before, code) if compared else None) for code in CATALOGUE
    }
    context = {
        "place": about.place,
        "period": about.period,
        "notes": about.notes,
        "figures_at": published.made_at,
        "hidden_note": True,
    }
    return context, found
