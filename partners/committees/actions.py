"""What a committee decided to do: given to somebody, back at each meeting, closed by what was done of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from core import clock, outbox, todo
from core.acting import Acting
from core.handovers import Held, Pass
from core.models import Task
from partners.committees.meetings import Overtaken
from partners.models import CommitteeAction, CommitteeMeeting, CommitteeMember, MeetingAttendance

TASK = SUBJECT = "committee_action"
SETTLE = "committee_action.settle"
# An action is known at once; it waits in "à venir" until a month before its date.
AWAITED = timedelta(days=30)
# The functions of a seat, the highest first.
_RANKS = CommitteeMember.Function.values


class AlreadyClosed(Exception):
    """Somebody closed the action first."""


class AlreadyThere(Exception):
    """The same action was decided at the same meeting: sent twice."""


@transaction.atomic
def add(
    acting: Acting,
    meeting: CommitteeMeeting,
    *,
    wording: str,
    organisation_id: int,
    owner_id: int | None,
    due_on: date,
) -> CommitteeAction:
    """Write what a meeting decided to do, and open the task of its owner.

    Raises AlreadyThere, and Overtaken when the meeting was cancelled meanwhile.
    """
    # One at a time for a meeting: a form sent twice is seen.
    if CommitteeMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk).cancelled:
        raise Overtaken
    if meeting.actions.filter(wording=wording, organisation=organisation_id).exists():
        raise AlreadyThere
    action = CommitteeAction.objects.create(
        committee_id=meeting.committee_id,
        meeting=meeting,
        wording=wording,
        organisation_id=organisation_id,
        owner_id=owner_id,
        due_on=due_on,
    )
    open_task(action, counterpart_id=acting.organisation_id)
    return action


def open_task(action: CommitteeAction, *, counterpart_id: int | None) -> None:
    """Open the task of an action: its owner's, else that of the managers of the organisation."""
    todo.open_task(
        TASK,
        subject_kind=SUBJECT,
        subject_id=action.pk,
        organisation_id=action.organisation_id,
        counterpart_id=None if counterpart_id == action.organisation_id else counterpart_id,
        user_id=action.owner_id,
        due_on=action.due_on,
        awaited_on=max(clock.today(), action.due_on - AWAITED),
    )


@transaction.atomic
def close(acting: Acting, action_id: int, *, state: str, note: str) -> CommitteeAction:
    """Say what was done of an action, or that it is given up; its task closes. Raises AlreadyClosed."""
    action = CommitteeAction.objects.select_for_update(of=("self",)).get(pk=action_id)
    if action.state != CommitteeAction.State.OPEN:
        raise AlreadyClosed
    action.state, action.closing_note, action.closed_on = state, note, clock.today()
    action.save()
    todo.close_tasks(SUBJECT, action.pk)
    if acting.organisation_id != action.organisation_id:
        # The task of another organisation may be out of sight from here: the worker sees it.
        outbox.post(SETTLE, {"action": action.pk}, effect_key=f"{SETTLE}:{action.pk}")
    return action


def settle(payload: dict[str, Any]) -> None:
    """Outbox handler, in the worker's system scope: the task of an action that is closed closes too."""
    if not CommitteeAction.objects.open().filter(pk=payload["action"]).exists():
        todo.close_tasks(SUBJECT, payload["action"])


def on_the_table(meeting: CommitteeMeeting) -> QuerySet[CommitteeAction]:
    """The actions of earlier meetings that were still open on the day of a meeting, oldest promise first."""
    return (
        CommitteeAction.objects.filter(committee=meeting.committee_id, meeting__held_on__lt=meeting.held_on)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gte=meeting.held_on))
        .order_by("due_on", "pk")
    )


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The cards of "À faire" (registry ``todo_sources``); one query, none without a task."""
    actions = CommitteeAction.objects.filter(organisation=acting.organisation_id)
    return todo.cards_of(tasks, actions.select_related("committee__convention", "meeting").in_bulk, _card)


def _card(task: Task, action: CommitteeAction) -> todo.Card:
    return todo.card(
        task,
        who=action.committee.name,
        expected=action.wording,
        context=f"{action.committee.convention.title}, réunion du {action.meeting.held_on:%d/%m/%Y}",
        button="Dire la suite donnée",
        url=reverse("partners:action_close", args=[action.uuid]),
    )


# --- Those who leave ----------------------------------------------------------------------------------


def _open_of(user_id: int, organisation_id: int) -> QuerySet[CommitteeAction]:
    return CommitteeAction.objects.open().filter(owner=user_id, organisation=organisation_id)


def held_actions(user_id: int, organisation_id: int) -> list[Held]:
    """The actions that somebody follows for an organisation (registry ``handovers``)."""
    actions = _open_of(user_id, organisation_id).order_by("due_on", "pk")
    return [Held(one.pk, f"{one.wording} (pour le {one.due_on:%d/%m/%Y})") for one in actions]


def pass_actions(one: Pass) -> list[int]:
    """Give them, with their tasks, to a successor."""
    passed = list(_open_of(one.leaver_id, one.organisation_id).order_by("pk").values_list("pk", flat=True))
    CommitteeAction.objects.filter(pk__in=passed).update(owner_id=one.successor_id)
    Task.objects.open().filter(
        subject_kind=SUBJECT, subject_id__in=passed, organisation_id=one.organisation_id
    ).update(user_id=one.successor_id)
    return passed


def _seats_of(user_id: int, organisation_id: int) -> QuerySet[CommitteeMember]:
    return CommitteeMember.objects.filter(user=user_id, organisation=organisation_id).order_by("pk")


def held_seats(user_id: int, organisation_id: int) -> list[Held]:
    """The committees on which somebody sits for an organisation (registry ``handovers``)."""
    seats = _seats_of(user_id, organisation_id).select_related("committee__convention")
    return [Held(seat.pk, f"{seat.committee.name}, {seat.committee.convention.title}") for seat in seats]


def pass_seats(one: Pass) -> list[int]:
    """Give the seats to a successor; where they sit already, both seats become one, of the higher function."""
    passed = []
    for seat in _seats_of(one.leaver_id, one.organisation_id).select_for_update(of=("self",)):
        own = _seats_of(one.successor_id, one.organisation_id).filter(committee=seat.committee_id).first()
        if own is None:
            seat.user_id = one.successor_id
            seat.save(update_fields=["user"])
            passed.append(seat.pk)
            continue
        noted = MeetingAttendance.objects.filter(member=own).values("meeting")
        seat.attendances.exclude(meeting__in=noted).update(member=own)
        seat.delete()
        if _RANKS.index(seat.function) < _RANKS.index(own.function):
            own.function = seat.function
            own.save(update_fields=["function"])
        passed.append(own.pk)
    return passed
