"""The figures of a perimeter as they stood at the end of a day, read from the events. For the worker.

What happened afterwards changes nothing: the same day gives the same figures. Two things do change them, on
purpose, because they correct the past: a referral marked as entered in error, and an outcome that was corrected.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from core import clock
from core.working_days import add_months
from referrals import programmes
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting.perimeter import Perimeter
from reporting.periods import LONG_WAIT_DAYS, last_mature_day
from reporting.tally import PARTS, Tally

_ACCEPTED = "('accepted', 'started', 'completed', 'dropped_out')"
_STARTED = "('started', 'completed', 'dropped_out')"
_ENDED = "('completed', 'dropped_out')"
_EXITS = "('complete', 'drop_out')"

# The events of the referrals of ``base`` up to the end of the day, folded into one row per referral; and the code
# of the outcome at the exit: the one that was noted then, unless it was corrected since (no later exit).
_AS_OF = f"""
passed AS (
    SELECT e.referral_id,
           (array_agg(e.to_state ORDER BY e.number DESC))[1] AS state,
           bool_or(e.to_state IN {_ACCEPTED}) AS accepted,
           bool_or(e.to_state IN {_STARTED}) AS started,
           (array_agg(e.details ->> 'outcome' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {_EXITS}))[1] AS noted,
           (array_agg(e.details ->> 'ended_on' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {_EXITS}))[1] AS ended_on
    FROM referrals_referralevent e JOIN base b ON b.id = e.referral_id
    WHERE e.at < %(end)s GROUP BY 1),
known AS (
    SELECT b.*, p.state, p.accepted, p.started, coalesce(p.ended_on::date, b.exit_on) AS ended_on,
           CASE WHEN p.state NOT IN {_ENDED} THEN ''
                WHEN EXISTS (SELECT FROM referrals_referralevent later
                             WHERE later.referral_id = b.id AND later.at >= %(end)s AND later.action IN {_EXITS})
                THEN coalesce(p.noted, '')
                ELSE coalesce(o.code, p.noted, '') END AS outcome
    FROM base b JOIN passed p ON p.referral_id = b.id
    LEFT JOIN referrals_outcome o ON o.referral_id = b.id AND o.moment = 'exit')
"""  # noqa: S608 - constants of this module
_BASE = """
base AS (
    SELECT r.id, r.programme, r.sent_at, r.answered_at, r.ended_on AS exit_on, f.answer_days,
           coalesce(d.region_id, '') AS region
    FROM reporting_referralfact f
    JOIN referrals_referral r ON r.id = f.referral_id
    LEFT JOIN partners_department d ON d.code = f.department_id
    WHERE f.programme = ANY(%(programmes)s) AND r.state <> 'entered_in_error' AND r.sent_at < %(end)s
      AND (%(region)s::text IS NULL OR d.region_id = %(region)s) AND {condition})
"""
_SITUATIONS = f"""
WITH {_BASE.format(condition="r.sent_at >= %(start)s AND f.month >= %(first_month)s")}, {_AS_OF}
SELECT k.region, k.programme, k.state, k.accepted, k.started, k.outcome,
       coalesce(k.answered_at < %(end)s, false), CASE WHEN k.answered_at < %(end)s THEN k.answer_days END,
       k.sent_at < m.until, k.sent_at < %(long_wait)s, count(*)
