"""Celery entry points of the youths' clock."""

from celery import shared_task

from youths import records


@shared_task(name="youths.clock")
def youths_clock() -> None:
    records.forget_representatives()
