"""Filling the book of the indicators: of an organisation, for one period and the one before, in three queries.

An organisation reads what is counted of itself (``reporting.own``), under wall 2. The books of the territories
are filled where they are published (``reporting.published.making``), with what is written here around the referrals.
Nothing here decides what may be shown: ``reporting.indicators`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from reporting.indicators.base import Sight
from reporting.indicators.book import Book, Declared, Promises, Term
from reporting.periods import Period, last_mature_month, month_end
from reporting.tally import exact_steps

_TABLES = {pages.SENT: own.SENT, pages.EXITS: own.EXITS}
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
) -> tuple[Sight, Sight]:
    """What an organisation sent, or received (``side``), in the period and in the one before: nothing is hidden."""
    today = clock.today()
    network, promises = around(today, organisation=organisation_id)
    found = {table: _read(table, organisation_id, codes, period) for table in _TABLES}
    mature = {code: mature_month(today, code) for code in pages.MATURITIES if code != pages.NOW}
    elapsed = cache(lambda day: working_days_between(date.fromisoformat(day), today))

    def book_of(first: date, last: date) -> Book:
        sums = dict.fromkeys(indicators.TERMS, 0)
        book = Book(sums=sums, network=network, promises=promises)
        for table, rows in found.items():
            for one in rows:
                if one.is_sender == (side == "sent") and first <= one.month <= last:
                    _add(sums, table, one, mature)
                    _add_delays(book, one, elapsed)
        return book

    spans = ((period.first, period.last), (period.previous_first, period.previous_last))
    tallies = stats.figures_of(found[pages.SENT], period)[side]
    now, before = (
        Sight(tally, exact_steps(tally), threshold=1, book=book_of(*span))
        for tally, span in zip(tallies, spans, strict=True)
    )
    return now, before


def _read(table: str, organisation_id: int, codes: Sequence[str], period: Period) -> list[own.Row]:
    """What the indicators ask of a table, and the tallies."""
    wanted = tuple(dict.fromkeys(term.count for term in _terms(table)))
    if table == pages.SENT:
        wanted = tuple(dict.fromkeys((*wanted, *stats.OF_TALLIES, *own.DELAYS)))
    since = min(period.first, period.previous_first)
    return own.read(_TABLES[table], wanted, organisation_id, codes, since)


@cache
def _terms(table: str) -> tuple[Term, ...]:
    return tuple(term for term in indicators.TERMS if term.table == table)


def _add(sums: dict[Term, int], table: str, one: own.Row, mature: Mapping[str, date]) -> None:
    """Add the counts of a month and a programme to the sums that take them."""
    for term in _terms(table):
        old = term.maturity == pages.NOW or one.month <= mature[term.maturity]
        if old and (not term.programmes or one.programme in term.programmes):
            sums[term] += one.counts[term.count]


def _add_delays(book: Book, one: own.Row, elapsed: Callable[[str], int]) -> None:
    """Add how long answers took, or have been missing; ``elapsed``: since a day."""
    for name in one.delays:
        for delay, number in one.delays[name].items():
            waits = name == "waiting_since"
            days = elapsed(delay) if waits else int(delay)
            book.delays[days] += number
            if waits:
                book.waiting[days] += number
                if days > programmes.get(one.programme).clocks.answer_remind_days:
                    book.overdue += number


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
