"""Sealing the trail: each minute the worker closes a batch of lines under a keyed hash (ADR 0009).

A seal names the numbers of the lines that it holds, so a line whose transaction ends late simply goes into the next
one, and whoever writes a line never waits. It covers the seal before it: a line that is changed, taken away or put
in afterwards shows, and so does a seal. The key is not in the database: its owner cannot make a chain anew.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from core import clock
from core.scope import system_scope

# Lines sealed at once: bounds the memory of a run that comes after a long silence.
BATCH = 20_000
# A line is written at most so long after the moment it tells (a page, a job), and sealed a minute later.
GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stream:
    """A table of lines that is sealed, and the text of a line: every column but those that may be blanked."""

    name: str
    table: str
    line: str
    # Months past this age are dropped whole; None: they stay.
    kept_months: int | None = None


STREAMS = (
    Stream(
        "audit",
        "core_auditentry",
        "jsonb_build_array(number, id, extract(epoch FROM at), kind, user_id, organisation_id, subject_kind,"
        " subject_uuid, count, detail, request_id)::text",
        kept_months=12,
    ),
    Stream(
        "change",
        "core_change",
        "jsonb_build_array(number, extract(epoch FROM at), operation, model, object_id, subject_kind, subject_id,"
        " organisations, user_id, organisation_id, request_id, reason, login, columns, encode(digest, 'hex'))::text",
    ),
)

# Everything visible that no seal holds. Numbers under the floor are settled: no transaction that could still bring
# one is alive (_FLOOR).
_BATCH = """
WITH held AS (
    SELECT coalesce(range_agg(r), '{{}}') AS numbers
    FROM core_seal s, unnest(s.numbers) AS r WHERE s.stream = %(stream)s AND s.last_number >= %(floor)s),
loose AS (
    SELECT number, at, {line} AS line FROM {table}, held
    WHERE number >= %(floor)s AND NOT number <@ held.numbers ORDER BY number LIMIT %(limit)s)
SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date AS month, count(*), min(at), max(at), max(number),
       range_agg(int8range(number, number, '[]'))::text,
       encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY number), 'UTF8')), 'hex')
FROM loose GROUP BY month ORDER BY month
"""
# The highest number of the newest seal that is old enough, and since which every transaction then alive has ended.
_FLOOR = """
SELECT coalesce(max(last_number), 0) FROM core_seal
WHERE stream = %s AND sealed_at < %s AND horizon <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""
_ADD = """
INSERT INTO core_seal (stream, position, month, numbers, last_number, count, first_at, last_at, lines, previous, hash,
                       horizon, sealed_at)
VALUES (%s, %s, %s, %s::int8multirange, %s, %s, %s, %s, %s, %s, %s,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint, %s)
"""


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of a chain."""

    stream: str
    position: int
    month: date
    numbers: str
    count: int
    first_at: datetime
    last_at: datetime
    lines: str
    previous: str
    hash: str
    sealed_at: datetime

    def text(self) -> bytes:
        """What the hash is made from."""
        said = [
            self.stream,
            self.position,
            str(self.month),
            self.numbers,
            self.count,
            self.lines,
            self.previous,
        ]
        moments = [
            moment.astimezone(UTC).isoformat() for moment in (self.first_at, self.last_at, self.sealed_at)
        ]
        return json.dumps(said + moments).encode()


def _hash(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def seal() -> int:
    """Seal what is not yet sealed; returns the number of lines. Two workers at once: the second one does nothing."""
    sealed = 0
    for stream in STREAMS:
        while True:
            done = _seal_batch(stream)
            sealed += done
            if done < BATCH:
                break
    return sealed


def _seal_batch(stream: Stream) -> int:
    with system_scope("seal the trail"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('core_seal'))")
        if not cursor.fetchone()[0]:
            return 0
        now = clock.now()
        cursor.execute(_FLOOR, [stream.name, now - GRACE])
        (floor,) = cursor.fetchone()
        cursor.execute(
            "SELECT position, hash FROM core_seal WHERE stream = %s ORDER BY position DESC LIMIT 1",
            [stream.name],
        )
        position, previous = cursor.fetchone() or (0, "")
        cursor.execute(
            _BATCH.format(line=stream.line, table=stream.table),
            {"stream": stream.name, "floor": floor, "limit": BATCH},
        )
        sealed = 0
        for month, count, first, last, highest, numbers, lines in cursor.fetchall():
            position += 1
            link = Seal(stream.name, position, month, numbers, count, first, last, lines, previous, "", now)
            previous = _hash(settings.SEAL_KEYS[0], link.text())
            cursor.execute(
                _ADD,
                [stream.name, position, month, numbers, highest, count, first, last, lines, link.previous, previous,
                 now],
            )  # fmt: skip
            sealed += count
        return sealed


def drop_old_months() -> int:
    """Drop the partitions of the trail older than twelve months; returns how many. Their seals stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tu_drop_old_partitions()")
        (dropped,) = cursor.fetchone()
    return dropped


