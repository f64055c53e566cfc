"""Calling the functions of the database, written beside the migrations of each room."""

import json
from typing import Any

from django.db import connection


def call(function: str, *values: Any) -> Any:
    """The one value that a function gives. Of ours, no text is given but JSON, which comes decoded; void is empty."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({', '.join(['%s'] * len(values))})", values)
        (found,) = cursor.fetchone()
    return json.loads(found) if found and isinstance(found, str) else found
