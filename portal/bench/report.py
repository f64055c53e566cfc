"""What the bench says: a table for people, JSON for machines, and the baseline it is compared with."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portal.bench.measure import Measure
from portal.bench.pages import BASE, LIST, QUERIES, RATIOS

BASELINE = Path(__file__).resolve().parent.parent.parent / "bench" / "baseline.json"
_HEADER = (
    f"{'page':<26} {'who':<26} {'queries':>9} {'SQL ms':>7} {'p50 ms':>7} {'p95 ms':>7} {'kB':>6} {'rows':>5}"
    f" {'ratio':>6} {'budget':>14} {'before':>6} {'×empty':>6} {'own':>6}"
)


def table(found: Iterable[Measure], baseline: dict[str, Any] | None) -> list[str]:
    """The lines of the table. "over" marks a budget that is passed; "before" is the ratio of the baseline."""
    known = {(one["page"], one["who"]): one for one in (baseline or {}).get("pages", [])}
    lines = [_HEADER, "-" * len(_HEADER)]
    for one in found:
        page = one.page
        limit = QUERIES.get(page.kind)
        queries = f"{one.queries}/{limit}" if limit else str(one.queries)
        before = known.get((page.name, page.who), {}).get("ratio")
        weight = f"{one.bytes / 1000:.1f}"
        marks = ["queries"] if limit and one.queries > limit else []
        marks += ["bytes"] if one.bytes_budget and one.bytes > one.bytes_budget else []
        marks += ["ratio"] if one.too_slow else []
        lines.append(
            f"{page.name:<26} {page.who:<26} {queries:>9} {one.sql_ms:>7.1f} {one.p50:>7.1f} {one.p95:>7.1f}"
            f" {weight:>6} {'' if one.rows is None else one.rows:>5} {_number(one.ratio):>6}"
            f" {_budget(one):>14} {_number(before):>6} {_number(one.to_empty):>6} {_number(one.own):>6}"
            f"  {'over: ' + ', '.join(marks) if marks else 'ok'}"
        )
    return lines


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _budget(one: Measure) -> str:
    if one.ratio is None:
        return ""
    limit = RATIOS.get(one.page.kind)
    to = {LIST: "SQL", BASE: "sign of life"}.get(one.page.kind, "empty")
    return f"≤ {limit:g} × {to}" if limit else f"× {to}"


def statements(found: Iterable[Measure]) -> list[str]:
    """The statements of the pages that ask too many, in their order."""
    lines = []
    for one in found:
        if one.queries > QUERIES.get(one.page.kind, one.queries):
            lines.append(f"\n{one.page.key}: {one.queries} queries, at most {QUERIES[one.page.kind]}")
            lines += [
                f"  {number:>2}. {milliseconds:6.2f} ms  {' '.join(sql.split())[:200]}"
                for number, (sql, milliseconds) in enumerate(one.statements, start=1)
            ]
    return lines


def as_json(found: list[Measure], **facts: Any) -> dict[str, Any]:
    """Everything that was measured."""
    return facts | {"pages": [one.as_json() for one in found]}


def read_baseline(scale: float, path: Path = BASELINE) -> dict[str, Any] | None:
    """The committed figures, when they are those of the same scale."""
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if found.get("scale") == scale else None


def baseline_of(report: dict[str, Any]) -> dict[str, Any]:
    """What a baseline keeps of a report: what another machine can be compared with."""
    kept = ("page", "who", "kind", "queries", "bytes", "rows", "ratio")
    return {
        "scale": report["scale"],
        "rows": report["rows"],
        "pages": [{name: page[name] for name in kept} for page in report["pages"]],
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that reads well in a comparison of versions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
