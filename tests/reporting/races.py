"""A second session on the test database, for what two processes do at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def other_session(role: str = "tu_owner") -> Iterator[psycopg.Connection]:
    """Another connection to the test database, in a transaction that its owner ends."""
    parameters = connection.get_connection_params()
    with psycopg.connect(
        host=parameters["host"],
        user=parameters["user"],
        dbname=parameters["dbname"],
        options=f"-c role={role}",
    ) as session:
        yield session
        session.rollback()
