"""What committee packs cost: one of each kind, then as many as a country has in one batch, as the worker makes them.

Their meetings are written for the measure, all due today, and undone with everything that was made of them. One stream
on one connection, in one transaction: the worker of a portal has as many as it has processes.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core import clock
from core.scope import system_scope
from partners.models import Committee, CommitteeMeeting, Convention, Level
from portal.bench.counting import Statements
from portal.bench.server import BenchError
from reporting.models import CommitteePack
from reporting.packs import producing
from reporting.perimeter import perimeter_of

# DESIGN, "Budgets". The batch of a smaller country is smaller, and has less time.
EACH_SECONDS = 2.0
BATCH, BATCH_SECONDS = 450, 300.0
SMALLEST = 3
# Of the batch, those of regional conventions: about as many as there are, the others are local.
REGIONAL = 60

_BUSIEST_REGION = """
SELECT region_id FROM reporting_summarycell WHERE region_id IS NOT NULL GROUP BY 1 ORDER BY sum(sent) DESC, 1 LIMIT 1
"""
# The local convention whose two parties send the most to one another.
_BUSIEST_PAIR = """
SELECT a.convention_id
FROM partners_conventionparty a
JOIN partners_conventionparty b ON b.convention_id = a.convention_id AND b.organisation_id <> a.organisation_id
JOIN partners_convention c ON c.id = a.convention_id AND c.level = 'local' AND c.signed_on IS NOT NULL
JOIN (SELECT sender_id, recipient_id, count(*) AS sent FROM reporting_referralfact GROUP BY 1, 2) f
  ON f.sender_id = a.organisation_id AND f.recipient_id = b.organisation_id
