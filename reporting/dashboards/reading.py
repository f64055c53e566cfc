"""Reading what is published, through the role of statistics: a page is one query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.suppression import Cell
from partners.models import Organisation
from reporting import stats
from reporting.published.lattice import STEPS

_CELLS = """
SELECT e.made_at, EXISTS (SELECT FROM reporting_edition a WHERE a.made_at IS NULL), c.territory, c.within, c.programme,
       c.period, c.steps,
       EXISTS (SELECT FROM reporting_publishedcell x
               WHERE x.edition_id = e.id AND x.territory <> '' AND x.programme <> ''),
       CASE WHEN c.territory = %(territory)s THEN c.figures END
FROM reporting_edition e LEFT JOIN reporting_publishedcell c ON c.edition_id = e.id AND c.programme = ANY (%(nodes)s)
  AND (c.territory = %(territory)s OR (c.period = %(period)s
       AND (c.within = %(territory)s OR (%(territory)s = '' AND left(c.territory, 1) = 'D'))))
WHERE e.made_at IS NOT NULL
"""
_MEDIANS = """
SELECT m.rates FROM reporting_publishedmedian m JOIN reporting_edition e ON e.id = m.edition_id
WHERE e.made_at IS NOT NULL AND m.region_id = %(region)s AND m.network = %(network)s AND m.period = %(period)s
"""
# The organisations of a head of network, in the same question.
_ORGANISATIONS = """
UNION ALL
SELECT e.made_at, false, NULL, NULL, NULL, o.organisation_id::text, o.steps, NULL, NULL
FROM reporting_publishedorganisation o JOIN reporting_edition e ON e.id = o.edition_id
WHERE e.made_at IS NOT NULL AND o.region_id = %(region)s AND o.network = %(network)s
"""


@dataclass(slots=True)
class Published:
    """What is published of a territory for some programmes: its journey by period, those of its parts for one of them.

    ``figures`` are those of the territory by period, of one programme or group only: rates do not add up.
    """

    territory: str
    made_at: datetime | None = None
    asked: bool = False
    # Whether a programme is read in a territory (``lattice.Lattice.crossed``).
    crossed: bool = True
    steps: dict[str, list[Cell]] = field(default_factory=dict)
    parts: dict[str, list[Cell]] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    organisations: dict[int, list[Cell]] = field(default_factory=dict)

    def journey(self, period: str) -> list[Cell]:
        """The steps of a period; nobody when nothing was written of it."""
        return self.steps.get(period, [0] * len(STEPS))


def published(
    territory: str, nodes: Sequence[str], period: str, *, head: tuple[str, str] | None = None
) -> Published:
    """What may be read of a territory, and of the organisations of a ``head`` (region, network). One query."""
    values: dict[str, Any] = {"territory": territory, "nodes": list(nodes), "period": period}
    sql = _CELLS
    if head is not None:
        sql += _ORGANISATIONS
        values |= {"region": head[0], "network": head[1]}
    found = Published(territory)
    for made_at, asked, place, within, programme, code, steps, crossed, figures in stats.read(sql, values):
        found.made_at, found.asked = made_at, asked or found.asked
        found.crossed = found.crossed if crossed is None else crossed
        if steps is None:
            continue
        cells = json.loads(steps)
        if programme is None:
            found.organisations[int(code)] = cells
            continue
        if place == territory:
            _add(found.steps, code, cells)
            if len(nodes) == 1:
                found.figures[code] = json.loads(figures)
        else:
            _add(found.parts, place, cells)
            found.within[place] = within
    return found


def _add(held: dict[str, list[Cell]], name: str, cells: list[Cell]) -> None:
    """Several groups of programmes: the sum of what is shown, hidden when one of them is."""
    before = held.get(name)
    held[name] = (
        cells
        if before is None
        else [None if a is None or b is None else a + b for a, b in zip(before, cells, strict=True)]
    )


def medians(region: str, network: str, period: str) -> dict[str, list[int]]:
    """The medians of the rates of the organisations of a network in a region: [median, of how many] (one query)."""
    rows = stats.read(_MEDIANS, {"region": region, "network": network, "period": period})
    return json.loads(rows[0][0]) if rows else {}


def named(steps: Mapping[int, list[Cell]]) -> list[tuple[str, list[Cell]]]:
    """Organisations by name, with their steps (one query)."""
    names = Organisation.objects.filter(pk__in=steps, is_sensitive=False).order_by("name")
    return [(name, steps[pk]) for pk, name in names.values_list("pk", "name")]
