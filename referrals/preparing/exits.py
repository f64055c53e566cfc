"""The clock asks both sides to prepare an exit, some months before its planned day.

As for the deadlines, nothing depends on the day of the run: a missed night is caught up, and a second run finds its
own rows.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from core import clock, todo
from core.scope import system_scope
from core.working_days import add_months
from notifications.notices import notify
from referrals import programmes
from referrals.courses import end_of
from referrals.delays import side_id
from referrals.effects import PREPARE_EXIT, open_task, people_on
from referrals.models import Preparation, Referral, Reminder
from referrals.programmes.base import Programme
from referrals.states import RECIPIENT, SENDER, State

BATCH = 200
TOLD = "La sortie d’un parcours approche : préparez-la avec le jeune ({programme})."
# Adding months then taking them away may fall a few days apart, at the end of a month.
_SLACK = timedelta(days=3)


def exit_of(referral: Referral) -> date | None:
    """The day on which a course that goes on is to end; None when none does."""
    return end_of(referral) if referral.state == State.STARTED else None


def run(today: date | None = None) -> int:
    """Open the tasks that are due on ``today`` (default: the legal day); returns for how many referrals."""
    today = today or clock.today()
    opened = 0
    for programme in programmes.all():
        if programme.prepare_exit_months is None:
            continue
        for referral_id in _coming(programme, today):
            with system_scope("exits to prepare"):
                opened += _ask(referral_id, today)
    return opened


def _coming(programme: Programme, today: date) -> Iterator[int]:
    """The courses of a programme whose exit comes near, and was not asked to be prepared: in bounded batches."""
    assert programme.prepare_exit_months is not None
    until = add_months(today, programme.prepare_exit_months) + _SLACK
    begun = add_months(until, -programme.clocks.duration_months) + _SLACK
    asked = Reminder.objects.filter(referral=OuterRef("pk"), kind=PREPARE_EXIT)
    last = 0
    while True:
        with system_scope("exits that come near"):
            batch = list(
                Referral.objects.filter(
                    Q(
                        ~Exists(asked.filter(due_on=OuterRef("planned_end_on"))),
                        planned_end_on__range=(today, until),
                    )
                    | Q(
                        ~Exists(asked.filter(due_on__gte=today)),
                        planned_end_on__isnull=True,
                        started_on__lte=begun,
                    ),
                    pk__gt=last,
                    programme=programme.code,
                    state=State.STARTED,
                    sharing_stopped_at__isnull=True,
                )
                .order_by("pk")
                .values_list("pk", flat=True)[:BATCH]
            )
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]


def _ask(referral_id: int, today: date) -> bool:
    """Ask both sides of a referral, once for one planned day; False when it is not the time."""
    referral = (
        Referral.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=referral_id, sharing_stopped_at__isnull=True)
        .first()
    )
    exit_on = exit_of(referral) if referral else None
    if referral is None or exit_on is None:
        return False  # another worker has it, or it has moved since
    asked_from = add_months(exit_on, -(referral.rules.prepare_exit_months or 0))
    if not asked_from <= today <= exit_on:
        return False
    _, created = Reminder.objects.get_or_create(
        referral=referral, kind=PREPARE_EXIT, due_on=exit_on, defaults={"late": today > asked_from}
    )
    if not created:
        return False
    # The exit of another day is no longer to be prepared.
    todo.close_tasks("referral", referral.pk, kinds=[PREPARE_EXIT])
    for side in (SENDER, RECIPIENT):
        if _settled(referral, side):
            continue
        open_task(referral, PREPARE_EXIT, side, exit_on, clock.today())
        notify(
            people_on(referral, side),
            organisation_id=side_id(referral, side),
            kind="referral.prepare_exit",
            text=TOLD.format(programme=referral.rules.short_label),
            path=referral.get_absolute_url(),
            effect_key=f"prepare_exit:{referral.pk}:{exit_on}",
        )
    return True


def _settled(referral: Referral, side: str) -> bool:
    """Whether a side has nothing left to prepare for the exit."""
    wanted = {item.code for item in referral.rules.preparing(referral.state) if item.side == side}
    known = Preparation.objects.filter(
        referral=referral, organisation=side_id(referral, side), code__in=wanted
    ).exclude(state=Preparation.State.TODO)
    return known.count() == len(wanted)


def follow(referral: Referral, side: str) -> None:
    """A side noted what it has prepared: its task closes once nothing is left, and opens again otherwise."""
    exit_on = exit_of(referral)
    if exit_on is None:
        return
    if _settled(referral, side):
        organisation_id = side_id(referral, side)
        todo.close_tasks("referral", referral.pk, kinds=[PREPARE_EXIT], organisation_id=organisation_id)
    elif Reminder.objects.filter(referral=referral, kind=PREPARE_EXIT, due_on=exit_on).exists():
        open_task(referral, PREPARE_EXIT, side, exit_on, clock.today())
