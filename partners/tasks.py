"""Celery entry points of the clocks of people and of conventions."""

from celery import shared_task

from partners.conventions import deadlines
from partners.exporting import preparing
from partners.people import absences, bounces, dormancy, invitations, reviews


@shared_task(name="partners.people_clock")
def people_clock() -> None:
    invitations.lapse()
    absences.close_past()
    dormancy.run()
    reviews.run()
    bounces.settle()


@shared_task(name="partners.conventions_clock")
def conventions_clock() -> None:
    deadlines.run()


@shared_task(name="partners.exports")
def exports() -> int:
    return preparing.run()
