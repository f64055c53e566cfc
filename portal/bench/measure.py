"""Measuring: statements and bytes once, then times, one page after the other so that noise is shared."""

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User
from portal.bench.pages import BASE, BYTES, DETAIL, LIST, QUERIES, RATIOS, ROWS, Page, Person
from portal.bench.raw import Raw
from portal.bench.server import BenchError, Web

SAMPLES = 40
# Both workers must keep the plans of each page before it counts: a statement is sent plain three times, planned for
# its values five times, then planned once for the connection (ADR 6), and the requests do not share out evenly.
WARM = 24


@dataclass(slots=True)
class Measure:
    """What a page costs. Times in milliseconds; ``ratio`` to the raw SQL (lists) or to the empty page.

    ``to_empty`` is the ratio to the empty page for lists too, and ``own`` what a list takes beyond the empty page, in
    times its raw SQL: what is left where the raw SQL takes less than any page (ADR 6 and 33).
    """

    page: Page
    status: int = 0
    statements: list[tuple[str, float]] = field(default_factory=list)
    bytes: int = 0
    rows: int | None = None
    times: list[float] = field(default_factory=list)
    raw_times: list[float] = field(default_factory=list)
    ratio: float | None = None
    to_empty: float | None = None
    own: float | None = None

    @property
    def queries(self) -> int:
        return len(self.statements)

    @property
    def sql_ms(self) -> float:
        return sum(milliseconds for _, milliseconds in self.statements)

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def best(self) -> float:
        """The shortest: what the page takes when nothing else runs."""
        return min(self.times)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[18]

    @property
    def raw_ms(self) -> float | None:
        return statistics.median(self.raw_times) if self.raw_times else None

    @property
    def bytes_budget(self) -> int | None:
        return BYTES if self.page.kind == LIST else None

    def breaches(self) -> list[str]:
        """The budgets that do not depend on the machine and are passed."""
        found = []
        if self.queries > QUERIES.get(self.page.kind, self.queries):
            found.append(f"{self.queries} queries, at most {QUERIES[self.page.kind]}")
        if self.bytes_budget and self.bytes > self.bytes_budget:
            found.append(f"{self.bytes} bytes, at most {self.bytes_budget} for {ROWS} rows")
        return found

    @property
    def too_slow(self) -> bool:
        """Over its budget; a list whose SQL costs less than any page is held to the budget of a record (ADR 33)."""
        if self.ratio is None or self.ratio <= RATIOS.get(self.page.kind, self.ratio):
            return False
        return self.page.kind != LIST or self.to_empty is None or self.to_empty > RATIOS[DETAIL]

    def as_json(self) -> dict[str, Any]:
        return {
            "page": self.page.name,
            "who": self.page.who,
            "kind": self.page.kind,
            "queries": self.queries,
            "sql_ms": round(self.sql_ms, 2),
            "best_ms": round(self.best, 2),
            "p50_ms": round(self.p50, 2),
            "p95_ms": round(self.p95, 2),
            "bytes": self.bytes,
            "rows": self.rows,
            "raw_ms": None if self.raw_ms is None else round(self.raw_ms, 3),
            "raw_best_ms": round(min(self.raw_times), 3) if self.raw_times else None,
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "to_empty": None if self.to_empty is None else round(self.to_empty, 2),
            "own": None if self.own is None else round(self.own, 2),
            "ratio_budget": RATIOS.get(self.page.kind) if self.ratio is not None else None,
            "breaches": self.breaches(),
        }


def open_sessions(people: Mapping[str, Person]) -> dict[str, str]:
    """A session of each person, as signing in makes it; the keys of the cookies."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = {}
    for who, person in people.items():
        user = User.objects.get(pk=person.user)
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys[who] = session.session_key
    return keys


def measure(
    web: Web,
    pages: list[Page],
    people: Mapping[str, Person],
    database: str,
    samples: int = SAMPLES,
    say: Callable[[str], None] = lambda line: None,
) -> list[Measure]:
    """Measure every page over HTTP. Raises BenchError when one does not answer 200 (or 302 after a post)."""
    found = [Measure(page) for page in pages]
    for one in found:
        for _ in range(WARM):
            _ask(web, one)
        _count(web, one)
    say(f"{len(found)} pages counted, {samples} rounds of times")
    raw = Raw(database)
    try:
        for one in found:
            if one.page.raw:
                for _ in range(WARM):  # a statement is prepared, then planned once for all, after some runs
                    _, one.rows = raw.run(one.page.raw, people[one.page.who], _role(one.page.who))
        for _ in range(samples):
            for one in found:
                one.times.append(_ask(web, one).seconds * 1000)
                if one.page.raw:
                    seconds, _ = raw.run(one.page.raw, people[one.page.who], _role(one.page.who))
                    one.raw_times.append(seconds * 1000)
    finally:
        raw.close()
    _compare(found)
    return found


def _ask(web: Web, one: Measure) -> Any:
    page = one.page
    answer = web.ask(page.path, page.who, page.posted)
    if answer.status != page.status:
        raise BenchError(f"{page.key}: {page.path} answered {answer.status}")
    one.status, one.bytes = answer.status, len(answer.body)
    return answer


def _count(web: Web, one: Measure) -> None:
    answer = web.ask(one.page.path, one.page.who, one.page.posted, counting=True)
    said = json.loads(answer.body)
    if said["status"] != one.status:
        raise BenchError(f"{one.page.key}: {one.page.path} answered {said['status']} when counted")
    one.statements = [(sql, milliseconds) for sql, milliseconds in said["statements"]]


def _role(who: str) -> str:
    first = who.split(",")[0]
    return first if first in ("manager", "regional", "national") else "professional"


def _compare(found: list[Measure]) -> None:
    by_name = defaultdict(list)
    for one in found:
        by_name[one.page.name].append(one)
    empty, alive = by_name["empty page"][0], by_name["sign of life"][0]
    for one in found:
        if one.page.kind != BASE:
            one.to_empty = one.p50 / empty.p50
        if one.raw_ms:
            one.ratio = one.p50 / one.raw_ms
            one.own = (one.p50 - empty.p50) / one.raw_ms
        else:
            one.ratio = one.to_empty
    empty.ratio = empty.p50 / alive.p50
