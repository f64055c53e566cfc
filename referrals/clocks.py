"""The clocks of a referral: what is due, by whom, until when. Pure functions on dates.

A clock is computed once, when an event happens, and its dates are stored; each run of the worker then
asks "what is due and not done?", so that a missed night loses nothing. Durations come from the
convention, else from the programme (DESIGN, "The referral, closed loop"; SECURITY §2.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from core.working_days import add_days, add_months, add_working_days
from referrals.states import RECIPIENT, SENDER, State
from referrals.transitions import TRANSITIONS, NotAllowed


@dataclass(frozen=True)
class ProgrammeClocks:
    """Durations of one programme. ``…_days`` are working days, unless the name says calendar or months.

    The defaults are those of DESIGN: 5/10 working days, 30 calendar days, follow-ups at 3 and 6 months.
    """

    answer_remind_days: int = 5
    answer_escalate_days: int = 10
    unopened_calendar_days: int = 30
    complement_remind_days: int = 5
    complement_escalate_days: int = 10
    complement_calendar_days: int = 30
    review_calendar_days: int = 30
    review_escalate_days: int = 10
    start_calendar_days: int = 30
    start_escalate_days: int = 5
    duration_months: int = 6
    outcome_escalate_days: int = 10
    acknowledge_remind_days: int = 5
    acknowledge_escalate_days: int = 10
    follow_up_months: tuple[int, ...] = (3, 6)
    follow_up_escalate_days: int = 10
    follow_up_side: str = SENDER

    def __post_init__(self) -> None:
        numbers = [getattr(self, item.name) for item in fields(self) if item.name not in _NOT_NUMBERS]
        if any(not isinstance(number, int) or number <= 0 for number in numbers):
            raise ValueError("every duration must be a positive number")
        for first, then in _ORDERED:
            if getattr(self, first) >= getattr(self, then):
                raise ValueError(f"{first} must be shorter than {then}")
        for escalation, end in _BEFORE_THE_END:
            # Ten working days never last longer than twice as many calendar days, even around Christmas.
            if getattr(self, escalation) * 2 > getattr(self, end):
                raise ValueError(f"{end} must leave time after {escalation}")
        months = self.follow_up_months
        if not months or list(months) != sorted(set(months)) or months[0] <= 0:
            raise ValueError("follow_up_months must be growing positive numbers")
        if self.follow_up_side not in (SENDER, RECIPIENT):
            raise ValueError("follow_up_side must be sender or recipient")

    def with_overrides(self, overrides: Mapping[str, Any]) -> "ProgrammeClocks":
        """The same clocks with the durations a convention sets. ValueError on an unknown or absurd one."""
        unknown = set(overrides) - {item.name for item in fields(self)}
        if unknown:
            raise ValueError(f"unknown durations: {', '.join(sorted(unknown))}")
        return replace(self, **dict(overrides))


_NOT_NUMBERS = ("follow_up_months", "follow_up_side")
_ORDERED = (
    ("answer_remind_days", "answer_escalate_days"),
    ("complement_remind_days", "complement_escalate_days"),
    ("acknowledge_remind_days", "acknowledge_escalate_days"),
)
_BEFORE_THE_END = (
    ("answer_escalate_days", "unopened_calendar_days"),
    ("complement_escalate_days", "complement_calendar_days"),
)


class Kind(StrEnum):
    """What is awaited."""

    ANSWER = "answer"
    COMPLEMENT = "complement"
    REVIEW = "review"
    START = "start"
    OUTCOME = "outcome"
    ACKNOWLEDGE = "acknowledge"
    FOLLOW_UP = "follow_up"


KIND_LABELS: dict[Kind, str] = {
    Kind.ANSWER: "Réponse attendue",
    Kind.COMPLEMENT: "Complément attendu",
    Kind.REVIEW: "Liste d’attente à réexaminer",
    Kind.START: "Démarrage à confirmer",
    Kind.OUTCOME: "Résultat attendu",
    Kind.ACKNOWLEDGE: "Résultat à lire",
    Kind.FOLLOW_UP: "Devenir à renseigner",
}


@dataclass(frozen=True)
class Clock:
    """What is due: ``side`` must act by ``due_on`` (included), the managers are told on ``escalate_on``.

    ``expires_on`` is the first day on which the clock may close the referral, None when it never may.
    """

    kind: Kind
    side: str
    due_on: date
    escalate_on: date
    expires_on: date | None = None


class Level(StrEnum):
    """Where a clock stands on a given day, from quiet to over."""

    ON_TIME = "on_time"
    DUE = "due"
    ESCALATED = "escalated"
    EXPIRED = "expired"


def level_on(clock: Clock, day: date) -> Level:
    """What the worker owes on ``day``: nothing, a reminder, an escalation, the closing."""
    if clock.expires_on and day >= clock.expires_on:
        return Level.EXPIRED
    if day >= clock.escalate_on:
        return Level.ESCALATED
    return Level.DUE if day >= clock.due_on else Level.ON_TIME


def is_late(clock: Clock, day: date) -> bool:
    """True from the day after the promise."""
    return day > clock.due_on


def follow_up_dates(ended_on: date, clocks: ProgrammeClocks) -> tuple[date, ...]:
    """Days on which what became of the youth is asked, counted in months from the end."""
    return tuple(add_months(ended_on, months) for months in clocks.follow_up_months)


def clock_after(
    action: str,
    state: str,
    programme_clocks: ProgrammeClocks,
    day: date,
    department: str | None = None,
    *,
    current: Clock | None = None,
    review_on: date | None = None,
    planned_on: date | None = None,
    started_on: date | None = None,
    planned_end_on: date | None = None,
    ended_on: date | None = None,
    next_on: date | None = None,
) -> Clock | None:
    """The clock that runs after ``action`` done on ``day`` from ``state``; None when nothing is awaited.

    ``department`` is the one of the side that must act next (its public holidays). ``current`` is the
    clock before the action, used by the actions that keep a promise already made. ``planned_end_on`` is
    also read by a step of a started referral. NotAllowed when the table has no such row.
    """
    effect = _effect(action, state)
    c = programme_clocks

    def working(start: date, count: int) -> date:
        return add_working_days(start, count, department)

    def answer(start: date, expires: bool) -> Clock:
        return Clock(
            Kind.ANSWER,
            RECIPIENT,
            working(start, c.answer_remind_days),
            working(start, c.answer_escalate_days),
            add_days(start, c.unopened_calendar_days) if expires else None,
        )

    def from_date(kind: Kind, side: str, due_on: date, slack: int) -> Clock:
        return Clock(kind, side, due_on, working(due_on, slack))

    if effect == "stop":
        return None
    if effect == "answer":
        # Only an unopened referral may expire; once received, the recipient is reminded, never closed.
        return answer(day, expires=action == "send")
    if effect == "opened":
        # Opening does not buy time: the promise made at the sending stays, without its automatic end.
        return replace(current, expires_on=None) if current else answer(day, expires=False)
    if effect == "complement":
        return Clock(
            Kind.COMPLEMENT,
            SENDER,
            working(day, c.complement_remind_days),
            working(day, c.complement_escalate_days),
            add_days(day, c.complement_calendar_days),
        )
    if effect == "review":
        due_on = review_on or add_days(day, c.review_calendar_days)
        return from_date(Kind.REVIEW, RECIPIENT, due_on, c.review_escalate_days)
    if effect == "start":
        due_on = planned_on or add_days(day, c.start_calendar_days)
        return from_date(Kind.START, RECIPIENT, due_on, c.start_escalate_days)
    if effect == "outcome":
        # A reopened course whose planned end is over must give its outcome without another full length.
        due_on = planned_end_on or add_months(started_on or day, c.duration_months)
        return from_date(Kind.OUTCOME, RECIPIENT, max(due_on, day), c.outcome_escalate_days)
    if effect == "acknowledge":
        return Clock(
            Kind.ACKNOWLEDGE,
            SENDER,
            working(day, c.acknowledge_remind_days),
            working(day, c.acknowledge_escalate_days),
        )
    if effect == "follow_up":
        if state not in (State.COMPLETED, State.DROPPED_OUT):
            return None
        coming = [due_on for due_on in follow_up_dates(ended_on or day, c) if due_on >= day]
        if not coming:
            return None
        return from_date(Kind.FOLLOW_UP, c.follow_up_side, coming[0], c.follow_up_escalate_days)
    return _after_step(state, c, day, department, current, planned_end_on, next_on)


def _after_step(
    state: str,
    c: ProgrammeClocks,
    day: date,
    department: str | None,
    current: Clock | None,
    planned_end_on: date | None,
    next_on: date | None,
) -> Clock:
    """A step restarts the clock of its state; its next date, when given, becomes the promise."""
    kind, calendar_days, slack = {
        State.RECEIVED: (Kind.ANSWER, 0, c.answer_escalate_days - c.answer_remind_days),
        State.WAITLISTED: (Kind.REVIEW, c.review_calendar_days, c.review_escalate_days),
        State.ACCEPTED: (Kind.START, c.start_calendar_days, c.start_escalate_days),
        State.STARTED: (Kind.OUTCOME, 0, c.outcome_escalate_days),
    }[State(state)]
    if kind == Kind.OUTCOME:
        end = planned_end_on or (current.due_on if current else add_months(day, c.duration_months))
        due_on = min(next_on, end) if next_on else end
    elif next_on:
        due_on = next_on
    elif calendar_days:
        due_on = max(add_days(day, calendar_days), current.due_on if current else day)
    else:
        due_on = add_working_days(day, c.answer_remind_days, department)
    return Clock(kind, RECIPIENT, due_on, add_working_days(due_on, slack, department))


def _effect(action: str, state: str) -> str:
    for row in TRANSITIONS:
        if row.action == action and state in row.sources:
            return row.effect
    raise NotAllowed("Cette action n’est pas possible dans cet état.")
