"""Celery entry points of the notifications."""

from celery import shared_task

from notifications import bounce_box, digests


@shared_task(name="notifications.digests")
def write_digests() -> int:
    return digests.run()


@shared_task(name="notifications.read_bounces")
def read_bounces() -> int:
    return bounce_box.read_configured()
