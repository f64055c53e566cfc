"""Celery entry points of the ground floor."""

from celery import shared_task

from core import detectors, housekeeping, outbox


@shared_task(name="core.deliver_outbox")
def deliver_outbox() -> int:
    return outbox.deliver()


@shared_task(name="core.heartbeat")
def heartbeat() -> None:
    housekeeping.pulse()


@shared_task(name="core.housekeeping")
def run_housekeeping() -> None:
    housekeeping.run()


@shared_task(name="core.seal_trail")
def seal_trail() -> int:
    return housekeeping.seal()


@shared_task(name="core.detect_abuse")
def detect_abuse() -> int:
    return detectors.run()
