"""The clock of the worker: "what is due and not done?", asked of the database at each run.

Nothing depends on the day of the run: a missed night is caught up and said to be late, and a second run finds its
own rows and sends nothing twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.models import Task
from core.scope import system_scope
from core.working_days import long_date
from notifications.notices import notify
from partners.people.members import manager_ids
from referrals import workflow
from referrals.clocks import KIND_LABELS, Clock, Level, level_on
from referrals.effects import AGREEMENT, people_on
from referrals.models import Referral, Reminder
from referrals.preparing import exits
from referrals.states import State

BATCH = 200


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
    """The referrals that owe something on a day, in bounded batches."""

    def without(level: Level) -> Q:
        sent = Reminder.objects.filter(referral=OuterRef("pk"), kind=level, due_on=OuterRef("due_on"))
        return ~Q(Exists(sent))

    last = 0
    while True:
        with system_scope("what is due and not done"):
            batch = list(
                Referral.objects.filter(pk__gt=last, due_on__lte=today)
                .filter(
                    Q(expires_on__lte=today)
                    | without(Level.DUE)
                    | (Q(escalate_on__lte=today) & without(Level.ESCALATED))
                )
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
        .filter(pk=referral_id, due_on__lte=today)
        .first()
    )
    if referral is None:
        return  # another worker has it, or it has moved since
    running = workflow.running_clock(referral)
    assert running is not None
    level = level_on(running, today)
    if level == Level.EXPIRED:
        workflow.apply_clock(referral, "expire")
        done.expired += 1
        return
    if _record(referral, running, Level.DUE, late=today > running.due_on):
        _remind(referral, running)
        done.reminded += 1
    if level == Level.ESCALATED and _record(referral, running, level, late=today > running.escalate_on):
        _escalate(referral, running)
        done.escalated += 1


def _record(referral: Referral, running: Clock, level: Level, *, late: bool) -> bool:
    """Write the row of a reminder; False when it exists already."""
    _, created = Reminder.objects.get_or_create(
        referral=referral, kind=level, due_on=running.due_on, defaults={"late": late}
    )
    return created


def _sentence(referral: Referral, running: Clock) -> str:
    label = KIND_LABELS[running.kind]
    return f"{label[0].lower()}{label[1:]} le {long_date(running.due_on)} ({referral.rules.short_label})."


def _remind(referral: Referral, running: Clock) -> None:
    notify(
        people_on(referral, running.side),
        organisation_id=getattr(referral, f"{running.side}_id"),
        kind="referral.reminder",
        text=f"Rappel : {_sentence(referral, running)}",
        path=referral.get_absolute_url(),
        effect_key=f"remind:{referral.pk}:{referral.version}:{running.due_on}",
    )


def _escalate(referral: Referral, running: Clock) -> None:
    organisation_id = getattr(referral, f"{running.side}_id")
    notify(
        manager_ids(organisation_id),
        organisation_id=organisation_id,
        kind="referral.escalation",
        text=f"Sans nouvelles : {_sentence(referral, running)}",
        path=referral.get_absolute_url(),
        effect_key=f"escalate:{referral.pk}:{referral.version}:{running.due_on}",
    )
