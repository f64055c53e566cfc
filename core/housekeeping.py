"""Small periodic chores: signs of life, partitions of the trail ahead of time, rows that have served."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min

from core import clock, detectors, seals
from core.models import Alert, DailyFiles, Heartbeat, OpenedFile, OutboxMessage
from core.scope import system_scope


def beat(name: str, at: datetime | None = None) -> None:
    """Record the sign of life of a periodic job (now, unless told otherwise)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at or clock.now()})


def pulse() -> None:
    """Record that the beat is alive, and since when the outbox waits (now, when nothing waits).

    The web cannot read the outbox: ``/sante/prete`` reads these rows.
    """
    with system_scope("age of the outbox"):
        waiting = OutboxMessage.objects.filter(
            done_at__isnull=True, quarantined_at__isnull=True, due_at__lte=clock.now()
        )
        oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    beat("beat")
    beat("outbox", at=oldest)


def seal() -> int:
    """Seal the trail, and record that everything is sealed up to now; returns the number of lines."""
    started = clock.now()
    sealed = seals.seal()
    beat("seal", at=started)
    return sealed


def run() -> None:
    """Prepare the trail's next partitions, drop its oldest ones and forget what has served."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_prepare_partitions()")
    seals.seal()
    seals.drop_old_months()
    detectors.close_days()
    with system_scope("forget what has served"):
        OutboxMessage.objects.filter(done_at__lt=clock.now() - timedelta(days=30)).delete()
        OpenedFile.objects.filter(day__lt=clock.today() - timedelta(days=2)).delete()
        DailyFiles.objects.filter(day__lt=clock.today() - timedelta(days=60)).delete()
        Alert.objects.filter(opened_at__lt=clock.now() - timedelta(days=366)).delete()
