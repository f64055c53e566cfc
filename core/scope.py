"""Scope: for whom a database connection works (DESIGN, "Scope").

A connection without scope sees no protected row. The settings are local to the transaction, so they vanish
at COMMIT and are safe behind a connection pool.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from core import request_id
from core.acting import Acting

_SET = (
    "SELECT set_config('app.user', %s, true), set_config('app.org', %s, true),"
    " set_config('app.role', %s, true), set_config('app.system', %s, true),"
    " set_config('app.request', %s, true)"
)
_EMPTY = ("", "", "", "")
_current: ContextVar[tuple[str, str, str, str]] = ContextVar("scope", default=_EMPTY)


class WrongLogin(RuntimeError):
    """A system scope was asked for on the login of the web."""


def scope_values(acting: Acting) -> tuple[str, str, str, str]:
    """The four settings of an acting person, as text, in the order of the SQL."""
    return str(acting.user_id), str(acting.organisation_id), acting.role, ""


def apply_scope(values: tuple[str, str, str, str]) -> None:
    """Set the scope of the current transaction (one round trip)."""
    with connection.cursor() as cursor:
        cursor.execute(_SET, (*values, request_id.current()))


@contextmanager
def _scoped(values: tuple[str, str, str, str]) -> Iterator[None]:
    previous = _current.get()
    with transaction.atomic():
        apply_scope(values)
        token = _current.set(values)
        try:
            yield
        finally:
            _current.reset(token)
        # Inside an outer transaction the settings outlive this block: hand back what was there. After an
        # exception the savepoint's rollback has already done so.
        if not connection.needs_rollback:
            apply_scope(previous)


@contextmanager
def acting_as(acting: Acting) -> Iterator[None]:
    """Run a transaction for one acting person, outside HTTP."""
    with _scoped(scope_values(acting)):
        yield


@contextmanager
def on_behalf_of(organisation_id: int) -> Iterator[None]:
    """Run a transaction for an organisation and for no person in it: what the answer to its signed link entails."""
    with _scoped(("", str(organisation_id), "", "")):
        yield


@contextmanager
def system_scope(reason: str) -> Iterator[None]:
    """Run a transaction over all organisations, on the worker's login only, for a declared reason.

    Raises ValueError without a reason, WrongLogin on the login of the web (whose policies ignore the
    system scope anyway: the error is there to be clear).
    """
    if not reason:
        raise ValueError("a system scope states its reason")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (login,) = cursor.fetchone()
    if login == "tu_app":
        raise WrongLogin("system_scope needs the login of the worker")
    with _scoped(("", "", "", reason)):
        yield
