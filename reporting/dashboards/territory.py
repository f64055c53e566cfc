"""The dashboard of a territory: everything on it was hidden once, when it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core import clock
from core.acting import Acting
from core.charts import Bar, Chart, bar_chart, format_number, funnel
from core.suppression import HIDDEN_REASON, THRESHOLD, Cell
from partners.committees.reading import lines_of
from partners.models import Convention, Department, Level, Network, Topic
from partners.territory.dataset import normalise_name
from referrals import programmes
from reporting import stats
from reporting.access import committees_of
from reporting.dashboards import drawing, reading
from reporting.dashboards.filters import DashboardFilters
from reporting.dashboards.words import against, compared, count_text, figure_of, rate, value_text
from reporting.indicators import INDICATORS, Figure, Indicator
from reporting.periods import PERIODS, QUARTERS, Period, period_on, quarter_of
from reporting.published import lattice, making, organisations
from reporting.published.lattice import STEPS

LABELS = dict(
    zip(
        STEPS,
        (
            "Envoyées",
            "Avec une réponse",
            "Acceptées",
            "Commencées",
            "Terminées ou interrompues",
            "Devenir connu",
        ),
        strict=True,
    )
)
# The topic whose referents are missed, by the network of who looks; the others look at the Missions Locales.
TOPICS = {
    Network.ML: Topic.SMV,
    Network.SMV: Topic.SMV,
    Network.CMA: Topic.APPRENTICESHIP,
    Network.INTERIM: Topic.INTERIM,
}
# Short: a quarter stands beside its number on a telephone.
_MONTHS = (
    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: how many, what it means, and where to look."""

    label: str
    value: str
    text: str
    url: str = ""
    link: str = ""


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
        "chart": None if empty else journey_chart(now),
        "trend": _trend(about, found),
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


def journey_chart(steps: Sequence[Cell]) -> Chart:
    """The journey as bars, with its table twin."""
    bars = [Bar(LABELS[code], value) for code, value in zip(STEPS, steps, strict=True)]
    said = " ; ".join(f"{bar.label} : {count_text(value)}" for bar, value in zip(bars, steps, strict=True))
    return funnel(
        bars,
        title="Parcours des orientations",
        desc=f"Nombre d’orientations de la période qui ont atteint chaque étape. {said}.",
        share_of="des envois",
        ident="journey",
    )


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


def shown_figure(indicator: Indicator, now: Figure, before: Figure | None) -> dict[str, Any]:
    """A figure as the page writes it."""
    terms = ""
    if now.numerator is not None and now.denominator is not None:
        terms = f"{format_number(now.numerator)} sur {format_number(now.denominator)}"
    return {
        "code": indicator.code,
        "label": indicator.label,
        "url": f"{reverse('reporting:indicators')}#{indicator.code}",
        "value": value_text(indicator, now),
        "is_none": now.state != "known",
        "compare": compared(indicator, now, before),
        "terms": terms,
        "note": now.note,
        "text": " ".join(filter(None, (indicator.definition, indicator.matures))),
        "numerator": indicator.numerator if indicator.denominator else "",
        "denominator": indicator.denominator,
    }


def _sentence(about: Asked, found: reading.Published, now: Sequence[Cell]) -> str:
    """What is said first: what share is answered in time, and how that compares; else how many were sent."""
    place = about.place
    current = figure_of(found.figures.get(about.period.code, {}), "answer_rate")
    past = figure_of(found.figures.get(about.previous, {}), "answer_rate")
    if current.state == "known" and current.value is not None:
        said = (
            f"{place} : {current.value:g}\u00a0% des orientations reçoivent une réponse dans le délai prévu"
        )
        if past.state == "known" and past.value is not None:
            return f"{said}, {against(current.value, past.value)}."
        return f"{said}."
    share = rate(now[1], now[0], THRESHOLD)
    if share is not None:
        return f"{place} : {share}\u00a0% des orientations de la période ont reçu une réponse."
    if now[0] == 0:
        return f"{place} : aucune orientation sur la période."
    if now[0] is None:
        return f"{place} : le nombre d’orientations de la période ne peut pas être publié."
    noun = "orientation" if now[0] == 1 else "orientations"
    return f"{place} : {format_number(now[0])}\u00a0{noun} sur la période."


def _trend(about: Asked, found: reading.Published) -> Chart | None:
    """The last quarters, oldest first: eight, or four while there are few referrals."""
    numbers = [number for number, code in reversed(list(enumerate(QUARTERS))) if code in found.steps]
    if not numbers:
        return None
    bars = []
    for number in numbers:
        steps = found.steps[QUARTERS[number]]
        share = rate(steps[1], steps[0], THRESHOLD)
        note = "" if share is None else f"{share}\u00a0% répondues"
        bars.append(Bar(quarter_label(number), steps[0], note=note))
    return bar_chart(
        bars,
        title="Orientations envoyées, trimestre par trimestre",
        desc=f"Nombre d’orientations envoyées pendant chacun des {len(numbers)} derniers trimestres glissants ; le "
        "dernier comprend le mois en cours, et ses orientations attendent encore des réponses.",
        label_header="Trimestre",
        value_header="Envoyées",
        ident="trend",
    )


def quarter_label(number: int) -> str:
    """A quarter in words: "Oct. – déc. 2026"."""
    first, last = quarter_of(number, clock.today())
    year = "" if first.year == last.year else f" {first.year}"
    return f"{_MONTHS[first.month - 1]}{year} – {_MONTHS[last.month - 1]} {last.year}".capitalize()


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
    return drawn(lines)


def drawn(lines: Sequence[tuple[str, str, Sequence[Cell], str]]) -> drawing.Map:
    """The map of departments (code, name, steps, address): their share of answers, or how many were sent.

    The second where most shares are hidden: it is hidden less often.
    """
    shares = [rate(steps[1], steps[0], THRESHOLD) for _, _, steps, _ in lines]
    sent = [steps[0] for _, _, steps, _ in lines if steps[0]]
    by_share = 3 * sum(share is not None for share in shares) >= 2 * len(sent)
    places = [
        drawing.Place(code, name, share if by_share else steps[0] or None, _said(steps, share), url)
        for (code, name, steps, url), share in zip(lines, shares, strict=True)
    ]
    if by_share:
        return drawing.draw(places, title="Part des orientations avec une réponse, par département")
    return drawing.draw(
        places, title="Orientations envoyées, par département", classes=drawing.quarters_of(sent), unit=""
    )


def _said(steps: Sequence[Cell], share: Cell) -> str:
    if steps[0] == 0:
        return "aucune orientation"
    if share is not None:
        return f"{share}\u00a0% avec une réponse ({count_text(steps[1])} sur {count_text(steps[0])})"
    return "masqué" if steps[0] is None else f"{count_text(steps[0])} envoyées, réponses masquées"


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
        "title": f"Par {label.lower()}",
        "columns": [label, *LABELS.values()],
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
    labels = list(LABELS.values())
    return [
        {
            "title": "Les structures de votre réseau",
            "columns": ["Structure", *(labels[rank] for rank in kept)],
            **_readable(some),
            "totals": [],
            "text": "Par ordre alphabétique, sur douze mois : pour accompagner, pas pour classer. Lue par la tête de "
            "réseau seule.",
        }
    ]


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
    conventions = Convention.objects.filter(pk__in=committees_of(about.acting).values("convention"))
    lines = lines_of(conventions, clock.today())
    late = sum(line.rhythm.overdue for line in lines)
    gaps.append(
        Gap(
            "Comités en retard",
            format_number(late),
            f"Sur {format_number(len(lines))} comités des conventions de votre réseau.",
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
