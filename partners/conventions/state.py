"""The state of a convention, computed from its dates and decisions, never typed in (DOMAIN §6.1, §6.2, §9).

The decisions speak of the day after: ``terminated_on``, ``lapsed_on``, ``replaced_on`` and the day a denunciation
takes effect are the first day on which the convention no longer holds.

Five ways to end: échéance, dénonciation, résiliation, caducité, remplacement. The earliest one wins; on the
same day a decision wins over the mere end of the term. An unknown signature or end is never "en vigueur". A
suspension does not stop the term: what ends while it lasts is ended.
"""

from datetime import date
from enum import StrEnum

from partners.conventions.facts import (
    ConventionFacts,
    add_days,
    add_months,
    alone_since,
    awaited_since,
    denounced_on,
    foreseen_on,
    is_an_exit,
    may_renew,
    period_on,
    signature_on,
    spans_of,
    takes_effect_on,
)

PROPOSED = "proposition"
PRACTICE = "pratique"
SIGNED_NATURES = ("accord_cadre", "convention", "declinaison")
UNSIGNED = "La convention ne peut pas être {} avant d’avoir été signée."
_LONGEST_CLAMP = 3  # days lost between a 31st and a 28 February


class ConventionState(StrEnum):
    """Exactly one on any day."""

    PROPOSEE = "proposee"
    PRATIQUE = "pratique"
    PROJET = "projet"
    A_SIGNER = "a_signer"
    A_VENIR = "a_venir"
    EN_VIGUEUR = "en_vigueur"
    SUSPENDUE = "suspendue"
    TERME_INCONNU = "terme_inconnu"
    SIGNATURE_NON_ETABLIE = "signature_non_etablie"
    ECHUE = "echue"
    DENONCEE = "denoncee"
    RESILIEE = "resiliee"
    CADUQUE = "caduque"
    REMPLACEE = "remplacee"

    @property
    def label(self) -> str:
        """Label to show, in French."""
        return LABELS[self]

    @property
    def ended(self) -> bool:
        """True once the convention no longer holds."""
        return self in ENDED


S = ConventionState

LABELS: dict[ConventionState, str] = {
    S.PROPOSEE: "Accord proposé",
    S.PRATIQUE: "Pratique documentée",
    S.PROJET: "Projet",
    S.A_SIGNER: "À signer",
    S.A_VENIR: "Signée, pas encore en vigueur",
    S.EN_VIGUEUR: "En vigueur",
    S.SUSPENDUE: "Suspendue",
    S.TERME_INCONNU: "Signée, terme inconnu",
    S.SIGNATURE_NON_ETABLIE: "Signature non établie",
    S.ECHUE: "Échue",
    S.DENONCEE: "Dénoncée",
    S.RESILIEE: "Résiliée",
    S.CADUQUE: "Caduque",
    S.REMPLACEE: "Remplacée",
}
ENDED = frozenset({S.ECHUE, S.DENONCEE, S.RESILIEE, S.CADUQUE, S.REMPLACEE})
# What it agrees holds, as far as one can tell.
IN_FORCE = frozenset({S.EN_VIGUEUR, S.TERME_INCONNU})
# Signed, begun and not over: what can be suspended, denounced, prolonged.
RUNNING = IN_FORCE | {S.SUSPENDUE}
# Texts that bind nobody: no meeting of their committee is expected.
_NOT_BINDING = ENDED | {S.PROPOSEE, S.PRATIQUE, S.PROJET, S.A_SIGNER, S.A_VENIR, S.SUSPENDUE}


def binds(state: ConventionState) -> bool:
    """Whether the parties have to do what they promised, as far as one can tell."""
    return state not in _NOT_BINDING


def state_on(facts: ConventionFacts, day: date) -> ConventionState:
    """The one state of the convention on ``day``."""
    if facts.nature == PROPOSED:
        return S.PROPOSEE
    if facts.nature == PRACTICE:
        return S.PRATIQUE
    ending = ending_on(facts, day)
    if ending is not None:
        return ending[0]
    if not facts.signature_known:
        return S.SIGNATURE_NON_ETABLIE
    signed = signature_on(facts)
    if signed is None or day < signed:
        awaited = awaited_since(facts)
        return S.A_SIGNER if awaited is not None and awaited <= day else S.PROJET
    if facts.starts_on is not None and day < facts.starts_on:
        return S.A_VENIR
    if any(suspension.covers(day) for suspension in facts.suspensions):
        return S.SUSPENDUE
    known = facts.end_known or term_on(facts, day) is not None
    return S.EN_VIGUEUR if known else S.TERME_INCONNU


def ending_on(facts: ConventionFacts, day: date) -> tuple[ConventionState, date] | None:
    """How and since when the convention is over on ``day``; None while it is not."""
    ends = [(on, rank, state) for rank, (state, on) in enumerate(_decisions(facts)) if on and on <= day]
    term = term_on(facts, day)
    # A text that nobody signed cannot reach its term; one whose signature is merely not proven can.
    if term is not None and term < day and not _unsigned_on(facts, day):
        ends.append((add_days(term, 1), len(ends) + 10, S.ECHUE))
    if not ends:
        return None
    on, _, state = min(ends)
    return state, on


