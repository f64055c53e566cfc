"""Named steps of a long job, at which a test can hold it and kill it."""

import zlib

from django.db import connection


def checkpoint_key(name: str) -> int:
    """The advisory lock key of a step."""
    return zlib.crc32(f"checkpoint:{name}".encode())


def checkpoint(name: str) -> None:
    """Pass a named step. Waits while somebody holds its lock exclusively (a test, an operator)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [checkpoint_key(name)])
        cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [checkpoint_key(name)])
