"""How the commitments of a convention are measured (registry ``measures`` of ``core.hooks``).

A measure judges evidence: counts of a period. The worker reads them from the events, as they stood at the end of
the period (packs); a page reads what aggregates can tell, and says so when they cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal

from django.db.models import Count, Exists, OuterRef, Q

from core.charts import format_number
from core.suppression import THRESHOLD, hides_ratio
from core.working_days import add_months
from partners.models import (
    Commitment,
    Committee,
    Convention,
    ConventionParty,
    Designation,
    Level,
    Organisation,
)
from reporting import snapshot, stats
from reporting.perimeter import perimeter_of
from reporting.tally import Tally

Status = Literal["tenu", "en cours", "non tenu", "non mesurable"]

_AT_PACK = "Se mesure à la préparation du dossier de comité."
_TOO_FEW = "Effectifs trop faibles pour être publiés."


@dataclass(frozen=True, slots=True)
class Measure:
    """How a commitment stands, and on what figures that rests (French; no figure about a few persons)."""

    status: Status
    figures: str
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure judges. A ``None`` is not known here.

    ``due`` are the referrals old enough to be answered in time. ``meetings`` are the days on which the committees
    met until the end of the period, ``planned`` whether one is called; ``since`` is when the convention began.
    """

    last: date
    due: int | None = None
    answered: int | None = None
    on_time: int | None = None
    unfinished: int | None = None
    returned: int | None = None
    due_m3: int | None = None
    known_m3: int | None = None
    organisations: int | None = None
    designated: int | None = None
    frequency_months: int | None = None
    calendar: bool = False
    meetings: tuple[date, ...] = ()
    planned: bool = False
    since: date | None = None


def _share(
    part: int | None,
    whole: int | None,
    *,
    kept: float,
    under_way: float,
    words: str,
    nothing: str,
    persons: bool = True,
) -> Measure:
    """Judge a share: kept from ``kept`` on, under way from ``under_way`` on, not kept below."""
    if part is None or whole is None:
        return Measure("non mesurable", _AT_PACK)
    if not whole:
        return Measure("non mesurable", nothing)
    share = part / whole
    status: Status = "tenu" if share >= kept else "en cours" if share >= under_way else "non tenu"
    if persons and hides_ratio(part, whole):
        # Over a handful of persons even the verdict would tell who.
        return Measure("non mesurable", _TOO_FEW) if whole < THRESHOLD else Measure(status, _TOO_FEW)
    text = words.format(
        part=format_number(part), whole=format_number(whole), share=f"{round(100 * share)}\u00a0%"
    )
    return Measure(status, text, part, whole)


def _sessions(evidence: Evidence) -> Measure:
    return Measure("non mesurable", "Les rencontres ne sont pas encore enregistrées dans le portail.")


def _answers(evidence: Evidence) -> Measure:
    return _share(
        evidence.answered,
        evidence.due,
        kept=0.95,
        under_way=0.8,
        words="{part} réponses pour {whole} orientations dont le délai est passé ({share}) ; attendu : 95\u00a0%.",
        nothing="Aucune orientation dont le délai de réponse soit passé.",
    )


def _on_time(evidence: Evidence) -> Measure:
    return _share(
        evidence.on_time,
        evidence.due,
        kept=0.8,
        under_way=0.6,
        words="{part} réponses dans le délai pour {whole} orientations ({share}) ; attendu : 80\u00a0%.",
        nothing="Aucune orientation dont le délai de réponse soit passé.",
    )


def _returns(evidence: Evidence) -> Measure:
    return _share(
        evidence.returned,
        evidence.unfinished,
        kept=0.9,
        under_way=0.7,
        words="{part} retours vers la mission locale pour {whole} sorties sans solution ({share}) ; "
        "attendu : 90\u00a0%.",
        nothing="Aucune sortie sans solution sur la période.",
    )


def _outcomes_m3(evidence: Evidence) -> Measure:
    return _share(
        evidence.known_m3,
        evidence.due_m3,
        kept=0.8,
        under_way=0.5,
        words="{part} devenirs connus à 3 mois pour {whole} sorties de plus de 3 mois ({share}) ; "
        "attendu : 80\u00a0%.",
        nothing="Aucune sortie n’a encore trois mois.",
    )


def _designations(evidence: Evidence) -> Measure:
    return _share(
        evidence.designated,
        evidence.organisations,
        kept=0.9,
        under_way=0.5,
        words="{part} structures locales sur {whole} ont désigné un référent ({share}) ; attendu : 90\u00a0%.",
        nothing="Aucune structure locale dans ces réseaux, ou aucun sujet à désigner.",
        persons=False,
    )


