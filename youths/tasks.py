"""Celery entry points of the youths' clock."""

from celery import shared_task

from youths import records
from youths.accompanying import ending, inviting
from youths.agreements import todo
from youths.merging import joining, transfers
from youths.portfolio import importing
from youths.rights import requests, retention


@shared_task(name="youths.clock")
def youths_clock() -> None:
    records.forget_representatives()
    inviting.expire()
    ending.run()
    joining.settle()
    transfers.expire()
    todo.open_expiring()
    importing.forget_portfolios()
    requests.forget_archives()


@shared_task(name="youths.retention")
def run_retention() -> None:
    retention.run()
