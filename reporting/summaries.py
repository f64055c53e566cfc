"""Summaries: counts made from facts, kept exact by the worker. No link to anybody is left in them.

A fact that changes marks its cell (``facts.mark_dirty``). The worker takes marked cells, makes each again from
all of its facts, and removes the marks. One worker at a time does so: two of them could otherwise write an
older count over a newer one.
"""

import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from core import clock, housekeeping
from core.scope import system_scope
from referrals.programmes.base import UNKNOWN_OUTCOME

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

# What is counted: each fact for one, and what was folded of the erased for as many as it says.
COUNTABLE = """(
    SELECT month, department_id, programme, 1 AS sent, answered::int AS answered, accepted::int AS accepted,
           started::int AS started, state, outcome FROM reporting_referralfact
    UNION ALL
    SELECT quarter, department_id, programme, sent, answered, accepted, started, state, outcome
    FROM reporting_foldedcount) AS f"""
COUNTS = """
       sum(f.sent) AS sent, sum(f.answered) AS answered, sum(f.accepted) AS accepted, sum(f.started) AS started,
       coalesce(sum(f.sent) FILTER (WHERE f.state = 'completed'), 0) AS completed,
       coalesce(sum(f.sent) FILTER (WHERE f.state IN ('completed', 'dropped_out')), 0) AS ended,
       coalesce(sum(f.sent) FILTER (WHERE f.state IN ('completed', 'dropped_out')
                                      AND f.outcome NOT IN ('', %(unknown)s)), 0) AS outcome_known
"""
_COLUMNS = "sent, answered, accepted, started, completed, ended, outcome_known"
_ADD_SUMMARY = f"""
INSERT INTO reporting_summarycell (month, department_id, region_id, programme, {_COLUMNS}, refreshed_at)
SELECT counted.month, counted.department, d.region_id, counted.programme, {_COLUMNS}, %(now)s
FROM counted JOIN partners_department d ON d.code = counted.department
"""  # noqa: S608 - constants of this module

_SUMMARIES = f"""
WITH cell AS (SELECT * FROM unnest(%(months)s::date[], %(departments)s::text[], %(programmes)s::text[])
                     AS c (month, department, programme)),
counted AS (
    SELECT c.month, c.department, c.programme, {COUNTS}
    FROM cell c JOIN {COUNTABLE}
      ON f.month = c.month AND f.department_id = c.department AND f.programme = c.programme
    GROUP BY 1, 2, 3),
emptied AS (
    DELETE FROM reporting_summarycell s USING cell c
    WHERE s.month = c.month AND s.department_id = c.department AND s.programme = c.programme
      AND NOT EXISTS (SELECT FROM counted k WHERE k.month = c.month AND k.department = c.department
                                              AND k.programme = c.programme))
{_ADD_SUMMARY}
ON CONFLICT (month, department_id, programme) DO UPDATE
SET (region_id, {_COLUMNS}, refreshed_at) =
    (EXCLUDED.region_id, {", ".join(f"EXCLUDED.{name.strip()}" for name in _COLUMNS.split(","))},
     EXCLUDED.refreshed_at)
"""  # noqa: S608 - constants of this module

_DELAYS = """
WITH cell AS (
    SELECT DISTINCT c.month, coalesce(d.region_id, '') AS region, c.programme
    FROM unnest(%(months)s::date[], %(departments)s::text[], %(programmes)s::text[])
         AS c (month, department, programme)
    JOIN partners_department d ON d.code = c.department),
counted AS (
    SELECT c.month, c.region, c.programme, f.answer_days, count(*) AS count
    FROM cell c
    JOIN partners_department d ON coalesce(d.region_id, '') = c.region
    JOIN reporting_referralfact f
      ON f.month = c.month AND f.department_id = d.code AND f.programme = c.programme
    WHERE f.answer_days IS NOT NULL
    GROUP BY 1, 2, 3, 4),
emptied AS (
    DELETE FROM reporting_delaycell s USING cell c
    WHERE s.month = c.month AND s.region_code = c.region AND s.programme = c.programme
      AND NOT EXISTS (SELECT FROM counted k WHERE k.month = c.month AND k.region = c.region
                      AND k.programme = c.programme AND k.answer_days = s.answer_days))
INSERT INTO reporting_delaycell (month, region_code, programme, answer_days, count)
SELECT month, region, programme, answer_days, count FROM counted
ON CONFLICT (month, region_code, programme, answer_days) DO UPDATE SET count = EXCLUDED.count
"""

_ALL_SUMMARIES = f"""
WITH counted AS (
    SELECT f.month, f.department_id AS department, f.programme, {COUNTS}
    FROM {COUNTABLE} WHERE f.department_id IS NOT NULL GROUP BY 1, 2, 3)
{_ADD_SUMMARY}
"""  # noqa: S608 - constants of this module

_ALL_DELAYS = """
INSERT INTO reporting_delaycell (month, region_code, programme, answer_days, count)
SELECT f.month, coalesce(d.region_id, ''), f.programme, f.answer_days, count(*)
FROM reporting_referralfact f JOIN partners_department d ON d.code = f.department_id
WHERE f.answer_days IS NOT NULL
GROUP BY 1, 2, 3, 4
"""


def refresh(limit: int = BATCH) -> int:
    """Make the marked cells again; returns how many. On the worker's login.

    0 when nothing is marked, or when another worker is at it. Marks made meanwhile wait for the next run.
    """
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
            cursor.execute(_SUMMARIES, values)
            cursor.execute(_DELAYS, values)
        if len(cells) < limit:
            housekeeping.beat(HEARTBEAT)
        return len(cells)


def rebuild() -> None:
    """Make every cell again from all the facts, in one transaction (owner or worker: demo, bench, repair)."""
    with system_scope("rebuild the summaries"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table in ("dirtycell", "summarycell", "delaycell"):
            cursor.execute(f"DELETE FROM reporting_{table}")  # noqa: S608 - names of this line
        cursor.execute(_ALL_SUMMARIES, _values([]))
        cursor.execute(_ALL_DELAYS)
        housekeeping.beat(HEARTBEAT)


def _values(cells: Cells) -> dict[str, Any]:
    return {
        "months": [month for month, _, _ in cells],
        "departments": [department for _, department, _ in cells],
        "programmes": [programme for _, _, programme in cells],
        "unknown": UNKNOWN_OUTCOME,
        "now": clock.now(),
    }