FROM known k JOIN unnest(%(programmes)s::text[], %(mature)s::timestamptz[]) AS m (programme, until)
  ON m.programme = k.programme
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""  # noqa: S608 - constants of this module
_EXITED = f"""
WITH {_BASE.format(condition="r.started_on IS NOT NULL")}, {_AS_OF}
SELECT k.programme, k.state, k.outcome, k.ended_on >= %(first)s,
       (k.ended_on + interval '3 months')::date BETWEEN %(first)s AND %(last)s,
       EXISTS (SELECT FROM referrals_referral back WHERE back.returned_from_id = k.id
               AND back.sent_at < %(end)s AND back.state <> 'entered_in_error'),
       EXISTS (SELECT FROM referrals_outcome o WHERE o.referral_id = k.id AND o.moment = 'm3'
               AND o.at < %(end)s AND o.code <> %(unknown)s),
       count(*)
FROM known k
WHERE k.state IN {_ENDED} AND k.ended_on BETWEEN %(before)s AND %(last)s
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 - constants of this module


@dataclass(slots=True)
class Situations:
    """The referrals sent in a period, as they stood at its end: in all, by region and part, by outcome."""

    tally: Tally = field(default_factory=Tally)
    # region code ('' for none) -> counts of the six parts
    by_region: dict[str, list[int]] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class Exits:
    """The journeys that ended in a period: those left without a solution, and the follow-ups that were due.

    ``unfinished`` must come back to the Mission Locale; ``returned`` did. ``due_m3`` are those whose third month
    after the end falls in the period; ``known_m3`` the ones whose situation is then known.
    """

    unfinished: int = 0
    returned: int = 0
    due_m3: int = 0
    known_m3: int = 0


def situations(perimeter: Perimeter, first: date, last: date) -> Situations:
    """What became, by the end of ``last``, of the referrals sent from ``first`` to ``last``. In a system scope."""
    found = Situations()
    for row in _rows(_SITUATIONS, perimeter, first, last):
        region, programme, state, accepted, started, outcome, answered, days, mature, old, count = row
        answered = answered or accepted
        tally = Tally(
            sent=count,
            answered=count * answered,
            accepted=count * accepted,
            started=count * started,
            ended=count * (state in ("completed", "dropped_out")),
            completed=count * (state == "completed"),
            outcome_known=count * (outcome not in ("", UNKNOWN_OUTCOME)),
            mature_sent=count * mature,
            mature_answered=count * (mature and answered),
            waiting_long=count * (old and not answered),
        )
        if days is not None:
            tally.delays[days] = count
            tally.mature_on_time = count * (
                mature and days <= programmes.get(programme).clocks.answer_remind_days
            )
        found.tally += tally
        parts = found.by_region.setdefault(region, [0] * len(PARTS))
        found.by_region[region] = [had + more for had, more in zip(parts, tally.parts, strict=True)]
        if tally.ended:
            found.outcomes[programme, outcome or UNKNOWN_OUTCOME] += count
    return found


def exits(perimeter: Perimeter, first: date, last: date) -> Exits:
    """The journeys that ended from ``first`` to ``last``, as known by the end of ``last``. In a system scope."""
    found = Exits()
    for programme, state, outcome, ended, due, returned, known, count in _rows(
        _EXITED, perimeter, first, last
    ):
        if ended and _must_return(programme, state, outcome):
            found.unfinished += count
            found.returned += count * returned
        if due:
            found.due_m3 += count
            found.known_m3 += count * known
    return found


def _must_return(programme: str, state: str, outcome: str) -> bool:
    rules = programmes.get(programme)
    if outcome not in {known.code for known in rules.outcomes}:
        return state == "dropped_out"
    return rules.must_return("complete" if state == "completed" else "drop_out", outcome)


def _rows(sql: str, perimeter: Perimeter, first: date, last: date) -> list[tuple[Any, ...]]:
    if not perimeter.programmes:
        return []
    end = midnight(last + timedelta(days=1))
    days = [programmes.get(code).clocks.answer_remind_days for code in perimeter.programmes]
    values: dict[str, Any] = {
        "programmes": list(perimeter.programmes),
        "mature": [midnight(last_mature_day(last, number) + timedelta(days=1)) for number in days],
        "region": perimeter.region,
        "start": midnight(first),
        "end": end,
        "long_wait": end - timedelta(days=LONG_WAIT_DAYS),
        "first_month": first.replace(day=1),
        "first": first,
        "last": last,
        "before": add_months(first, -3),
        "unknown": UNKNOWN_OUTCOME,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def midnight(day: date) -> datetime:
    """The moment at which a legal day begins."""
    return datetime.combine(day, time(), tzinfo=clock.PARIS)
