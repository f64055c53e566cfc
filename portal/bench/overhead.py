"""What wall 2 costs: the same pages with row-level security and without, in pairs on one database.

Two web servers answer in turn: one as the web's login, one as its twin, a role of the bench that has the same
rights and that the policies do not hold. Both find the same caches, and noise falls on both alike.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from portal.bench.measure import WARM
from portal.bench.pages import Page
from portal.bench.server import BenchError, Web, serving
from portal.embedded.server import server

PAIRS = 200
# Tokens aside, two answers of one page are the same.
SAME_BYTES = 200
# What the median pair may lose, of the median time without the policies.
BUDGET = 0.10
TWIN = "tu_bench_open"
# Lists and records whose rows are protected, on both sides, asked by those who have the most of them.
_ML, _PARTNER = "advisor, biggest ML", "referent, busiest partner"
PAGES = {
    ("referrals sent", _ML), ("youths", _ML), ("referral", _ML), ("youth", _ML),
    ("referrals received", _PARTNER), ("youth", _PARTNER),
}  # fmt: skip


@dataclass(slots=True)
class Overhead:
    """One page of one person, in milliseconds: with the policies, and without."""

    page: Page
    walled: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)

    @property
    def difference(self) -> float:
        """The median of the differences of the pairs."""
        return statistics.median(one - other for one, other in zip(self.walled, self.opened, strict=True))

    @property
    def share(self) -> float:
        """That difference, of the median time without the policies."""
        return self.difference / statistics.median(self.opened)

    def line(self) -> str:
        """The page in the table of results."""
        return (
            f"{self.page.key:52} {statistics.median(self.opened):8.2f} {statistics.median(self.walled):8.2f}"
            f" {self.difference:+8.2f} {100 * self.share:+7.1f} %"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "page": self.page.name,
            "who": self.page.who,
            "without_ms": round(statistics.median(self.opened), 2),
            "with_ms": round(statistics.median(self.walled), 2),
            "difference_ms": round(self.difference, 2),
            "share": round(self.share, 4),
        }


def protected(wanted: list[Page]) -> list[Page]:
    """The pages of the bench whose rows wall 2 filters."""
    return [page for page in wanted if (page.name, page.who) in PAGES]


@contextmanager
def twin() -> Iterator[str]:
    """The role without policies, for a block."""
    name = sql.Identifier(TWIN)
    with closing(server().superuser()) as session:
        session.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))
        session.execute(sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS IN ROLE tu_app, tu_stats").format(name))
    try:
        yield TWIN
    finally:
        with closing(server().superuser()) as session:
            session.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


def compare(
    database: str,
    wanted: list[Page],
    sessions: Mapping[str, str],
    pairs: int = PAIRS,
    say: Callable[[str], None] = lambda line: None,
) -> list[Overhead]:
    """Ask every page in pairs. Raises BenchError when one fails.

    A page that the policies change is said and left out: its two sides do not do the same work.
    """
    found = []
    with twin() as login, serving(database, sessions) as walled, serving(database, sessions, login) as opened:
        for page in protected(wanted):
            for _ in range(WARM):
                sizes = _ask(walled, page)[1], _ask(opened, page)[1]
            if abs(sizes[0] - sizes[1]) > SAME_BYTES:
                say(f"{page.key}: the policies hide rows of it ({sizes[0]} bytes, {sizes[1]} without them)")
            else:
                found.append(Overhead(page))
        for pair in range(pairs):
            for one in found:
                # Each side goes first in half of the pairs: the second finds warmer caches.
                sides = [(walled, one.walled), (opened, one.opened)]
                for web, times in sides if pair % 2 else reversed(sides):
                    times.append(_ask(web, one.page)[0])
            if pair % 20 == 19:
                worst = max(found, key=lambda one: one.share)
                say(f"{pair + 1} pairs, at most {100 * worst.share:+.1f} % ({worst.page.key})")
    return found


def _ask(web: Web, page: Page) -> tuple[float, int]:
    answer = web.ask(page.path, page.who)
    if answer.status != 200:
        raise BenchError(f"{page.key}: {page.path} answered {answer.status}")
    return answer.seconds * 1000, len(answer.body)
