"""Reading figures: aggregates alone for the staff who steer, its own facts for an organisation.

Regional and national staff read through the role ``tu_stats``, which can read what is published, the summaries and
nothing that leads to a person; the login of the web has no right on either, so no other code can mix the two up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify

from core import clock
from partners.models import Level
from referrals import programmes
from reporting import own
from reporting.periods import Period, last_long_wait_month, last_mature_month
from reporting.tally import Tally

# The published indicators of a territory and of a programme, or a group of them, over a period.
_FIGURES = """
SELECT c.figures FROM reporting_edition e JOIN reporting_publishedcell c ON c.edition_id = e.id
WHERE e.made_at IS NOT NULL AND c.territory = %(territory)s AND c.programme = %(node)s AND c.period = %(period)s
"""
# What the tallies of an organisation are made of (``reporting.own``).
STEPS = ("sent", "answered", "accepted", "started", "ended", "completed", "outcome_known")
OF_TALLIES = (*STEPS, "on_time", "answer_days")
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


def published_figures(territory: str, node: str, period: str) -> dict[str, float | None]:
    """What is published of each indicator: ``None`` is hidden, what is absent is not computable (one query)."""
    rows = read(_FIGURES, {"territory": territory, "node": node, "period": period})
    return json.loads(rows[0][0]) if rows else {}


def of_organisation(since: date, codes: Sequence[str], organisation_id: int) -> list[own.Row]:
    """All that an organisation sent and received since a month, erased referrals included (one query)."""
    return own.read(own.SENT, OF_TALLIES, organisation_id, codes, since)


def figures_of(found: Iterable[own.Row], period: Period) -> dict[str, tuple[Tally, Tally]]:
    """What was sent and what was received, in a period: ``{"sent": (now, before), "received": …}``."""
    today = clock.today()
    waits = cache(lambda code: last_mature_month(today, programmes.get(code).clocks.answer_remind_days))
    long_wait = last_long_wait_month(today)
    tallies: dict[tuple[bool, bool], Tally] = defaultdict(Tally)
    for one in found:
        current = period.first <= one.month <= period.last
        if current or period.previous_first <= one.month <= period.previous_last:
            _add(tallies[one.is_sender, current], one, waits(one.programme), long_wait)
    return {
        side: (tallies[outgoing, True], tallies[outgoing, False])
        for side, outgoing in (("sent", True), ("received", False))
    }


def _add(tally: Tally, one: own.Row, mature: date, long_wait: date) -> None:
    """Add some referrals; ``mature`` and ``long_wait`` are the last months that are old enough."""
    counts = one.counts
    for name in STEPS:
        setattr(tally, name, getattr(tally, name) + counts[name])
    if one.month <= mature:
        tally.mature_sent += counts["sent"]
        tally.mature_answered += counts["answered"]
        tally.mature_on_time += counts["on_time"]
    if one.month <= long_wait:
        tally.waiting_long += counts["sent"] - counts["answered"]
    for days, number in one.delays["answer_days"].items():
        tally.delays[int(days)] += number


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
