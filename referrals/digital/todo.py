"""The card of "À faire" for answers that came by a link."""

from collections.abc import Iterable

from django.urls import reverse

from core import todo
from core.acting import Acting
from core.models import Task
from core.todo import Card
from referrals.models import YouthLink
from youths.models import Youth


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each self-diagnosis that was filled in (one query, none without a task)."""

    def find(ids: list[int]) -> dict[int, YouthLink]:
        links = YouthLink.objects.filter(youth__in=Youth.objects.visible_to(acting))
        return links.select_related("youth").in_bulk(ids)

    return todo.cards_of(tasks, find, _card)


def _card(task: Task, link: YouthLink) -> Card:
    return todo.card(
        task,
        who=link.youth.full_name,
        expected="Le jeune a répondu sur le numérique",
        context="Autodiagnostic numérique",
        button="Lire ses réponses",
        url=reverse("referrals:digital", args=[link.youth.uuid]),
    )
