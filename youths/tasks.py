"""Celery entry points of the youths' clock."""

from celery import shared_task

from youths import records
from youths.accompanying import ending, inviting


@shared_task(name="youths.clock")
def youths_clock() -> None:
    records.forget_representatives()
    inviting.expire()
    ending.run()
