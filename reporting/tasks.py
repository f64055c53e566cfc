"""Celery entry points of the reporting room."""

from celery import shared_task

from reporting import summaries
from reporting.packs import producing
from reporting.published import making


@shared_task(name="reporting.refresh_summaries")
def refresh_summaries() -> int:
    return summaries.refresh()


@shared_task(name="reporting.prepare_packs")
def prepare_packs() -> int:
    return producing.prepare_due()


@shared_task(name="reporting.publish_figures")
def publish_figures() -> bool:
    return making.publish_due()
