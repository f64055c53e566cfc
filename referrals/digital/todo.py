"""The card of "À faire" for answers that came by a link."""

from collections.abc import Iterable

from django.urls import reverse

from core import clock
from core.acting import Acting
from core.models import Task
from core.todo import Card
from referrals.models import YouthLink
from youths.models import Youth


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of each self-diagnosis that was filled in (one query, none without a task)."""
    tasks = list(tasks)
    if not tasks:
        return {}
    found = YouthLink.objects.filter(
        pk__in=[task.subject_id for task in tasks], youth__in=Youth.objects.visible_to(acting)
    )
    links = {link.pk: link for link in found.select_related("youth").order_by("pk")}
    return {
        task.pk: Card(
            who=link.youth.full_name,
            expected="Le jeune a répondu sur le numérique",
            context="Autodiagnostic numérique",
            button="Lire ses réponses",
            url=reverse("referrals:digital", args=[link.youth.uuid]),
            due_on=task.due_on,
            since=clock.day_of(task.opened_at),
        )
        for task in tasks
        if (link := links.get(task.subject_id))
    }
