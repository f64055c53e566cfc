"""The tasks of those who accompany a youth, and what "À faire" says of them. The subject is the youth."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from core import todo
from core.acting import Acting
from core.models import Task
from core.prepared import Prepared
from youths.models import Accompaniment, Youth

SUBJECT = "accompaniment"
NEXT_STEP, INVITATION, NO_NEWS = "next_step", "answer_invitation", "no_news"
# An agreed step is expected from some days before its date.
NOTICE = timedelta(days=7)

# What is expected, the context, the words of the button, and the page it leads to.
_EXPECTED = {
    NEXT_STEP: ("La prochaine étape convenue arrive", "Prochaine étape", "Voir l’étape", "youths:detail"),
    INVITATION: ("Une réponse est attendue", "Invitation à accompagner", "Répondre", "youths:invitation"),
    NO_NEWS: (
        "Sans nouvelles depuis bientôt deux ans : l’accompagnement va se terminer",
        "Accompagnement",
        "Voir le dossier",
        "youths:detail",
    ),
}


def _found(acting: Acting, *, youths: list[int]) -> QuerySet[Youth, tuple[Any, ...]]:
    found = Youth.objects.openable_by(acting).filter(pk__any_of=youths).order_by("pk")
    return found.values_list("pk", "uuid", "first_name", "last_name")


_FOUND = Prepared(_found)


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The card of each task about a youth whom this person may open (registry ``todo_sources``; one query at most)."""
    return todo.cards_of(
        tasks,
        lambda ids: {pk: row for pk, *row in _FOUND(acting, youths=ids)},
        lambda task, row: _card(task, *row),
    )


def _card(task: Task, uuid: Any, first: str, last: str) -> todo.Card:
    expected, context, button, page = _EXPECTED[task.kind]
    return todo.card(
        task,
        who=f"{first} {last}",
        expected=expected,
        context=context,
        button=button,
        url=reverse(page, args=[uuid]),
    )


def open_steps(youth: Youth, organisations: tuple[int, int], due_on: date) -> None:
    """Both sides that agreed on a step find it in "À faire" at its date: those who accompany for each of them."""
    links = Accompaniment.objects.accompanying().active().filter(youth=youth, organisation__in=organisations)
    people: dict[int, int | None] = {}
    # "lead" comes before "partner".
    for organisation, professional in links.order_by("role", "started_on", "pk").values_list(
        "organisation", "professional"
    ):
        people.setdefault(organisation, professional)
    one, other = organisations
    for organisation, counterpart in ((one, other), (other, one)):
        todo.open_task(
            NEXT_STEP,
            subject_kind=SUBJECT,
            subject_id=youth.pk,
            organisation_id=organisation,
            counterpart_id=counterpart,
            user_id=people.get(organisation),
            due_on=due_on,
            awaited_on=due_on - NOTICE,
        )
