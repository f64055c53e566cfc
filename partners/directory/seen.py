"""Which line of the file speaks of which row: a temporary table, so that memory does not grow with the file."""

from collections.abc import Iterable

from django.db import connection


class Seen:
    """What the lines read so far speak of: a text names a row. Lives as long as the transaction."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS directory_seen")
            cursor.execute(
                "CREATE TEMPORARY TABLE directory_seen (subject text PRIMARY KEY, line integer) ON COMMIT DROP"
            )

    def lines_of(self, subjects: Iterable[object]) -> dict[str, int]:
        """Subject → line, for those that a line before this batch speaks of."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subject, line FROM directory_seen WHERE subject = ANY(%s)", [list(map(str, subjects))]
            )
            return dict(cursor.fetchall())

    def add(self, lines: Iterable[tuple[object, int]]) -> None:
        """Remember (subject, line) of a batch."""
        pairs = list(lines)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO directory_seen SELECT * FROM unnest(%s::text[], %s::integer[])",
                [[str(subject) for subject, _ in pairs], [line for _, line in pairs]],
            )
