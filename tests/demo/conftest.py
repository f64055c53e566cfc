"""A small demonstration, loaded once for the tests of this folder and rolled back after them."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from portal.demo import load
from tests.conftest import as_owner
from tests.keeping import kept

YOUTHS = 125
DEPARTMENTS = ("17", "86")


@pytest.fixture(scope="package")
def loaded(django_db_setup, django_db_blocker) -> Iterator[dict[str, int]]:
    """The rows of a demonstration of two departments, in a transaction that ends with the folder."""

    def build() -> dict[str, int]:
        with as_owner():
            return load.load(n_youths=YOUTHS, departments=DEPARTMENTS)

    with kept(django_db_blocker, build) as rows:
        yield rows


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
