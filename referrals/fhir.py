"""Our states beside the fifteen of SECURITY §2.2 and those of FHIR (Task.status, ServiceRequest.status). Pure.

One column cannot carry "accepted, entry planned" and "started, suspended": we keep them as dates beside the state, and
the exchange formats have states for them. ``business_status`` is the code of IHE 360X where there is one.
"""

from dataclasses import dataclass

from referrals.programmes.base import AGREEMENT_WITHDRAWN
from referrals.states import CLOCK, RECIPIENT, YOUTH, State


@dataclass(frozen=True)
class Standard:
    """One state of SECURITY §2.2. ``gravity_status``: the status that the Gravity profile wants instead."""

    code: str
    label: str
    task_status: str
    business_status: str
    service_request: str
    terminal: bool = False
    gravity_status: str = ""

    @property
    def exported_status(self) -> str:
        """Task.status for who reads the Gravity profile, which does not know ``received``."""
        return self.gravity_status or self.task_status


STANDARDS: dict[str, Standard] = {
    standard.code: standard
    for standard in (
        Standard("brouillon", "Brouillon", "draft", "", "draft"),
        Standard("envoyee", "Envoyée", "requested", "2.0", "active"),
        Standard("recue", "Reçue", "received", "received", "active", gravity_status="requested"),
        Standard(
            "a_completer", "À compléter", "received", "needs-info", "active", gravity_status="requested"
        ),
        Standard("liste_attente", "Liste d’attente", "on-hold", "waitlisted", "active"),
        Standard("acceptee", "Acceptée", "accepted", "3.0", "active"),
        Standard("planifiee", "Entrée planifiée", "accepted", "5.1.1", "active"),
        Standard("en_cours", "En cours", "in-progress", "started", "active"),
        Standard("suspendue", "Suspendue", "on-hold", "suspended", "on-hold"),
        Standard("terminee", "Terminée", "completed", "7.0", "completed", terminal=True),
        Standard("refusee", "Refusée", "rejected", "4.0", "revoked", terminal=True),
        Standard("sans_suite", "Sans suite", "cancelled", "no-follow-up", "revoked", terminal=True),
        Standard("annulee", "Annulée", "cancelled", "6.0", "revoked", terminal=True),
        Standard("abandonnee", "Abandonnée", "failed", "interrupted", "revoked", terminal=True),
        Standard(
            "erreur_saisie", "Erreur de saisie", "entered-in-error", "", "entered-in-error", terminal=True
        ),
    )
}

_CODES: dict[State, str] = {
    State.DRAFT: "brouillon",
    State.SENT: "envoyee",
    State.RECEIVED: "recue",
    State.INFO_REQUESTED: "a_completer",
    State.WAITLISTED: "liste_attente",
    State.ACCEPTED: "acceptee",
    State.STARTED: "en_cours",
    State.COMPLETED: "terminee",
    State.DECLINED: "refusee",
    State.NO_RESPONSE: "sans_suite",
    State.WITHDRAWN: "annulee",
    State.DROPPED_OUT: "abandonnee",
    State.ENTERED_IN_ERROR: "erreur_saisie",
}
# A request that the sender asked to cancel, and that the recipient has not confirmed yet (360X 5.2).
CANCELLATION_ASKED = "5.2"
# The youth goes no further: nobody took the request back (SECURITY §2.2, "sans suite").
_NO_FOLLOW_UP = frozenset(
    {"JEUNE_RENONCE", "JEUNE_INJOIGNABLE", "JEUNE_ABSENT", "DEMENAGEMENT", AGREEMENT_WITHDRAWN}
)
# The steps that 360X has a code for; every other one tells how it goes.
_STEPS = {"RDV_PRIS": "5.1.1", "RDV_MANQUE": "5.1.2", "RDV_DEPLACE": "5.1.3"}
INTERIM_NOTE = "5.1.4"


def standard_of(
    state: str, *, planned: bool = False, suspended: bool = False, reason: str = "", closed_by: str = ""
) -> Standard:
    """The state of SECURITY §2.2 in which a referral is. ValueError on an unknown state.

    ``planned``: a day of entry is known. ``reason`` and ``closed_by`` (a side of ``states``, without "_manager")
    tell a request that was taken back from one that came to nothing.
    """
    code = _CODES[State(state)]
    if code == "acceptee" and planned:
        code = "planifiee"
    elif code == "en_cours" and suspended:
        code = "suspendue"
    elif code == "annulee" and (closed_by in (RECIPIENT, YOUTH) or reason in _NO_FOLLOW_UP):
        code = "sans_suite"
    return STANDARDS[code]


def service_request_of(standard: Standard, *, proposed_elsewhere: bool = False) -> str:
    """ServiceRequest.status: after a refusal, a silence or a drop-out, what is proposed elsewhere lives on."""
    if standard.code in ("refusee", "sans_suite", "abandonnee") and proposed_elsewhere:
        return "active"
    return standard.service_request


def business_status_of(standard: Standard, *, cancellation_asked: bool = False) -> str:
    """Task.businessStatus; a cancellation that waits for its confirmation shows before anything else."""
    return CANCELLATION_ASKED if cancellation_asked and not standard.terminal else standard.business_status


def event_code(step: str) -> str:
    """The 360X event of a step inside a state; an interim note for what it has no code of its own for."""
    return _STEPS.get(step, INTERIM_NOTE)


def closed_by(side: str) -> str:
    """The side of the event that closed a referral, as ``standard_of`` takes it."""
    return side if side in (CLOCK, YOUTH) else side.removesuffix("_manager")
