"""The figures of a perimeter as they stood at the end of a day. For the worker.

A referral whose state has not changed since that day stands as it stood: its fact says it. Only those that moved since
are replayed from their events, a day's worth for a pack that is made on time. What happened afterwards changes
nothing: the same day gives the same figures. Two things do change them, on purpose, because they correct the past: a
referral marked as entered in error, and an outcome that was corrected. A third one does, because it must: what was
erased is no longer counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from core import clock
from core.working_days import add_months
from referrals import programmes
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting.models import Result
from reporting.perimeter import Perimeter
from reporting.periods import LONG_WAIT_DAYS, last_mature_day
from reporting.tally import PARTS, Tally

_TERRITORY = {"region": "region_id", "department": "department_id"}
_ACCEPTED = "('accepted', 'started', 'completed', 'dropped_out')"
_STARTED = "('started', 'completed', 'dropped_out')"
_ENDED = "('completed', 'dropped_out')"
_EXITS = "('complete', 'drop_out')"
_KNOWN = f"('{Result.POSITIVE}', '{Result.NEGATIVE}')"
# What a fact says of its referral, and what a referral that moved since is replayed into.
_COLUMNS = """f.referral_id, f.programme, f.region_id, f.department_id, f.sent_on, f.state, f.accepted, f.started,
           f.answered, f.answer_days, f.ended_on, f.outcome, f.at_m3"""
# ``moved``: the referrals of the perimeter that have moved since the end of the day, as they stand now; ``stood``: the
# same ones as they stood then, from their events until then, folded into one row each. The code of the outcome at the
# exit is the one that was noted then, unless it was corrected since (no later exit).
_MOVED = f"""
WITH moved AS MATERIALIZED (
    SELECT {_COLUMNS}, r.answered_at, r.ended_on AS exit_on
    FROM referrals_referral r JOIN reporting_referralfact f ON f.referral_id = r.id
    WHERE r.state_since >= %(end)s AND r.programme = ANY(%(programmes)s) AND r.sent_at < %(end)s AND {{place}}),
passed AS (
    SELECT e.referral_id,
           (array_agg(e.to_state ORDER BY e.number DESC))[1] AS state,
           bool_or(e.to_state IN {_ACCEPTED}) AS accepted,
           bool_or(e.to_state IN {_STARTED}) AS started,
           (array_agg(e.details ->> 'outcome' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {_EXITS}))[1] AS noted,
           (array_agg(e.details ->> 'ended_on' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {_EXITS}))[1] AS ended_on
    FROM referrals_referralevent e JOIN moved m ON m.referral_id = e.referral_id
    WHERE e.at < %(end)s GROUP BY 1),
stood AS (
    SELECT m.referral_id, m.programme, m.region_id, m.department_id, m.sent_on, p.state, p.accepted, p.started,
           coalesce(m.answered_at < %(end)s, false) AS answered,
           CASE WHEN m.answered_at < %(end)s THEN m.answer_days END AS answer_days,
           coalesce(p.ended_on::date, m.exit_on) AS ended_on,
           CASE WHEN p.state NOT IN {_ENDED} THEN ''
                WHEN EXISTS (SELECT FROM referrals_referralevent later
                             WHERE later.referral_id = m.referral_id AND later.at >= %(end)s
                               AND later.action IN {_EXITS})
                THEN coalesce(p.noted, '')
                ELSE coalesce(o.code, p.noted, '') END AS outcome, m.at_m3
    FROM moved m JOIN passed p ON p.referral_id = m.referral_id
    LEFT JOIN referrals_outcome o ON o.referral_id = m.referral_id AND o.moment = 'exit')
"""  # noqa: S608 - constants of this module
# The facts are counted as they are, from an index alone; those that moved are then taken off, and added as they stood.
_COUNTED = """
SELECT coalesce(f.{territory}, '') AS territory, f.programme, f.state, f.accepted, f.started,
       CASE WHEN f.state IN {ended} THEN f.outcome ELSE '' END AS outcome, f.answered, f.answer_days,
       f.sent_on <= (%(mature)s::date[])[array_position(%(programmes)s::text[], f.programme::text)] AS mature,
       f.sent_on < %(long_wait)s AS old, {number} AS number
FROM {rows} f WHERE f.sent_on BETWEEN %(first)s AND %(last)s AND {condition}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
_SITUATIONS = """
SELECT k.territory, k.programme, k.state, k.accepted, k.started, k.outcome, k.answered, k.answer_days, k.mature, k.old,
       sum(k.number)::bigint
FROM ({every} UNION ALL {moved} UNION ALL {stood}) k
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(k.number) <> 0
"""
# What is looked for beside a referral is looked for where it counts alone: a return for what must come back. The third
# month is said by the fact, and does not count when it was written down after the day.
_EXITED = f"""
, ended AS (
    SELECT {_COLUMNS} FROM reporting_referralfact f
    WHERE f.programme = ANY(%(programmes)s) AND {{place}} AND f.ended_on BETWEEN %(before)s AND %(last)s
      AND f.sent_on <= %(last)s AND f.state IN {_ENDED}
      AND NOT EXISTS (SELECT FROM moved m WHERE m.referral_id = f.referral_id)
    UNION ALL
    SELECT s.* FROM stood s WHERE s.state IN {_ENDED} AND s.ended_on BETWEEN %(before)s AND %(last)s),
noted_since AS MATERIALIZED (
    SELECT o.referral_id FROM referrals_outcome o WHERE o.moment = 'm3' AND o.at >= %(end)s)
SELECT count(*) FILTER (WHERE x.must_return),
       count(*) FILTER (WHERE x.must_return AND EXISTS (
           SELECT FROM referrals_referral back WHERE back.returned_from_id = x.referral_id
           AND back.sent_at < %(end)s AND back.state <> 'entered_in_error')),
       count(*) FILTER (WHERE x.due),
       count(*) FILTER (WHERE x.due AND x.at_m3 IN {_KNOWN} AND x.referral_id NOT IN (TABLE noted_since))
FROM (SELECT k.referral_id, k.at_m3, (k.ended_on + interval '3 months')::date BETWEEN %(first)s AND %(last)s AS due,
             k.ended_on >= %(first)s
             AND ((k.programme, k.state, k.outcome) IN (
                     SELECT * FROM unnest(%(back_programmes)s::text[], %(back_states)s::text[], %(back_codes)s::text[]))
                  OR k.state = 'dropped_out' AND (k.programme, k.outcome) NOT IN (
                     SELECT * FROM unnest(%(known_programmes)s::text[], %(known_codes)s::text[]))) AS must_return
      FROM ended k) x
"""  # noqa: S608 - constants of this module


