"""The clocks of a referral: what is due, by whom, until when. Pure functions on dates.

A clock is computed once, when an event happens, and its dates are stored; each run of the worker then
asks "what is due and not done?", so that a missed night loses nothing. Durations come from the
convention, else from the programme (DESIGN, "The referral, closed loop"; SECURITY §2.4). What is due falls on a day
on which the side that must act is open (ADR 0025).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from core.working_days import Calendar, add_months
from referrals.states import RECIPIENT, SENDER, State
from referrals.transitions import TRANSITIONS, NotAllowed

LONGEST = 1000
# The follow-ups that an outcome knows (``Outcome.Moment``), in months after the end.
MOMENTS = {3: "m3", 6: "m6"}
# The longest suspension of a course (SECURITY §2.3, row 12).
SUSPENSION_DAYS = 90


@dataclass(frozen=True)
class ProgrammeClocks:
    """Durations of one programme. ``…_days`` are working days, unless the name says calendar or months.

    The defaults are those of DESIGN and of SECURITY §2.4: opened within 2/4 working days, answered within 5/10,
    30 calendar days without an opening; a waiting list looked at again after 30, 60 and 90 calendar days; follow-ups
    at 3 and 6 months.
    """

    opening_remind_days: int = 2
    opening_escalate_days: int = 4
    answer_remind_days: int = 5
    answer_escalate_days: int = 10
    unopened_calendar_days: int = 30
    complement_remind_days: int = 5
    complement_escalate_days: int = 10
    complement_calendar_days: int = 30
    review_calendar_days: int = 30
    review_escalate_calendar_days: int = 60
    review_decide_calendar_days: int = 90
    start_notice_days: int = 3
    start_calendar_days: int = 30
    start_escalate_days: int = 5
    start_decide_calendar_days: int = 30
    duration_months: int = 6
    outcome_remind_days: int = 5
    resume_escalate_days: int = 5
    cancel_remind_days: int = 2
    cancel_escalate_days: int = 4
    cancel_days: int = 5
    outcome_escalate_days: int = 10
    acknowledge_remind_days: int = 5
    acknowledge_escalate_days: int = 10
    follow_up_months: tuple[int, ...] = (3, 6)
    follow_up_escalate_days: int = 15
    follow_up_calendar_days: int = 90
    follow_up_side: str = SENDER

    def __post_init__(self) -> None:
        numbers = [getattr(self, item.name) for item in fields(self) if item.name not in _NOT_NUMBERS]
        if any(type(number) is not int or not 0 < number <= LONGEST for number in numbers):
            raise ValueError("every duration must be a positive number")
        for first, then in _ORDERED:
            if getattr(self, first) >= getattr(self, then):
                raise Incoherent(first, then)
        for escalation, end in _BEFORE_THE_END:
            # Ten working days never last longer than twice as many calendar days, even around Christmas.
            if getattr(self, escalation) * 2 > getattr(self, end):
                raise Incoherent(escalation, end)
        months = self.follow_up_months
        # None at all: a request that is over once it is answered.
        if list(months) != sorted(set(months)) or not set(months) <= set(MOMENTS):
            raise ValueError("follow_up_months must be growing, among those an outcome knows")
        if self.follow_up_side not in (SENDER, RECIPIENT):
            raise ValueError("follow_up_side must be sender or recipient")

    def with_overrides(self, overrides: Mapping[str, Any]) -> "ProgrammeClocks":
        """The same clocks with the durations a convention sets. ValueError on an unknown or absurd one."""
        unknown = set(overrides) - {item.name for item in fields(self)}
        if unknown:
            raise ValueError(f"unknown durations: {', '.join(sorted(unknown))}")
        return replace(self, **dict(overrides))


# The durations that a convention may agree, in French words.
DELAY_LABELS = {
    "opening_remind_days": "Ouverture : rappel après (jours ouvrés)",
    "opening_escalate_days": "Ouverture : alerte après (jours ouvrés)",
    "answer_remind_days": "Réponse attendue dans (jours ouvrés)",
    "answer_escalate_days": "Réponse : alerte après (jours ouvrés)",
    "unopened_calendar_days": "Sans ouverture, close sans réponse après (jours)",
    "complement_remind_days": "Complément attendu dans (jours ouvrés)",
    "complement_escalate_days": "Complément : alerte après (jours ouvrés)",
    "complement_calendar_days": "Sans complément, close sans réponse après (jours)",
    "review_calendar_days": "Liste d’attente réexaminée après (jours)",
    "review_escalate_calendar_days": "Liste d’attente : alerte après (jours)",
    "review_decide_calendar_days": "Liste d’attente : décision demandée après (jours)",
    "start_notice_days": "Entrée prévue : rappel avant (jours ouvrés)",
    "start_calendar_days": "Sans date d’entrée, démarrage demandé après (jours)",
    "start_escalate_days": "Démarrage : alerte après la date (jours ouvrés)",
    "start_decide_calendar_days": "Démarrage : décision demandée après la date (jours)",
    "duration_months": "Durée habituelle du parcours (mois)",
    "outcome_remind_days": "Résultat : second rappel après la fin prévue (jours ouvrés)",
    "outcome_escalate_days": "Résultat : alerte après la fin prévue (jours ouvrés)",
    "follow_up_escalate_days": "Devenir : alerte après la date (jours ouvrés)",
}


class Incoherent(ValueError):
    """Two durations that cannot hold together; ``first`` must be shorter than ``then``, by their names."""

    def __init__(self, first: str, then: str) -> None:
        super().__init__(f"{first} must be shorter than {then}")
        self.first, self.then = first, then


_NOT_NUMBERS = ("follow_up_months", "follow_up_side")
_ORDERED = (
    ("opening_remind_days", "opening_escalate_days"),
    ("answer_remind_days", "answer_escalate_days"),
    ("complement_remind_days", "complement_escalate_days"),
    ("review_calendar_days", "review_escalate_calendar_days"),
    ("review_escalate_calendar_days", "review_decide_calendar_days"),
    ("outcome_remind_days", "outcome_escalate_days"),
    ("acknowledge_remind_days", "acknowledge_escalate_days"),
    ("cancel_remind_days", "cancel_escalate_days"),
    ("cancel_escalate_days", "cancel_days"),
)
_BEFORE_THE_END = (
    ("opening_escalate_days", "unopened_calendar_days"),
    ("answer_escalate_days", "unopened_calendar_days"),
    ("complement_escalate_days", "complement_calendar_days"),
    ("start_escalate_days", "start_decide_calendar_days"),
    ("follow_up_escalate_days", "follow_up_calendar_days"),
)


class Kind(StrEnum):
    """What is awaited."""

    ANSWER = "answer"
    COMPLEMENT = "complement"
    REVIEW = "review"
    START = "start"
    OUTCOME = "outcome"
    RESUME = "resume"
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"


KIND_LABELS: dict[Kind, str] = {
    Kind.ANSWER: "Réponse attendue",
    Kind.COMPLEMENT: "Complément attendu",
    Kind.REVIEW: "Liste d’attente à réexaminer",
    Kind.START: "Démarrage à confirmer",
    Kind.OUTCOME: "Résultat attendu",
    Kind.RESUME: "Reprise à confirmer",
    Kind.CANCEL: "Annulation à confirmer",
    Kind.ACKNOWLEDGE: "Résultat à lire",
}


class Level(StrEnum):
    """What the worker owes on a day. The follow-ups have theirs, which run beside the clock."""

    NOTICE = "notice"
    UNOPENED = "unopened"
    UNOPENED_ESCALATED = "unopened_escalated"
    DUE = "due"
    AGAIN = "again"
    ESCALATED = "escalated"
    DECIDE = "decide"
    EXPIRED = "expired"
    M3 = "m3"
    M3_ESCALATED = "m3_escalated"
    M3_OVER = "m3_over"
    M6 = "m6"
    M6_ESCALATED = "m6_escalated"
    M6_OVER = "m6_over"


LEVEL_LABELS: dict[Level, str] = {
    Level.NOTICE: "rappel avant la date",
    Level.UNOPENED: "rappel : pas encore ouverte",
    Level.UNOPENED_ESCALATED: "alerte : pas encore ouverte",
    Level.DUE: "rappel",
    Level.AGAIN: "second rappel",
    Level.ESCALATED: "alerte des responsables",
    Level.DECIDE: "décision demandée",
    Level.EXPIRED: "fin du délai",
    Level.M3: "devenir à 3 mois",
    Level.M3_ESCALATED: "alerte : devenir à 3 mois",
    Level.M3_OVER: "devenir à 3 mois resté inconnu",
    Level.M6: "devenir à 6 mois",
    Level.M6_ESCALATED: "alerte : devenir à 6 mois",
    Level.M6_OVER: "devenir à 6 mois resté inconnu",
}


# What a clock says beside its promise, its escalation and its end.
BESIDE = frozenset({Level.NOTICE, Level.UNOPENED, Level.UNOPENED_ESCALATED, Level.AGAIN, Level.DECIDE})


@dataclass(frozen=True, order=True)
class Rung:
    """One thing that the worker does on a day, about what ``side`` must do."""

    on: date
    level: str
    side: str

    def stored(self) -> list[str]:
        return [self.on.isoformat(), self.level, self.side]


def read_rungs(stored: Iterable[list[str]]) -> list[Rung]:
    """Rungs as they are stored on a referral."""
    return [Rung(date.fromisoformat(on), level, side) for on, level, side in stored]


@dataclass(frozen=True)
class Clock:
    """What is due: ``side`` must act by ``due_on`` (included), the managers are told on ``escalate_on``.

    ``expires_on`` is the first day on which the clock may close the referral, None when it never may. ``others``
    are the days on which something else is said: (level, day).
    """

    kind: Kind
    side: str
    due_on: date
    escalate_on: date
    expires_on: date | None = None
    others: tuple[tuple[Level, date], ...] = ()

    def rungs(self) -> list[Rung]:
        """Everything the worker will do about it, in the order of the days."""
        days = [(Level.DUE, self.due_on), (Level.ESCALATED, self.escalate_on), *self.others]
        if self.expires_on:
            days.append((Level.EXPIRED, self.expires_on))
        return sorted(Rung(day, str(level), self.side) for level, day in days)


Calendars = Mapping[str, Calendar]
# Both sides in metropolitan France, without closures.
USUAL: Calendars = {SENDER: Calendar(), RECIPIENT: Calendar()}


@dataclass(frozen=True)
class FollowUp:
    """What became of the youth, asked some months after the end: of whom, from when, and until when."""

    moment: str
    side: str
    due_on: date
    escalate_on: date
    over_on: date

    def rungs(self) -> list[Rung]:
        """Everything the worker will do about it."""
        return [
            Rung(self.due_on, self.moment, self.side),
            Rung(self.escalate_on, f"{self.moment}_escalated", self.side),
            Rung(self.over_on, f"{self.moment}_over", self.side),
        ]


def follow_up_dates(ended_on: date, clocks: ProgrammeClocks) -> tuple[date, ...]:
    """Days on which what became of the youth is asked, counted in months from the end."""
    return tuple(add_months(ended_on, months) for months in clocks.follow_up_months)


def follow_ups(ended_on: date, clocks: ProgrammeClocks, calendars: Calendars = USUAL) -> list[FollowUp]:
    """The questions to come after an end. Each is asked on an open day of the side that knows."""
    side, found = clocks.follow_up_side, []
    calendar = calendars[side]
    for months, asked_on in zip(clocks.follow_up_months, follow_up_dates(ended_on, clocks), strict=True):
        due_on = calendar.opening(asked_on)
        escalate_on = calendar.add(due_on, clocks.follow_up_escalate_days)
        over_on = max(due_on + timedelta(days=clocks.follow_up_calendar_days), calendar.add(escalate_on, 1))
        found.append(FollowUp(MOMENTS[months], side, due_on, escalate_on, over_on))
    return found


def clock_after(
    action: str,
    state: str,
    programme_clocks: ProgrammeClocks,
    day: date,
    calendars: Calendars = USUAL,
    *,
    current: Clock | None = None,
    review_on: date | None = None,
    planned_on: date | None = None,
    started_on: date | None = None,
    planned_end_on: date | None = None,
    next_on: date | None = None,
    suspended_until: date | None = None,
) -> Clock | None:
    """The clock that runs after ``action`` done on ``day`` from ``state``; None when nothing is awaited.

    ``calendars`` are the open days of each side. ``current`` is the clock before the action, used by the actions
    that keep a promise already made. ``planned_end_on`` is also read by a step of a started referral. NotAllowed
    when the table has no such row.
    """
    effect = _effect(action, state)
    c = programme_clocks
    theirs = calendars[RECIPIENT]

    if effect == "stop":
        return None
    if effect == "keep":
        return current
    if effect == "cancel":
        # The day after the last one of the answer, the clock confirms.
        return Clock(
            Kind.CANCEL,
            RECIPIENT,
            theirs.add(day, c.cancel_remind_days),
            theirs.add(day, c.cancel_escalate_days),
            theirs.add(day, c.cancel_days) + timedelta(days=1),
        )
    if effect == "answer":
        # Only an unopened referral may expire; once received, the recipient is reminded, never closed.
        return _answer(c, day, theirs, unopened=action == "send")
    if effect == "opened":
        # Opening does not buy time: the promise made at the sending stays, without its automatic end.
        if current is None:
            return _answer(c, day, theirs, unopened=False)
        return replace(current, expires_on=None, others=())
    if effect == "complement":
        ours = calendars[SENDER]
        escalate_on = ours.add(day, c.complement_escalate_days)
        return Clock(
            Kind.COMPLEMENT,
            SENDER,
            ours.add(day, c.complement_remind_days),
            escalate_on,
            max(ours.add_calendar(day, c.complement_calendar_days), ours.add(escalate_on, 1)),
        )
    if effect == "review":
        return _review(c, day, theirs, review_on)
    if effect == "start":
        return _start(c, day, theirs, planned_on)
    if effect == "outcome":
        # A reopened course whose planned end is over must give its outcome without another full length.
        due_on = planned_end_on or add_months(started_on or day, c.duration_months)
        return _outcome(c, max(due_on, day), theirs)
    if effect == "suspend":
        # The outcome is no longer awaited: what is due is to say whether the course goes on.
        due_on = theirs.opening(suspended_until or day + timedelta(days=SUSPENSION_DAYS))
        return Clock(Kind.RESUME, RECIPIENT, due_on, theirs.add(due_on, c.resume_escalate_days))
    if effect == "acknowledge":
        ours = calendars[SENDER]
        return Clock(
            Kind.ACKNOWLEDGE,
            SENDER,
            ours.add(day, c.acknowledge_remind_days),
            ours.add(day, c.acknowledge_escalate_days),
        )
    return _after_step(State(state), c, day, theirs, current, planned_end_on, next_on)


def _answer(c: ProgrammeClocks, day: date, calendar: Calendar, *, unopened: bool) -> Clock:
    due_on, escalate_on = calendar.add(day, c.answer_remind_days), calendar.add(day, c.answer_escalate_days)
    if not unopened:
        return Clock(Kind.ANSWER, RECIPIENT, due_on, escalate_on)
    return Clock(
        Kind.ANSWER,
        RECIPIENT,
        due_on,
        escalate_on,
        max(calendar.add_calendar(day, c.unopened_calendar_days), calendar.add(escalate_on, 1)),
        (
            (Level.UNOPENED, calendar.add(day, c.opening_remind_days)),
            (Level.UNOPENED_ESCALATED, calendar.add(day, c.opening_escalate_days)),
        ),
    )


def _review(
    c: ProgrammeClocks, day: date, calendar: Calendar, review_on: date | None, decide_on: date | None = None
) -> Clock:
    """Looked at again on a day, escalated, and decided: nobody waits on a list for ever."""
    due_on = calendar.opening(review_on or day + timedelta(days=c.review_calendar_days))
    escalate_on = calendar.opening(day + timedelta(days=c.review_escalate_calendar_days))
    escalate_on = max(escalate_on, calendar.add(due_on, 1))
    decide_on = decide_on or calendar.opening(day + timedelta(days=c.review_decide_calendar_days))
    return Clock(Kind.REVIEW, RECIPIENT, due_on, escalate_on, None, ((Level.DECIDE, decide_on),))


def _start(c: ProgrammeClocks, day: date, calendar: Calendar, planned_on: date | None) -> Clock:
    """A planned entry is announced some days before; what does not begin is escalated, then to be decided."""
    due_on = calendar.opening(planned_on or day + timedelta(days=c.start_calendar_days))
    escalate_on = calendar.add(due_on, c.start_escalate_days)
    decide_on = calendar.opening(
        max(due_on + timedelta(days=c.start_decide_calendar_days), calendar.add(escalate_on, 1))
    )
    others = [(Level.DECIDE, decide_on)]
    if planned_on and (notice_on := calendar.before(due_on, c.start_notice_days)) > day:
        others.insert(0, (Level.NOTICE, notice_on))
    return Clock(Kind.START, RECIPIENT, due_on, escalate_on, None, tuple(others))


def _outcome(c: ProgrammeClocks, due_on: date, calendar: Calendar) -> Clock:
    due_on = calendar.opening(due_on)
    again_on = calendar.add(due_on, c.outcome_remind_days)
    escalate_on = calendar.add(due_on, c.outcome_escalate_days)
    return Clock(Kind.OUTCOME, RECIPIENT, due_on, escalate_on, None, ((Level.AGAIN, again_on),))


def _after_step(
    state: State,
    c: ProgrammeClocks,
    day: date,
    calendar: Calendar,
    current: Clock | None,
    planned_end_on: date | None,
    next_on: date | None,
) -> Clock:
    """A step restarts the clock of its state; its next date, when given, becomes the promise."""
    if state == State.STARTED and current is not None and current.kind == Kind.RESUME:
        return current  # a step says something of a suspended course, and does not resume it
    if state == State.STARTED:
        end = planned_end_on or (current.due_on if current else add_months(day, c.duration_months))
        return _outcome(c, min(next_on, end) if next_on else end, calendar)
    if state == State.WAITLISTED:
        decide_on = dict(current.others).get(Level.DECIDE) if current else None
        if current and decide_on and decide_on <= day:
            return current  # the time to wait is over: a step no longer puts the decision off
        due_on = next_on or max(
            day + timedelta(days=c.review_calendar_days), current.due_on if current else day
        )
        return _review(c, day, calendar, min(due_on, decide_on or due_on), decide_on)
    if state == State.ACCEPTED:
        later = max(day + timedelta(days=c.start_calendar_days), current.due_on if current else day)
        return _start(c, day, calendar, next_on or later)
    due_on = calendar.opening(next_on) if next_on else calendar.add(day, c.answer_remind_days)
    slack = c.answer_escalate_days - c.answer_remind_days
    return Clock(Kind.ANSWER, RECIPIENT, due_on, calendar.add(due_on, slack))


def _effect(action: str, state: str) -> str:
    for row in TRANSITIONS:
        if row.action == action and state in row.sources:
            return row.effect
    raise NotAllowed("Cette action n’est pas possible dans cet état.")
