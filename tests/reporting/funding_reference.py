"""The split of an envelope written a second time, in SQL: what the worked example is compared with.

Numbers have 40 decimals here, the coefficient of the caps is searched by halving, ranks are those of a window: no
line, no method and no type in common with ``reporting.funding.rules``.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

_SQL = """
WITH RECURSIVE
ask AS (SELECT * FROM jsonb_to_record(%(asked)s) AS t(
    envelope numeric(60,40), share numeric(60,40), spread numeric(60,40), base numeric(60,40), years int,
    rise numeric(60,40), fall numeric(60,40), by_ranks boolean)),
ml AS (SELECT * FROM jsonb_to_recordset(%(rows)s) AS t(code text, youths numeric(60,40), previous numeric(60,40))),
figure AS (SELECT * FROM jsonb_to_recordset(%(figures)s) AS t(code text, label text, value numeric(60,40))),
mean AS (SELECT label, sum(value) / count(*) AS value FROM figure GROUP BY label),
deviation AS (SELECT label, sqrt((sum((f.value - m.value) ^ 2) / count(*))::numeric(60,40)) AS value
              FROM figure f JOIN mean m USING (label) GROUP BY label),
standing AS (
    SELECT f.code, CASE WHEN by_ranks
        THEN rank() OVER (PARTITION BY label ORDER BY f.value)
             + (count(*) OVER (PARTITION BY label, f.value) - 1) / 2.0
        ELSE round((f.value - m.value) / d.value, 12) END AS value
    FROM ask, figure f JOIN mean m USING (label) JOIN deviation d USING (label)),
score AS (SELECT code, sum(value)::numeric(60,40) AS value FROM standing GROUP BY code),
weighed AS (
    SELECT ml.*, 1 + (spread - 1) * (s.value - min(s.value) OVER ()) / (max(s.value) OVER () - min(s.value) OVER ())
                 AS weight
    FROM ask, ml JOIN score s USING (code)),
target AS (
    SELECT w.*, base + (envelope - base * count(*) OVER ()) * (
        share * youths / sum(youths) OVER () + (1 - share) * youths * weight / sum(youths * weight) OVER ()) AS target
    FROM ask, weighed w),
wanted AS (
    SELECT t.*, start + (target - start) / years AS wanted,
           greatest(base, ceil(previous * (1 - fall))) AS low, floor(previous * (1 + rise)) AS high
    FROM ask, target t,
         LATERAL (SELECT t.previous * envelope / (SELECT sum(previous) FROM ml) AS start) AS s),
halving AS (
    SELECT 0 AS step, 0::numeric(60,40) AS low, 64::numeric(60,40) AS high
    UNION ALL
    SELECT step + 1, CASE WHEN below THEN middle ELSE h.low END, CASE WHEN below THEN h.high ELSE middle END
    FROM halving h, ask, LATERAL (SELECT ((h.low + h.high) / 2)::numeric(60,40) AS middle) m,
         LATERAL (SELECT sum(least(greatest(middle * w.wanted, w.low), w.high)) < envelope AS below FROM wanted w) b
    WHERE step < 125),
final AS (
    SELECT w.code, CASE WHEN rise IS NULL AND fall IS NULL AND years = 1 THEN wanted
        ELSE least(greatest(wanted * (SELECT high FROM halving ORDER BY step DESC LIMIT 1), low), w.high) END AS exact
    FROM ask, wanted w)
SELECT code, (floor(exact) + CASE WHEN row_number() OVER (ORDER BY exact - floor(exact) DESC, code)
        <= envelope - sum(floor(exact)) OVER () THEN 1 ELSE 0 END)::bigint
FROM ask, final ORDER BY code
"""


def by_sql(places: Iterable[Any], plan: Any) -> dict[str, int]:
    """Cents by code."""
    signs = {label: 1 if direction == "high" else -1 for label, direction in plan.indicators.items()}
    rows = [{"code": one.code, "youths": str(one.youths), "previous": str(one.previous)} for one in places]
    figures = [
        {"code": one.code, "label": label, "value": str(sign * one.values[label])}
        for one in places
        for label, sign in signs.items()
    ]

    def text(ratio: Any) -> str | None:
        return None if ratio is None else str(ratio.numerator / ratio.denominator)

    asked = {
        "envelope": str(plan.envelope), "share": text(plan.youth_share), "spread": text(plan.spread),
        "base": str(plan.floor), "years": plan.years, "rise": text(plan.rise), "fall": text(plan.fall),
        "by_ranks": plan.method == "ranks",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL, {"rows": json.dumps(rows), "figures": json.dumps(figures), "asked": json.dumps(asked)}
        )
        return dict(cursor.fetchall())
