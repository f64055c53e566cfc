"""The transition table: the only ways a referral moves. Data first, then the questions asked of it.

One function of the workflow applies these rows under a row lock, and the database refuses what is not
in ``triples()``. Nothing here reads or writes: guards are names, checked where the facts are.

Guards: ``silent_side`` (the late answer comes from the side that stayed silent, see ``silent_side()``),
``within_30_days`` (of the exit), ``within_24_hours`` and ``after_24_hours`` (of the sending), ``suspended`` and
``not_suspended``. A row that ``asks`` opens a request which a row that ``settles`` it answers (referrals.asking).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referrals.states import (
    CLOCK,
    RECIPIENT,
    RECIPIENT_MANAGER,
    SENDER,
    SENDER_MANAGER,
    SIDES,
    YOUTH,
    State,
)

SILENT_SIDE = "silent_side"
WITHIN_30_DAYS = "within_30_days"
WITHIN_24_HOURS = "within_24_hours"
AFTER_24_HOURS = "after_24_hours"
SUSPENDED = "suspended"
NOT_SUSPENDED = "not_suspended"
GUARDS = frozenset({SILENT_SIDE, WITHIN_30_DAYS, WITHIN_24_HOURS, AFTER_24_HOURS, SUSPENDED, NOT_SUSPENDED})
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


class BrokenHistory(Exception):
    """A list of events that the table cannot explain; ``position`` is the index of the first bad one."""

    def __init__(self, message: str, position: int):
        super().__init__(message)
        self.position = position


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

_BY_TRIPLE: dict[tuple[str, str, str], Transition] = {}
for _row in TRANSITIONS:
    if not set(_row.needs + _row.accepts) <= INPUTS or _row.effect not in EFFECTS:
        raise ImportError(f"transition {_row.action}: unknown input or clock effect")
    if not set(_row.sides) <= set(SIDES) or (_row.guard is not None and _row.guard not in GUARDS):
        raise ImportError(f"transition {_row.action}: unknown side or guard")
    if _row.asks not in ("", CANCEL, REOPEN, ERROR) or bool(_row.settles) != bool(_row.answer):
        raise ImportError(f"transition {_row.action}: what it asks or settles is not clear")
    for _source in _row.sources:
        for _side in _row.sides:
            if (_source.value, _row.action, _side) in _BY_TRIPLE:
                raise ImportError(f"transition {_row.action}: two rows for {_source.value} and {_side}")
            _BY_TRIPLE[(_source.value, _row.action, _side)] = _row


def triples() -> frozenset[tuple[str, str, str]]:
    """Every allowed (state before, action, side)."""
    return frozenset(_BY_TRIPLE)


def moves() -> frozenset[tuple[str, str, str, str]]:
    """Every allowed (state before, action, side, state after): the rows of the database guard."""
    return frozenset(
        (source, action, side, row.target_from(source).value)
        for (source, action, side), row in _BY_TRIPLE.items()
    )


def find(action: str, state: str, side: str) -> Transition:
    """The row for this action, or NotAllowed with a sentence that says why not."""
    row = _BY_TRIPLE.get((str(state), action, side))
    if row is not None:
        return row
    raise NotAllowed(_why_not(action, state))


def find_for(action: str, state: str, sides: Iterable[str]) -> tuple[Transition, str]:
    """The row and the side to record for a person standing on several sides.

    A manager acts as such where the table names the managers, and as a professional elsewhere.
    """
    found = [
        (row, side) for side in SIDES if side in sides and (row := _BY_TRIPLE.get((str(state), action, side)))
    ]
    if found:
        return found[-1]
    raise NotAllowed(_why_not(action, state))


def available(state: str, sides: Iterable[str]) -> list[Transition]:
    """Rows to show as buttons, in the order of the table, one per action. Guards remain to be checked."""
    wanted = frozenset(sides)
    actions = dict.fromkeys(
        row.action for row in TRANSITIONS if wanted & set(row.sides) and state in row.sources
    )
    return [find_for(action, state, wanted)[0] for action in actions]


def silent_side(state_before: str) -> str:
    """The side whose silence led to ``no_response``, from the state the clock closed."""
    if state_before == State.SENT:
        return RECIPIENT
    if state_before == State.INFO_REQUESTED:
        return SENDER
    raise ValueError(f"no clock closes the state {state_before}")


def is_loop_closed(state: str, acknowledged: bool) -> bool:
    """True when nothing more is expected: the sender has seen the exit, or the exit is the sender's own."""
    if state in (State.WITHDRAWN, State.ENTERED_IN_ERROR):
        return True
    return acknowledged and any(row.action == "acknowledge" and state in row.sources for row in TRANSITIONS)


def replay(events: Sequence[tuple[str, str, str]]) -> State:
    """State rebuilt from (action, state before, state after), starting from a draft.

    BrokenHistory at the first event that does not follow from the previous one or is not in the table.
    """
    state = State.DRAFT
    for position, (action, before, after) in enumerate(events):
        if before != state:
            raise BrokenHistory(
                f"event {position} starts from {before}, the history is at {state.value}", position
            )
        targets = {move[3] for move in _MOVES if move[0] == before and move[1] == action}
        if after not in targets:
            raise BrokenHistory(
                f"event {position}: {action} does not lead from {before} to {after}", position
            )
        state = State(after)
    return state


def _why_not(action: str, state: str) -> str:
    known = [row for row in TRANSITIONS if row.action == action]
    if not known:
        return "Cette action n’existe pas."
    name = known[0].label.lower()
    if any(state in row.sources for row in known):
        return f"L’action « {name} » ne revient pas à votre structure ou à votre rôle."
    label = State(state).label.lower() if state in State.values else str(state)
    return f"L’action « {name} » n’est pas possible : l’orientation est à l’état « {label} »."


_MOVES = moves()
