"""The frozen data of a committee pack, computed as of the day its figures are those of. For the worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core.suppression import is_small
from partners.conventions.reading import with_facts
from partners.models import (
    Commitment,
    Convention,
    ConventionParty,
    Department,
    Level,
    Organisation,
    Region,
    Theme,
)
from partners.promises import in_text
from referrals import programmes
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting import measures
from reporting.indicators import INDICATORS, Figure, Indicator
from reporting.indicators.base import COUNT, HIDDEN, Sight
from reporting.measures.judges import TOO_FEW, UNTOLD
from reporting.models import CommitteePack
from reporting.packs import around, snapshot
from reporting.packs.around import COMMON
from reporting.packs.changes import (
    cells_before,
    changes_between,
    correction_note,
    hidden_indicators,
    same_figures,
)
from reporting.packs.counts import ALL, NOWHERE, TOGETHER, Counts, counts_of
from reporting.packs.snapshot import Situations
from reporting.packs.thin import left_aside
from reporting.packs.wider import line_above
from reporting.perimeter import pack_perimeter
from reporting.periods import LONG_WAIT_DAYS
from reporting.rendering.data import SCHEMA, PackData, scrub, upgrade, validate
from reporting.tally import PARTS, STEPS, Tally

NO_REGION = "Sans région (collectivités d’outre-mer)"
NO_DEPARTMENT = "Sans département"
UNKNOWN_LABEL = "Situation non connue"
UNDETAILED_LABEL = "Devenirs non détaillés"
TOGETHER_LABELS = {"region": "Régions non distinguées", "department": "Départements non distingués"}
_TERRITORIES = {"region": "Région", "department": "Département"}
_DEFINITIONS = (
    ("Orientation", "Demande adressée pour un jeune et un dispositif, d’une structure à une autre."),
    ("Période", "Orientations envoyées entre le premier et le dernier jour indiqués, telles qu’elles étaient à la "
     "fin du dernier jour. Ce qui s’est passé ensuite n’est pas compté."),
    ("Sans réponse", "Orientations auxquelles le destinataire n’a jamais répondu : en attente, retirées avant "
     "réponse ou closes sans réponse."),
    ("Répondues, non acceptées", "Orientations refusées, en liste d’attente ou retirées après une réponse, jamais "
     "acceptées."),
    ("Acceptées, non commencées", "Orientations acceptées dont le démarrage n’est pas confirmé, y compris celles "
     "qui ont été retirées ensuite."),
    ("Devenir", "Situation du jeune à la sortie du parcours, telle que la structure l’a renseignée."),
    ("Sortie sans solution", "Parcours interrompu sans solution connue, ou terminé sans solution : le jeune doit "
     "être adressé de nouveau à sa mission locale."),
    ("Territoire", "Région, ou département quand la convention est régionale ou locale, de la mission locale qui "
     "oriente le jeune ou qui l’accueille."),
    ("Territoires non distingués", "Territoires comptés ensemble, parce que presque toutes leurs orientations relèvent "
     "de dispositifs qui ont un dossier : la différence avec les tableaux de bord y désignerait quelques jeunes."),
    ("Dossiers effacés", "Un jeune dont le dossier est effacé n’est plus compté, dans aucune version à venir."),
)  # fmt: skip


def build(pack: CommitteePack, *, corrected: PackData | None = None) -> PackData:
    """The data of a pack, checked. In a system scope.

    Depends on the day of the figures and on what happened until its end, never on the day it is run. ``corrected`` is
    the version before: what it hid stays hidden, and when something differs this is the next version and says what.
    Raises InvalidPack when a text or a count has no place in a pack.
    """
    convention, (first, last) = pack.subject, pack.counted_days
    perimeter = pack_perimeter(convention)
    # The territories of a convention are those under its own.
    territory = "region" if perimeter.region is None and convention.level == Level.NATIONAL else "department"
    found = snapshot.situations(perimeter, first, last, territory=territory)
    aside = left_aside(first, last, territory)
    counts = counts_of(found, cells_before(corrected), line_above(pack, perimeter), aside)
    previous = previous_pack(pack)
    before = upgrade(previous.data) if previous else None
    sight = Sight(found.tally, counts.steps)
    promises = in_text(with_facts(Convention.objects.filter(pk=convention.pk)).get(), last)
    evidence = measures.for_pack(
        convention,
        found.tally,
        first,
        last,
        perimeter=perimeter,
        measured={promise.measure for promise in promises},
    )
    hidden = hidden_indicators(corrected) | {
        one.code for one in INDICATORS.values() if one.unit != COUNT and _is_bound(counts, one.steps)
    }
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "committee" if pack.meeting else "year",
        **_about(pack, convention, first, last),
        "previous_pack": _previous(previous),
        "indicators": [_indicator(one, sight, before, hidden) for one in INDICATORS.values()],
        "journey": [{"code": code, "label": label, "count": counts.steps[code]} for code, label in STEPS],
        "stages": {
            "rows": [
                {
                    "code": code,
                    "label": label,
                    "group": "",
                    "count": counts.of(part=code),
                    "previous": _count_before(before, "stages", code),
                }
                for code, label in PARTS
            ],
            "total": counts.of(),
        },
        "outcomes": {
            "rows": _outcomes(_outcome_labels(found, corrected), counts, before),
            "total": counts.steps["ended"],
        },
        "territory": _TERRITORIES[territory],
        "regions": _territories(counts, territory),
        "commitments": _commitments(promises, evidence, counts, corrected),
        "coverage": _coverage(evidence.shared),
        "gaps": _gaps(evidence.shared, found.tally, counts),
        "sessions": around.sessions_of(convention, first, last),
        "changes": None,
        "definitions": [{"term": term, "text": text} for term, text in _DEFINITIONS],
    }
    if corrected is not None:
        _correct(data, corrected)
    return validate(data)


def _about(pack: CommitteePack, convention: Convention, first: date, last: date) -> dict[str, Any]:
    """What the pack is the pack of: the meeting with what it has on its table, or the year with what it decided."""
    meeting = pack.meeting
    parties = (
        ConventionParty.objects.filter(convention=convention).select_related("organisation").order_by("pk")
    )
    cover = {
        "convention_title": convention.title,
        "convention_code": convention.code,
        "parties": [party.organisation.outward_name for party in parties],
        "prepared_for": last.isoformat(),
        "version": pack.version,
        "correction": "",
        "fictitious": _is_fictitious(convention),
    }
    period = {"start": first.isoformat(), "end": last.isoformat()}
    if meeting is None:
        return {
            "meeting": {
                **cover,
                "title": f"Bilan de l’année {pack.year}",
                "date": last.isoformat(),
                "place": "",
            },
            "period": period,
            "agenda": [around.meetings_in(convention, first, last)],
            "decisions": around.decisions_of(convention, first, last),
            "contributions": [],
        }
    return {
        "meeting": {
            **cover,
            "title": meeting.committee.name,
            "date": meeting.held_on.isoformat(),
            "place": scrub(meeting.place),
        },
        "period": period,
        "agenda": around.lines(meeting.agenda),
        "decisions": around.pending_actions(meeting, last) + around.pending_decisions(meeting),
        "contributions": around.contributions_to(meeting),
    }


def _correct(data: Any, corrected: PackData) -> None:
    """Make of the data the version that follows another one, when it says something else."""
    meeting = data["meeting"]
    if same_figures(corrected, data):
        meeting |= {
            "version": corrected["meeting"]["version"],
            "correction": corrected["meeting"]["correction"],
        }
        data["changes"] = corrected["changes"]
        return
    data["changes"] = changes_between(corrected, data)
    meeting |= {
        "version": corrected["meeting"]["version"] + 1,
        "correction": correction_note(data["changes"]),
    }


def previous_pack(pack: CommitteePack) -> CommitteePack | None:
    """The last version of the pack of the latest earlier meeting that has one; of a report, that of the year before."""
    ready = CommitteePack.objects.filter(status=CommitteePack.Status.READY).select_related("meeting")
    if pack.meeting is None:
        earlier = ready.filter(convention=pack.convention_id, year__lt=pack.year)
        return earlier.order_by("-year", "-version").first()
    return (
        ready.filter(
            meeting__committee=pack.meeting.committee_id,
            meeting__held_on__lt=pack.meeting.held_on,
            meeting__cancelled=False,
        )
        .order_by("-meeting__held_on", "-version")
        .first()
    )


def _is_fictitious(convention: Convention) -> bool:
    networks = ConventionParty.objects.filter(convention=convention).values("organisation__network")
    return Organisation.objects.filter(network__in=networks, is_fictitious=True).exists()


def _previous(pack: CommitteePack | None) -> dict[str, Any] | None:
    return {"date": pack.of_day.isoformat(), "version": pack.version} if pack else None


def _indicator(
    indicator: Indicator, sight: Sight, before: dict[str, Any] | None, hidden: Collection[str]
) -> dict[str, Any]:
    figure: Figure = HIDDEN if indicator.code in hidden else indicator.read(sight)
    return {
        "code": indicator.code,
        "label": indicator.label,
        "definition": indicator.full_definition,
        "unit": indicator.unit,
        "persons": True,
        "state": figure.state,
        "value": figure.value,
        "previous": _value_before(before, indicator),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "note": "",
    }


def _is_bound(counts: Counts, steps: Iterable[str]) -> bool:
    """Whether a figure that tells something of these steps would set a bound on one that is hidden."""
    return any(counts.steps[step] is None for step in steps)


def _value_before(before: dict[str, Any] | None, indicator: Indicator) -> float | None:
    for entry in before["indicators"] if before else ():
        # A unit that changed meanwhile would compare two things.
        if entry["code"] == indicator.code and entry["unit"] == indicator.unit:
            return entry["value"]
    return None


def _count_before(before: dict[str, Any] | None, name: str, code: str) -> int | None:
    for row in before[name]["rows"] if before else ():
        if row["code"] == code:
            return row["count"]
    return None


def _outcomes(labels: dict[str, str], counts: Counts, before: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The outcomes under the way the journey ended, those that are known first."""
    groups = dict(PARTS)
    order = sorted(
        counts.outcomes, key=lambda key: (key[0], key[1] == UNKNOWN_OUTCOME, labels[key[1]], key[1])
    )
    return [
        {
            "code": f"{part}/{code}",
            "label": labels[code],
            "group": groups[part],
            "count": counts.of(part=part, outcome=code),
            "previous": _count_before(before, "outcomes", f"{part}/{code}"),
        }
        for part, code in order
    ]


