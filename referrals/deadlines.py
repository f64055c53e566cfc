"""The clock of the worker: "what is due and not done?", asked of the database at each run.

Nothing depends on the day of the run: a missed night is caught up and said to be late, and a second run finds its
own rows and sends nothing twice. Several workers share the work: a referral is locked by one of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core import clock
from core.models import Task
from core.scope import system_scope
from core.working_days import Calendar, long_date
from notifications.notices import notify
from partners.people.members import manager_ids
from referrals import asking, workflow
from referrals.clocks import KIND_LABELS, Kind, Level, Rung, read_rungs
from referrals.delays import calendars_of, side_id
from referrals.effects import AGREEMENT, FOLLOW_UP, people_on, refresh_tasks
from referrals.models import Referral, Reminder
from referrals.preparing import exits
from referrals.states import State, other_side

BATCH = 200
# Nobody is said to be silent before they were reminded, even when the worker slept: the days after a first reminder.
AFTER_A_REMINDER = timedelta(days=5)

_ESCALATIONS = (Level.UNOPENED_ESCALATED, Level.ESCALATED, Level.M3_ESCALATED, Level.M6_ESCALATED)
_OVER = (Level.M3_OVER, Level.M6_OVER)


@dataclass(slots=True)
class Run:
    """What a run did."""

    reminded: int = 0
    escalated: int = 0
    expired: int = 0
    exits: int = 0


def run(today: date | None = None) -> Run:
    """Remind, escalate and close what is due on ``today`` (default: the legal day)."""
    today = today or clock.today()
    done = Run()
    for referral_id in _owing(today):
        with system_scope("deadlines of referrals"):
            _handle(referral_id, today, done)
    with system_scope("requests that nobody confirmed"):
        asking.lapse(today)
    with system_scope("returns that nobody can send any more"):
        _close_out_of_reach()
    done.exits = exits.run(today)
    return done


def _close_out_of_reach() -> None:
    """A return still waits for an agreement, and its author no longer has access to the youth: nothing to do here."""
    lost = Referral.objects.filter(state=State.DRAFT, sender_access_until__lte=clock.now())
    waiting = Task.objects.open().filter(kind=AGREEMENT, subject_kind="referral")
    waiting.filter(subject_id__in=lost.values("pk")).update(done_at=clock.now())


def _owing(today: date) -> Iterator[int]:
    """The referrals about which something is due, in bounded batches."""
    last = 0
    while True:
        with system_scope("what is due and not done"):
            batch = list(
                Referral.objects.filter(pk__gt=last, wake_on__lte=today)
                .order_by("pk")
                .values_list("pk", flat=True)[:BATCH]
            )
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]


def _handle(referral_id: int, today: date, done: Run) -> None:
    referral = (
        Referral.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=referral_id, wake_on__lte=today)
        .first()
    )
    if referral is None:
        return  # another worker has it, or it has moved since
    rungs = read_rungs(referral.rungs)
    told = {
        (kind, due_on): at
        for kind, due_on, at in Reminder.objects.filter(referral=referral)
        .order_by("at")
        .values_list("kind", "due_on", "at")
    }
    expiry = _expiry(rungs, told, today)
    if expiry and expiry <= today:
        workflow.apply_clock(referral, workflow.action_of_clock(referral))
        done.expired += 1
        return
    calendars, waits = calendars_of(referral), [expiry] if expiry else []
    known = set(referral.outcomes.values_list("moment", flat=True))
    for rung in rungs:
        if rung.level == Level.EXPIRED or rung.level.partition("_")[0] in known:
            continue
        on = _open_day(calendars[rung.side], rung.on, today)
        if on > today:
            waits.append(on)
        elif (rung.level, rung.on) not in told and _record(referral, rung, late=today > rung.on):
            _carry_out(referral, rung, done, late=today > rung.on)
    referral.wake_on = min(waits, default=None)
    referral.save(update_fields=["wake_on"])


def _expiry(rungs: list[Rung], told: Mapping[tuple[str, date], datetime], today: date) -> date | None:
    """The day on which silence closes the referral: never before those who are silent have had time to be reminded."""
    expiry = next((rung.on for rung in rungs if rung.level == Level.EXPIRED), None)
    if expiry is None:
        return None
    left = [told[key] for rung in rungs if (key := (rung.level, rung.on)) in told]
    first = clock.day_of(min(left)) if left else today
    return max(expiry, first + AFTER_A_REMINDER)


def _open_day(calendar: Calendar, on: date, today: date) -> date:
    """The day itself, unless a closure declared since makes whom it is for absent today."""
    return calendar.opening(today) if on <= today and calendar.closes(today) else on


def _carry_out(referral: Referral, rung: Rung, done: Run, *, late: bool) -> None:
    if rung.level in _OVER:
        _forget_question(referral, rung)
    elif rung.level in _ESCALATIONS:
        _escalate(referral, rung, late=late)
        done.escalated += 1
    else:
        _remind(referral, rung, late=late)
        done.reminded += 1


def _record(referral: Referral, rung: Rung, *, late: bool) -> bool:
    """Write the row of a reminder; False when it exists already."""
    _, created = Reminder.objects.get_or_create(
        referral=referral, kind=rung.level, due_on=rung.on, defaults={"late": late}
    )
    return created


# What is said, by level; the others say what the running clock awaits.
_WORDS: dict[str, str] = {
    Level.UNOPENED: "une orientation n’est pas encore ouverte",
    Level.UNOPENED_ESCALATED: "une orientation n’est pas encore ouverte",
    Level.M3: "que devient le jeune, 3 mois après",
    Level.M3_ESCALATED: "que devient le jeune, 3 mois après",
    Level.M6: "que devient le jeune, 6 mois après",
    Level.M6_ESCALATED: "que devient le jeune, 6 mois après",
    Level.DECIDE: "une décision est à prendre",
}


def _sentence(referral: Referral, rung: Rung) -> str:
    programme = referral.rules.short_label
    if words := _WORDS.get(rung.level):
        return f"{words} ({programme})."
    assert referral.due_on is not None
    label = KIND_LABELS[Kind(referral.clock_kind)]
    return f"{label[0].lower()}{label[1:]} le {long_date(referral.due_on)} ({programme})."


def _remind(referral: Referral, rung: Rung, *, late: bool) -> None:
    people = people_on(referral, rung.side)
    if rung.level == Level.DECIDE:
        people = sorted({*people, *manager_ids(side_id(referral, rung.side))})
    _tell(
        referral,
        rung,
        rung.side,
        people,
        "Rappel, parti en retard" if late else "Rappel",
        "referral.reminder",
    )


def _escalate(referral: Referral, rung: Rung, *, late: bool) -> None:
    """The managers are told; those of both sides when an answer is awaited."""
    people = manager_ids(side_id(referral, rung.side))
    if rung.level == Level.UNOPENED_ESCALATED and referral.recipient_substitute_id:
        people = sorted({*people, referral.recipient_substitute_id})
    start = "Sans nouvelles, alerte partie en retard" if late else "Sans nouvelles"
    _tell(referral, rung, rung.side, people, start, "referral.escalation")
    if rung.level == Level.ESCALATED:
        refresh_tasks(referral)  # the side that waits sees that nothing comes
    if rung.level == Level.ESCALATED and referral.clock_kind == Kind.ANSWER:
        other = other_side(rung.side)
        _tell(referral, rung, other, manager_ids(side_id(referral, other)), start, "referral.escalation")


def _tell(referral: Referral, rung: Rung, side: str, people: list[int], start: str, kind: str) -> None:
    notify(
        people,
        organisation_id=side_id(referral, side),
        kind=kind,
        text=f"{start} : {_sentence(referral, rung)}",
        path=referral.get_absolute_url(),
        effect_key=f"{rung.level}:{referral.pk}:{rung.on}",
    )


def _forget_question(referral: Referral, rung: Rung) -> None:
    """Nobody said what became of the youth: it stays unknown, may still be told, and is asked no more."""
    asked_on = next(
        one.on for one in read_rungs(referral.rungs) if one.level == rung.level.removesuffix("_over")
    )
    Task.objects.open().filter(
        kind=FOLLOW_UP, subject_kind="referral", subject_id=referral.pk, due_on=asked_on
    ).update(done_at=clock.now())
