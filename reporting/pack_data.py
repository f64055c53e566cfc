"""The frozen data of a committee pack, computed as of the day its figures are those of. For the worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from core.suppression import Cell, Line, is_small, suppress, suppress_line
from core.working_days import add_months
from partners.conventions.reading import with_facts
from partners.models import (
    Commitment,
    CommitteeAction,
    CommitteeMeeting,
    Convention,
    ConventionParty,
    Organisation,
    Region,
    Theme,
)
from partners.promises import in_text
from referrals import programmes
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting import measures, snapshot
from reporting.indicators import INDICATORS, Figure, Indicator
from reporting.indicators.base import Sight
from reporting.models import CommitteePack
from reporting.perimeter import pack_perimeter
from reporting.periods import LONG_WAIT_DAYS
from reporting.rendering.data import SCHEMA, Decision, PackData, scrub, validate
from reporting.snapshot import Situations
from reporting.tally import PARTS, STEPS, shown_steps

NO_REGION = "Sans région (collectivités d’outre-mer)"
COMMON = "Toutes les parties"
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
    ("Territoire", "Région de la mission locale qui oriente le jeune ou qui l’accueille."),
)  # fmt: skip


def period_of(pack: CommitteePack) -> tuple[date, date]:
    """First and last day counted: the rhythm of the committee, up to the day of the figures."""
    last = pack.figures_on
    return add_months(last, -pack.meeting.committee.frequency_months) + timedelta(days=1), last


def build(pack: CommitteePack, *, version: int, correction: str = "") -> PackData:
    """The data of a pack, checked. In a system scope.

    Depends on the day of the figures and on what happened until its end, never on the day it is run.
    Raises InvalidPack when a text or a count has no place in a pack.
    """
    meeting = pack.meeting
    convention = meeting.committee.convention
    first, last = period_of(pack)
    perimeter = pack_perimeter(convention)
    found = snapshot.situations(perimeter, first, last)
    previous = previous_pack(meeting)
    before = previous.data if previous else None
    codes = sorted(found.by_territory)
    table = suppress([found.by_territory[code] for code in codes])
    columns = table.column_totals or [0] * len(PARTS)
    steps = shown_steps(found.tally, columns, table.total)
    outcomes = _outcomes(found, steps["ended"], before)
    if any(row["code"] == UNKNOWN_OUTCOME and row["count"] is None for row in outcomes["rows"]):
        # Those who ended less those whose outcome is known would be the hidden row.
        steps["outcome_known"] = None
    sight = Sight(found.tally, steps)
    names = dict(Region.objects.order_by("code").values_list("code", "name"))
    parties = list(
        ConventionParty.objects.filter(convention=convention).select_related("organisation").order_by("pk")
    )
    promises = in_text(with_facts(Convention.objects.filter(pk=convention.pk)).get(), last)
    evidence = measures.for_pack(
        convention,
        found.tally,
        first,
        last,
        perimeter=perimeter,
        measured={promise.measure for promise in promises},
    )
    return validate(
        {
            "schema": SCHEMA,
            "meeting": {
                "title": meeting.committee.name,
                "convention_title": convention.title,
                "convention_code": convention.code,
                "parties": [party.organisation.outward_name for party in parties],
                "date": meeting.held_on.isoformat(),
                "place": scrub(meeting.place),
                "prepared_for": last.isoformat(),
                "version": version,
                "correction": correction,
                "fictitious": _is_fictitious(convention),
            },
            "period": {"start": first.isoformat(), "end": last.isoformat()},
            "previous_pack": _previous(previous),
            "agenda": _lines(meeting.agenda),
            "decisions": pending_actions(meeting, last) + pending_decisions(meeting),
            "indicators": [_indicator(indicator, sight, before) for indicator in INDICATORS.values()],
            "journey": [{"code": code, "label": label, "count": steps[code]} for code, label in STEPS],
            "stages": {
                "rows": [
                    {
                        "code": code,
                        "label": label,
                        "count": count,
                        "previous": _count_before(before, "stages", code),
                    }
                    for (code, label), count in zip(PARTS, columns, strict=True)
                ],
                "total": table.total,
            },
            "outcomes": outcomes,
            "regions": {
                "columns": [{"code": code, "label": label} for code, label in PARTS],
                "rows": [
                    {"code": code, "label": names.get(code, NO_REGION), "cells": cells, "total": total}
                    for code, cells, total in zip(codes, table.cells, table.row_totals, strict=True)
                ],
                "totals": columns,
                "total": table.total,
            },
            "commitments": _commitments(promises, evidence),
            "coverage": _coverage(evidence.shared),
            "gaps": _gaps(convention, evidence.shared, sight),
            "definitions": [{"term": term, "text": text} for term, text in _DEFINITIONS],
        }
    )


def previous_pack(meeting: CommitteeMeeting) -> CommitteePack | None:
    """The last version of the pack of the latest earlier meeting that has one."""
    return (
        CommitteePack.objects.filter(
            meeting__committee=meeting.committee_id,
            meeting__held_on__lt=meeting.held_on,
            meeting__cancelled=False,
            status=CommitteePack.Status.READY,
        )
        .select_related("meeting")
        .order_by("-meeting__held_on", "-version")
        .first()
    )


def pending_actions(meeting: CommitteeMeeting, last: date) -> list[Decision]:
    """The actions of earlier meetings that were open at the end of a day: they come back, oldest promise first."""
    actions = (
        CommitteeAction.objects.filter(committee=meeting.committee_id)
        .filter(meeting__held_on__lt=meeting.held_on, meeting__held_on__lte=last)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=last))
        .select_related("organisation")
        .order_by("due_on", "pk")
    )
    return [
        {
            "text": scrub(action.wording),
            "owner": action.organisation.outward_name,
            "due": action.due_on.isoformat(),
        }
        for action in actions
    ]


def pending_decisions(meeting: CommitteeMeeting) -> list[Decision]:
    """The decisions of the last earlier meeting that took some: they come back at this one."""
    earlier = (
        CommitteeMeeting.objects.filter(
            committee=meeting.committee_id, held_on__lt=meeting.held_on, cancelled=False
        )
        .exclude(decisions="")
        .order_by("-held_on")
        .first()
    )
    lines = _lines(earlier.decisions) if earlier else []
    return [{"text": text, "owner": COMMON, "due": None} for text in lines]


def _lines(text: str) -> list[str]:
    return [scrub(line.strip()) for line in text.splitlines() if line.strip()]


def _is_fictitious(convention: Convention) -> bool:
    networks = ConventionParty.objects.filter(convention=convention).values("organisation__network")
    return Organisation.objects.filter(network__in=networks, is_fictitious=True).exists()


def _previous(pack: CommitteePack | None) -> dict[str, Any] | None:
    return {"date": pack.meeting.held_on.isoformat(), "version": pack.version} if pack else None


def _indicator(indicator: Indicator, sight: Sight, before: dict[str, Any] | None) -> dict[str, Any]:
    figure: Figure = indicator.read(sight)
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


def _outcomes(found: Situations, ended: Cell, before: dict[str, Any] | None) -> dict[str, Any]:
    labels: dict[str, str] = {}
    counts: dict[str, int] = {}
    for (_, programme, _, code), count in found.outcomes.items():
        known = {outcome.code: outcome.label for outcome in programmes.get(programme).outcomes}
        labels.setdefault(code, known.get(code, "Situation non connue"))
        counts[code] = counts.get(code, 0) + count
    codes = sorted(counts, key=lambda code: (labels[code] == "Situation non connue", labels[code], code))
    line = suppress_line([counts[code] for code in codes])
    if ended is None or line.total is None:
        # The number of those who ended is hidden elsewhere in the pack, or by this list: then it is here too.
        line = Line([None] * len(codes), None)
    return {
        "rows": [
            {
                "code": code,
                "label": labels[code],
                "count": cell,
                "previous": _count_before(before, "outcomes", code),
            }
            for code, cell in zip(codes, line.cells, strict=True)
        ],
        "total": line.total if codes else 0,
    }


def _commitments(
    promises: Sequence[Commitment], evidence: measures.ConventionEvidence
) -> list[dict[str, Any]]:
    """The commitments of the text as amended on the day of the figures."""
    rows = []
    for promise in promises:
        measure = evidence.measure(promise)
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


def _gaps(convention: Convention, evidence: measures.Evidence, sight: Sight) -> list[dict[str, Any]]:
    gaps = []
    if missing := (evidence.organisations or 0) - (evidence.designated or 0):
        gaps.append({"label": "Structures locales sans référent désigné", "count": missing})
    waiting, unanswered = sight.tally.waiting_long, sight.tally.sent - sight.tally.answered
    publishable = (
        sight.steps["answered"] is not None and not is_small(waiting) and not is_small(unanswered - waiting)
    )
    if waiting and publishable:
        label = f"Orientations sans réponse, envoyées depuis plus de {LONG_WAIT_DAYS} jours"
        gaps.append({"label": label, "count": waiting})
    return gaps


SECTIONS = {
    "agenda": "l’ordre du jour",
    "decisions": "les décisions en attente",
    "indicators": "les indicateurs",
    "journey": "le parcours",
    "stages": "les situations",
    "outcomes": "les devenirs",
    "regions": "les territoires",
    "commitments": "les engagements",
    "coverage": "la couverture",
    "gaps": "les manques",
    "meeting": "la réunion",
    "previous_pack": "le dossier de comparaison",
    "period": "la période",
    "definitions": "les définitions",
}


def same_figures(old: PackData, new: PackData) -> bool:
    """Whether two versions say the same, their number and the note of correction apart."""
    return not changed_sections(old, new)


def changed_sections(old: PackData, new: PackData) -> Sequence[str]:
    """The French names of what differs between two versions."""
    apart = {"version": 0, "correction": ""}
    first = {**old, "meeting": {**old["meeting"], **apart}}
    second = {**new, "meeting": {**new["meeting"], **apart}}
    return [label for key, label in SECTIONS.items() if first.get(key) != second.get(key)]


def correction_note(old: PackData, new: PackData) -> str:
    """What changed since the previous version, in a sentence."""
    changed = changed_sections(old, new)
    return f"Ont changé depuis la version {old['meeting']['version']} : {', '.join(changed)}."