def _outcome_labels(found: Situations, corrected: PackData | None) -> dict[str, str]:
    """The words of each outcome; of one that a correction emptied, those of the version that had it."""
    labels = {ALL: UNDETAILED_LABEL}
    for _, programme, _, code in sorted(found.outcomes):
        known = {outcome.code: outcome.label for outcome in programmes.get(programme).outcomes}
        labels.setdefault(code, known.get(code, UNKNOWN_LABEL))
    for row in corrected["outcomes"]["rows"] if corrected else ():
        labels.setdefault(row["code"].partition("/")[2], row["label"])
    return labels


def _territories(counts: Counts, territory: str) -> dict[str, Any]:
    """The stages of each territory."""
    model, nowhere = (Region, NO_REGION) if territory == "region" else (Department, NO_DEPARTMENT)
    names = dict(model.objects.order_by("code").values_list("code", "name")) | {
        TOGETHER: TOGETHER_LABELS[territory]
    }
    return {
        "columns": [{"code": part, "label": label} for part, label in PARTS],
        "rows": [
            {
                "code": "" if place == NOWHERE else place,
                "label": names.get(place, nowhere),
                "cells": [counts.of(place, part) for part, _ in PARTS],
                "total": counts.of(place),
            }
            for place in sorted(counts.territories, key=lambda place: place == TOGETHER)
        ],
        "totals": [counts.of(part=part) for part, _ in PARTS],
        "total": counts.of(),
    }


