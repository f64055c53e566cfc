"""What is published of organisations: to the head of a network, its own; to each one, the median of its region.

The table of a head is hidden inside what everybody reads of a department: a number moves from one organisation of the
department to another, never from the department. Where that cannot be, fewer steps are shown, or none. It is
made for one period, so that no two tables subtract. No ranking is made: organisations come in the order of their name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db import connection

from core.suppression import THRESHOLD, Cell, suppress
from partners.models import Level, Network
from reporting import counting
from reporting.models import Edition, PublishedMedian, PublishedOrganisation
from reporting.periods import COMPARED, PERIODS
from reporting.published import lattice
from reporting.published.lattice import STEPS

if TYPE_CHECKING:
    from reporting.published.making import Maker

# The period of the table of a head, and its networks: the associations of Missions Locales, the regional chambers.
PERIOD = "12m"
HEADS = (Network.ML, Network.CMA)
# Fewer organisations than that have no median.
ENOUGH = 5
# The rates that an organisation compares with the median: code, words, over, among.
RATES = (
    ("answered", "Orientations avec une réponse", "answered", "sent"),
    ("started", "Parcours commencés parmi les orientations acceptées", "started", "accepted"),
    ("outcome_known", "Devenir connu parmi les parcours terminés", "outcome_known", "ended"),
)
_COUNTS = {name: counting.SENT[name] for name in STEPS}
_SUMS = ", ".join(f"sum(x.{name})" for name in STEPS)
# A Mission Locale sends first of all, a partner receives.
_OWN = f"""
SELECT o.id, o.network, coalesce(o.region_id, d.region_id), x.month, {_SUMS}
FROM (SELECT f.sender_id AS organisation_id, true AS is_sender, f.month, {counting.of_each(_COUNTS)}
      FROM reporting_referralfact f
      UNION ALL
      SELECT f.recipient_id, false, f.month, {counting.of_each(_COUNTS)} FROM reporting_referralfact f
      UNION ALL
      SELECT k.organisation_id, k.is_sender, k.quarter, {counting.names(_COUNTS, "k.")} FROM reporting_foldedcount k) x
JOIN partners_organisation o ON o.id = x.organisation_id AND x.is_sender = (o.network = %(ml)s)
LEFT JOIN partners_department d ON d.code = o.department_id
WHERE o.level = %(local)s GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - constants of this module
# The Mission Locale whose territory a referral counts for: those of a department add up to it.
_HOME = f"""
SELECT o.id, coalesce(o.region_id, d.region_id), o.department_id, o.is_sensitive, x.month, {_SUMS}
FROM (SELECT CASE WHEN s.network <> %(ml)s AND p.network = %(ml)s THEN p.id ELSE s.id END AS organisation_id,
             f.month, {counting.of_each(_COUNTS)}
      FROM reporting_referralfact f JOIN partners_organisation s ON s.id = f.sender_id
      JOIN partners_organisation p ON p.id = f.recipient_id
      UNION ALL
      SELECT k.organisation_id, k.quarter, {counting.names(_COUNTS, "k.")} FROM reporting_foldedcount k WHERE k.home) x
JOIN partners_organisation o ON o.id = x.organisation_id
LEFT JOIN partners_department d ON d.code = o.department_id
WHERE x.month >= %(first)s GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - constants of this module
_RECEIVED = f"""
SELECT o.id, coalesce(o.region_id, d.region_id), o.department_id, o.is_sensitive, x.month, {_SUMS}
FROM (SELECT f.recipient_id AS organisation_id, f.month, {counting.of_each(_COUNTS)} FROM reporting_referralfact f
      UNION ALL
      SELECT k.organisation_id, k.quarter, {counting.names(_COUNTS, "k.")} FROM reporting_foldedcount k
      WHERE NOT k.is_sender) x
JOIN partners_organisation o ON o.id = x.organisation_id AND o.network = %(network)s AND o.level = %(local)s
LEFT JOIN partners_department d ON d.code = o.department_id
WHERE x.month >= %(first)s GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - constants of this module


def publish(edition: Edition, maker: Maker) -> None:
    """Write the tables of the heads and the medians of an edition."""
    first = maker.calendar.first_month(PERIOD)
    values = {"ml": Network.ML, "local": Level.LOCAL, "network": Network.CMA, "first": first}
    found = [*_of_departments(_read(_HOME, values), maker), *_of_regions(_read(_RECEIVED, values))]
    PublishedOrganisation.objects.bulk_create(
        [PublishedOrganisation(edition=edition, **row) for row in found], batch_size=1000
    )
    PublishedMedian.objects.bulk_create(
        [PublishedMedian(edition=edition, **row) for row in _medians(_read(_OWN, values), maker)]
    )


