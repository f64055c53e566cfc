"""The outbox: what must happen later is a row written in the same transaction (DESIGN, "Engine").

The web never talks to the broker. The worker claims rows with SKIP LOCKED, one short transaction each, so that
any number of workers share the work and a killed one loses nothing.
"""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction

from core import clock
from core.hooks import outbox_handlers
from core.models import OutboxMessage
from core.scope import system_scope

logger = logging.getLogger(__name__)

# Waits between attempts; after the last one the row is put aside and shown (SECURITY, F17).
RETRIES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
]
BATCH = 100


def post(kind: str, payload: dict[str, Any], *, effect_key: str, organisation_id: int | None = None) -> None:
    """Ask for something to be done after this transaction. The same ``effect_key`` twice is once."""
    if kind not in outbox_handlers:
        raise ValueError(f"no handler for outbox messages of kind {kind!r}")
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                kind=kind,
                payload=payload,
                effect_key=effect_key,
                organisation_id=organisation_id,
                due_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )


def deliver(limit: int = BATCH) -> int:
    """Deliver what is due; returns how many rows were handled (delivered or put off)."""
    handled = 0
    while handled < limit and _deliver_one():
        handled += 1
    return handled


def _deliver_one() -> bool:
    with system_scope("deliver the outbox"):
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, quarantined_at__isnull=True, due_at__lte=clock.now())
            .order_by("due_at", "id")
            .first()
        )
        if message is None:
            return False
        try:
            with transaction.atomic():
                outbox_handlers[message.kind](message.payload)
        except Exception as error:
            logger.exception("outbox row %s failed", message.pk)
            _put_off(message, error)
        else:
            message.done_at = clock.now()
            message.save(update_fields=["done_at"])
        return True


def _put_off(message: OutboxMessage, error: Exception) -> None:
    message.last_error = type(error).__name__
    if message.attempts < len(RETRIES):
        message.due_at = clock.now() + RETRIES[message.attempts]
    else:
        message.quarantined_at = clock.now()
    message.attempts += 1
    message.save(update_fields=["last_error", "due_at", "quarantined_at", "attempts"])
