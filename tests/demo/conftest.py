"""A small demonstration, loaded once for the module's tests and rolled back after them."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from portal.demo import load
from tests.conftest import as_owner

YOUTHS = 125
DEPARTMENTS = ("17", "86")


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[dict[str, int]]:
    """The rows of a demonstration of two departments, in a transaction that ends with the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        with as_owner():
            rows = load.load(n_youths=YOUTHS, departments=DEPARTMENTS)
        yield rows
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded) -> Iterator[dict[str, int]]:
    """The demonstration, as the owner sees it; what a test changes is undone after it."""
    with transaction.atomic():
        with as_owner():
            with connection.cursor() as cursor:
                # What is planted is never committed: the guards of COMMIT have nothing to say.
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            yield loaded
        transaction.set_rollback(True)
