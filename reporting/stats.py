"""Reading figures: aggregates alone for the staff who steer, its own facts for an organisation.

Regional and national staff read through the role ``tu_stats``, which can read what is published, the summaries and
nothing that leads to a person; the login of the web has no right on either, so no other code can mix the two up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify

from core import clock
from partners.models import Level
from referrals import programmes
from reporting import counting, own
from reporting.periods import Period, last_long_wait_month, last_mature_month
from reporting.tally import Tally

PERIOD = (
    "(x.month BETWEEN %(first)s AND %(last)s OR x.month BETWEEN %(previous_first)s AND %(previous_last)s)"
)
# Each programme with the last month old enough for its answers to be due.
_PROGRAMMES = """JOIN unnest(%(programmes)s::text[], %(mature)s::date[])
     AS p (programme, mature) ON p.programme = x.programme"""
_ANSWERS = f"""
SELECT coalesce(sum(x.sent), 0), coalesce(sum(x.answered), 0), coalesce(sum(x.on_time), 0)
FROM reporting_summarycell x {_PROGRAMMES}
WHERE x.month BETWEEN %(first)s AND least(%(last)s, p.mature)
  AND (%(region)s::text IS NULL OR x.region_id = %(region)s)
"""  # noqa: S608 - constants of this module
# What an organisation sent and received, by month and programme, with the days of the answers.
_READ = ("sent", "answered", "accepted", "started", "ended", "completed", "outcome_known", "on_time")
_ORGANISATION = f"""
SELECT x.is_sender, x.month, x.programme, x.answer_days, {counting.names(_READ, "x.")}
FROM ({own.rows(own.SENT, (*_READ, "answer_days"))}) x
WHERE x.month >= %(since)s AND x.programme = ANY (%(programmes)s)
"""  # noqa: S608 - constants of this module
_COVERAGE = """
SELECT (SELECT at FROM core_heartbeat WHERE name = 'summaries'), count(*),
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM partners_designation g
           WHERE g.organisation_id = o.id AND g.topic = %(topic)s AND g.starts_on <= %(today)s
             AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)))
FROM partners_organisation o LEFT JOIN partners_department d ON d.code = o.department_id
WHERE o.network = %(network)s AND o.level = %(level)s
  AND (o.starts_on IS NULL OR o.starts_on <= %(today)s) AND (o.ends_on IS NULL OR o.ends_on > %(today)s)
  AND (%(region)s::text IS NULL OR coalesce(o.region_id, d.region_id) = %(region)s)
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """When the summaries were last exact; how many local organisations there are, and have a referent."""

    figures_at: Any
    organisations: int
    designated: int


def read(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one query with the right to read aggregates, and nothing else.

    One round trip for the three statements, values written in them: the server takes no parameters with several
    statements. An error loses the transaction, and the role goes with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(mogrify(f"SET LOCAL ROLE tu_stats; {sql}; RESET ROLE", values, connection))
        cursor.nextset()
        return cursor.fetchall()


def mature_answers(codes: Sequence[str], first: date, last: date, region: str | None) -> tuple[int, int, int]:
    """Of the months from ``first`` to ``last`` that are old enough: sent, answered, answered in time (one query)."""
    period = Period("", "", first, last, first, last)
    ((sent, answered, on_time),) = read(_ANSWERS, _values(period, codes) | {"region": region})
    return int(sent), int(answered), int(on_time)


@dataclass(frozen=True, slots=True)
class Sent:
    """Referrals of a month and a programme that an organisation sent (or received). ``days``: how many were answered
    in so many days."""

    outgoing: bool
    month: date
    programme: str
    days: Mapping[int, int]
    sent: int
    answered: int
    accepted: int
    started: int
    ended: int
    completed: int
    outcome_known: int
    on_time: int


def of_organisation(since: date, codes: Sequence[str], organisation_id: int) -> list[Sent]:
    """All that an organisation sent and received since a month, erased referrals included (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ORGANISATION, {"since": since, "programmes": list(codes), "organisation": organisation_id}
        )
        return [
            Sent(outgoing, month, programme, own.by_days(days), *counts)
            for outgoing, month, programme, days, *counts in cursor.fetchall()
        ]


def figures_of(found: Iterable[Sent], period: Period) -> dict[str, tuple[Tally, Tally]]:
    """What was sent and what was received, in a period: ``{"sent": (now, before), "received": …}``."""
    today = clock.today()
    waits = cache(lambda code: last_mature_month(today, programmes.get(code).clocks.answer_remind_days))
    long_wait = last_long_wait_month(today)
    tallies: dict[tuple[bool, bool], Tally] = defaultdict(Tally)
    for one in found:
        current = period.first <= one.month <= period.last
        if current or period.previous_first <= one.month <= period.previous_last:
            _add(tallies[one.outgoing, current], one, waits(one.programme), long_wait)
    return {
        side: (tallies[outgoing, True], tallies[outgoing, False])
        for side, outgoing in (("sent", True), ("received", False))
    }


def _add(tally: Tally, one: Sent, mature: date, long_wait: date) -> None:
    """Add some referrals; ``mature`` and ``long_wait`` are the last months that are old enough."""
    tally.sent += one.sent
    tally.answered += one.answered
    tally.accepted += one.accepted
    tally.started += one.started
    tally.ended += one.ended
    tally.completed += one.completed
    tally.outcome_known += one.outcome_known
    if one.month <= mature:
        tally.mature_sent += one.sent
        tally.mature_answered += one.answered
        tally.mature_on_time += one.on_time
    if one.month <= long_wait:
        tally.waiting_long += one.sent - one.answered
    tally.delays.update(one.days)


def organisation_figures(
    period: Period, codes: Sequence[str], organisation_id: int
) -> dict[str, tuple[Tally, Tally]]:
    """The figures of an organisation in a period (one query)."""
    return figures_of(of_organisation(period.previous_first, codes, organisation_id), period)


def coverage(network: str, topic: str, region: str | None = None) -> Coverage:
    """The local organisations of a network that have a designated referent for a topic today."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COVERAGE,
            {
                "network": network,
                "topic": topic,
                "region": region,
                "level": Level.LOCAL,
                "today": clock.today(),
            },
        )
        return Coverage(*cursor.fetchone())


def _values(period: Period, codes: Sequence[str]) -> dict[str, Any]:
    today = clock.today()
    due = [programmes.get(code).clocks.answer_remind_days for code in codes]
    mature = {days: last_mature_month(today, days) for days in set(due)}
    return {
        **period.bounds,
        "programmes": list(codes),
        "mature": [mature[days] for days in due],
        "long_wait": last_long_wait_month(today),
    }
