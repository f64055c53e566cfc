"""What the tasks of "À faire" say about periods in a company."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core import todo
from core.acting import Acting
from core.models import Task
from core.prepared import Prepared
from core.todo import Card
from referrals.models import WorkPlacement
from referrals.placements.presenting import dates_words

SUBJECT = "placement"
SIGN, BILAN = "placement_sign", "placement_bilan"
# What is expected, the words of the button, and the page it leads to.
_EXPECTED = {
    SIGN: ("Une convention est à signer avant le début", "Noter la signature", "referrals:placement_sign"),
    BILAN: (
        "Le bilan d’une période en entreprise est attendu",
        "Écrire le bilan",
        "referrals:placement_bilan",
    ),
}


def _found(acting: Acting, *, placements: list[int]) -> QuerySet[WorkPlacement, tuple[Any, ...]]:
    found = WorkPlacement.objects.visible_to(acting).filter(pk__any_of=placements).order_by("pk")
    return found.values_list("pk", "uuid", "youth__first_name", "youth__last_name", "starts_on", "ends_on")


_FOUND = Prepared(_found)


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each task about a period that this person may open (registry ``todo_sources``; one query at most)."""
    return todo.cards_of(
        tasks,
        lambda ids: {pk: row for pk, *row in _FOUND(acting, placements=ids)},
        lambda task, row: _card(task, *row),
    )


def _card(task: Task, uuid: Any, first: str, last: str, starts_on: Any, ends_on: Any) -> Card:
    expected, button, page = _EXPECTED[task.kind]
    return todo.card(
        task,
        who=f"{first} {last}",
        expected=expected,
        context=f"PMSMP {dates_words(starts_on, ends_on)}",
        button=button,
        url=reverse(page, args=[uuid]),
    )
