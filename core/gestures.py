"""One gesture sent twice (a second click, a page gone back to) writes one thing."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from core import clock

# The same thing again from the same person within this time is the same gesture.
AGAIN = timedelta(minutes=10)


def one_at_a_time(what: str, user_id: int) -> None:
    """Wait for the other requests by which somebody writes something of this kind (until the transaction ends)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [what, user_id])


def just_written[M: Model](same: QuerySet[M], moment: str, **written: Any) -> M | None:
    """What this gesture wrote when it was sent before; ``moment``: the column that says when."""
    found = same.filter(**written, **{f"{moment}__gt": clock.now() - AGAIN})
    return found.order_by("-pk").first()
