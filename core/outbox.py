"""The outbox: what must happen later is a row written in the same transaction (DESIGN, "Engine").

The web never talks to the broker. The worker claims rows with SKIP LOCKED, one short transaction each, so that
any number of workers share the work and a killed one loses nothing.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from core import clock
from core.hooks import outbox_handlers
from core.models import OutboxMessage
from core.rights import ADMINISTRATOR
from core.scope import apply_scope, system_scope

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
# What a whole service refuses is no failure of the message: it waits as long again as it has already waited, between
# these bounds, and for a week at most.
AWAY_SHORTEST, AWAY_LONGEST = timedelta(minutes=1), timedelta(hours=1)
AWAY_AT_MOST = timedelta(days=7)


class Unreachable(Exception):
    """What a handler talks to is away: it would have failed for any message."""


class Later(Exception):
    """What a handler raises to be asked again at a moment: nothing failed, it is not time yet."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


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
    """Deliver what is due; returns how many rows were handled (delivered or put off).

    A kind whose service is away is tried once in a run: a server that hangs does not hold the other kinds.
    """
    handled, away = 0, set[str]()
    while handled < limit and _deliver_one(away):
        handled += 1
    return handled


def _deliver_one(away: set[str]) -> bool:
    with system_scope("deliver the outbox"):
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, quarantined_at__isnull=True, due_at__lte=clock.now())
            .exclude(kind__in=away)
            .order_by("due_at", "id")
            .first()
        )
        if message is None:
            return False
        try:
            with transaction.atomic():
                outbox_handlers[message.kind](message.payload)
        except Later as wait:
            message.due_at = wait.until
            message.save(update_fields=["due_at"])
        except Unreachable as error:
            logger.warning("outbox row %s waits: %s is away", message.pk, message.kind)
            away.add(message.kind)
            _wait(message, error.__cause__ or error)
        except Exception as error:
            logger.exception("outbox row %s failed", message.pk)
            _put_off(message, error)
        else:
            message.done_at = clock.now()
            message.save(update_fields=["done_at"])
        return True


def last_done(kind: str, addressee: int) -> datetime | None:
    """When a message of a kind for a user was last delivered; None when none is kept."""
    return OutboxMessage.objects.filter(kind=kind, addressee=addressee).aggregate(last=Max("done_at"))["last"]


def take_due(kind: str, payload: dict[str, Any], *, most: int) -> list[dict[str, Any]]:
    """The other messages of a kind for the same user that are due: delivered with this one, by the handler that asks.

    They are done when it succeeds, and wait as before when it does not.
    """
    due = OutboxMessage.objects.select_for_update(skip_locked=True).filter(
        kind=kind,
        addressee=payload["user"],
        done_at__isnull=True,
        quarantined_at__isnull=True,
        due_at__lte=clock.now(),
    )
    found = list(due.exclude(payload=payload).order_by("due_at", "id")[:most])
    OutboxMessage.objects.filter(pk__in=[message.pk for message in found]).update(done_at=clock.now())
    return [message.payload for message in found]


def _wait(message: OutboxMessage, error: BaseException) -> None:
    now = clock.now()
    waited = now - message.created_at
    message.last_error = type(error).__name__
    if waited < AWAY_AT_MOST:
        message.due_at = now + max(AWAY_SHORTEST, min(waited, AWAY_LONGEST))
    else:
        message.quarantined_at = now
    message.save(update_fields=["last_error", "due_at", "quarantined_at"])


def _put_off(message: OutboxMessage, error: Exception) -> None:
    message.last_error = type(error).__name__
    if message.attempts < len(RETRIES):
        message.due_at = clock.now() + RETRIES[message.attempts]
    else:
        message.quarantined_at = clock.now()
    message.attempts += 1
    message.save(update_fields=["last_error", "due_at", "quarantined_at", "attempts"])


# --- What was put aside ------------------------------------------------------------------------------------


def retry(user_id: int, messages: Iterable[int]) -> int:
    """Let an administrator have messages that were put aside tried again, from the first attempt; how many.

    The trail says who asked, in the same transaction. Raises DatabaseError for anybody else.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        as_administrator(user_id)
        cursor.execute("SELECT tu_retry_set_aside(%s)", [sorted(messages)])
        return cursor.fetchone()[0]


def as_administrator(user_id: int) -> None:
    """For the rest of the transaction, the scope of an administrator: no organisation, so no youth."""
    apply_scope((str(user_id), "", ADMINISTRATOR, ""))
