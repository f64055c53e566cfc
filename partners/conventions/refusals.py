"""What may not be decided about a convention, and why: one rule for the acts and for the administration. Pure."""

from dataclasses import dataclass
from datetime import date

from core.working_days import long_date
from partners.conventions.facts import (
    ConventionFacts,
    Denunciation,
    is_an_exit,
    spans_of,
    takes_effect_on,
)
from partners.conventions.state import (
    PRACTICE,
    PROPOSED,
    RUNNING,
    UNSIGNED,
    ConventionState,
    ending_on,
    state_on,
)
from partners.models import ConventionDecision

Kind = ConventionDecision.Kind
S = ConventionState
# What a text of these natures is called: nobody signs it, so that nothing can be done to it.
UNSIGNABLE = {PROPOSED: "Un accord proposé", PRACTICE: "Une pratique documentée"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why, in French. ``about``: the column of a decision that it speaks of; None for the whole."""

    message: str
    about: str | None = None


def refusal_of(
    facts: ConventionFacts,
    kind: str,
    *,
    decided_on: date,
    effective_on: date | None = None,
    party: int | None = None,
) -> Refusal | None:
    """Why a decision of a kind cannot be taken on these facts, which do not hold it; None when it can."""
    if kind == Kind.DENOUNCED:
        return _of_denunciation(facts, Denunciation(decided_on, effective_on, party))
    day, about = (effective_on, "effective_on") if effective_on else (decided_on, "decided_on")
    if refusal := refusal_over(facts, day, about):
        return refusal
    state = state_on(facts, day)
    if kind == Kind.TO_SIGN and state not in (S.PROJET, S.A_SIGNER):
        return Refusal(f"Cette convention n’est plus à signer : elle est « {state.label.lower()} ».", about)
    if kind == Kind.RESUMED and state != S.SUSPENDUE:
        return Refusal("Cette convention n’est pas suspendue ce jour-là.", about)
    if kind == Kind.SUSPENDED and state == S.SUSPENDUE:
        return Refusal("Cette convention est déjà suspendue ce jour-là.", about)
    if kind == Kind.SUSPENDED:
        return _not_running(state, "suspendue", about)
    return _not_running(state, "résiliée", about) if kind == Kind.TERMINATED else None


def refusal_over(facts: ConventionFacts, day: date, about: str) -> Refusal | None:
    """Why nothing can be decided for a day: a text that nobody signs, or one that is over that day."""
    if facts.nature in UNSIGNABLE:
        return Refusal(f"{UNSIGNABLE[facts.nature]} n’est pas un texte signé : il n’y a rien à décider.")
    over = ending_on(facts, day)
    if over is None:
        return None
    state, since = over
    return Refusal(
        f"Cette convention est déjà finie ce jour-là : « {state.label.lower()} » depuis le {long_date(since)}.",
        about,
    )


def _of_denunciation(facts: ConventionFacts, denunciation: Denunciation) -> Refusal | None:
    received, effective = denunciation.received_on, denunciation.effective_on
    refusal = refusal_over(facts, received, "decided_on") or _not_running(
        state_on(facts, received), "dénoncée", "decided_on"
    )
    if refusal:
        return refusal
    effect = takes_effect_on(denunciation, facts.notice_months)
    spans = spans_of(facts)
    if denunciation.by is not None and not any(
        span.organisation == denunciation.by and span.covers(received) for span in spans
    ):
        return Refusal("Cette structure n’est pas partie à la convention ce jour-là.", "party")
    if is_an_exit(spans, denunciation, effect):
        return Refusal(
            "Deux parties au moins restent : la convention continue entre elles. Enregistrez plutôt la sortie de "
            "cette partie.",
            "party",
        )
    if effective is None:
        return None
    if facts.notice_months and effect < takes_effect_on(Denunciation(received), facts.notice_months):
        return Refusal("La dénonciation prend effet avant la fin du préavis.", "effective_on")
    return refusal_over(facts, effective, "effective_on")


def _not_running(state: ConventionState, what: str, about: str) -> Refusal | None:
    if state == S.SIGNATURE_NON_ETABLIE:
        return Refusal(f"Sa signature n’est pas établie : cette convention ne peut pas être {what}.")
    if state in (S.PROJET, S.A_SIGNER):
        return Refusal(UNSIGNED.format(what), about)
    if state not in RUNNING and not (state == S.A_VENIR and what != "suspendue"):
        return Refusal(
            f"Cette convention n’est pas en vigueur ce jour-là : elle ne peut pas être {what}.", about
        )
    return None
