"""Summaries: counts made from facts and from what was folded, kept exact by the worker. No link to anybody.

A fact that changes marks its cells (``facts.mark``). The worker takes marked cells, makes each again from all of its
facts, and removes the marks. One worker at a time does so: two of them could otherwise write an older count over a
newer one.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from core import housekeeping
from core.scope import system_scope
from reporting import counting, own

# Cells made again in one transaction.
BATCH = 500
# The name of the sign of life that says when the summaries were last known to be exact.
HEARTBEAT = "summaries"

_LOCK = zlib.crc32(b"reporting summaries")

Cells = Sequence[tuple[date, str, str]]

_TAKE = """
WITH taken AS (SELECT id FROM reporting_dirtycell ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
DELETE FROM reporting_dirtycell dirty USING taken WHERE dirty.id = taken.id
RETURNING dirty.month, dirty.department_code, dirty.programme
"""
_CELL = """cell AS (SELECT * FROM unnest(%(months)s::date[], %(departments)s::text[], %(programmes)s::text[])
                     AS c (month, department, programme))"""


@dataclass(frozen=True, slots=True)
class Summary:
    """A table of counts by month, department and programme.

    ``facts`` gives the rows of the facts, ``folded`` those of the erased: month, department_id, programme and the
    counts. ``of_cell`` limits the facts to the month ``c.month``.
    """

    table: str
    counts: dict[str, str]
    facts: str
    folded: str
    of_cell: str

    @property
    def sums(self) -> str:
        return ", ".join(f"sum(f.{name}) AS {name}" for name in self.counts)

    @property
    def _add(self) -> str:
        columns = counting.names(self.counts)
        return f"""
            INSERT INTO {self.table} (month, department_id, region_id, programme, {columns})
            SELECT counted.month, counted.department_id, d.region_id, counted.programme, {columns}
            FROM counted JOIN partners_department d ON d.code = counted.department_id
        """  # noqa: S608 - constants of this module

    @property
    def again(self) -> str:
        """Make the marked cells again."""
        return f"""
            WITH {_CELL}, counted AS (
                SELECT c.month, c.department AS department_id, c.programme, {self.sums}
                FROM cell c CROSS JOIN LATERAL (
                    {self.facts} AND {self.of_cell} AND f.department_id = c.department AND f.programme = c.programme
                    UNION ALL
                    {self.folded} AND k.quarter = c.month AND k.department_id = c.department
                                  AND k.programme = c.programme) f
                GROUP BY 1, 2, 3),
            emptied AS (
                DELETE FROM {self.table} s USING cell c
                WHERE s.month = c.month AND s.department_id = c.department AND s.programme = c.programme
                  AND NOT EXISTS (SELECT FROM counted k WHERE k.month = c.month AND k.department_id = c.department
                                                          AND k.programme = c.programme))
            {self._add}
            ON CONFLICT (month, department_id, programme) DO UPDATE
            SET region_id = excluded.region_id, {counting.replaced(self.counts)}
        """  # noqa: S608 - constants of this module

    @property
    def counted(self) -> str:
        """The count of every cell."""
        return f"""
            SELECT f.month, f.department_id, f.programme, {self.sums}
            FROM ({self.facts} UNION ALL {self.folded}) AS f WHERE f.department_id IS NOT NULL GROUP BY 1, 2, 3
        """  # noqa: S608 - constants of this module

    @property
    def anew(self) -> str:
        """Make every cell."""
        return f"WITH counted AS ({self.counted}) {self._add}"


SENT = Summary(
    "reporting_summarycell",
    counting.SENT,
    f"""SELECT f.month, f.department_id, f.programme, {counting.of_each(counting.SENT)}
       FROM reporting_referralfact f WHERE true""",  # noqa: S608 - constants of this module
    f"""SELECT k.quarter, k.department_id, k.programme, {counting.names(counting.SENT, "k.")}
       FROM reporting_foldedcount k WHERE k.home""",  # noqa: S608 - constants of this module
    "f.month = c.month",
)
EXITS = Summary(
    "reporting_exitcell",
    counting.EXITS,
    f"""SELECT date_trunc('month', f.ended_on)::date AS month, f.department_id, f.programme,
       {counting.of_each(counting.EXITS)} FROM reporting_referralfact f WHERE f.ended_on IS NOT NULL""",  # noqa: S608 - constants of this module
    f"""SELECT k.quarter, k.department_id, k.programme, {counting.names(counting.EXITS, "k.")}
       FROM reporting_foldedexit k WHERE true""",  # noqa: S608 - constants of this module
    "f.ended_on >= c.month AND f.ended_on < c.month + interval '1 month'",
)
SUMMARIES = (SENT, EXITS)

# The delays of the facts, by department, then added up by region (``department_code`` empty).
DELAYS = f"""
SELECT month, region_code, coalesce(department_code, '') AS department_code, programme, kind, answer_days, sent_on,
       count
FROM (SELECT f.month, coalesce(d.region_id, '') AS region_code, f.department_id AS department_code, f.programme,
       {counting.DELAY}, count(*) AS count
FROM reporting_referralfact f JOIN partners_department d ON d.code = f.department_id
WHERE {{cells}}
GROUP BY GROUPING SETS ((1, 2, 3, 4, 5, 6, 7), (1, 2, 4, 5, 6, 7))) lines
"""  # noqa: S608 - constants of this module
# By month, region and programme: what compares the groups of youths with one another.
GROUPS = f"""
SELECT f.month, coalesce(d.region_id, '') AS region_code, f.programme, g.dimension, g.name AS "group",
       count(*) AS sent, sum({counting.SENT["answered_in_10"]}) AS answered_in_10,
       sum({counting.SENT["loop_closed"]}) AS loop_closed
FROM reporting_referralfact f JOIN partners_department d ON d.code = f.department_id
CROSS JOIN LATERAL (VALUES ('age', f.age_band), ('level', coalesce(f.level::text, '')), ('area', f.area))
    AS g (dimension, name)
WHERE {{cells}} GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - constants of this module
# What is kept by region is made again for the whole region of each marked cell.
_REGIONS = f"""
WITH {_CELL}
SELECT DISTINCT c.month, coalesce(d.region_id, '') AS region, c.programme
FROM cell c JOIN partners_department d ON d.code = c.department
"""  # noqa: S608 - constants of this module
_OF_REGIONS = f"(f.month, coalesce(d.region_id, ''), f.programme) IN ({_REGIONS})"
_DELAY_COLUMNS = "month, region_code, department_code, programme, kind, answer_days, sent_on, count"
_GROUP_COLUMNS = 'month, region_code, programme, dimension, "group", sent, answered_in_10, loop_closed'
BY_REGION = (
    # The line of a region names no department.
    ("reporting_delaycell", _DELAY_COLUMNS, DELAYS),
    ("reporting_groupcell", _GROUP_COLUMNS, GROUPS),
)


def refresh(limit: int = BATCH) -> int:
    """Make the marked cells again, those of organisations first; returns how many of these. On the worker's login.

    0 when nothing is marked, or when another worker is at it. Marks made meanwhile wait for the next run.
    """
    own.refresh(limit)
    done = 0
    while taken := _refresh_batch(limit):
        done += taken
    return done


def _refresh_batch(limit: int) -> int:
    with system_scope("refresh the summaries"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, [limit])
        cells = cursor.fetchall()
        if cells:
            # Statements of their own: they see every fact committed before its mark was taken.
            values = _values(cells)
            for summary in SUMMARIES:
                cursor.execute(summary.again, values)
            for table, columns, rows in BY_REGION:
                gone = f"DELETE FROM {table} s WHERE (s.month, s.region_code, s.programme) IN ({_REGIONS})"  # noqa: S608
                cursor.execute(gone, values)
                cursor.execute(_insert(table, columns, rows.format(cells=_OF_REGIONS)), values)
        if len(cells) < limit:
            housekeeping.beat(HEARTBEAT)
        return len(cells)


def rebuild() -> None:
    """Make every cell again from all the facts, in one transaction (owner or worker: demo, bench, repair)."""
    with system_scope("rebuild the summaries"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table in ("dirtycell", "summarycell", "exitcell", "delaycell", "groupcell"):
            cursor.execute(f"DELETE FROM reporting_{table}")  # noqa: S608 - names of this line
        for summary in SUMMARIES:
            cursor.execute(summary.anew)
        for table, columns, rows in BY_REGION:
            cursor.execute(_insert(table, columns, rows.format(cells="true")))
        own.rebuild()
        housekeeping.beat(HEARTBEAT)


def _insert(table: str, columns: str, rows: str) -> str:
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({rows}) made"  # noqa: S608 - constants


def _values(cells: Cells) -> dict[str, Any]:
    return {
        "months": [month for month, _, _ in cells],
        "departments": [department for _, department, _ in cells],
        "programmes": [programme for _, _, programme in cells],
    }