def _read(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _added(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], list[int]]:
    """The steps of each organisation over the months of the period."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(STEPS))
    for organisation, region, department, sensitive, _, *counts in rows:
        held = found[organisation, region, department, sensitive]
        for rank, count in enumerate(counts):
            held[rank] += int(count)
    return found


def _of_departments(rows: Iterable[tuple[Any, ...]], maker: Maker) -> list[dict[str, Any]]:
    """The Missions Locales, department by department, inside what is shown of the department."""
    groups: dict[str, list[tuple[int, str, bool, list[int]]]] = defaultdict(list)
    for (organisation, region, department, sensitive), steps in _added(rows).items():
        if region and department:
            groups[department].append((organisation, region, sensitive, steps))
    found = []
    for department, members in sorted(groups.items()):
        above = maker.steps((lattice.department(department), lattice.ALL_PROGRAMMES, PERIOD))
        for (organisation, region, sensitive, _), shown in zip(
            members, inside([steps for *_, steps in members], above), strict=True
        ):
            if not sensitive:
                found.append(
                    {
                        "organisation_id": organisation,
                        "region_id": region,
                        "network": Network.ML,
                        "steps": shown,
                    }
                )
    return found


def _of_regions(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """What chambers received: it adds up to nothing that others read."""
    groups: dict[str, list[tuple[int, bool, list[int]]]] = defaultdict(list)
    for (organisation, region, _, sensitive), steps in _added(rows).items():
        if region:
            groups[region].append((organisation, sensitive, steps))
    found = []
    for region, members in sorted(groups.items()):
        tables = hidden_steps([steps for *_, steps in members])
        for (organisation, sensitive, _), shown in zip(members, tables, strict=True):
            if not sensitive:
                found.append(
                    {
                        "organisation_id": organisation,
                        "region_id": region,
                        "network": Network.CMA,
                        "steps": shown,
                    }
                )
    return found


def parts_of(steps: Sequence[int]) -> list[int]:
    """How many stopped at each step."""
    return [here - further for here, further in zip(steps, (*steps[1:], 0), strict=True)]


def hidden_steps(rows: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """The steps of each row, hidden together with their totals."""
    table = suppress([parts_of(row) for row in rows])
    return [_steps(cells, total) for cells, total in zip(table.cells, table.row_totals, strict=True)]


def inside(rows: Sequence[Sequence[int]], above: Sequence[Cell]) -> list[list[Cell]]:
    """The steps of the organisations of a department whose own steps are read by everybody.

    Only the steps that the department shows are, or the first of them when more can then be read; none when a row
    cannot be hidden without one of the totals, nor when the department hides how many were sent.
    """
    best: list[list[Cell]] = [[None] * len(STEPS) for _ in rows]
    if above[0] is None:
        return best
    if len(rows) == 1:
        return [list(above)]
    ranks = [rank for rank, value in enumerate(above) if value is not None]
    while ranks:
        table = suppress([parts_of([row[rank] for rank in ranks]) for row in rows])
        if None not in table.column_totals and table.total is not None:
            lines = zip(table.cells, table.row_totals, strict=True)
            shown = [_spread(_steps(cells, total), ranks) for cells, total in lines]
            best = max(best, shown, key=_readable)
        ranks.pop()
    return best


def _readable(shown: Sequence[Sequence[Cell]]) -> int:
    """How many numbers above 0 a table shows."""
    return sum(bool(cell) for row in shown for cell in row)


def _spread(shown: Sequence[Cell], ranks: Sequence[int]) -> list[Cell]:
    """The shown steps in their places among all."""
    found: list[Cell] = [None] * len(STEPS)
    for rank, value in zip(ranks, shown, strict=True):
        found[rank] = value
    return found


def _steps(parts: Sequence[Cell], total: Cell) -> list[Cell]:
    """The steps that the shown parts of a row tell, from the last one back; the first one is the total."""
    found: list[Cell] = []
    for rank in range(len(parts)):
        rest = [part for part in parts[rank:] if part is not None]
        found.append(sum(rest) if len(rest) == len(parts) - rank else None)
    return [total, *found[1:]]


def _medians(rows: Iterable[tuple[Any, ...]], maker: Maker) -> list[dict[str, Any]]:
    """The medians of the rates of the organisations of each network and region, by period."""
    found: dict[tuple[str, str, str], dict[int, list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0] * len(STEPS))
    )
    periods = [*(code for code, _ in PERIODS), *COMPARED]
    for organisation, network, region, month, *counts in rows:
        if not region:
            continue
        leaf = maker.calendar.leaf_of(month)
        for period in periods:
            if leaf in maker.calendar.leaves[period]:
                held = found[network, region, period][organisation]
                for rank, count in enumerate(counts):
                    held[rank] += int(count)
    made = []
    for (network, region, period), members in sorted(found.items()):
        rates = {}
        for code, _, over, among in RATES:
            values = [
                100 * steps[STEPS.index(over)] / steps[STEPS.index(among)]
                for steps in members.values()
                if steps[STEPS.index(among)] >= THRESHOLD
            ]
            if len(values) >= ENOUGH:
                rates[code] = [round(median(values)), len(values)]
        if rates:
            made.append({"region_id": region, "network": network, "period": period, "rates": rates})
    return made
