"""Celery entry points of the referrals."""

from celery import shared_task

from referrals import deadlines, erasing


@shared_task(name="referrals.run_clocks")
def run_clocks() -> None:
    deadlines.run()


@shared_task(name="referrals.forget")
def forget() -> None:
    erasing.forget_unfitness()
