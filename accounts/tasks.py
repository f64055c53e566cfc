"""Celery entry points of sign-in."""

from celery import shared_task

from accounts.sessions import SessionStore


@shared_task(name="accounts.forget")
def forget() -> None:
    SessionStore.clear_expired()