def _commitments(
    promises: Sequence[Commitment],
    evidence: measures.ConventionEvidence,
    counts: Counts,
    corrected: PackData | None,
) -> list[dict[str, Any]]:
    """The commitments of the text as amended on the day of the figures."""
    rows = []
    # What a version did not say for the few it is about, the next one does not say either.
    too_few = {
        row["wording"]: row["status"]
        for row in (corrected["commitments"] if corrected else ())
        if row["figures"] == TOO_FEW
    }
    for promise in promises:
        measure = evidence.measure(promise)
        kind = measures.kind_of(promise.measure)
        said = too_few.get(scrub(promise.wording))
        if said == UNTOLD.status or (kind and _is_bound(counts, kind.tells)):
            measure = UNTOLD
        elif said:
            measure = replace(measure, figures=TOO_FEW)
        rows.append(
            {
                "party": promise.party.outward_name if promise.party else COMMON,
                "wording": scrub(promise.wording),
                "theme": Theme(promise.theme).label,
                "measure": measures.label_of(promise.measure),
                "status": measure.status,
                "figures": measure.figures,
            }
        )
    return rows


def _coverage(evidence: measures.Evidence) -> list[dict[str, Any]]:
    if not evidence.organisations:
        return []
    label = "Structures locales des réseaux signataires qui ont désigné un référent"
    return [{"label": label, "covered": evidence.designated, "total": evidence.organisations}]


def _gaps(evidence: measures.Evidence, tally: Tally, counts: Counts) -> list[dict[str, Any]]:
    gaps = []
    if missing := (evidence.organisations or 0) - (evidence.designated or 0):
        gaps.append({"label": "Structures locales sans référent désigné", "count": missing})
    waiting, unanswered = tally.waiting_long, tally.sent - tally.answered
    publishable = (
        not _is_bound(counts, ("sent", "answered"))
        and not is_small(waiting)
        and not is_small(unanswered - waiting)
    )
    if waiting and publishable:
        label = f"Orientations sans réponse, envoyées depuis plus de {LONG_WAIT_DAYS} jours"
        gaps.append({"label": label, "count": waiting})
    return gaps
