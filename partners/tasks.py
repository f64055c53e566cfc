"""Celery entry points of the people's clock."""

from celery import shared_task

from partners import absences, dormancy, invitations, reviews


@shared_task(name="partners.people_clock")
def people_clock() -> None:
    invitations.lapse()
    absences.close_past()
    dormancy.run()
    reviews.run()
