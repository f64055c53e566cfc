"""The rules of a breach, on dates alone (DOMAIN §2.2, A-16 to A-20; §2.4 for the hand-over).

Two delays of 45 days are not the same. The contract may be broken freely during the first 45 days **of presence in the
company**, consecutive or not, without the days at the centre. And 45 **calendar** days after a breach, the centre is
asked to hand the youth over.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.working_days import add_days, add_months, long_date

FREE_PRESENCE_DAYS = 45  # code du travail, L6222-18
HANDOVER_DAYS = 45  # §2.4, calendar days
MEDIATION_DAYS = 5  # R6222-21-1, from the mediator to the employer
NOTICE_DAYS = 7  # R6222-21-1, from the employer to the breach
KEPT_MONTHS = 6  # L6222-18-2, to be confirmed: beyond it, a warning
OLDEST = timedelta(days=365)  # §2.4: a breach is declared within the year

FREE_RULE = "Pendant les 45 premiers jours de présence en entreprise, le contrat se rompt librement."
SOURCE_FREE = "Code du travail, L6222-18"
SOURCE_MEDIATOR = "Code du travail, R6222-21-1"


class Mode(StrEnum):
    """How the contract ended: never why."""

    FREE = "libre"
    AGREED = "accord"
    APPRENTICE = "apprenti"
    OTHER = "autre_cas"


MODES = (
    (Mode.FREE.value, "Rupture libre, pendant les 45 premiers jours en entreprise"),
    (Mode.AGREED.value, "D’un commun accord, par écrit"),
    (Mode.APPRENTICE.value, "À l’initiative de l’apprenti, après le médiateur"),
    (Mode.OTHER.value, "Autre cas prévu par le code du travail (la cause ne s’écrit pas)"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a breach. ``presence``: days present in the company, the day of the breach included."""

    started_on: date
    broke_on: date
    mode: str
    presence: int | None = None
    mediator_on: date | None = None
    employer_on: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one field: ``wrong`` refuses, otherwise it is to be checked."""

    field: str
    words: str
    wrong: bool = True


def is_free(facts: Facts) -> bool | None:
    """Whether the breach falls in the free period; None when the days of presence are needed to tell.

    Nobody is present more days than have passed: within 45 calendar days, the answer is known without them.
    """
    if facts.presence is not None:
        return facts.presence <= FREE_PRESENCE_DAYS
    return True if elapsed(facts) <= FREE_PRESENCE_DAYS else None


def elapsed(facts: Facts) -> int:
    """Calendar days from the start of the contract to the breach, both included."""
    return (facts.broke_on - facts.started_on).days + 1


def earliest_notice(mediator_on: date) -> date:
    """First day on which the employer may be informed, once the mediator was asked."""
    return add_days(mediator_on, MEDIATION_DAYS)


def earliest_breach(employer_on: date) -> date:
    """First day on which the contract may end, once the employer was informed."""
    return add_days(employer_on, NOTICE_DAYS)


def handover_on(broke_on: date) -> date:
    """Day from which the centre is asked to send its request, or to say why not."""
    return add_days(broke_on, HANDOVER_DAYS)


def kept_until_at_most(broke_on: date) -> date:
    """Last day during which the centre keeps the apprentice after a breach."""
    return add_months(broke_on, KEPT_MONTHS)


def findings(facts: Facts, today: date, *, kept_until: date | None = None) -> list[Finding]:
    """Everything that the rules say of a breach declared on ``today``; empty when there is nothing to say."""
    found = _dates(facts, today)
    if found:
        return found
    return [*_free_period(facts), *_mediation(facts), *_keeping(facts, kept_until)]


def _dates(facts: Facts, today: date) -> list[Finding]:
    if facts.broke_on > today:
        return [Finding("broke_on", "Une rupture se déclare quand elle a eu lieu : cette date est à venir.")]
    if facts.broke_on < today - OLDEST:
        return [Finding("broke_on", "Cette rupture a plus d’un an : vérifiez l’année.")]
    if facts.started_on > facts.broke_on:
        return [Finding("started_on", "Le contrat ne peut pas commencer après sa rupture.")]
    if facts.presence is not None and facts.presence > elapsed(facts):
        days = elapsed(facts)
        return [Finding("presence", f"Il ne s’est écoulé que {days} jours entre le début et la rupture.")]
    return []


def _free_period(facts: Facts) -> list[Finding]:
    if facts.mode != Mode.FREE:
        return []
    free = is_free(facts)
    if free is False:
        return [
            Finding("mode", f"{FREE_RULE} Ces jours sont passés : choisissez un autre mode ({SOURCE_FREE}).")
        ]
    if free is None:
        words = f"{FREE_RULE} Indiquez les jours de présence : ceux passés au centre ne comptent pas ({SOURCE_FREE})."
        return [Finding("presence", words, wrong=False)]
    return []


def _mediation(facts: Facts) -> list[Finding]:
    """The steps of a breach that the apprentice decides after the free period."""
    if facts.mode != Mode.APPRENTICE:
        return []
    found: list[Finding] = []
    if facts.mediator_on is None:
        found.append(
            Finding("mediator_on", f"Le médiateur est saisi d’abord : quel jour ? ({SOURCE_MEDIATOR})")
        )
    if facts.employer_on is None:
        found.append(
            Finding("employer_on", f"L’employeur est informé ensuite : quel jour ? ({SOURCE_MEDIATOR})")
        )
    if facts.mediator_on and facts.employer_on:
        first = earliest_notice(facts.mediator_on)
        if facts.employer_on < first:
            words = f"Au moins {MEDIATION_DAYS} jours après le médiateur : à partir du {long_date(first)}"
            found.append(Finding("employer_on", f"{words} ({SOURCE_MEDIATOR})."))
    if facts.employer_on:
        first = earliest_breach(facts.employer_on)
        if facts.broke_on < first:
            words = f"Au moins {NOTICE_DAYS} jours après l’employeur : à partir du {long_date(first)}"
            found.append(Finding("broke_on", f"{words} ({SOURCE_MEDIATOR})."))
    return found


def _keeping(facts: Facts, kept_until: date | None) -> list[Finding]:
    if kept_until is None:
        return []
    if kept_until < facts.broke_on:
        return [Finding("kept_until", "Le maintien au centre finit après la rupture.")]
    last = kept_until_at_most(facts.broke_on)
    if kept_until > last:
        words = (
            f"Le maintien au centre dure en principe jusqu’au {long_date(last)} (L6222-18-2) : à vérifier."
        )
        return [Finding("kept_until", words, wrong=False)]
    return []