def term_on(facts: ConventionFacts, day: date) -> date | None:
    """Last day of the period running on ``day``, amendments and tacit renewals included; the final term once it is
    over. None when the term is unknown or when there is none.
    """
    return period_on(facts, day).term


def last_day_to_denounce(facts: ConventionFacts, day: date) -> date | None:
    """Last day on which a denunciation avoids the next renewal: the notice must be over by the running term.

    Usually the term minus the notice; at the end of a month, up to three days later (31 March plus one month
    is 30 April). None when there is no term, no tacit renewal left to avoid, or no notice to give.
    """
    period = foreseen_on(facts, day)
    if period.term is None or facts.notice_months is None or not may_renew(facts, period.renewals):
        return None
    last_day = add_months(period.term, -facts.notice_months)
    for _ in range(_LONGEST_CLAMP):
        following = add_days(last_day, 1)
        if following > period.term or add_months(following, facts.notice_months) > period.term:
            break
        last_day = following
    return last_day


def expected_last_day(facts: ConventionFacts, day: date) -> date | None:
    """Last day in force as it can be foreseen on ``day``: the term, or the eve of a coming decision."""
    days = [add_days(on, -1) for _, on in _decisions(facts) if on is not None and on > day]
    term = foreseen_on(facts, day).term
    return min([*days, term] if term is not None else days, default=None)


def problems(facts: ConventionFacts) -> list[str]:
    """French sentences on facts that contradict one another, for the form that edits them."""
    found = []
    if facts.starts_on and facts.ends_on and facts.ends_on < facts.starts_on:
        found.append("La convention ne peut pas finir avant d’avoir pris effet.")
    if facts.signed_on and not facts.signature_known:
        found.append("Une date de signature est indiquée : la signature est donc établie.")
    if facts.ends_on and not facts.end_known:
        found.append("Une échéance est indiquée : elle est donc connue.")
    if facts.tacit_renewal and not (facts.renewal_months and facts.ends_on):
        found.append("La tacite reconduction demande une échéance et une durée de reconduction.")
    return [*found, *_of_denunciations(facts), *_of_amendments(facts), *_before_signature(facts)]


def _of_denunciations(facts: ConventionFacts) -> list[str]:
    found = []
    for denunciation in facts.denunciations:
        if denunciation.effective_on is not None:
            if denunciation.effective_on < denunciation.received_on:
                found.append("La dénonciation ne peut pas prendre effet avant d’avoir été reçue.")
            elif facts.notice_months and denunciation.effective_on < add_months(
                denunciation.received_on, facts.notice_months
            ):
                found.append("La dénonciation prend effet avant la fin du préavis.")
        if is_an_exit(spans_of(facts), denunciation, takes_effect_on(denunciation, facts.notice_months)):
            found.append(
                "Deux parties au moins restent après cette dénonciation : ce n’est que la sortie de son auteur. "
                "Enregistrez plutôt la sortie de cette partie."
            )
    return found


def _of_amendments(facts: ConventionFacts) -> list[str]:
    found = []
    for amendment in facts.amendments:
        effect = amendment.in_force_from
        if effect is None:
            continue
        eve = add_days(effect, -1)
        # The day after the term is the last one to extend it; any other change needs a text that still holds.
        over = ending_on(facts, effect if amendment.ends_on is None else eve)
        if over is not None:
            found.append(
                f"L’avenant n° {amendment.number} prend effet après la fin de la convention : il est sans effet."
            )
        elif amendment.ends_on is not None and amendment.ends_on < eve:
            found.append(
                f"L’avenant n° {amendment.number} fixe une échéance antérieure à sa prise d’effet : "
                "elle est reportée à la veille de celle-ci."
            )
    return found


def _before_signature(facts: ConventionFacts) -> list[str]:
    signed = signature_on(facts)
    received = min((one.received_on for one in facts.denunciations), default=None)
    since = min((one.since for one in facts.suspensions), default=None)
    return [
        UNSIGNED.format(name)
        for on, name in ((received, "dénoncée"), (facts.terminated_on, "résiliée"), (since, "suspendue"))
        if on and facts.signature_known and (signed is None or on < signed)
    ]


def _decisions(facts: ConventionFacts) -> tuple[tuple[ConventionState, date | None], ...]:
    """The endings that somebody or something decided, in the order that settles a tie."""
    lapses = [on for on in (facts.lapsed_on, alone_since(facts)) if on is not None]
    return (
        (S.CADUQUE, min(lapses, default=None)),
        (S.RESILIEE, facts.terminated_on),
        (S.DENONCEE, denounced_on(facts)),
        (S.REMPLACEE, facts.replaced_on),
    )


def _unsigned_on(facts: ConventionFacts, day: date) -> bool:
    signed = signature_on(facts)
    return facts.signature_known and (signed is None or signed > day)
