"""The state of a convention, computed from its dates and decisions, never typed in (DOMAIN §6.1, §6.2, §9).

Days are included on both sides: ``ends_on`` is the last day in force, ``left_on`` the last day of a party.
The decisions are the other way round: ``terminated_on``, ``lapsed_on``, ``replaced_on`` and the day a
denunciation takes effect are the first day on which the convention no longer holds.

Five ways to end: échéance, dénonciation, résiliation, caducité, remplacement. The earliest one wins; on the
same day a decision wins over the mere end of the term. An unknown signature or end is never "en vigueur".
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core import working_days
from core.working_days import long_date

PROPOSED = "proposition"
PRACTICE = "pratique"
SIGNED_NATURES = ("accord_cadre", "convention", "declinaison")
ALERT_MONTHS = (6, 3, 1)
DENOUNCE_WARNING_DAYS = 30
_LONGEST_CLAMP = 3  # days lost between a 31st and a 28 February


class ConventionState(StrEnum):
    """Exactly one on any day."""

    PROPOSEE = "proposee"
    PRATIQUE = "pratique"
    PROJET = "projet"
    A_SIGNER = "a_signer"
    A_VENIR = "a_venir"
    EN_VIGUEUR = "en_vigueur"
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
    S.TERME_INCONNU: "Signée, terme inconnu",
    S.SIGNATURE_NON_ETABLIE: "Signature non établie",
    S.ECHUE: "Échue",
    S.DENONCEE: "Dénoncée",
    S.RESILIEE: "Résiliée",
    S.CADUQUE: "Caduque",
    S.REMPLACEE: "Remplacée",
}
ENDED = frozenset({S.ECHUE, S.DENONCEE, S.RESILIEE, S.CADUQUE, S.REMPLACEE})


@dataclass(frozen=True)
class PartyFacts:
    """A party, from the day it joins to its last day; None means since the beginning, without end."""

    joined_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ConventionFacts:
    """What the state is computed from.

    ``signed_on`` None with ``signature_known`` means nobody signed yet; without it, that nobody can tell.
    ``ends_on`` None with ``end_known`` means without limit; without it, that the term is unknown.
    ``max_renewals`` None means without limit. ``denunciation_effective_on`` None means
    ``denounced_on`` plus the notice.
    """

    nature: str
    signed_on: date | None = None
    signature_known: bool = True
    to_sign_since: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    end_known: bool = True
    tacit_renewal: bool = False
    renewal_months: int | None = None
    max_renewals: int | None = None
    notice_months: int | None = None
    denounced_on: date | None = None
    denunciation_effective_on: date | None = None
    terminated_on: date | None = None
    lapsed_on: date | None = None
    replaced_on: date | None = None
    parties: tuple[PartyFacts, ...] = ()


@dataclass(frozen=True)
class Alert:
    """Something to tell about a convention: ``code`` and ``term`` together make it unique."""

    code: str
    on: date
    term: date
    message: str


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
    if facts.signed_on is None or day < facts.signed_on:
        waiting = facts.to_sign_since is not None and facts.to_sign_since <= day
        return S.A_SIGNER if waiting else S.PROJET
    if facts.starts_on is not None and day < facts.starts_on:
        return S.A_VENIR
    return S.EN_VIGUEUR if facts.end_known else S.TERME_INCONNU


def ending_on(facts: ConventionFacts, day: date) -> tuple[ConventionState, date] | None:
    """How and since when the convention is over on ``day``; None while it is not."""
    ends = [(on, rank, state) for rank, (state, on) in enumerate(_decisions(facts)) if on and on <= day]
    term = term_on(facts, day)
    # A text that nobody signed cannot reach its term; one whose signature is merely not proven can.
    if term is not None and term < day and not _unsigned_on(facts, day):
        ends.append((_add_days(term, 1), len(ends) + 10, S.ECHUE))
    if not ends:
        return None
    on, _, state = min(ends)
    return state, on


def term_on(facts: ConventionFacts, day: date) -> date | None:
    """Last day of the period running on ``day``, tacit renewals included; the final term once it is over.

    None when the term is unknown or when there is none. A renewal adds a period to the original term
    (never to an already shortened month: 31 January renewed by months falls on 28 February, then 31 March).
    """
    return _period_on(facts, day)[1]


def renewals_on(facts: ConventionFacts, day: date) -> int:
    """Number of tacit renewals that have happened by ``day``."""
    return _period_on(facts, day)[0]


def last_day_to_denounce(facts: ConventionFacts, day: date) -> date | None:
    """Last day on which a denunciation avoids the next renewal: the notice must be over by the running term.

    Usually the term minus the notice; at the end of a month, up to three days later (31 March plus one month
    is 30 April). None when there is no term, no tacit renewal left to avoid, or no notice to give.
    """
    done, term = _period_on(facts, day)
    if term is None or facts.notice_months is None or not _may_renew(facts, done):
        return None
    last_day = _add_months(term, -facts.notice_months)
    for _ in range(_LONGEST_CLAMP):
        following = _add_days(last_day, 1)
        if following > term or _add_months(following, facts.notice_months) > term:
            break
        last_day = following
    return last_day


def denunciation_takes_effect_on(facts: ConventionFacts) -> date | None:
    """First day without the convention after a denunciation: the day decided, else the date plus
    the notice.
    """
    if facts.denunciation_effective_on is not None or facts.denounced_on is None:
        return facts.denunciation_effective_on
    return _add_months(facts.denounced_on, facts.notice_months or 0)


def expected_last_day(facts: ConventionFacts, day: date) -> date | None:
    """Last day in force as it can be foreseen on ``day``: the running term, or the eve of a coming
    decision.
    """
    days = [_add_days(on, -1) for _, on in _decisions(facts) if on is not None and on > day]
    term = term_on(facts, day)
    return min([*days, term] if term is not None else days, default=None)


def alerts_due(facts: ConventionFacts, day: date) -> tuple[Alert, ...]:
    """Every alert of the running period that is due on ``day``, oldest first.

    6, 3 and 1 months before the end, 30 days before the last day to denounce and on that day, the day after
    the end or after a renewal. A missed night loses nothing: past alerts of the period stay in the list; the
    caller sends each (code, term) once. A convention ended by a decision raises nothing more.
    """
    state = state_on(facts, day)
    if state == S.ECHUE:
        ended = ending_on(facts, day)
        assert ended is not None
        over = _add_days(ended[1], -1)
        return (
            Alert("ended", ended[1], over, f"La convention est arrivée à échéance le {long_date(over)}."),
        )
    last = expected_last_day(facts, day)
    if last is None or state not in (S.EN_VIGUEUR, S.TERME_INCONNU):
        return ()
    done, term = _period_on(facts, day)
    renewable = last == term and _may_renew(facts, done)
    what = "sera reconduite tacitement après" if renewable else "prend fin"
    message = f"La convention {what} le {long_date(last)}."
    alerts = [
        Alert(f"before_{months}_months", _add_months(last, -months), last, message) for months in ALERT_MONTHS
    ]
    last_day = last_day_to_denounce(facts, day)
    if renewable and last_day is not None:
        message = f"Dernier jour pour dénoncer la convention : le {long_date(last_day)}."
        warned = _add_days(last_day, -DENOUNCE_WARNING_DAYS)
        alerts += [
            Alert("denounce_soon", warned, last, message),
            Alert("denounce_today", last_day, last, message),
        ]
    if done and term is not None:
        message = f"La convention a été reconduite tacitement jusqu’au {long_date(term)}."
        alerts.append(Alert("renewed", _add_days(_term_after(facts, done - 1), 1), term, message))
    return tuple(
        sorted((alert for alert in alerts if alert.on <= day), key=lambda alert: (alert.on, alert.code))
    )


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
    if facts.denunciation_effective_on and not facts.denounced_on:
        found.append("Une dénonciation a une date d’effet : indiquez aussi le jour où elle a été reçue.")
    if facts.denounced_on and facts.denunciation_effective_on:
        if facts.denunciation_effective_on < facts.denounced_on:
            found.append("La dénonciation ne peut pas prendre effet avant d’avoir été reçue.")
        elif facts.notice_months and facts.denunciation_effective_on < _add_months(
            facts.denounced_on, facts.notice_months
        ):
            found.append("La dénonciation prend effet avant la fin du préavis.")
    for on, name in (
        (facts.denounced_on, "dénoncée"),
        (facts.terminated_on, "résiliée"),
    ):
        if on and facts.signature_known and (facts.signed_on is None or on < facts.signed_on):
            found.append(f"La convention ne peut pas être {name} avant d’avoir été signée.")
    return found


def _decisions(facts: ConventionFacts) -> tuple[tuple[ConventionState, date | None], ...]:
    """The endings that somebody or something decided, in the order that settles a tie."""
    lapses = [on for on in (facts.lapsed_on, _alone_since(facts)) if on is not None]
    return (
        (S.CADUQUE, min(lapses, default=None)),
        (S.RESILIEE, facts.terminated_on),
        (S.DENONCEE, denunciation_takes_effect_on(facts)),
        (S.REMPLACEE, facts.replaced_on),
    )


def _alone_since(facts: ConventionFacts) -> date | None:
    """First day on which fewer than two parties remain: no convention holds with oneself (DOMAIN §9.17)."""
    if len(facts.parties) < 2:
        return None
    for left_on in sorted(party.left_on for party in facts.parties if party.left_on is not None):
        day = _add_days(left_on, 1)
        remaining = [
            party
            for party in facts.parties
            if (party.joined_on is None or party.joined_on <= day)
            and (party.left_on is None or party.left_on >= day)
        ]
        if len(remaining) < 2:
            return day
    return None


def _unsigned_on(facts: ConventionFacts, day: date) -> bool:
    return facts.signature_known and (facts.signed_on is None or facts.signed_on > day)


def _may_renew(facts: ConventionFacts, done: int) -> bool:
    if not (facts.tacit_renewal and facts.renewal_months and facts.renewal_months > 0):
        return False
    return facts.max_renewals is None or done < facts.max_renewals


def _period_on(facts: ConventionFacts, day: date) -> tuple[int, date | None]:
    """(renewals done, last day) of the period running on ``day``."""
    if facts.ends_on is None or not facts.end_known:
        return 0, None
    if day <= facts.ends_on or not _may_renew(facts, 0):
        return 0, facts.ends_on
    assert facts.renewal_months is not None
    months = (day.year - facts.ends_on.year) * 12 + day.month - facts.ends_on.month
    done = months // facts.renewal_months
    if _term_after(facts, done) < day:
        done += 1
    if facts.max_renewals is not None:
        done = min(done, facts.max_renewals)
    return done, _term_after(facts, done)


def _term_after(facts: ConventionFacts, renewals: int) -> date:
    assert facts.ends_on is not None
    assert facts.renewal_months is not None
    return _add_months(facts.ends_on, facts.renewal_months * renewals)


def _add_months(day: date, months: int) -> date:
    """``core.working_days.add_months``, within the calendar: a page must show any typed date."""
    try:
        return working_days.add_months(day, months)
    except ValueError:
        return date.max if months > 0 else date.min


def _add_days(day: date, count: int) -> date:
    """``core.working_days.add_days``, within the calendar."""
    try:
        return working_days.add_days(day, count)
    except ValueError:
        return date.max if count > 0 else date.min
