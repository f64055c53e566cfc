"""The transition table: the only ways a referral moves. Data; ``referrals.allowed`` answers from it.

One function of the workflow applies these rows under a row lock, and the database refuses what is not
among them. Nothing here reads or writes: guards are names, checked where the facts are.

Guards: ``silent_side`` (the late answer comes from the side that stayed silent, ``allowed.silent_side``),
``within_30_days`` (of the exit), ``within_24_hours`` and ``after_24_hours`` (of the sending), ``suspended`` and
``not_suspended``, ``with_proof`` (who sent the youth has seen that the course has begun, ``referrals.starting``). A
row that ``asks`` opens a request which a row that ``settles`` it answers (referrals.asking).
"""

from dataclasses import dataclass

from referrals.states import (
    CLOCK,
    RECIPIENT,
    RECIPIENT_MANAGER,
    SENDER,
    SENDER_MANAGER,
    YOUTH,
    State,
)

SILENT_SIDE = "silent_side"
WITHIN_30_DAYS = "within_30_days"
WITHIN_24_HOURS = "within_24_hours"
AFTER_24_HOURS = "after_24_hours"
SUSPENDED = "suspended"
NOT_SUSPENDED = "not_suspended"
WITH_PROOF = "with_proof"
GUARDS = frozenset(
    {SILENT_SIDE, WITHIN_30_DAYS, WITHIN_24_HOURS, AFTER_24_HOURS, SUSPENDED, NOT_SUSPENDED, WITH_PROOF}
)
# What is asked of another person before it is done, and how it is answered.
CANCEL, REOPEN, ERROR = "cancel", "reopen", "error"
CONFIRMED, REFUSED = "confirmed", "refused"
REOPEN_DAYS = 30
ERROR_HOURS = 24

INPUTS = frozenset(
    {
        "reason",
        "outcome",
        "question",
        "answer",
        "step",
        "planned_on",
        "review_on",
        "started_on",
        "planned_end_on",
        "ended_on",
        "next_on",
        "suspended_until",
        "note",
    }
)

# Clock effects, carried out by referrals.clocks.clock_after.
EFFECTS = frozenset(
    {
        "answer",
        "opened",
        "complement",
        "review",
        "start",
        "outcome",
        "suspend",
        "cancel",
        "keep",
        "acknowledge",
        "step",
        "stop",
    }
)


class NotAllowed(Exception):
    """The action is not possible from this state for this side. The message is French."""


@dataclass(frozen=True)
class Transition:
    """One row: from which states, to which one, who may, under which guard, with what effect.

    ``target`` None keeps the state (a step, an acknowledgement). ``needs`` are the required inputs and
    ``accepts`` the optional ones. ``consequence`` is shown before the button is pressed and takes
    ``{sender}`` and ``{recipient}``. ``asks``: the kind of request that the row opens; ``settles`` and
    ``answer``: the kind that it answers, and how. A confirmation carries out what was asked, with its reason.
    """

    action: str
    sources: tuple[State, ...]
    target: State | None
    sides: tuple[str, ...]
    effect: str
    label: str
    consequence: str
    guard: str | None = None
    needs: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    asks: str = ""
    settles: str = ""
    answer: str = ""

    def target_from(self, state: str) -> State:
        """State after the action when it starts from ``state``."""
        return self.target or State(state)


