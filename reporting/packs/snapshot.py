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
from reporting.perimeter import Perimeter
from reporting.periods import LONG_WAIT_DAYS, last_mature_day
from reporting.tally import PARTS, Tally

_ACCEPTED = "('accepted', 'started', 'completed', 'dropped_out')"
_STARTED = "('started', 'completed', 'dropped_out')"
_ENDED = "('completed', 'dropped_out')"
_EXITS = "('complete', 'drop_out')"
_TERRITORY = {"region": "coalesce(f.region_id, '')", "department": "coalesce(f.department_id, '')"}

# ``known``: the referrals of the perimeter that ``condition`` keeps, as they stood at the end of the day. Those that
# moved since: the events until then, folded into one row each; and the code of the outcome at the exit, the one that
# was noted then, unless it was corrected since (no later exit).
_KNOWN = """
WITH moved AS MATERIALIZED (
    SELECT f.referral_id, r.answered_at, r.ended_on AS exit_on
    FROM referrals_referral r JOIN reporting_referralfact f ON f.referral_id = r.id
    WHERE r.state_since >= %(end)s AND r.programme = ANY(%(programmes)s) AND r.sent_at < %(end)s AND {place}),
passed AS (
    SELECT e.referral_id,
           (array_agg(e.to_state ORDER BY e.number DESC))[1] AS state,
           bool_or(e.to_state IN {accepted}) AS accepted,
           bool_or(e.to_state IN {started}) AS started,
           (array_agg(e.details ->> 'outcome' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {exits}))[1] AS noted,
           (array_agg(e.details ->> 'ended_on' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN {exits}))[1] AS ended_on
    FROM referrals_referralevent e JOIN moved m ON m.referral_id = e.referral_id
    WHERE e.at < %(end)s GROUP BY 1),
stood AS (
    SELECT f.referral_id, f.programme, {territory} AS territory, f.sent_on, f.state, f.accepted, f.started,
           f.answered, f.answer_days, f.ended_on,
           CASE WHEN f.state IN {ended} THEN f.outcome ELSE '' END AS outcome
    FROM reporting_referralfact f
    WHERE f.programme = ANY(%(programmes)s) AND {place} AND f.sent_on <= %(last)s AND {condition}
      AND NOT EXISTS (SELECT FROM moved m WHERE m.referral_id = f.referral_id)
    UNION ALL
    SELECT f.referral_id, f.programme, {territory}, f.sent_on, p.state, p.accepted, p.started,
           coalesce(m.answered_at < %(end)s, false),
           CASE WHEN m.answered_at < %(end)s THEN f.answer_days END,
           coalesce(p.ended_on::date, m.exit_on),
           CASE WHEN p.state NOT IN {ended} THEN ''
                WHEN EXISTS (SELECT FROM referrals_referralevent later
                             WHERE later.referral_id = f.referral_id AND later.at >= %(end)s
                               AND later.action IN {exits})
                THEN coalesce(p.noted, '')
                ELSE coalesce(o.code, p.noted, '') END
    FROM moved m JOIN passed p ON p.referral_id = m.referral_id
    JOIN reporting_referralfact f ON f.referral_id = m.referral_id
    LEFT JOIN referrals_outcome o ON o.referral_id = m.referral_id AND o.moment = 'exit'),
known AS (SELECT s.* FROM stood s WHERE {kept})
"""
_SITUATIONS = """
SELECT k.territory, k.programme, k.state, k.accepted, k.started, k.outcome, k.answered, k.answer_days,
       k.sent_on <= (%(mature)s::date[])[array_position(%(programmes)s::text[], k.programme::text)],
       k.sent_on < %(long_wait)s, count(*)
FROM known k GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""
# What is looked for beside a referral is looked for where it counts alone: a return for what must come back, the third
# month for what has one.
_EXITED = """
SELECT x.programme, x.must_return AND x.ended, x.due,
       x.must_return AND x.ended AND EXISTS (
           SELECT FROM referrals_referral back WHERE back.returned_from_id = x.referral_id
           AND back.sent_at < %(end)s AND back.state <> 'entered_in_error'),
       x.due AND EXISTS (
           SELECT FROM referrals_outcome o WHERE o.referral_id = x.referral_id AND o.moment = 'm3'
           AND o.at < %(end)s AND o.code <> %(unknown)s),
       count(*)
FROM (SELECT k.referral_id, k.programme, k.ended_on >= %(first)s AS ended,
             (k.ended_on + interval '3 months')::date BETWEEN %(first)s AND %(last)s AS due,
             (k.programme, k.state, k.outcome) IN (
                 SELECT * FROM unnest(%(back_programmes)s::text[], %(back_states)s::text[], %(back_codes)s::text[]))
             OR k.state = 'dropped_out' AND (k.programme, k.outcome) NOT IN (
                 SELECT * FROM unnest(%(known_programmes)s::text[], %(known_codes)s::text[])) AS must_return
      FROM known k) x
WHERE x.due OR x.must_return AND x.ended
GROUP BY 1, 2, 3, 4, 5
"""


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
    condition = "f.month >= %(first_month)s AND f.month <= %(last)s AND f.sent_on >= %(first)s"
    rows = _rows(
        _known(perimeter, territory, condition, "s.sent_on >= %(first)s") + _SITUATIONS,
        perimeter,
        first,
        last,
    )
    for row in rows:
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
    found = Exits()
    sql = _known(
        perimeter,
        "region",
        "f.ended_on BETWEEN %(before)s AND %(last)s",
        f"s.state IN {_ENDED} AND s.ended_on BETWEEN %(before)s AND %(last)s",
    )
    for _, unfinished, due, returned, known, count in _rows(sql + _EXITED, perimeter, first, last):
        found.unfinished += count * unfinished
        found.returned += count * returned
        found.due_m3 += count * due
        found.known_m3 += count * known
    return found


def _known(perimeter: Perimeter, territory: str, condition: str, kept: str) -> str:
    place = "true"
    if perimeter.region is not None:
        place = "f.region_id = %(region)s"
    if perimeter.organisations:
        # Between two of its parties; of the only one that is local, whatever it sends and receives.
        both = "AND" if len(perimeter.organisations) > 1 else "OR"
        place = f"(f.sender_id = ANY(%(organisations)s) {both} f.recipient_id = ANY(%(organisations)s))"
    return _KNOWN.format(
        place=place, territory=_TERRITORY[territory], condition=condition, kept=kept,
        accepted=_ACCEPTED, started=_STARTED, ended=_ENDED, exits=_EXITS,
    )  # fmt: skip


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
        "first_month": first.replace(day=1),
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
