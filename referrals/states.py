"""The states of a referral, and what each side reads about them.

A state says where the referral stands, never why (reason) nor with what result (outcome). Each state
has one label per side and one sentence that says who moves and what happens next (DESIGN, "The
referral, closed loop").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db.models import TextChoices

from core.working_days import long_date

SENDER = "sender"
RECIPIENT = "recipient"
SENDER_MANAGER = "sender_manager"
RECIPIENT_MANAGER = "recipient_manager"
CLOCK = "clock"
# The youth, who withdraws their agreement: told to either side, or by their own link.
YOUTH = "youth"
# Who acts, for somebody who is on neither side.
SIDE_WORDS = {
    SENDER: "la structure qui oriente",
    RECIPIENT: "la structure destinataire",
    SENDER_MANAGER: "un responsable de la structure qui oriente",
    RECIPIENT_MANAGER: "un responsable de la structure destinataire",
    CLOCK: "le portail, au terme d’un délai",
    YOUTH: "le jeune",
}
SIDES = (SENDER, RECIPIENT, SENDER_MANAGER, RECIPIENT_MANAGER, CLOCK, YOUTH)


class State(TextChoices):
    """Codes are stored; the label is the neutral one, for figures and filters."""

    DRAFT = "draft", "Brouillon"
    SENT = "sent", "Envoyée"
    RECEIVED = "received", "Reçue"
    INFO_REQUESTED = "info_requested", "À compléter"
    WAITLISTED = "waitlisted", "Liste d’attente"
    ACCEPTED = "accepted", "Acceptée"
    STARTED = "started", "En cours"
    COMPLETED = "completed", "Terminée"
    DECLINED = "declined", "Refusée"
    NO_RESPONSE = "no_response", "Sans réponse"
    WITHDRAWN = "withdrawn", "Retirée"
    DROPPED_OUT = "dropped_out", "Interrompue"
    ENTERED_IN_ERROR = "entered_in_error", "Erreur de saisie"


class Stage(TextChoices):
    """Groups of states, in the order of the funnel; ``left`` gathers the exits before the start."""

    PREPARING = "preparing", "En préparation"
    WAITING = "waiting", "En attente de réponse"
    AGREED = "agreed", "Acceptée, pas encore démarrée"
    UNDER_WAY = "under_way", "En cours"
    FINISHED = "finished", "Terminée"
    LEFT = "left", "Sortie avant le démarrage"
    INTERRUPTED = "interrupted", "Interrompue après le démarrage"
    VOID = "void", "Erreur de saisie"


@dataclass(frozen=True)
class StateInfo:
    """What the pages say about one state. ``mover`` is the side that must act, None when nobody must.

    The sentences take ``{sender}``, ``{recipient}`` (names of organisations, never of a person) and
    ``{by}`` (" au plus tard le 3 mars 2026", or nothing when no date is known).
    """

    stage: Stage
    terminal: bool
    mover: str | None
    sender_label: str
    recipient_label: str
    sender_next: str
    recipient_next: str


STATES: dict[State, StateInfo] = {
    State.DRAFT: StateInfo(
        Stage.PREPARING,
        False,
        SENDER,
        "Brouillon",
        "Brouillon",
        "Recueillez l’accord du jeune, puis envoyez cette orientation : le destinataire n’en voit rien pour l’instant.",
        "Cette orientation n’est pas encore envoyée.",
    ),
    State.SENT: StateInfo(
        Stage.WAITING,
        False,
        RECIPIENT,
        "Envoyée, pas encore ouverte",
        "Nouvelle",
        "Le destinataire ({recipient}) doit l’ouvrir et répondre{by}. Vous recevrez sa réponse ici.",
        "Ouvrez cette orientation et répondez{by} : accepter, mettre en attente, demander un complément ou "
        "refuser.",
    ),
    State.RECEIVED: StateInfo(
        Stage.WAITING,
        False,
        RECIPIENT,
        "Reçue, en cours d’étude",
        "À traiter",
        "Le destinataire ({recipient}) étudie la demande et doit répondre{by}.",
        "Répondez{by} : accepter, mettre en attente, demander un complément ou refuser.",
    ),
    State.INFO_REQUESTED: StateInfo(
        Stage.WAITING,
        False,
        SENDER,
        "À compléter",
        "Complément demandé",
        "Répondez à la question du destinataire ({recipient}){by} : l’étude de la demande reprendra "
        "aussitôt.",
        "L’expéditeur ({sender}) doit répondre à votre question{by}. Vous pouvez décider sans attendre.",
    ),
    State.WAITLISTED: StateInfo(
        Stage.WAITING,
        False,
        RECIPIENT,
        "En liste d’attente",
        "En liste d’attente",
        "Le jeune est retenu sans place disponible. Le destinataire ({recipient}) réexamine sa "
        "situation{by}.",
        "Réexaminez la situation du jeune{by} : accepter dès qu’une place se libère, ou refuser.",
    ),
    State.ACCEPTED: StateInfo(
        Stage.AGREED,
        False,
        RECIPIENT,
        "Acceptée",
        "Acceptée, démarrage à confirmer",
        "Le destinataire ({recipient}) doit confirmer le démarrage{by}. Préparez l’entrée avec le jeune.",
        "Confirmez le démarrage{by}, ou signalez que le jeune n’est pas venu.",
    ),
    State.STARTED: StateInfo(
        Stage.UNDER_WAY,
        False,
        RECIPIENT,
        "En cours",
        "En cours, bilan à venir",
        "Le parcours a commencé. Le destinataire ({recipient}) doit en donner le résultat{by}.",
        "À la fin du parcours, indiquez-en le résultat{by}. En cas d’interruption, signalez-la tout "
        "de suite.",
    ),
    State.COMPLETED: StateInfo(
        Stage.FINISHED,
        True,
        SENDER,
        "Terminée",
        "Terminée",
        "Prenez connaissance du résultat{by} : la boucle sera fermée.",
        "Le résultat est transmis à l’expéditeur ({sender}). Vous n’avez plus rien à faire.",
    ),
    State.DECLINED: StateInfo(
        Stage.LEFT,
        True,
        SENDER,
        "Refusée",
        "Refusée",
        "Prenez connaissance du motif{by} et cherchez avec le jeune une autre solution.",
        "L’expéditeur ({sender}) est prévenu du motif. Vous n’avez plus rien à faire.",
    ),
    State.NO_RESPONSE: StateInfo(
        Stage.LEFT,
        True,
        SENDER,
        "Sans réponse",
        "Close sans réponse",
        "Personne n’a répondu à temps. Prenez-en connaissance{by} et cherchez avec le jeune une autre "
        "solution ; une réponse tardive reste possible.",
        "Le délai de réponse est dépassé. Une réponse tardive reste possible ; elle sera signalée "
        "comme telle.",
    ),
    State.WITHDRAWN: StateInfo(
        Stage.LEFT,
        True,
        None,
        "Retirée",
        "Retirée",
        "La demande est retirée ; les deux structures sont prévenues. Aucune action n’est attendue.",
        "La demande est retirée ; les deux structures sont prévenues. Aucune action n’est attendue.",
    ),
    State.DROPPED_OUT: StateInfo(
        Stage.INTERRUPTED,
        True,
        SENDER,
        "Interrompue",
        "Interrompue",
        "Prenez connaissance de l’interruption{by} et reprenez contact avec le jeune.",
        "L’interruption est transmise à l’expéditeur ({sender}). Vous n’avez plus rien à faire.",
    ),
    State.ENTERED_IN_ERROR: StateInfo(
        Stage.VOID,
        True,
        None,
        "Erreur de saisie",
        "Erreur de saisie",
        "Cette orientation a été saisie par erreur. Elle est conservée, sans compter dans les chiffres.",
        "Cette orientation a été saisie par erreur. Elle est conservée, sans compter dans les chiffres.",
    ),
}

# Added for the sender of a course whose becoming is asked later.
FOLLOW_UPS = " Deux points de suivi sont prévus, à 3 et 6 mois."


@dataclass(frozen=True)
class Hold:
    """What the pages say instead, while something else than the state is awaited."""

    label: str
    sender_next: str
    recipient_next: str


# By the kind of the clock that runs (referrals.clocks.Kind): the state stays what it was.
HOLDS: dict[str, Hold] = {
    "cancel": Hold(
        "Annulation demandée",
        "Le destinataire ({recipient}) doit confirmer l’annulation que vous demandez. Sans réponse dans les cinq jours "
        "ouvrés, elle le sera par le portail.",
        "L’expéditeur ({sender}) demande l’annulation. Confirmez-la ou refusez-la{by} ; sans réponse dans les cinq "
        "jours ouvrés, elle le sera par le portail.",
    ),
    "resume": Hold(
        "Suspendue",
        "Le parcours est suspendu. Le destinataire ({recipient}) doit en confirmer la reprise{by} ; vous le pouvez "
        "aussi.",
        "Le parcours est suspendu. Confirmez sa reprise{by}, ou signalez qu’il prend fin.",
    ),
}

TERMINAL = frozenset(state for state, info in STATES.items() if info.terminal)
# Sent, and not over yet.
OPEN_STATES = [state for state in STATES if state not in TERMINAL and state != State.DRAFT]
# The recipient took it: accepted, or begun.
TAKEN = [State.ACCEPTED, State.STARTED]
# The exits after which the sender may propose the youth to somebody else (SECURITY §2.3, row 20).
REDIRECTABLE = (State.DECLINED, State.NO_RESPONSE, State.WITHDRAWN, State.DROPPED_OUT)
# How long a partner still reads its own referral after the exit.
GRACE_DAYS = 30
ANSWERED = frozenset({State.WAITLISTED, State.ACCEPTED, State.STARTED, State.COMPLETED, State.DECLINED})


def in_sql(states: Iterable[Enum]) -> str:
    """A list of states as the texts of SQL functions write it: ``('accepted', 'started')``."""
    return "(" + ", ".join(f"'{state.value}'" for state in states) + ")"


def other_side(side: str) -> str:
    """The side across from ``sender`` or ``recipient``."""
    return SENDER if side == RECIPIENT else RECIPIENT


def info(state: str) -> StateInfo:
    """What the pages say about ``state``. ValueError on an unknown code."""
    return STATES[State(state)]


def side_label(state: str, side: str, clock_kind: str = "") -> str:
    """Label of the state for one side (a manager reads the label of his side), or of what it is on hold for."""
    if hold := HOLDS.get(clock_kind):
        return hold.label
    found = info(state)
    return found.recipient_label if side.startswith(RECIPIENT) else found.sender_label


def next_step(
    state: str,
    side: str,
    *,
    sender: str,
    recipient: str,
    due_on: date | None = None,
    acknowledged: bool = False,
    followed: bool = True,
    clock_kind: str = "",
) -> str:
    """Sentence for one side: who moves, what happens next, by which day (included).

    ``acknowledged``: the sender has seen the exit, so that nobody moves any more. ``followed``: what becomes of the
    youth is asked some months later. ``clock_kind``: what is awaited, when it is something else than the state says.
    """
    found: StateInfo | Hold = info(state)
    if isinstance(found, StateInfo) and acknowledged and found.terminal and found.mover == SENDER:
        who = f"L’expéditeur ({sender}) a" if side.startswith(RECIPIENT) else "Vous avez"
        return f"{who} pris connaissance de l’issue : la boucle est fermée."
    found = HOLDS.get(clock_kind, found)
    template = found.recipient_next if side.startswith(RECIPIENT) else found.sender_next
    by = f" au plus tard le {long_date(due_on)}" if due_on else ""
    text = template.format(sender=sender, recipient=recipient, by=by)
    return text + FOLLOW_UPS if followed and state == State.COMPLETED and side.startswith(SENDER) else text


def states_of(stage: str) -> tuple[State, ...]:
    """The states gathered in one stage of the funnel, in the order of the loop."""
    return tuple(state for state, found in STATES.items() if found.stage == stage)


def side_in(organisation_id: int, role: str, sender_id: int, recipient_id: int) -> frozenset[str]:
    """The sides on which a person stands for one referral, from their organisation and role.

    Only professionals and managers move a referral: data-protection delegates, regional and national
    staff get no side at all (SECURITY §2.3). A manager stands on the ordinary side as well.
    """
    if role not in ("professional", "manager"):
        return frozenset()
    sides = set()
    for side, owner_id in ((SENDER, sender_id), (RECIPIENT, recipient_id)):
        if organisation_id == owner_id:
            sides.add(side)
            if role == "manager":
                sides.add(f"{side}_manager")
    return frozenset(sides)