ORDER BY f.sent DESC, c.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What one pack took: in all, in its statements, and how many referrals it counts (None: hidden)."""

    level: str
    convention: str
    referrals: int | None
    queries: int
    sql_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Packs:
    """One pack of each kind, and a batch, with what it took to find and claim what was due."""

    each: list[Made]
    batch: list[Made]
    claiming: float

    @property
    def seconds(self) -> float:
        """What the batch took."""
        return self.claiming + sum(one.seconds for one in self.batch)

    @property
    def budget(self) -> float:
        """What it may take."""
        return BATCH_SECONDS * len(self.batch) / BATCH

    def lines(self) -> list[str]:
        """The table of results."""
        header = (
            f"{'committee pack':<12} {'convention':<26} {'referrals':>9} {'queries':>7} {'SQL s':>7} {'s':>7}"
        )
        lines = [f"{header} {'budget':>9}", "-" * (len(header) + 10)]
        lines += [_line(one) for one in self.each]
        slowest = max(self.batch, key=lambda one: one.seconds)
        lines.append(
            f"{len(self.batch)} of regions and places, one after the other: {self.seconds:.1f} s, of which SQL"
            f" {sum(one.sql_seconds for one in self.batch):.1f} s; ≤ {self.budget:.0f} s"
            f"  {_mark(self.seconds, self.budget)}"
        )
        return [*lines, "the slowest of them:", _line(slowest)]

    def as_json(self) -> dict[str, Any]:
        """The figures that are kept."""
        return {
            "each": [
                {
                    "level": one.level,
                    "convention": one.convention,
                    "referrals": one.referrals,
                    "queries": one.queries,
                    "sql_s": round(one.sql_seconds, 3),
                    "s": round(one.seconds, 3),
                }
                for one in self.each
            ],
            "batch": len(self.batch),
            "batch_s": round(self.seconds, 1),
            "batch_sql_s": round(sum(one.sql_seconds for one in self.batch), 1),
            "slowest_s": round(max(one.seconds for one in self.batch), 3),
        }


def measure(size: int) -> Packs:
    """Make one pack of each kind, then ``size`` in a batch; nothing is left of them. On the worker's login.

    Raises BenchError when one is not made.
    """
    with _undone():
        each, _ = _prepare(_one_of_each())
    with _undone():
        return Packs(each, *_prepare(_many(size)))


def size_at(scale: float) -> int:
    """How many packs the batch of a scale has."""
    return max(SMALLEST, round(BATCH * min(scale, 1)))


@contextmanager
def _undone() -> Iterator[None]:
    """What is written in the block is not kept, documents included."""
    kept = settings.PRIVATE_FILES
    with TemporaryDirectory() as folder, transaction.atomic():
        settings.PRIVATE_FILES = folder
        try:
            yield
        finally:
            settings.PRIVATE_FILES = kept
        transaction.set_rollback(True)


def _prepare(conventions: list[Convention]) -> tuple[list[Made], float]:
    """The packs of as many meetings, and the seconds it took to find them and to claim them."""
    asked = {meeting.pk for meeting in _meetings(conventions)}
    started = time.monotonic()
    with system_scope("packs that are due"):
        due = [one for one in producing.due_meetings(clock.today()) if one.pk in asked]
    if len(due) != len(asked):
        raise BenchError(f"{len(asked)} meetings were written, the packs of {len(due)} are due")
    for meeting in due:
        producing.claim(meeting)
    claiming = time.monotonic() - started
    with system_scope("packs that wait"):
        waiting = CommitteePack.objects.to_prepare().filter(meeting__in=asked).order_by("pk")
        packs = list(waiting.select_related("meeting__committee__convention"))
    return [_make(pack) for pack in packs], claiming


def _make(pack: CommitteePack) -> Made:
    statements = Statements()
    started = time.monotonic()
    with connection.execute_wrapper(statements):
        ready = producing.advance(pack.pk)
    seconds = time.monotonic() - started
    if not ready:
        raise BenchError(f"the pack of the convention {pack.subject.code} is not ready")
    with system_scope("a pack of the bench"):
        (data,) = CommitteePack.objects.filter(pk=pack.pk).values_list("data", flat=True)
    return Made(
        level=pack.subject.level,
        convention=pack.subject.code,
        referrals=data["stages"]["total"],
        queries=len(statements.kept),
        sql_seconds=sum(milliseconds for _, milliseconds in statements.kept) / 1000,
        seconds=seconds,
    )


def _meetings(conventions: list[Convention]) -> list[CommitteeMeeting]:
    """A committee of each convention, and its first meeting, whose pack is due today."""
    day = clock.today() + timedelta(days=settings.PACK_LEAD_DAYS)
    with system_scope("meetings of the bench"):
        committees = Committee.objects.bulk_create(Committee(convention=one) for one in conventions)
        return CommitteeMeeting.objects.bulk_create(
            CommitteeMeeting(committee=committee, held_on=day) for committee in committees
        )


def _one_of_each() -> list[Convention]:
    """Of each scheme, its last national convention and its declination in the busiest region; the busiest pair."""
    with system_scope("conventions of the bench"):
        region, pair = _one(_BUSIEST_REGION), _one(_BUSIEST_PAIR)
        signed = Convention.objects.filter(signed_on__isnull=False).order_by("-signed_on", "pk")
        found = _by_scheme(signed.filter(level=Level.NATIONAL))
        found += _by_scheme(signed.filter(level=Level.REGIONAL, region=region))
        return found + list(Convention.objects.filter(pk=pair))


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return (cursor.fetchone() or (None,))[0]


def _by_scheme(conventions: Iterable[Convention]) -> list[Convention]:
    """The first convention of each set of programmes."""
    found: dict[tuple[str, ...], Convention] = {}
    for convention in conventions:
        if codes := perimeter_of(convention).programmes:
            found.setdefault(codes, convention)
    return [found[codes] for codes in sorted(found)]


def _many(size: int) -> list[Convention]:
    """So many regional and local conventions, taken evenly."""
    with system_scope("conventions of the bench"):
        signed = Convention.objects.filter(signed_on__isnull=False).order_by("pk")
        regional = _evenly(list(signed.filter(level=Level.REGIONAL)), max(1, size * REGIONAL // BATCH))
        return regional + _evenly(list(signed.filter(level=Level.LOCAL)), size - len(regional))


def _evenly(conventions: list[Convention], number: int) -> list[Convention]:
    return [conventions[rank * len(conventions) // number] for rank in range(min(number, len(conventions)))]


def _line(one: Made) -> str:
    counted = "" if one.referrals is None else str(one.referrals)
    return (
        f"{one.level:<12} {one.convention:<26} {counted:>9} {one.queries:>7} {one.sql_seconds:>7.2f}"
        f" {one.seconds:>7.2f} {f'≤ {EACH_SECONDS:g} s':>9}  {_mark(one.seconds, EACH_SECONDS)}"
    )


def _mark(seconds: float, budget: float) -> str:
    return "ok" if seconds <= budget else "over"
