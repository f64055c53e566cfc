"""What changed in a convention, day by day: what happened, why, and who recorded it."""

from dataclasses import dataclass
from datetime import date

from core.working_days import long_date
from partners.conventions.facts import (
    ConventionFacts,
    Denunciation,
    add_days,
    period_on,
    signature_on,
    spans_of,
    takes_effect_on,
)
from partners.conventions.reading import (
    Decision,
    decisions_of,
    facts_of,
    parties_of,
    recorded_words,
)
from partners.conventions.state import ConventionState, ending_on
from partners.conventions.words import kinds_words, named_list
from partners.models import Convention, ConventionDecision

Kind = ConventionDecision.Kind
_MOST_RENEWALS = 60
_SENTENCES = {
    Kind.TO_SIGN: "Mise à la signature",
    Kind.SUSPENDED: "Suspension",
    Kind.RESUMED: "Reprise après la suspension",
    Kind.TERMINATED: "Résiliation",
    Kind.LAPSED: "Caducité",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed on a day. ``why`` and ``recorded`` may be empty; ``coming``: it has yet to happen."""

    day: date
    title: str
    why: str
    recorded: str
    coming: bool


def changes_of(convention: Convention, today: date, successor: Convention | None = None) -> list[Change]:
    """Everything that changed the convention or its text, newest first; what is known to come is first of all.

    The convention was read through ``with_facts``.
    """
    facts = facts_of(convention)
    found: list[tuple[date, str, str, str]] = []
    _signatures(convention, facts, found)
    for amendment in facts.amendments:
        if (effect := amendment.in_force_from) is not None:
            rows = [row for row in convention.amendment_rows if row["number"] == amendment.number]  # type: ignore[attr-defined]
            found.append(
                (
                    effect,
                    f"Avenant n° {amendment.number} ({kinds_words(rows[0]['kinds'])})",
                    rows[0]["note"],
                    recorded_words(rows[0]["recorded_at"], rows[0]["recorded_by"]),
                )
            )
    _exits(convention, facts, found)
    for decision in decisions_of(convention):
        found.append(_decided(facts, decision))
    _ends(facts, today, successor, found)
    found.sort(key=lambda one: one[0], reverse=True)
    return [Change(day, title, why, recorded, day > today) for day, title, why, recorded in found]


def _signatures(
    convention: Convention, facts: ConventionFacts, found: list[tuple[date, str, str, str]]
) -> None:
    by_day: dict[date, list[str]] = {}
    signed = signature_on(facts)
    for party in parties_of(convention):
        if party.signed_on is not None and party.signed_on != signed:
            by_day.setdefault(party.signed_on, []).append(party.name)
    found += [(day, f"Signature de {named_list(names)}", "", "") for day, names in by_day.items()]
    if signed is not None:
        found.append((signed, "Signature", "", ""))
    if facts.starts_on is not None and facts.starts_on != signed:
        found.append((facts.starts_on, "Prise d’effet", "", ""))


def _exits(convention: Convention, facts: ConventionFacts, found: list[tuple[date, str, str, str]]) -> None:
    rows = {party.key: party for party in parties_of(convention)}
    heirs = {party.replaces: party for party in rows.values() if party.replaces is not None}
    signed = signature_on(facts) or facts.starts_on
    for span in spans_of(facts):
        party = rows[span.key]
        if span.last is not None:
            heir = heirs.get(party.key)
            title = f"{heir.name} prend la place de {party.name}" if heir else f"Sortie de {party.name}"
            found.append((add_days(span.last, 1), title, party.exit_reason, party.exit_recorded))
        late = span.first is not None and (signed is None or span.first > signed)
        if late and span.first and party.joined_by is None and party.replaces is None:
            found.append((span.first, f"Entrée de {party.name}", "", ""))


def _decided(facts: ConventionFacts, decision: Decision) -> tuple[date, str, str, str]:
    day, why = decision.first_day, decision.reason
    if decision.kind == Kind.DENOUNCED:
        denunciation = Denunciation(decision.decided_on, decision.effective_on, decision.party)
        effect = takes_effect_on(denunciation, facts.notice_months)
        day, title = decision.decided_on, f"Dénonciation reçue, avec effet le {long_date(effect)}"
    else:
        title = _SENTENCES[Kind(decision.kind)]
        if decision.at_latest:
            title += " au plus tard ce jour"
    if decision.party_name:
        title += f", à l’initiative de {decision.party_name}"
    return day, title, why, decision.recorded


def _ends(
    facts: ConventionFacts,
    today: date,
    successor: Convention | None,
    found: list[tuple[date, str, str, str]],
) -> None:
    """Tacit renewals, the term, the replacement."""
    period, seen = period_on(facts, today), 0
    while period.previous is not None and seen < _MOST_RENEWALS:
        found.append((add_days(period.previous, 1), "Reconduction tacite", "", ""))
        period, seen = period_on(facts, period.previous), seen + 1
    ending = ending_on(facts, today)
    if ending is not None and ending[0] == ConventionState.ECHUE:
        found.append((ending[1], "Fin du terme : la convention est échue", "", ""))
    if facts.replaced_on is not None:
        by = f" par « {successor.title} »" if successor else ""
        found.append((facts.replaced_on, f"Remplacement{by}", "", ""))
