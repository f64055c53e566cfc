"""One file, from its bytes to the database: the way that the command and the tests take."""

from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction

from partners.directory.branches import Branches
from partners.directory.catalogue import FORMATS
from partners.directory.catchments import Catchments
from partners.directory.formats import Reading, Target, recognise
from partners.directory.organisations import Organisations
from partners.directory.reading import Line, Table, Unreadable, open_table
from partners.directory.report import Result, Totals
from partners.directory.seen import BATCH

# Two imports at once would refuse each other's lines for no reason that their readers could see.
_LOCK = 0x616E6E75


class Loader(Protocol):
    """Applies the lines of a file to one kind of row."""

    def batch(self, lines: list[Line]) -> Iterator[Result]: ...

    def finish(self) -> Iterator[Result]: ...


_LOADERS: dict[Target, Callable[[Reading], Loader]] = {
    Target.ORGANISATION: Organisations,
    Target.BRANCH: Branches,
    Target.CATCHMENT: Catchments,
}


def recognised(path: Path, name: str = "") -> tuple[Table, Reading]:
    """A file and its format, the one asked for or the one of its header. Raises Unreadable."""
    table = open_table(path)
    return table, recognise(table.header, FORMATS, name)


def run(table: Table, reading: Reading, *, apply: bool, tell: Callable[[Result], None]) -> Totals:
    """Apply every line in one transaction; it is undone unless ``apply`` is set and no line is refused.

    ``tell`` gets each result as it comes. Raises Unreadable when the file breaks half-way, or has no line at all.
    """
    totals = Totals()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        loader = _LOADERS[reading.format.target](reading)
        for result in _results(loader, table):
            totals.add(result)
            tell(result)
        if not totals.lines:
            raise Unreadable("Ce fichier n’a que son en-tête : il n’y a rien à importer.")
        if totals.refused or not apply:
            transaction.set_rollback(True)
    return totals


def _results(loader: Loader, table: Table) -> Iterator[Result]:
    for lines in batched(table.lines(), BATCH, strict=False):
        yield from loader.batch(list(lines))
    yield from loader.finish()