def _committee(evidence: Evidence) -> Measure:
    months = evidence.frequency_months
    if months is None:
        return Measure("non mesurable", "La convention n’a pas de comité enregistré.")
    if evidence.calendar:
        # Whole years: the one that runs still leaves time.
        span = max(1, months // 12)
        start = date(evidence.last.year - span + 1, 1, 1)
        running = True
    else:
        start = add_months(evidence.last, -months) + timedelta(days=1)
        running = evidence.since is not None and evidence.since >= start
    held = [day for day in evidence.meetings if day >= start]
    rhythm = f"au moins une fois tous les {months} mois"
    if held:
        return Measure(
            "tenu", f"Dernière réunion le {max(held):%d/%m/%Y} ; attendu : {rhythm}.", len(held), 1
        )
    last = (
        f"Dernière réunion le {max(evidence.meetings):%d/%m/%Y}"
        if evidence.meetings
        else "Aucune réunion tenue"
    )
    if evidence.planned:
        return Measure("en cours", f"{last} ; la prochaine est fixée. Attendu : {rhythm}.", 0, 1)
    return Measure("en cours" if running else "non tenu", f"{last} ; attendu : {rhythm}.", 0, 1)


JUDGES: dict[str, tuple[str, Callable[[Evidence], Measure]]] = {
    "sessions_held": ("Rencontres tenues", _sessions),
    "answers_returned": ("Part des orientations avec une réponse", _answers),
    "answers_on_time": ("Part des réponses dans le délai", _on_time),
    "returns_of_unfinished": ("Retours des jeunes sortis sans solution", _returns),
    "outcomes_known_m3": ("Devenir connu trois mois après la sortie", _outcomes_m3),
    "designations_covered": ("Structures ayant désigné un référent", _designations),
    "committee_held": ("Réunions du comité de suivi", _committee),
}
BY_EVIDENCE = "Sur pièces"


def label_of(code: str) -> str:
    """What a commitment is measured by, in French; a commitment without a measure is shown by evidence."""
    return JUDGES[code][0] if code in JUDGES else BY_EVIDENCE


def judge(code: str, evidence: Evidence) -> Measure:
    """The verdict of a measure; a commitment without one is not measurable by the portal."""
    if code not in JUDGES:
        return Measure("non mesurable", "Cet engagement se montre par des pièces, pas par un chiffre.")
    return JUDGES[code][1](evidence)


def evidence_of(convention: Convention, found: Tally, first_day: date, last_day: date) -> Evidence:
    """The evidence of a period, as it stood at the end of ``last_day``. In a system scope.

    ``found`` is the tally of the situations of the same period (``snapshot.situations``).
    """
    ended = snapshot.exits(perimeter_of(convention), first_day, last_day)
    organisations, designated = designations(convention, last_day)
    return Evidence(
        last=last_day,
        due=found.mature_sent,
        answered=found.mature_answered,
        on_time=found.mature_on_time,
        unfinished=ended.unfinished,
        returned=ended.returned,
        due_m3=ended.due_m3,
        known_m3=ended.known_m3,
        organisations=organisations,
        designated=designated,
        **_committee_evidence(convention, last_day),
    )


def designations(convention: Convention, day: date) -> tuple[int, int]:
    """How many local organisations of the parties' networks there are on a day, and have a designated referent."""
    perimeter = perimeter_of(convention)
    if not perimeter.topics:
        return 0, 0
    live = Designation.objects.live(day).filter(organisation=OuterRef("pk"), topic__in=perimeter.topics)
    networks = ConventionParty.objects.filter(convention=convention).values("organisation__network")
    local = Organisation.objects.existing_on(day).filter(network__in=networks, level=Level.LOCAL)
    if perimeter.region:
        local = local.filter(Q(region=perimeter.region) | Q(department__region=perimeter.region))
    found = local.aggregate(organisations=Count("pk"), designated=Count("pk", filter=Exists(live)))
    return found["organisations"], found["designated"]


def _committee_evidence(convention: Convention, last_day: date) -> dict[str, Any]:
    rows = list(
        Committee.objects.filter(convention=convention)
        .order_by("pk", "meetings__held_on")
        .values_list("frequency_months", "reckoning", "meetings__held_on", "meetings__cancelled")
    )
    days = [day for _, _, day, cancelled in rows if day and not cancelled]
    return {
        "frequency_months": rows[0][0] if rows else None,
        "calendar": bool(rows) and rows[0][1] == Committee.Reckoning.CALENDAR,
        "meetings": tuple(day for day in days if day <= last_day),
        "planned": any(day > last_day for day in days),
        "since": convention.starts_on or convention.signed_on,
    }


def _answer_evidence(convention: Convention, first_day: date, last_day: date) -> dict[str, Any]:
    perimeter = perimeter_of(convention)
    first, last = first_day.replace(day=1), last_day.replace(day=1)
    due, answered, on_time = stats.mature_answers(perimeter.programmes, first, last, perimeter.region)
    return {"due": due, "answered": answered, "on_time": on_time}


def _designation_evidence(convention: Convention, first_day: date, last_day: date) -> dict[str, Any]:
    organisations, designated = designations(convention, last_day)
    return {"organisations": organisations, "designated": designated}


# What a page can know of each measure, in one query. The others need the referrals: they are made for the packs.
_ON_A_PAGE: dict[str, Callable[[Convention, date, date], dict[str, Any]]] = {
    "answers_returned": _answer_evidence,
    "answers_on_time": _answer_evidence,
    "designations_covered": _designation_evidence,
    "committee_held": lambda convention, first_day, last_day: _committee_evidence(convention, last_day),
}


def measure(code: str, commitment: Commitment, first_day: date, last_day: date) -> Measure:
    """Measure one commitment for a page, from aggregates: one query, plus the convention if it is not loaded.

    Whole months from the one of ``first_day`` to the one of ``last_day``. On the login of the web.
    """
    read = _ON_A_PAGE.get(code)
    known = read(commitment.convention, first_day, last_day) if read else {}
    return judge(code, Evidence(last=last_day, **known))


MEASURES: dict[str, Callable[[Commitment, date, date], Measure]] = {
    code: partial(measure, code) for code in JUDGES
}
