"""What an organisation sent and received, counted by month and programme, and exact whenever it is read.

Each change of a fact, or of what is left of the erased, leaves a mark of its cells in the same transaction, whoever
makes it (``facts_sql.MARK``). The worker counts marked cells again, and removes the marks that it saw. Whoever reads
takes the cells without a mark as they are, and counts the facts of the others in the same statement, hence in the same
snapshot: the answer is a recount of the facts, whatever the worker is at.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection

from core.scope import system_scope
from reporting import counting
from reporting.models import DelayCell

KEY = "organisation_id, is_sender, month, programme"
# The columns that count by delay, and the kind of delay of each.
DELAYS = {
    "answer_days": DelayCell.Kind.ANSWERED,
    "silent_days": DelayCell.Kind.SILENT,
    "waiting_since": DelayCell.Kind.WAITING,
}

_LOCK = zlib.crc32(b"reporting own figures")
_TAKE = f"""
DELETE FROM reporting_ownmark WHERE id IN (SELECT id FROM reporting_ownmark ORDER BY id LIMIT %s)
RETURNING {KEY}, exits
"""  # noqa: S608 - constants of this module
# The cells to count: those that the worker took, or those of an organisation that are marked.
_TAKEN = f"""
SELECT * FROM unnest(%(organisations)s::bigint[], %(sides)s::boolean[], %(months)s::date[], %(programmes)s::text[])
    AS c ({KEY})
"""  # noqa: S608 - constants of this module
_MARKED = f"""
SELECT DISTINCT {KEY} FROM reporting_ownmark
WHERE organisation_id = %(organisation)s AND exits = {{exits}}
  AND month >= %(since)s AND programme = ANY (%(programmes)s)
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """A table of counts by organisation, side, month and programme.

    ``month``: that of a fact; ``of_cell`` limits the facts to the month ``c.month``. ``condition``: which facts count.
    ``exits``: what ended, without the erased; else what was sent, with the delays and the erased.
    """

    table: str
    counts: dict[str, str]
    month: str
    of_cell: str
    condition: str
    exits: bool

    @property
    def delays(self) -> tuple[str, ...]:
        return () if self.exits else tuple(DELAYS)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.counts, *self.delays)

    def counted(self, columns: Iterable[str] = (), *, of_cells: bool = False) -> str:
        """The count of the facts: every cell, or those of ``cell``; every column, or those that are named."""
        wanted = tuple(columns) or self.columns
        counts = {name: self.counts[name] for name in self.counts if name in wanted}
        sums = "".join(f", sum(f.{name})::bigint AS {name}" for name in counts)
        by_delay = "coalesce(jsonb_object_agg(f.delay, f.number) FILTER (WHERE f.kind = '{kind}'), '{{}}')"
        delays = "".join(
            f", {by_delay.format(kind=DELAYS[name])} AS {name}" for name in self.delays if name in wanted
        )
        rows = " UNION ALL ".join(self._facts(counts, of_cells=of_cells))
        if not delays:
            return f"SELECT {KEY}{sums} FROM ({rows}) f GROUP BY {KEY}"  # noqa: S608 - constants of this module
        return f"""
            SELECT {KEY}{sums}{delays}
            FROM (SELECT {KEY}, kind, coalesce(answer_days::text, sent_on::text) AS delay, count(*) AS number{sums}
                  FROM ({rows}) f GROUP BY {KEY}, kind, delay) f
            GROUP BY {KEY}
        """  # noqa: S608 - constants of this module

    def _facts(self, counts: dict[str, str], *, of_cells: bool) -> Iterable[str]:
        """The facts, once for each side, and what is left of the erased."""
        told = "".join(f", {expression} AS {name}" for name, expression in counts.items())
        told += f", {counting.DELAY}" if self.delays else ""
        for side, is_sender in (("f.sender_id", "true"), ("f.recipient_id", "false")):
            cells = f"""JOIN cell c ON c.is_sender = {is_sender} AND c.organisation_id = {side}
                        AND c.programme = f.programme AND {self.of_cell}"""
            yield f"""
                SELECT {side} AS organisation_id, {is_sender} AS is_sender, {self.month} AS month, f.programme{told}
                FROM reporting_referralfact f {cells if of_cells else ""} WHERE {self.condition}
            """  # noqa: S608 - constants of this module
        if not self.exits:
            cells = """JOIN cell c ON c.is_sender = k.is_sender AND c.organisation_id = k.organisation_id
                       AND c.programme = k.programme AND c.month = k.quarter"""
            left = "".join(f", k.{name}" for name in counts) + ", NULL, NULL, NULL"
            yield f"""
                SELECT k.organisation_id, k.is_sender, k.quarter, k.programme{left}
                FROM reporting_foldedcount k {cells if of_cells else ""}
            """  # noqa: S608 - constants of this module

    @property
    def again(self) -> str:
        """Count the cells that were taken."""
        return self._insert(f"WITH cell AS ({_TAKEN}) {self.counted(of_cells=True)}")

    @property
    def anew(self) -> str:
        """Count every cell; those of an organisation are then side by side."""
        return self._insert(f"{self.counted()} ORDER BY {KEY}")

    def _insert(self, rows: str) -> str:
        columns = f"{KEY}, {', '.join(self.columns)}"
        return f"INSERT INTO {self.table} ({columns}) SELECT {columns} FROM ({rows}) made"  # noqa: S608 - constants

    @property
    def gone(self) -> str:
        """Remove the cells that were taken."""
        return f"DELETE FROM {self.table} WHERE ({KEY}) IN ({_TAKEN})"  # noqa: S608 - constants of this module


