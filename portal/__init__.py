"""The roof: settings, addresses, Celery application, launcher, health."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