# --- Verifying ------------------------------------------------------------------------------------

# One seal at a time, so that memory does not grow with the trail. A month that was dropped has nothing to compute.
_RECOMPUTED = """
SELECT s.stream, s.position, s.month, s.numbers::text, s.count, s.first_at, s.last_at, s.lines, s.previous, s.hash,
       s.sealed_at, s.month < %(oldest)s AND to_regclass(%(table)s || to_char(s.month, '_YYYY_MM')) IS NULL AS dropped,
       found.count, found.lines
FROM core_seal s CROSS JOIN LATERAL (
    SELECT count(*) AS count,
           encode(sha256(convert_to(coalesce(string_agg({line}, E'\\n' ORDER BY number), ''), 'UTF8')), 'hex') AS lines
    FROM unnest(s.numbers) AS r JOIN {table} ON number >= lower(r) AND number < upper(r)) AS found
WHERE s.stream = %(stream)s ORDER BY s.position
"""
# Lines that no seal holds: slipped in under numbers already settled, or too recent to be sealed.
_LOOSE = """
WITH held AS (
    SELECT coalesce(range_agg(r), '{{}}') AS numbers
    FROM core_seal s, unnest(s.numbers) AS r WHERE s.stream = %(stream)s),
settled AS (
    SELECT coalesce(max(last_number), 0) AS number FROM core_seal
    WHERE stream = %(stream)s AND sealed_at < %(settled)s)
SELECT count(*) FILTER (WHERE l.number < settled.number), min(l.number) FILTER (WHERE l.number < settled.number),
       count(*) FILTER (WHERE l.number >= settled.number AND l.at < %(settled)s)
FROM {table} l, held, settled WHERE NOT l.number <@ held.numbers
"""
# Values that are there make their digest (the digest itself is under the seal).
_DIGESTS = """
SELECT number FROM core_change
WHERE (blanked_at IS NULL) <> ("values" IS NOT NULL AND salt IS NOT NULL)
   OR digest <> sha256(convert_to(salt::text || "values"::text, 'UTF8'))
ORDER BY number LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with the trail. ``late``: lines that only wait for their seal."""

    text: str
    late: bool = False


def verify() -> Iterator[Flaw]:
    """Everything wrong with the seals and their lines, in French, by numbers only. In a system scope."""
    for stream in STREAMS:
        yield from _verify_chain(stream)
        yield from _verify_loose(stream)
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS)
        for (number,) in cursor.fetchall():
            yield Flaw(f"change, ligne {number} : ses valeurs ne sont pas celles qui ont été scellées")


def _verify_chain(stream: Stream) -> Iterator[Flaw]:
    before: Seal | None = None
    values: dict[str, str | date] = {
        "stream": stream.name,
        "table": stream.table,
        "oldest": _oldest_month(stream),
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(_RECOMPUTED.format(line=stream.line, table=stream.table), values)
        for *columns, dropped, count, lines in cursor:
            link = Seal(*columns)
            for wrong in _flaws(link, before, dropped, count, lines):
                yield Flaw(f"{stream.name}, sceau {link.position} : {wrong}")
            before = link


def _flaws(link: Seal, before: Seal | None, dropped: bool, count: int, lines: str) -> Iterator[str]:
    if link.position != (before.position + 1 if before else 1) or link.previous != (
        before.hash if before else ""
    ):
        yield "ne suit pas le précédent"
    if not any(hmac.compare_digest(link.hash, _hash(key, link.text())) for key in settings.SEAL_KEYS):
        yield "a été changé"
    if not dropped and (count, lines) != (link.count, link.lines):
        yield (
            f"{link.count} lignes scellées, {count} retrouvées"
            if count != link.count
            else "une ligne a été changée"
        )
    if link.last_at > link.sealed_at + GRACE or (before and link.first_at < before.sealed_at - GRACE):
        yield "une ligne porte une date que les sceaux démentent"


def _verify_loose(stream: Stream) -> Iterator[Flaw]:
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOSE.format(table=stream.table), {"stream": stream.name, "settled": clock.now() - GRACE}
        )
        slipped, first, waiting = cursor.fetchone()
    if slipped:
        yield Flaw(f"{stream.name} : {slipped} lignes glissées après coup, à partir de la ligne {first}")
    if waiting:
        yield Flaw(
            f"{stream.name} : {waiting} lignes attendent leur sceau depuis plus d’une heure", late=True
        )


def _oldest_month(stream: Stream) -> date:
    """The first month whose lines must still be there."""
    if stream.kept_months is None:
        return date.min
    now = clock.now()
    months = now.year * 12 + now.month - 1 - stream.kept_months
    return date(months // 12, months % 12 + 1, 1)
