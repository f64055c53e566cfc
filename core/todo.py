"""Tasks ("à faire"): opened and closed by facts, in the transaction of the fact."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core import clock
from core.models import Task


@dataclass(frozen=True, slots=True)
class Card:
    """One card of "À faire", made by the room of its subject."""

    who: str
    expected: str
    context: str
    button: str
    url: str
    due_on: date
    since: date
    # Whom it awaits, in words: said in the view of the whole organisation.
    owner: str = ""


def card(task: Task, *, who: str, expected: str, context: str, button: str, url: str) -> Card:
    """The card of a task: since when and until when are the task's."""
    return Card(
        who=who,
        expected=expected,
        context=context,
        button=button,
        url=url,
        due_on=task.due_on,
        since=clock.day_of(task.opened_at),
    )


def cards_of[Subject](
    tasks: Iterable[Task],
    find: Callable[[list[int]], Mapping[int, Subject]],
    make: Callable[[Task, Subject], Card],
) -> dict[int, Card]:
    """The cards of the tasks whose subject ``find`` finds, by its key, for who looks; not called without a task."""
    tasks = list(tasks)
    found = find([task.subject_id for task in tasks]) if tasks else {}
    return {task.pk: make(task, found[task.subject_id]) for task in tasks if task.subject_id in found}


def open_task(
    kind: str,
    *,
    subject_kind: str,
    subject_id: int,
    organisation_id: int,
    counterpart_id: int | None,
    user_id: int | None,
    due_on: date,
    awaited_on: date,
) -> None:
    """Open a task; the same one (kind, subject, organisation, due date) is opened once.

    ``awaited_on`` is the day from which it is expected; until then it is only to come.
    """
    # A task closed by an earlier fact opens again when the same thing is asked for the same day.
    Task.objects.bulk_create(
        [
            Task(
                kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
                organisation_id=organisation_id,
                counterpart_id=counterpart_id,
                user_id=user_id,
                due_on=due_on,
                awaited_on=awaited_on,
                opened_at=clock.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["kind", "subject_kind", "subject_id", "organisation_id", "due_on"],
        update_fields=["user_id", "done_at"],
    )


def close_tasks(
    subject_kind: str,
    subject_id: int,
    *,
    kinds: list[str] | None = None,
    spared: list[str] | None = None,
    organisation_id: int | None = None,
) -> None:
    """Close the open tasks of a subject, or only those of some kinds, or of one organisation; not the spared kinds."""
    tasks = Task.objects.filter(subject_kind=subject_kind, subject_id=subject_id).open()
    if kinds is not None:
        tasks = tasks.filter(kind__in=kinds)
    if spared:
        tasks = tasks.exclude(kind__in=spared)
    if organisation_id is not None:
        tasks = tasks.filter(organisation_id=organisation_id)
    tasks.update(done_at=clock.now())
