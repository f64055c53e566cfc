"""Celery entry points of the referrals."""

from celery import shared_task

from referrals import deadlines, erasing
from referrals.breaches.declaring import ask_for_handovers
from referrals.placements import reminding
from referrals.thread import purging


@shared_task(name="referrals.run_clocks")
def run_clocks() -> None:
    deadlines.run()
    ask_for_handovers()


@shared_task(name="referrals.placements")
def placements() -> None:
    reminding.run()


@shared_task(name="referrals.forget")
def forget() -> None:
    erasing.forget_unfitness()
    purging.forget_pieces()
