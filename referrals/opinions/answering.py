"""The opinion of a youth: counted once, with nothing that leads back to them."""

import json
from typing import Any

from django.db import transaction

from core import links
from core.functions import call
from referrals.youth_links import asking


@transaction.atomic
def record(token: str, day: int, month: int, answers: dict[str, str]) -> dict[str, Any] | None:
    """Count the answers. Nobody is told, and the link keeps no trace of it; returned as ``asking.question`` does."""
    return asking.told(call("tu_opinion_answer", links.hash_of(token), day, month, json.dumps(answers)))
