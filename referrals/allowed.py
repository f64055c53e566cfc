"""What the table of transitions allows: found by state, action and side; and a history told again from it."""

from collections.abc import Iterable, Sequence

from referrals.states import RECIPIENT, SENDER, SIDES, State
from referrals.transitions import (
    CANCEL,
    EFFECTS,
    ERROR,
    GUARDS,
    INPUTS,
    REOPEN,
    TRANSITIONS,
    NotAllowed,
    Transition,
)


class BrokenHistory(Exception):
    """A list of events that the table cannot explain; ``position`` is the index of the first bad one."""

    def __init__(self, message: str, position: int):
        super().__init__(message)
        self.position = position


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
