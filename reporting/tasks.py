"""Celery entry points of the reporting room."""

from celery import shared_task

from reporting import packs, summaries


@shared_task(name="reporting.refresh_summaries")
def refresh_summaries() -> int:
    return summaries.refresh()


@shared_task(name="reporting.prepare_packs")
def prepare_packs() -> int:
    return packs.prepare_due()
