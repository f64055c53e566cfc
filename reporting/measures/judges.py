"""The judgement of each measure, from the counts of a period. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

from core.charts import format_number
from core.suppression import THRESHOLD, hides_ratio
from core.working_days import add_months
from partners.committees.rhythm import CALENDAR, SLIDING, Rhythm, rhythm_on
from reporting.measures.base import ONCE, YEARLY, Evidence, Measure, Status, Terms

AT_PACK = "Se mesure à la préparation du dossier de comité."
TOO_FEW = "Effectifs trop faibles pour être publiés."
UNTOLD = Measure("non mesurable", TOO_FEW)
NOT_BEGUN = "La convention n’a pas encore pris effet."
NO_BEGINNING = "Rien n’établit depuis quand la convention s’applique."
# Under half of the sessions promised, and none planned that would make up for it, the promise is not kept.
_UNDER_WAY = 0.5


def in_time(terms: Terms, evidence: Evidence, found: Measure) -> Measure:
    """What is not kept yet is under way until the last day that the commitment gives itself."""
    if terms.due_on and evidence.last <= terms.due_on and found.status == "non tenu":
        return replace(found, status="en cours", figures=f"{found.figures} {_due(terms.due_on)}")
    return found


def _due(day: date) -> str:
    return f"À tenir avant le {day:%d/%m/%Y}."


def _share(
    part: int | None,
    whole: int | None,
    *,
    kept: float,
    under_way: float,
    words: str,
    nothing: str,
    persons: bool = True,
    published: tuple[float | None, str] = (None, ""),
) -> Measure:
    """Judge a share: kept from ``kept`` on, under way from ``under_way`` on, not kept below.

    ``published``: what a page knows of it instead of its terms, in per cent, and how it says so.
    """

    def status_of(share: float) -> Status:
        return "tenu" if share >= kept else "en cours" if share >= under_way else "non tenu"

    percent, said = published
    if percent is not None:
        return Measure(status_of(percent / 100), said.format(share=f"{percent:g}\u00a0%"))
    if part is None or whole is None:
        return Measure("non mesurable", AT_PACK)
    if not whole:
        return Measure("non mesurable", nothing)
    share = part / whole
    status = status_of(share)
    if persons and hides_ratio(part, whole):
        # Over a handful of persons even the verdict would tell who.
        return UNTOLD if whole < THRESHOLD else Measure(status, TOO_FEW)
    text = words.format(
        part=format_number(part), whole=format_number(whole), share=f"{round(100 * share)}\u00a0%"
    )
    return Measure(status, text, part, whole)


def answers(terms: Terms, evidence: Evidence) -> Measure:
    return _share(
        evidence.answered,
        evidence.due,
        kept=0.95,
        under_way=0.8,
        words="{part} réponses pour {whole} orientations dont le délai est passé ({share}) ; attendu : 95\u00a0%.",
        nothing="Aucune orientation dont le délai de réponse soit passé.",
        published=(
            evidence.given,
            "{share} de réponses aux orientations des 12 derniers mois dont le délai est passé ; attendu : 95\u00a0%.",
        ),
    )


def on_time(terms: Terms, evidence: Evidence) -> Measure:
    return _share(
        evidence.on_time,
        evidence.due,
        kept=0.8,
        under_way=0.6,
        words="{part} réponses dans le délai pour {whole} orientations ({share}) ; attendu : 80\u00a0%.",
        nothing="Aucune orientation dont le délai de réponse soit passé.",
        published=(
            evidence.in_time,
            "{share} de réponses dans le délai aux orientations des 12 derniers mois ; attendu : 80\u00a0%.",
        ),
    )


def returns(terms: Terms, evidence: Evidence) -> Measure:
    return _share(
        evidence.returned,
        evidence.unfinished,
        kept=0.9,
        under_way=0.7,
        words="{part} retours vers la mission locale pour {whole} sorties sans solution ({share}) ; "
        "attendu : 90\u00a0%.",
        nothing="Aucune sortie sans solution sur la période.",
    )


def outcomes_m3(terms: Terms, evidence: Evidence) -> Measure:
    return _share(
        evidence.known_m3,
        evidence.due_m3,
        kept=0.8,
        under_way=0.5,
        words="{part} devenirs connus à 3 mois pour {whole} sorties de plus de 3 mois ({share}) ; "
        "attendu : 80\u00a0%.",
        nothing="Aucune sortie n’a encore trois mois.",
    )


def designations(terms: Terms, evidence: Evidence) -> Measure:
    return _share(
        evidence.designated,
        evidence.organisations,
        kept=0.9,
        under_way=0.5,
        words="{part} structures locales sur {whole} ont désigné un référent sur un sujet au moins ({share}) ; "
        "attendu : 90\u00a0%.",
        nothing="Aucune structure locale dans ces réseaux, ou aucun sujet à désigner.",
        persons=False,
    )


def committee(terms: Terms, evidence: Evidence) -> Measure:
    """Late when :func:`rhythm_on` says so; in a calendar year that has not had its meeting yet, time is left."""
    months = evidence.frequency_months
    if months is None:
        return Measure("non mesurable", "La convention n’a pas de comité enregistré.")
    stand = rhythm_on(
        evidence.last,
        evidence.meetings,
        frequency_months=months,
        reckoning=CALENDAR if evidence.calendar else SLIDING,
        since=evidence.since,
    )
    # A meeting of the last day has been held; to the rhythm it is the next one.
    met = stand.next or stand.last
    rhythm = f"au moins une fois tous les {months} mois"
    last = f"Dernière réunion le {met:%d/%m/%Y}" if met else "Aucune réunion tenue"
    if stand.next or (met and not stand.overdue and not _to_hold_this_year(evidence, stand)):
        return Measure("tenu", f"{last} ; attendu : {rhythm}.", 1, 1)
    if evidence.planned:
        return Measure("en cours", f"{last} ; la prochaine est fixée. Attendu : {rhythm}.", 0, 1)
    if stand.expected_by is None:
        return Measure("non mesurable", NO_BEGINNING)
    return Measure("non tenu" if stand.overdue else "en cours", f"{last} ; attendu : {rhythm}.", 0, 1)


def _to_hold_this_year(evidence: Evidence, stand: Rhythm) -> bool:
    """Whether a calendar period ends with the year that runs, without the meeting that covers it."""
    due = stand.expected_by
    return evidence.calendar and due is not None and due.year == evidence.last.year


def sessions(terms: Terms, evidence: Evidence) -> Measure:
    """Count the sessions of the last twelve months against the number promised by year.

    In the first year of a convention, only for the days that ran; a promise to keep once counts them all.
    """
    once = terms.frequency == ONCE
    held = evidence.all_sessions if once else evidence.sessions
    if held is None:
        return Measure("non mesurable", AT_PACK)
    if evidence.since and evidence.since > evidence.last:
        return Measure("non mesurable", NOT_BEGUN)
    if evidence.since is None and not held:
        return Measure("non mesurable", NO_BEGINNING)
    target = terms.target or 1
    running = not once and evidence.since is not None and evidence.since > year_before(evidence.last)
    expected, asked = target, "" if once else " par an"
    if running:
        expected = _expected_by(target, evidence)
        asked = f" à ce jour ({format_number(target)} par an)"
    figures = f"{_sessions_held(held)} ; attendu : {format_number(expected)}{asked}."
    if held >= expected:
        return Measure("tenu", figures, held, expected)
    if evidence.planned_sessions:
        figures += f" {_sessions_planned(evidence.planned_sessions)}."
    on_the_way = running or held + evidence.planned_sessions >= expected or held >= _UNDER_WAY * expected
    return Measure("en cours" if on_the_way else "non tenu", figures, held, expected)


def attended(terms: Terms, evidence: Evidence) -> Measure:
    """Count the youths who came to the sessions of the last twelve months against the number promised by year.

    Without a number, half of those who were asked. In the first year, only for the days that ran.
    """
    present, convoked = evidence.present, evidence.convoked
    if present is None or convoked is None:
        return Measure("non mesurable", AT_PACK)
    if evidence.since and evidence.since > evidence.last:
        return Measure("non mesurable", NOT_BEGUN)
    if not convoked and not terms.target:
        return Measure("non mesurable", "Aucun jeune convoqué aux rencontres tenues.")
    expected = _expected_by(terms.target, evidence) if terms.target else math.ceil(convoked / 2)
    kept, on_the_way = present >= expected, present >= _UNDER_WAY * expected
    status: Status = "tenu" if kept else "en cours" if on_the_way else "non tenu"
    if convoked and (hides_ratio(present, convoked) or 0 < present < THRESHOLD):
        return UNTOLD if convoked < THRESHOLD else Measure(status, TOO_FEW)
    asked = f"attendu : {format_number(expected)}" + ("" if terms.target else " (la moitié)")
    figures = f"{format_number(present)} jeunes présents sur {format_number(convoked)} convoqués ; {asked}."
    return Measure(status, figures, present, expected)


def _expected_by(target: int, evidence: Evidence) -> int:
    """What a promise by year asks for until the last day: in its first year, for the days that ran."""
    since = evidence.since
    if since is None or since <= year_before(evidence.last):
        return target
    return max(1, math.ceil(target * ((evidence.last - since).days + 1) / 365))


def year_before(last: date) -> date:
    """First day of the twelve months that end with ``last``."""
    return add_months(last, -12) + timedelta(days=1)


def _sessions_held(count: int) -> str:
    if not count:
        return "Aucune rencontre tenue n’est enregistrée"
    return f"{format_number(count)} rencontre{'s' if count > 1 else ''} tenue{'s' if count > 1 else ''}"


def _sessions_planned(count: int) -> str:
    return f"{format_number(count)} prévue{'s' if count > 1 else ''}"


def _months_between(first: date, last: date) -> int:
    """Whole months from the beginning of ``first`` to the end of ``last``."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    return months if add_months(first, months) <= end else months - 1


