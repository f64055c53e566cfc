"""Filling the book of the indicators: of an organisation, for one period and the one before, in a few queries.

An organisation reads what is counted of itself (``reporting.own``), under wall 2. The books of the territories
are filled where they are published (``reporting.published.making``), with what is written here around the referrals.
Nothing here decides what may be shown: ``reporting.indicators`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import connection

from core import clock
from core.charts import format_number
from core.working_days import add_months, working_days_between
from partners.models import DeclaredFigure, Network
from referrals import programmes
from reporting import indicators, own, stats
from reporting.indicators import book as pages
from reporting.indicators.book import Book, Declared, Promises, Term
from reporting.periods import Period, last_mature_month, month_end

# A term of the registry as SQL, over rows ``x`` of counts by month and programme.
_FILTER = "coalesce(sum(x.{count}) FILTER (WHERE {condition}), 0)"
_OWN = {pages.SENT: own.SENT, pages.EXITS: own.EXITS}
_OWN_DELAYS = f"""
SELECT x.month >= %(first)s, x.programme, {", ".join(f"x.{name}" for name in own.DELAYS)}
FROM ({own.rows(own.SENT, tuple(own.DELAYS))}) x
WHERE x.is_sender = %(is_sender)s AND {stats.PERIOD} AND x.programme = ANY (%(programmes)s)
"""  # noqa: S608 - constants of this module
# What the portal knows of the network today, and of the promises.
_AROUND = """
WITH local AS (
    SELECT o.id FROM partners_organisation o LEFT JOIN partners_department d ON d.code = o.department_id
    WHERE o.network = %(ml)s AND o.level = 'local'
      AND (o.starts_on IS NULL OR o.starts_on <= %(today)s) AND (o.ends_on IS NULL OR o.ends_on > %(today)s)
      AND (%(region)s::text IS NULL OR coalesce(o.region_id, d.region_id) = %(region)s)
      AND (%(organisation)s::bigint IS NULL OR o.id = %(organisation)s)),
active AS (
    SELECT g.organisation_id, g.user_id, bool_or(g.substitute_id IS NOT NULL) AS substituted
    FROM partners_designation g JOIN partners_organisation o ON o.id = g.organisation_id
    LEFT JOIN partners_department d ON d.code = o.department_id
    WHERE g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
      AND (%(region)s::text IS NULL OR coalesce(o.region_id, d.region_id) = %(region)s)
      AND (%(organisation)s::bigint IS NULL OR o.id = %(organisation)s) GROUP BY 1, 2),
packs AS (
    SELECT DISTINCT ON (t.convention_id) k.data->'commitments' AS rows
    FROM reporting_committeepack k JOIN partners_committeemeeting m ON m.id = k.meeting_id
    JOIN partners_committee t ON t.id = m.committee_id JOIN partners_convention v ON v.id = t.convention_id
    WHERE k.status = 'ready' AND (%(region)s::text IS NULL OR v.region_id = %(region)s)
    ORDER BY t.convention_id, k.figures_on DESC, k.version DESC),
promised AS (SELECT r ->> 'status' AS status FROM packs CROSS JOIN LATERAL jsonb_array_elements(packs.rows) r
             WHERE jsonb_typeof(packs.rows) = 'array')
SELECT (SELECT count(*) FROM local),
       (SELECT count(*) FROM local WHERE id IN (SELECT organisation_id FROM active)),
       (SELECT count(*) FROM local WHERE EXISTS (
            SELECT FROM partners_session s WHERE (s.organiser_id = local.id OR EXISTS (
                SELECT FROM partners_session_partners j WHERE j.session_id = s.id AND j.organisation_id = local.id))
              AND s.state = 'tenue'
              AND s.starts_at > %(year_ago)s)),
       (SELECT count(*) FROM active), (SELECT count(*) FROM active WHERE substituted),
       (SELECT count(*) FROM promised WHERE status <> 'non mesurable'),
       (SELECT count(*) FROM promised WHERE status = 'tenu')
