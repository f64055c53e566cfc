"""Celery entry points of sign-in."""

from celery import shared_task

from accounts import held_forms, limits
from accounts.sessions import SessionStore


@shared_task(name="accounts.forget")
def forget() -> None:
    SessionStore.clear_expired()
    limits.forget()
    held_forms.forget()
