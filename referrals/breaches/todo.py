"""What a task of "À faire" says of a breach."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from core import todo
from core.acting import Acting
from core.models import Task
from core.prepared import Prepared
from core.todo import Card
from referrals.models import Breach
from youths.models import Youth


def _found(acting: Acting, *, breaches: list[int]) -> QuerySet[Breach, tuple[Any, ...]]:
    return (
        Breach.objects.of_ours(acting)
        .filter(pk__any_of=breaches, youth__in=Youth.objects.visible_to(acting).values("pk"))
        .order_by("pk")
        .values_list("pk", "broke_on", F("youth__uuid"), F("youth__first_name"), F("youth__last_name"))
    )


_FOUND = Prepared(_found)


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each task about a breach whose youth this person may open (one query, none without a task)."""
    return todo.cards_of(
        tasks,
        lambda ids: {pk: row for pk, *row in _FOUND(acting, breaches=ids)},
        lambda task, row: _card(task, *row),
    )


def _card(task: Task, broke_on: Any, uuid: Any, first: str, last: str) -> Card:
    return todo.card(
        task,
        who=f"{first} {last}",
        expected="Solliciter la mission locale, ou dire pourquoi ce n’est pas utile",
        context="Rupture de contrat d’apprentissage",
        button="Voir la rupture",
        url=reverse("referrals:breach", args=[uuid]),
    )
