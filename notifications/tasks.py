"""Celery entry points of the notifications."""

from celery import shared_task

from notifications import digests


@shared_task(name="notifications.digests")
def write_digests() -> int:
    return digests.run()