def pieces(terms: Terms, evidence: Evidence) -> Measure:
    """Judge a commitment that is shown by pieces: a fact documented by a party, in its year or by its day."""
    if evidence.since and evidence.since > evidence.last:
        return Measure("non mesurable", NOT_BEGUN)
    days = sorted(day for day in evidence.pieces if day <= evidence.last)
    if terms.frequency == YEARLY and evidence.since:
        return _yearly_pieces(evidence.since, evidence.last, days)
    whole = terms.frequency == ONCE or evidence.first is None
    counted = days if whole else [day for day in days if evidence.first and day >= evidence.first]
    if counted:
        late = terms.due_on and counted[0] > terms.due_on
        after = f", après la date prévue ({terms.due_on:%d/%m/%Y})" if late else ""
        return Measure("tenu", f"{_pieces_brought(counted)}{after}.", len(counted), 1)
    if terms.due_on:
        if evidence.last <= terms.due_on:
            return Measure("en cours", f"Aucune pièce déposée. {_due(terms.due_on)}", 0, 1)
        return Measure("non tenu", f"Aucune pièce déposée ; attendue avant le {terms.due_on:%d/%m/%Y}.", 0, 1)
    if terms.frequency == YEARLY:
        return Measure("non mesurable", NO_BEGINNING)
    return Measure("non mesurable", "Aucune pièce déposée sur la période.")


def _yearly_pieces(since: date, last: date, days: list[date]) -> Measure:
    """A piece a year, in years counted from the day the convention began."""
    number = _months_between(since, last) // 12
    start = add_months(since, 12 * number)
    if start > last:  # the last day of a year is still in it
        start = add_months(since, 12 * (number - 1))
        number -= 1
    counted = [day for day in days if day >= start]
    if counted:
        return Measure("tenu", f"{_pieces_brought(counted)} pour l’année en cours.", len(counted), 1)
    end = add_months(start, 12) - timedelta(days=1)
    awaited = f"Aucune pièce depuis le {start:%d/%m/%Y} ; attendue avant le {end:%d/%m/%Y}"
    if last >= end:
        return Measure("non tenu", f"{awaited}.", 0, 1)
    before = add_months(start, -12)
    if number and not any(before <= day < start for day in days):
        return Measure("non tenu", f"{awaited}, et aucune l’année d’avant.", 0, 1)
    return Measure("en cours", f"{awaited}.", 0, 1)


def _pieces_brought(days: list[date]) -> str:
    count = f"{len(days)} pièces, la dernière" if len(days) > 1 else "1 pièce,"
    return f"{count} du {max(days):%d/%m/%Y}"
