"""Celery entry points of the referrals."""

from celery import shared_task

from referrals import deadlines


@shared_task(name="referrals.run_clocks")
def run_clocks() -> None:
    deadlines.run()
