"""Small periodic chores: signs of life, partitions of the trail ahead of time, rows that have served."""

from datetime import timedelta

from django.db import connection

from core import clock
from core.models import Heartbeat, OpenedFile, OutboxMessage
from core.scope import system_scope


def beat(name: str) -> None:
    """Record that a periodic job is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def run() -> None:
    """Prepare the trail's next partitions and forget what has served."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_prepare_audit_partitions()")
    with system_scope("forget what has served"):
        OutboxMessage.objects.filter(done_at__lt=clock.now() - timedelta(days=30)).delete()
        OpenedFile.objects.filter(day__lt=clock.today() - timedelta(days=2)).delete()