@dataclass(slots=True)
class Situations:
    """The referrals sent in a period, as they stood at its end.

    In all; by territory ('' for none) and part; and those that ended by territory, programme, part and outcome.
    """

    tally: Tally = field(default_factory=Tally)
    by_territory: dict[str, list[int]] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)


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


def situations(perimeter: Perimeter, first: date, last: date, *, territory: str = "region") -> Situations:
    """What became, by the end of ``last``, of the referrals sent from ``first`` to ``last``. In a system scope.

    ``territory`` is "region" or "department": by which the counts are told apart.
    """
    found = Situations()
    for row in _rows(_situations(perimeter, territory), perimeter, first, last):
        place, programme, state, accepted, started, outcome, answered, days, mature, old, count = row
        answered = answered or accepted
        ended = state in ("completed", "dropped_out")
        tally = Tally(
            sent=count,
            answered=count * answered,
            accepted=count * accepted,
            started=count * started,
            ended=count * ended,
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
        parts = found.by_territory.setdefault(place, [0] * len(PARTS))
        found.by_territory[place] = [had + more for had, more in zip(parts, tally.parts, strict=True)]
        if ended:
            part = "completed" if state == "completed" else "interrupted"
            found.outcomes[place, programme, part, outcome or UNKNOWN_OUTCOME] += count
    return found


def exits(perimeter: Perimeter, first: date, last: date) -> Exits:
    """The journeys that ended from ``first`` to ``last``, as known by the end of ``last``. In a system scope."""
    sql = (_MOVED + _EXITED).format(place=_place(perimeter))
    rows = _rows(sql, perimeter, first, last)
    return Exits(*rows[0]) if rows else Exits()


def _situations(perimeter: Perimeter, territory: str) -> str:
    place = _place(perimeter)

    def counted(rows: str, number: str, condition: str = "true") -> str:
        return _COUNTED.format(
            territory=_TERRITORY[territory], ended=_ENDED, rows=rows, number=number, condition=condition
        )

    return _MOVED.format(place=place) + _SITUATIONS.format(
        every=counted("reporting_referralfact", "count(*)", f"f.programme = ANY(%(programmes)s) AND {place}"),
        moved=counted("moved", "-count(*)"),
        stood=counted("stood", "count(*)"),
    )


def _place(perimeter: Perimeter) -> str:
    """Which facts (``f``) are on the territory, or between the parties, of a perimeter."""
    if perimeter.organisations:
        # Between two of its parties; of the only one that is local, whatever it sends and receives.
        both = "AND" if len(perimeter.organisations) > 1 else "OR"
        return f"(f.sender_id = ANY(%(organisations)s) {both} f.recipient_id = ANY(%(organisations)s))"
    return "true" if perimeter.region is None else "f.region_id = %(region)s"


def _must_return(codes: tuple[str, ...]) -> dict[str, list[str]]:
    """The ends after which a youth must come back, and the outcomes that say whether: as arrays for the query."""
    back, known = [], []
    for code in codes:
        rules = programmes.get(code)
        for outcome in rules.outcomes:
            known.append((code, outcome.code))
            for state, action in (("completed", "complete"), ("dropped_out", "drop_out")):
                if rules.must_return(action, outcome.code):
                    back.append((code, state, outcome.code))
    return {
        "back_programmes": [row[0] for row in back],
        "back_states": [row[1] for row in back],
        "back_codes": [row[2] for row in back],
        "known_programmes": [row[0] for row in known],
        "known_codes": [row[1] for row in known],
    }


def _rows(sql: str, perimeter: Perimeter, first: date, last: date) -> list[tuple[Any, ...]]:
    if not perimeter.programmes:
        return []
    days = [programmes.get(code).clocks.answer_remind_days for code in perimeter.programmes]
    values: dict[str, Any] = {
        "programmes": list(perimeter.programmes),
        "mature": [last_mature_day(last, number) for number in days],
        "region": perimeter.region,
        "organisations": list(perimeter.organisations),
        "end": clock.start_of(last + timedelta(days=1)),
        "long_wait": last + timedelta(days=1 - LONG_WAIT_DAYS),
        "first": first,
        "last": last,
        "before": add_months(first, -3),
        "unknown": UNKNOWN_OUTCOME,
        **_must_return(perimeter.programmes),
    }
    with connection.cursor() as cursor:
        # The counts of a nation in one pass: hashed in memory, not sorted on disk (for this transaction alone).
        cursor.execute("SET LOCAL work_mem = '96MB'")
        cursor.execute(sql, values)
        return cursor.fetchall()
