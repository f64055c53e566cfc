"""The answers of a youth: recorded once, by their own link, and told to who asked."""

import json
from typing import Any

from django.db import transaction

from core import clock, links, todo
from core.functions import call
from core.scope import on_behalf_of
from referrals.digital.rules import VERSION
from referrals.models import YouthLink
from referrals.youth_links import asking

TASK, OF_LINK = "digital_answered", "youth_link"
ANSWERED = "Un jeune a répondu aux questions sur le numérique."


@transaction.atomic
def record(token: str, day: int, month: int, answers: dict[str, str]) -> dict[str, Any] | None:
    """Record the answers, with the task and the notice of who asked; returned as ``asking.question`` does."""
    found = call("tu_digital_answer", links.hash_of(token), day, month, VERSION, json.dumps(answers))
    if not found or found.get("wrong"):
        return asking.told(found)
    with on_behalf_of(found["organisation"]):
        link = YouthLink.objects.get(pk=found["link"])
        todo.open_task(
            TASK,
            subject_kind=OF_LINK,
            subject_id=link.pk,
            organisation_id=link.requested_for_id,
            counterpart_id=None,
            user_id=link.requested_by_id,
            due_on=clock.today(),
            awaited_on=clock.today(),
        )
    asking.tell(found, ANSWERED, "answered")
    return found