S = State
_BEFORE_ANSWER = (S.RECEIVED, S.INFO_REQUESTED, S.WAITLISTED)
_REOPENABLE = (S.DECLINED, S.WITHDRAWN, S.COMPLETED, S.DROPPED_OUT)
# Two persons of one organisation, of whom one is its manager.
_SENDING = (SENDER, SENDER_MANAGER)
_EITHER = (SENDER, RECIPIENT, SENDER_MANAGER, RECIPIENT_MANAGER)
_ALL_BUT_DRAFT_AND_ERROR = tuple(state for state in State if state not in (S.DRAFT, S.ENTERED_IN_ERROR))

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "send",
        (S.DRAFT,),
        S.SENT,
        (SENDER,),
        "answer",
        "Envoyer",
        "{recipient} recevra l’orientation et devra répondre dans le délai prévu.",
    ),
    Transition(
        "receive",
        (S.SENT,),
        S.RECEIVED,
        (RECIPIENT,),
        "opened",
        "Accuser réception",
        "{sender} saura que la demande est lue.",
    ),
    Transition(
        "ask_info",
        (S.RECEIVED, S.WAITLISTED),
        S.INFO_REQUESTED,
        (RECIPIENT,),
        "complement",
        "Demander un complément",
        "{sender} recevra un avis et devra répondre à votre question. Votre propre délai s’arrête en "
        "attendant.",
        needs=("question",),
    ),
    Transition(
        "answer_info",
        (S.INFO_REQUESTED,),
        S.RECEIVED,
        (SENDER,),
        "answer",
        "Répondre à la question",
        "{recipient} recevra un avis et reprendra l’étude de la demande.",
        needs=("answer",),
    ),
    Transition(
        "waitlist",
        (S.RECEIVED, S.INFO_REQUESTED),
        S.WAITLISTED,
        (RECIPIENT,),
        "review",
        "Mettre en liste d’attente",
        "{sender} recevra un avis. La situation vous sera rappelée à la date de réexamen.",
        needs=("review_on",),
        accepts=("note",),
    ),
    Transition(
        "accept",
        _BEFORE_ANSWER,
        S.ACCEPTED,
        (RECIPIENT,),
        "start",
        "Accepter",
        "{sender} recevra un avis. Vous devrez confirmer le démarrage.",
        accepts=("planned_on", "note"),
    ),
    Transition(
        "decline",
        _BEFORE_ANSWER,
        S.DECLINED,
        (RECIPIENT,),
        "acknowledge",
        "Refuser",
        "{sender} connaîtra le motif et cherchera une autre solution avec le jeune.",
        needs=("reason",),
        accepts=("note",),
    ),
    Transition(
        "start",
        (S.ACCEPTED,),
        S.STARTED,
        (RECIPIENT,),
        "outcome",
        "Confirmer le démarrage",
        "{sender} recevra un avis. Le résultat vous sera demandé à la fin prévue.",
        needs=("started_on",),
        accepts=("planned_end_on",),
    ),
    Transition(
        "start",
        (S.ACCEPTED,),
        S.STARTED,
        (SENDER,),
        "outcome",
        "Confirmer le démarrage, preuve à l’appui",
        "{recipient} recevra un avis et n’aura plus à le confirmer. Le résultat lui sera demandé à la fin prévue.",
        guard=WITH_PROOF,
        needs=("started_on", "reason"),
        accepts=("planned_end_on",),
    ),
    Transition(
        "plan",
        (S.ACCEPTED,),
        None,
        (RECIPIENT,),
        "start",
        "Fixer ou déplacer l’entrée prévue",
        "{sender} recevra la nouvelle date. La confirmation du démarrage vous sera demandée ce jour-là.",
        needs=("planned_on",),
        accepts=("note",),
    ),
    Transition(
        "complete",
        (S.STARTED,),
        S.COMPLETED,
        (RECIPIENT,),
        "acknowledge",
        "Déclarer la fin du parcours",
        "{sender} recevra le résultat. Si le jeune est sans solution, un retour vers sa mission "
        "locale sera préparé.",
        needs=("outcome", "ended_on"),
        accepts=("note",),
    ),
    Transition(
        "drop_out",
        (S.STARTED,),
        S.DROPPED_OUT,
        (RECIPIENT,),
        "acknowledge",
        "Signaler une interruption",
        "{sender} recevra un avis. Si le jeune est sans solution, un retour vers sa mission locale "
        "sera préparé.",
        needs=("reason", "outcome", "ended_on"),
        accepts=("note",),
    ),
    Transition(
        "suspend",
        (S.STARTED,),
        None,
        (RECIPIENT, SENDER),
        "suspend",
        "Suspendre le parcours",
        "Les deux structures verront la suspension et son terme. Le résultat sera demandé plus tard d’autant.",
        guard=NOT_SUSPENDED,
        needs=("reason", "suspended_until"),
        accepts=("note",),
    ),
    Transition(
        "resume",
        (S.STARTED,),
        None,
        (RECIPIENT, SENDER),
        "outcome",
        "Confirmer la reprise",
        "Le parcours reprend ; sa fin prévue est reculée du temps de la suspension, sauf autre date indiquée.",
        guard=SUSPENDED,
        accepts=("planned_end_on", "note"),
    ),
    Transition(
        "withdraw",
        (S.SENT, *_BEFORE_ANSWER),
        S.WITHDRAWN,
        (SENDER,),
        "stop",
        "Retirer la demande",
        "{recipient} recevra un avis et cessera de suivre cette demande.",
        needs=("reason",),
        accepts=("note",),
    ),
    Transition(
        "ask_cancel",
        (S.ACCEPTED,),
        None,
        (SENDER,),
        "cancel",
        "Demander l’annulation",
        "{recipient} a pris un engagement : sa confirmation est demandée. Sans réponse dans les cinq jours ouvrés, "
        "l’annulation sera confirmée par le portail.",
        needs=("reason",),
        accepts=("note",),
        asks=CANCEL,
    ),
    Transition(
        "confirm_cancel",
        (S.ACCEPTED,),
        S.WITHDRAWN,
        (RECIPIENT, CLOCK),
        "stop",
        "Confirmer l’annulation",
        "{sender} recevra un avis ; l’orientation sera close.",
        accepts=("note",),
        settles=CANCEL,
        answer=CONFIRMED,
    ),
    Transition(
        "refuse_cancel",
        (S.ACCEPTED,),
        None,
        (RECIPIENT,),
        "start",
        "Refuser l’annulation",
        "{sender} lira votre raison ; l’orientation reste acceptée et son démarrage à confirmer.",
        needs=("note",),
        settles=CANCEL,
        answer=REFUSED,
    ),
    Transition(
        "take_back_cancel",
        (S.ACCEPTED,),
        None,
        (SENDER,),
        "start",
        "Renoncer à l’annulation",
        "{recipient} recevra un avis ; l’orientation reste acceptée et son démarrage à confirmer.",
        accepts=("note",),
        settles=CANCEL,
        answer=REFUSED,
    ),
    Transition(
        "withdraw",
        (S.ACCEPTED,),
        S.WITHDRAWN,
        (RECIPIENT,),
        "stop",
        "Signaler que le jeune n’entrera pas",
        "{sender} connaîtra le motif et reprendra contact avec le jeune.",
        needs=("reason",),
        accepts=("note",),
    ),
    Transition(
        "end_sharing",
        (S.SENT, *_BEFORE_ANSWER, S.ACCEPTED),
        S.WITHDRAWN,
        (YOUTH,),
        "stop",
        "Retirer l’accord",
        "L’orientation est close ; {sender} et {recipient} recevront un avis.",
        needs=("reason",),
    ),
    Transition(
        "expire",
        (S.SENT, S.INFO_REQUESTED),
        S.NO_RESPONSE,
        (CLOCK,),
        "acknowledge",
        "Clore sans réponse",
        "{sender} et {recipient} recevront un avis ; une réponse tardive reste possible.",
    ),
    Transition(
        "answer_late",
        (S.NO_RESPONSE,),
        S.RECEIVED,
        (RECIPIENT,),
        "answer",
        "Reprendre malgré le retard",
        "{sender} saura que vous reprenez la demande ; elle restera marquée en retard.",
        guard=SILENT_SIDE,
        accepts=("note",),
    ),
    Transition(
        "answer_late",
        (S.NO_RESPONSE,),
        S.RECEIVED,
        (SENDER,),
        "answer",
        "Répondre malgré le retard",
        "{recipient} recevra un avis et reprendra l’étude ; la demande restera marquée en retard.",
        guard=SILENT_SIDE,
        needs=("answer",),
    ),
    Transition(
        "ask_reopen",
        _REOPENABLE,
        None,
        _EITHER,
        "keep",
        "Demander la réouverture",
        "Rien ne change encore : une autre personne de votre structure doit confirmer. Un responsable est l’une des "
        "deux.",
        guard=WITHIN_30_DAYS,
        needs=("reason",),
        asks=REOPEN,
    ),
    Transition(
        "reopen",
        (S.DECLINED, S.WITHDRAWN),
        S.RECEIVED,
        _EITHER,
        "answer",
        "Confirmer la réouverture",
        "{sender} et {recipient} recevront un avis ; l’étude de la demande reprend.",
        guard=WITHIN_30_DAYS,
        accepts=("note",),
        settles=REOPEN,
        answer=CONFIRMED,
    ),
    Transition(
        "reopen",
        (S.COMPLETED, S.DROPPED_OUT),
        S.STARTED,
        _EITHER,
        "outcome",
        "Confirmer la réouverture",
        "{sender} et {recipient} recevront un avis ; le parcours repasse en cours et son résultat "
        "sera redemandé.",
        guard=WITHIN_30_DAYS,
        accepts=("planned_end_on", "note"),
        settles=REOPEN,
        answer=CONFIRMED,
    ),
    Transition(
        "drop_reopen",
        _REOPENABLE,
        None,
        _EITHER,
        "keep",
        "Laisser l’orientation close",
        "La demande de réouverture n’aura pas de suite.",
        settles=REOPEN,
        answer=REFUSED,
    ),
    Transition(
        "mark_error",
        _ALL_BUT_DRAFT_AND_ERROR,
        S.ENTERED_IN_ERROR,
        (SENDER,),
        "stop",
        "Signaler une erreur de saisie",
        "L’orientation sera close et ne comptera plus dans les chiffres. {recipient} recevra un avis.",
        guard=WITHIN_24_HOURS,
        needs=("reason",),
    ),
    Transition(
        "ask_error",
        _ALL_BUT_DRAFT_AND_ERROR,
        None,
        _SENDING,
        "keep",
        "Demander à signaler une erreur de saisie",
        "Rien ne change encore : une autre personne de votre structure doit confirmer. Un responsable est l’une des "
        "deux.",
        guard=AFTER_24_HOURS,
        needs=("reason",),
        asks=ERROR,
    ),
    Transition(
        "confirm_error",
        _ALL_BUT_DRAFT_AND_ERROR,
        S.ENTERED_IN_ERROR,
        _SENDING,
        "stop",
        "Confirmer l’erreur de saisie",
        "L’orientation sera close et ne comptera plus dans les chiffres. {recipient} recevra un avis.",
        settles=ERROR,
        answer=CONFIRMED,
    ),
    Transition(
        "drop_error",
        _ALL_BUT_DRAFT_AND_ERROR,
        None,
        _SENDING,
        "keep",
        "Garder l’orientation",
        "La demande n’aura pas de suite.",
        settles=ERROR,
        answer=REFUSED,
    ),
    Transition(
        "step",
        (S.RECEIVED, S.WAITLISTED, S.ACCEPTED, S.STARTED),
        None,
        (RECIPIENT,),
        "step",
        "Noter une étape",
        "{sender} verra l’étape dans le suivi.",
        needs=("step",),
        accepts=("next_on",),
    ),
    Transition(
        "acknowledge",
        (S.DECLINED, S.NO_RESPONSE, S.COMPLETED, S.DROPPED_OUT),
        None,
        (SENDER,),
        "stop",
        "J’ai pris connaissance",
        "La boucle sera fermée ; {recipient} le verra.",
    ),
)

ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(row.action for row in TRANSITIONS))