"""


def of_organisation(
    organisation_id: int, side: str, codes: Sequence[str], period: Period
) -> tuple[Book, Book]:
    """The books of what an organisation sent, or received (``side``), for the period and the one before."""
    today = clock.today()
    values: dict[str, Any] = {
        **period.bounds,
        "programmes": list(codes),
        "organisation": organisation_id,
        "is_sender": side == "sent",
        **{f"mature_{code}": mature_month(today, code) for code in pages.MATURITIES if code != pages.NOW},
    }
    network, promises = around(today, organisation=organisation_id)
    found = {current: _empty(network, promises) for current in (True, False)}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(_sums(table, source) for table, source in _OWN.items()), values)
        for table, current, numbers in cursor.fetchall():
            found[current].sums.update(zip(_terms(table), numbers, strict=True))  # type: ignore[attr-defined]
        cursor.execute(_OWN_DELAYS, values)
        elapsed = cache(lambda day: working_days_between(day, today))
        for current, programme, answered, silent, waiting in cursor.fetchall():
            one = found[current]
            one.delays.update(own.by_days(answered))
            one.delays.update(own.by_days(silent))
            for day, count in own.by_day(waiting).items():
                days = elapsed(day)
                one.waiting[days] += count
                one.delays[days] += count
                if days > programmes.get(programme).clocks.answer_remind_days:
                    one.overdue += count
    return found[True], found[False]


def _empty(network: pages.Network, promises: Promises) -> Book:
    return Book(sums=dict.fromkeys(indicators.TERMS, 0), network=network, promises=promises)


@cache
def _terms(table: str) -> tuple[Term, ...]:
    return tuple(term for term in indicators.TERMS if term.table == table)


@cache
def _sums(table: str, source: own.Own) -> str:
    """The sums of every term of a table, as one array by period."""
    columns = []
    for term in _terms(table):
        condition = "true" if term.maturity == pages.NOW else f"x.month <= %(mature_{term.maturity})s"
        if term.programmes:
            listed = ", ".join(f"'{code}'" for code in term.programmes)
            condition += f" AND x.programme IN ({listed})"
        columns.append(_FILTER.format(count=term.count, condition=condition))
    counts = tuple(dict.fromkeys(term.count for term in _terms(table)))
    return f"""
        SELECT '{table}', x.month >= %(first)s, ARRAY[{", ".join(columns)}]::bigint[]
        FROM ({own.rows(source, counts)}) x
        WHERE x.is_sender = %(is_sender)s AND {stats.PERIOD} AND x.programme = ANY (%(programmes)s) GROUP BY 2
    """  # noqa: S608 - constants of the registry


def around(
    today: date, *, region: str | None = None, organisation: int | None = None
) -> tuple[pages.Network, Promises]:
    """What the portal knows of the networks and of the promises: of the nation, of a region, of an organisation."""
    values: dict[str, Any] = {
        "today": today,
        "ml": Network.ML,
        "year_ago": clock.start_of(add_months(today, -12)),
        "region": region,
        "organisation": organisation,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, values)
        *network, measured, kept = cursor.fetchone()
    return pages.Network(*network), Promises(measured, kept)


def mature_month(today: date, maturity: str) -> date:
    """The last month of which everything is old enough. A maturity of ``indicators.book``."""
    if maturity in (pages.IN_5, pages.IN_10):
        return last_mature_month(today, int(maturity.removesuffix("wd")))
    month = today.replace(day=1)
    while not _is_past(month, maturity, today):
        month = add_months(month, -1)
    return month


def _is_past(month: date, maturity: str, today: date) -> bool:
    months = {pages.DAYS_90: 3, pages.DAYS_180: 6}.get(maturity)
    end = month_end(month)
    old = add_months(end, months) if months else end + timedelta(days=int(maturity.removesuffix("d")))
    return old < today


def declared(period: Period, region: str | None) -> tuple[dict[str, Declared], dict[str, Declared]]:
    """The figures declared for the very territory, and for a time that covers the period: now, and the one before."""
    found: tuple[dict[str, Declared], dict[str, Declared]] = ({}, {})
    spans = ((period.first, period.last), (period.previous_first, period.previous_last))
    for figure in DeclaredFigure.objects.denominators(region).order_by("last_on", "pk"):
        for known, (first, last) in zip(found, spans, strict=True):
            if figure.covers(first, month_end(last)):
                known[figure.subject] = Declared(figure.value, words_of(figure))
    return found


def words_of(figure: DeclaredFigure) -> str:
    """Whose a declared figure is: "45 000 jeunes déclarés (Pays de la Loire, 2020), source : …"."""
    about = "environ " if figure.approximate else ""
    who = f", déclaré par {figure.declared_by.outward_name}" if figure.declared_by else ""
    return (
        f"Sur {about}{format_number(float(figure.value))} {figure.unit} ({figure.perimeter}, {figure.period}){who}. "
        f"Source : {figure.source}"
    )