SENT = Own("reporting_owncell", counting.SENT, "f.month", "f.month = c.month", "true", False)
EXITS = Own(
    "reporting_ownexit",
    counting.EXITS,
    "date_trunc('month', f.ended_on)::date",
    # A day is compared to days: with a moment, the index would not be asked under the policies.
    "f.ended_on >= c.month AND f.ended_on < (c.month + interval '1 month')::date",
    "f.ended_on IS NOT NULL",
    True,
)
EVERY = (SENT, EXITS)


@dataclass(frozen=True, slots=True)
class Row:
    """Counts of a month and a programme that an organisation sent, or received; those that were asked for."""

    is_sender: bool
    month: date
    programme: str
    counts: Mapping[str, int]
    # By column of ``DELAYS``: how many by number of days, or by day (``2026-06-17``) for those that wait.
    delays: Mapping[str, Mapping[str, int]]


def read(
    own: Own, columns: tuple[str, ...], organisation_id: int, codes: Sequence[str], since: date
) -> list[Row]:
    """All that an organisation sent and received since a month, for some programmes, exact (one query)."""
    counts = tuple(name for name in columns if name not in DELAYS)
    delays = tuple(name for name in columns if name in DELAYS)
    values: dict[str, Any] = {"organisation": organisation_id, "programmes": list(codes), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_rows(own, (*counts, *delays)), values)
        return [
            Row(
                is_sender,
                month,
                programme,
                dict(zip(counts, found, strict=False)),
                {name: json.loads(said) for name, said in zip(delays, found[len(counts) :], strict=True)},
            )
            for is_sender, month, programme, *found in cursor.fetchall()
        ]


@cache
def _rows(own: Own, columns: tuple[str, ...]) -> str:
    named = f"is_sender, month, programme, {', '.join(columns)}"
    return f"""
        SELECT {named} FROM (
            WITH cell AS ({_MARKED.format(exits=own.exits)})
            SELECT {named} FROM {own.table} k
            WHERE k.organisation_id = %(organisation)s AND NOT EXISTS (
                SELECT FROM cell c
                WHERE c.is_sender = k.is_sender AND c.month = k.month AND c.programme = k.programme)
            UNION ALL
            SELECT {named} FROM ({own.counted(columns, of_cells=True)}) again) x
        WHERE x.month >= %(since)s AND x.programme = ANY (%(programmes)s)
    """  # noqa: S608 - constants of this module


def refresh(limit: int) -> None:
    """Count the marked cells again, so many marks in one transaction. On the worker's login.

    One worker at a time: two of them could write an older count over a newer one.
    """
    while _refresh_batch(limit) == limit:
        pass


def _refresh_batch(limit: int) -> int:
    with system_scope("refresh the figures of organisations"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, [limit])
        marks = cursor.fetchall()
        if marks:
            # Statements of their own: they see every fact committed before its mark was taken.
            for own in EVERY:
                values = _values({tuple(cell) for *cell, exits in marks if exits == own.exits})
                cursor.execute(own.gone, values)
                cursor.execute(own.again, values)
        return len(marks)


def rebuild() -> None:
    """Count every cell from all the facts, in one transaction (owner or worker: demo, bench, repair)."""
    with system_scope("rebuild the figures of organisations"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("DELETE FROM reporting_ownmark")
        for own in EVERY:
            cursor.execute(f"DELETE FROM {own.table}")  # noqa: S608 - constants of this module
            cursor.execute(own.anew)


def _values(cells: set[tuple[Any, ...]]) -> dict[str, Any]:
    names = ("organisations", "sides", "months", "programmes")
    return {name: [cell[rank] for cell in cells] for rank, name in enumerate(names)}
