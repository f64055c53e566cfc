"""What must be remembered of the lines already read, kept out of memory: it does not grow with the file."""

import json
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from django.db import connection

# As many lines as are applied together.
BATCH = 500


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that is applied, but for its parent (network and code), which may come further down in the file."""

    line: int
    row: int
    network: str
    parent: str
    is_new: bool
    subject: str
    changes: list[str]
    remarks: list[str]


class WaitingLines:
    """The lines that wait, in a file without a name, in their order."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - lives as long as this object
        weakref.finalize(self, self._file.close)

    def add(self, waiting: Waiting) -> None:
        """Remember one."""
        self._file.write(json.dumps(asdict(waiting), ensure_ascii=False) + "\n")

    def __iter__(self) -> Iterator[Waiting]:
        self._file.seek(0)
        for text in self._file:
            yield Waiting(**json.loads(text))
