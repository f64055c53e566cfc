"""Conventions in French words: why they are in their state, their dates, what to show beside them."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from core import clock
from core.working_days import long_date
from partners.conventions.facts import ConventionFacts, add_days, period_on, signature_on, takes_effect_on
from partners.conventions.reading import Decision, decisions_of, facts_of, first_of
from partners.conventions.state import ConventionState, ending_on, state_on, term_on
from partners.founding import CARRIED_OVER_NOTE, assumed_from
from partners.models import Amendment, Convention, ConventionDecision

S = ConventionState
Kind = ConventionDecision.Kind

BADGES: dict[ConventionState, str] = {
    S.PROPOSEE: "info",
    S.PRATIQUE: "info",
    S.PROJET: "info",
    S.A_SIGNER: "info",
    S.A_VENIR: "info",
    S.EN_VIGUEUR: "ok",
    S.SUSPENDUE: "attente",
    S.TERME_INCONNU: "attente",
    S.SIGNATURE_NON_ETABLIE: "attente",
    S.ECHUE: "neutre",
    S.DENONCEE: "neutre",
    S.RESILIEE: "neutre",
    S.CADUQUE: "retard",
    S.REMPLACEE: "neutre",
}


def named_list(names: list[str]) -> str:
    """Several names in a sentence: "A, B et C"."""
    return f"{', '.join(names[:-1])} et {names[-1]}" if len(names) > 1 else "".join(names)


def kinds_words(kinds: Iterable[str]) -> str:
    """What an amendment is about: "durée et parties"."""
    return named_list([str(Amendment.Kind(kind).label).lower() for kind in kinds])


def why(convention: Convention, day: date | None = None, successor: Convention | None = None) -> str:
    """Why the convention is in its state, in one or two French sentences."""
    day = day or clock.today()
    facts = facts_of(convention)
    state = state_on(facts, day)
    ending = ending_on(facts, day)
    if ending is None or not state.ended:
        return _why_alive(convention, facts, state, day, replaced=successor is not None)
    since = ending[1]
    if state == S.CADUQUE:
        return _why_lapsed(convention, facts, since)
    if state == S.RESILIEE:
        return _with_reason(f"Résiliée le {long_date(since)}.", _first(convention, Kind.TERMINATED))
    if state == S.DENONCEE:
        ended = [one for one in facts.denunciations if takes_effect_on(one, facts.notice_months) == since]
        received = f"Dénoncée le {long_date(ended[0].received_on)}, sans effet depuis le {long_date(since)}."
        decisions = [one for one in decisions_of(convention) if one.kind == Kind.DENOUNCED]
        found = [one for one in decisions if one.decided_on == ended[0].received_on]
        return _with_reason(received, found[0])
    if state == S.REMPLACEE:
        by = f" par « {successor.title} »" if successor else ""
        return f"Remplacée le {long_date(since)}{by}."
    return f"Arrivée à échéance le {long_date(add_days(since, -1))}."


def _why_lapsed(convention: Convention, facts: ConventionFacts, since: date) -> str:
    lapse = _first(convention, Kind.LAPSED)
    if lapse is None or lapse.first_day != since:
        return f"Caduque depuis le {long_date(since)} : il ne restait plus deux parties."
    how = "au plus tard le" if lapse.at_latest else "depuis le"
    return _with_reason(f"Caduque {how} {long_date(since)}.", lapse)


def _why_alive(
    convention: Convention, facts: ConventionFacts, state: ConventionState, day: date, *, replaced: bool
) -> str:
    if state == S.PROPOSEE:
        return "Ce texte a été proposé ; rien n’établit qu’il a été signé."
    if state == S.PRATIQUE:
        return "Cette pratique est décrite par une source ; ce n’est pas un texte signé."
    if state == S.SIGNATURE_NON_ETABLIE:
        after = " Un texte plus récent lui a succédé, à une date qui n’est pas établie." if replaced else ""
        return f"Aucune source n’établit le jour de la signature : on ne peut pas dire qu’elle s’applique.{after}"
    if state == S.PROJET:
        return "Personne n’a encore signé ce texte."
    if state == S.A_SIGNER:
        return _why_awaited(facts, day)
    if state == S.A_VENIR and facts.starts_on:
        return f"Signée, elle prendra effet le {long_date(facts.starts_on)}."
    if state == S.SUSPENDUE:
        return _why_suspended(convention, facts, day)
    signature = signature_on(facts)
    signed = f"Signée le {long_date(signature)}" if signature else "Signée"
    if state == S.TERME_INCONNU:
        return f"{signed}, mais son terme n’est pas établi : rien ne permet de dire qu’elle court encore."
    period = period_on(facts, day)
    if period.term is None:
        return f"{signed}, elle court sans limite de durée."
    if period.previous is not None:
        times = "une fois" if period.renewals == 1 else f"{period.renewals} fois"
        return f"{signed}, reconduite tacitement {times} ; la période en cours finit le {long_date(period.term)}."
    if facts.ends_on is not None and period.term != facts.ends_on:
        how = "prolongée" if period.term > facts.ends_on else "abrégée"
        return f"{signed}, {how} par avenant, elle court jusqu’au {long_date(period.term)}."
    return f"{signed}, elle court jusqu’au {long_date(period.term)}."


def _why_awaited(facts: ConventionFacts, day: date) -> str:
    signed = sum(party.signed_on is not None and party.signed_on <= day for party in facts.parties)
    if not signed:
        return "Le texte est prêt ; les signatures sont attendues."
    have = "Une partie a signé" if signed == 1 else f"{signed} parties ont signé"
    return f"{have} sur {len(facts.parties)} ; les autres signatures sont attendues."


def _why_suspended(convention: Convention, facts: ConventionFacts, day: date) -> str:
    running = next(one for one in facts.suspensions if one.covers(day))
    until = f", elle reprend le {long_date(running.until)}" if running.until else ""
    reasons = [
        one
        for one in decisions_of(convention)
        if one.kind == Kind.SUSPENDED and one.first_day == running.since
    ]
    sentence = f"Suspendue depuis le {long_date(running.since)}{until}."
    term = term_on(facts, day)
    sentence = _with_reason(sentence, reasons[0] if reasons else None)
    return f"{sentence} Son terme reste le {long_date(term)}." if term else sentence


def dates_of(convention: Convention, day: date | None = None) -> list[tuple[str, str]]:
    """The dates of a convention on a day (today unless told) as (label, words); what is not known says so."""
    day = day or clock.today()
    facts = facts_of(convention)
    found = [("Signature", _signature(convention, facts, day))]
    if convention.starts_on:
        found.append(("Prise d’effet", long_date(convention.starts_on)))
    elif convention.signed_on:
        found.append(("Prise d’effet", "non établie"))
    found.append(("Échéance", _term(facts, day)))
    if convention.tacit_renewal:
        words = (
            f"tacite, par périodes de {convention.renewal_months} mois"
            if convention.renewal_months
            else "tacite"
        )
        if convention.max_renewals:
            words += f", {convention.max_renewals} fois au plus"
        found.append(("Reconduction", words))
    if convention.notice_months:
        found.append(("Préavis", f"{convention.notice_months} mois"))
    received = [one.received_on for one in facts.denunciations if one.received_on <= day]
    if received:
        found.append(("Dénonciation reçue", long_date(min(received))))
    return found


def span_of(convention: Convention) -> str:
    """The dates of a convention on one line of a list."""
    if not convention.signature_known:
        return "Signature non établie"
    facts = facts_of(convention)
    signature = signature_on(facts)
    if signature is None:
        return "Pas encore signée"
    signed = f"Signée le {long_date(signature)}"
    term = term_on(facts, clock.today())
    if term:
        return f"{signed}, jusqu’au {long_date(term)}"
    return f"{signed}, sans limite de durée" if convention.end_known else f"{signed}, terme non établi"


def carried_over_note(convention: Convention) -> str:
    """What to say when the demonstration shows the commitments of an earlier text; empty everywhere else."""
    return CARRIED_OVER_NOTE if settings.DEMO and assumed_from(convention.code) else ""


def _term(facts: ConventionFacts, day: date) -> str:
    """The last day covered, as amended and renewed up to a day."""
    period = period_on(facts, day)
    if period.term is None:
        return "sans limite de durée" if facts.end_known else "terme non établi"
    words = f"{long_date(period.term)} (dernier jour couvert)"
    if period.term == facts.ends_on or facts.ends_on is None:
        return words
    how = "après reconduction" if period.previous is not None else "par avenant"
    return f"{words}, {how} ; au départ le {long_date(facts.ends_on)}"


def _signature(convention: Convention, facts: ConventionFacts, day: date) -> str:
    signature = signature_on(facts)
    if signature is not None and signature <= day:
        return long_date(signature) + (f", à {convention.place}" if convention.place else "")
    if convention.signed_label:
        return f"{convention.signed_label} (le jour n’est pas établi)"
    return "pas encore signée" if convention.signature_known else "non établie"


def _first(convention: Convention, kind: str) -> Decision | None:
    return first_of(decisions_of(convention), kind)


def _with_reason(sentence: str, decision: Decision | None) -> str:
    """The sentence, then the reason of the decision as a sentence of its own."""
    reason = decision.reason.strip() if decision else ""
    if not reason:
        return sentence
    return f"{sentence} {reason}" if reason.endswith((".", "!", "?")) else f"{sentence} {reason}."
