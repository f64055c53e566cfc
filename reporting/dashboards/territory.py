"""The dashboard of a territory: everything on it was hidden once, when it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.charts import format_number
from core.prepared import Prepared
from core.suppression import HIDDEN_REASON, THRESHOLD, Cell
from partners.committees.reading import awaited_among, late_among
from partners.models import Convention, Department, Level, Network, Topic
from partners.territory.dataset import normalise_name
from referrals import programmes
from reporting import stats
from reporting.access import committees_of
from reporting.dashboards import charting, drawing, reading
from reporting.dashboards.filters import DashboardFilters
from reporting.dashboards.words import (
    STEP_LABELS,
    Gap,
    answered_in_time,
    count_text,
    figure_of,
    rate,
    shown_figure,
)
from reporting.indicators import INDICATORS, Figure
from reporting.periods import PERIODS, Period, period_on
from reporting.published import lattice, making, organisations
from reporting.published.lattice import STEPS

# The topic whose referents are missed, by the network of who looks; the others look at the Missions Locales.
TOPICS = {
    Network.ML: Topic.SMV,
    Network.SMV: Topic.SMV,
    Network.CMA: Topic.APPRENTICESHIP,
    Network.INTERIM: Topic.INTERIM,
}


@dataclass(slots=True)
class Asked:
    """What a page of a territory is about."""

    acting: Acting
    form: DashboardFilters
    chosen: dict[str, str]
    nodes: tuple[str, ...]
    region: str
    department: Department | None
    period: Period
    notes: list[str]

    @property
    def territory(self) -> str:
        return lattice.department(self.department.code) if self.department else self.region

    @property
    def place(self) -> str:
        if self.department:
            return f"{self.department.name} ({self.department.code})"
        return self.form.regions.get(self.region, "") if self.region else "France entière"

    @property
    def previous(self) -> str:
        return f"{self.period.code}-1"


def asked(acting: Acting, form: DashboardFilters) -> Asked:
    """The listed combination that is nearest to what was asked, and the sentences that say what was changed."""
    chosen, nodes = form.chosen, form.nodes
    department = next((one for one in form.departments if one.code == chosen["departement"]), None)
    region = form.territory
    convention = form.conventions.get(chosen["convention"])
    if convention is not None and convention.region_id and acting.sees_nation:
        region = convention.region_id
    period = period_on(chosen["periode"], clock.today())
    about = Asked(acting, form, chosen, nodes, region, department, period, [])
    _nearest_period(about, crossed=True)
    return about


def _nearest_period(about: Asked, *, crossed: bool) -> bool:
    """Take the twelve months when the period that was asked is not published; whether it was changed."""
    if all(
        lattice.is_published(about.territory, node, about.period.code, crossed=crossed)
        for node in about.nodes
    ):
        return False
    wanted, about.period = about.period.label, period_on(PERIODS[0][0], clock.today())
    about.notes.append(
        f"« {wanted} » ne se publie pas à ce détail : on y retrouverait des personnes. "
        f"Voici les {about.period.label.lower()} ; choisissez un territoire ou un ensemble plus large pour "
        "l’autre période."
    )
    return True


def page(acting: Acting, form: DashboardFilters) -> dict[str, Any]:
    """The context of the page."""
    about = asked(acting, form)
    found = read(about)
    now, before = found.journey(about.period.code), found.steps.get(about.previous)
    figures = _figures(about, found, now, before)
    if about.nodes == ("",) and not about.department and not _reads_departments(about, found):
        about.notes.append("Les départements, et la carte, se lisent sur les 12 derniers mois.")
    topic = _topic(acting, about.nodes)
    network = acting.network if acting.network in TOPICS else Network.ML
    coverage = stats.coverage(network, topic, about.region or None)
    empty = now[0] == 0
    return {
        "title": f"Tableau de bord – {about.place}",
        "about": _about(about),
        "sentence": _sentence(about, found, now),
        "period": about.period,
        "notes": about.notes,
        "figures_at": found.made_at,
        "is_asked": found.asked,
        "figures": figures,
        "chart": None if empty else charting.journey(now),
        "trend": charting.trend(found.steps),
        "trend_note": "Les trimestres se lisent pour une région ou la nation, et pour "
        + ("un ensemble de dispositifs" if found.crossed else "tous les dispositifs ensemble")
        + "\u00a0: plus finement, ils donneraient de petits effectifs.",
        "map": _map(about, found),
        "tables": [
            table for table in (_table(about, found, now), *_own(found)) if table["rows"] or table["few"]
        ],
        "gaps": _gaps(about, found, coverage, network, topic),
        "empty": empty and found.made_at is not None,
        "hidden_note": f"« masqué » : {HIDDEN_REASON} Ce qui l’était un an plus tôt n’est pas comparé.",
        "more": about.territory in ("", about.region) and len(about.nodes) == 1,
    }


def read(about: Asked) -> reading.Published:
    """What is published of what was asked, or of what is nearest to it while there are few referrals."""
    found = reading.published(about.territory, about.nodes, about.period.code, head=_head(about))
    if found.crossed or found.made_at is None:
        return found
    changed = bool(about.territory) and about.nodes != ("",)
    if changed:
        about.nodes = ("",)
        about.notes.append(
            "Il y a encore trop peu d’orientations pour lire un dispositif dans un territoire sans y retrouver des "
            "personnes : voici tous les dispositifs. Un dispositif seul se lit pour la France entière."
        )
    if _nearest_period(about, crossed=False) or changed:
        return reading.published(about.territory, about.nodes, about.period.code)
    return found


def _about(about: Asked) -> str:
    if len(about.nodes) > 1:
        return "Convention sur plusieurs thèmes : les nombres s’ajoutent, les taux se lisent thème par thème."
    return ""


def _figures(
    about: Asked, found: reading.Published, now: Sequence[Cell], before: Sequence[Cell] | None
) -> list[dict[str, Any]]:
    """The essential figures that may be read here."""
    shown = []
    detailed = about.period.code in found.figures and not about.department
    for code, indicator in INDICATORS.items():
        if code in STEPS and code != "outcome_known":
            rank = STEPS.index(code)
            current, past = _counted(now[rank]), _counted(before[rank]) if before else None
        elif code == "outcome_known":
            current, past = _outcome(now), _outcome(before) if before else None
        elif detailed:
            current = figure_of(found.figures[about.period.code], code)
            past = figure_of(found.figures.get(about.previous, {}), code) if before else None
        else:
            continue
        shown.append(shown_figure(indicator, current, past))
    return shown


def _counted(value: Cell) -> Figure:
    return Figure("hidden") if value is None else Figure("known", value)


def _outcome(steps: Sequence[Cell]) -> Figure:
    """Of shown steps alone."""
    ended, known = steps[STEPS.index("ended")], steps[STEPS.index("outcome_known")]
    if ended == 0:
        return Figure("not_computable")
    value = rate(known, ended, THRESHOLD)
    return Figure("hidden") if value is None else Figure("known", value, known, ended)


def _sentence(about: Asked, found: reading.Published, now: Sequence[Cell]) -> str:
    """What is said first: what share is answered in time, and how that compares; else how many were sent."""
    place = about.place
    current = figure_of(found.figures.get(about.period.code, {}), "answer_rate")
    past = figure_of(found.figures.get(about.previous, {}), "answer_rate")
    if said := answered_in_time(place, current, past):
        return said
    share = rate(now[1], now[0], THRESHOLD)
    if share is not None:
        return f"{place} : {share}\u00a0% des orientations de la période ont reçu une réponse."
    if now[0] == 0:
        return f"{place} : aucune orientation sur la période."
    if now[0] is None:
        return f"{place} : le nombre d’orientations de la période ne peut pas être publié."
    noun = "orientation" if now[0] == 1 else "orientations"
    return f"{place} : {format_number(now[0])}\u00a0{noun} sur la période."


def _reads_departments(about: Asked, found: reading.Published) -> bool:
    """Whether departments are published for what is read: else nothing is known of them, not even a zero."""
    local = lattice.department("")
    return all(
        lattice.is_published(local, node, about.period.code, crossed=found.crossed) for node in about.nodes
    )


def _map(about: Asked, found: reading.Published) -> drawing.Map | None:
    """The departments of the territory, with the share of the referrals that were answered."""
    if about.department or not found.parts or not _reads_departments(about, found):
        return None
    kept = {
        name: value
        for name, value in about.chosen.items()
        if value and name in ("periode", "dispositif", "reseau", "convention")
    }
    lines = []
    for one in about.form.departments:
        if about.region and one.region_id != about.region:
            continue
        steps = found.parts.get(lattice.department(one.code), [0] * len(STEPS))
        query = {**kept, "departement": one.code}
        if about.acting.sees_nation and one.region_id:
            query["region"] = one.region_id
        lines.append((one.code, one.name, steps, f"?{urlencode(query)}"))
    return charting.map_of(lines)


def _table(about: Asked, found: reading.Published, now: Sequence[Cell]) -> dict[str, Any]:
    rows: list[tuple[str, Sequence[Cell]]] = []
    if not about.region and not about.department:
        names = {**about.form.regions, lattice.NO_REGION: "Collectivités d’outre-mer"}
        label = "Région"
    else:
        names = {lattice.department(one.code): one.name for one in about.form.departments}
        label = "Département"
    for code, name in sorted(names.items(), key=lambda item: normalise_name(item[1])):
        steps = found.parts.get(code)
        if steps and found.within.get(code) == about.territory:
            rows.append((name, steps))
    return {
        "code": "whole_territories",
        "title": f"Par {label.lower()}",
        "columns": [label, *STEP_LABELS],
        **_readable(rows),
        "totals": ["Ensemble", *map(count_text, now)],
    }


def _readable(rows: Sequence[tuple[str, Sequence[Cell]]]) -> dict[str, Any]:
    """The rows that say something, and the names of those that hide everything."""
    return {
        "rows": [[name, *map(count_text, steps)] for name, steps in rows if set(steps) != {None}],
        "few": [name for name, steps in rows if set(steps) == {None}],
    }


def _head(about: Asked) -> tuple[str, str] | None:
    """The region and the network of a head of network, on the page that shows its organisations."""
    acting = about.acting
    if acting.level != Level.REGIONAL or acting.network not in organisations.HEADS or not acting.region:
        return None
    if about.nodes != ("",) or about.period.code != organisations.PERIOD or about.department:
        return None
    return acting.region, acting.network


def _own(found: reading.Published) -> list[dict[str, Any]]:
    """For the head of a network in its region: its organisations, by name."""
    if not found.organisations:
        return []
    rows = reading.named(found.organisations)
    # Where little is counted, most steps are hidden for everybody: their columns say nothing.
    kept = [rank for rank in range(len(STEPS)) if any(steps[rank] for _, steps in rows)] or [0]
    some = [(name, [steps[rank] if any(steps) else None for rank in kept]) for name, steps in rows]
    return [
        {
            "code": "whole_organisations",
            "title": "Les structures de votre réseau",
            "columns": ["Structure", *(STEP_LABELS[rank] for rank in kept)],
            **_readable(some),
            "totals": [],
            "text": "Par ordre alphabétique, sur douze mois : pour accompagner, pas pour classer. Lue par la tête de "
            "réseau seule.",
        }
    ]


def _awaited(acting: Acting) -> QuerySet[Any, Any]:
    return awaited_among(Convention.objects.filter(pk__in=committees_of(acting).values("convention")))


_AWAITED = Prepared(_awaited)


def _gaps(
    about: Asked, found: reading.Published, coverage: stats.Coverage, network: str, topic: str
) -> list[Gap]:
    region = {"region": about.region} if about.region else {}
    missing = coverage.organisations - coverage.designated
    gaps = [
        Gap(
            f"Structures sans référent « {Topic(topic).label} »",
            format_number(missing),
            f"{Network(network).label} : {format_number(coverage.designated)} sur "
            f"{format_number(coverage.organisations)} structures locales ont désigné un référent.",
            f"{reverse('partners:gap_list')}?{urlencode(region)}" if missing else "",
            "Voir les structures sans référent",
        )
    ]
    figures = found.figures.get(about.period.code, {})
    if not about.department and "overdue" in figures:
        gaps.append(
            Gap(
                "Orientations en attente hors délai",
                count_text(figures["overdue"]),
                "Envoyées pendant la période, sans réponse au-delà du délai de leur dispositif.",
                f"{reverse('reporting:indicators')}#overdue",
                "Lire la définition",
            )
        )
    late, committees = late_among(_AWAITED(about.acting), clock.today())
    gaps.append(
        Gap(
            "Comités en retard",
            format_number(late),
            f"Sur {format_number(committees)} comités des conventions de votre réseau.",
            reverse("reporting:pack_list"),
            "Voir les comités",
        )
    )
    if making.MISSING in figures:
        gaps.append(
            Gap(
                "Engagements non tenus à ce jour",
                format_number(figures[making.MISSING]),
                "Mesurés par le portail, d’après le dernier dossier de chaque comité.",
                reverse("partners:convention_list"),
                "Voir les conventions",
            )
        )
    return gaps


def _topic(acting: Acting, nodes: Sequence[str]) -> str:
    for node in nodes:
        topic = (
            node.removeprefix("g:") if node.startswith("g:") else programmes.get(node).topic if node else ""
        )
        if topic in Topic.values:
            return topic
    return TOPICS.get(acting.network, Topic.SMV)  # type: ignore[call-overload]
