"""Noticing abnormal use: each minute the worker asks the trail who took out too much, and opens alerts.

Everything comes from the database ("who passed a threshold, and has no alert for it?"), so a missed minute loses
nothing and two runs open nothing twice. The doors stop at the day's limits by themselves (core.doors).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from core import clock
from core.hooks import alert_opened
from core.models import Alert
from core.scope import system_scope

HOUR = timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)
MEDIAN_DAYS = 30
# Under so many days of activity, there is no usual day to compare with.
MEDIAN_FROM = 5

# One reading of the last hour, one of the day. A person is counted over all the organisations they acted for, and
# each of them is told.
_HOUR = """
SELECT user_id, array_agg(DISTINCT organisation_id) FILTER (WHERE organisation_id IS NOT NULL),
       count(DISTINCT subject_uuid) FILTER (WHERE kind = 'read'),
       coalesce(sum(count) FILTER (WHERE kind = 'list'), 0), coalesce(sum(count) FILTER (WHERE kind = 'export'), 0),
       count(DISTINCT detail) FILTER (WHERE kind = 'search'),
       count(*) FILTER (WHERE kind = 'denied' AND at > %(ten_minutes)s)
FROM core_auditentry WHERE at > %(hour)s AND at <= %(now)s AND user_id IS NOT NULL GROUP BY user_id
"""
_DAY = """
SELECT user_id, array_agg(DISTINCT organisation_id) FILTER (WHERE organisation_id IS NOT NULL),
       coalesce(sum(count) FILTER (WHERE kind = 'list'), 0), coalesce(sum(count) FILTER (WHERE kind = 'export'), 0)
FROM core_auditentry WHERE at >= %(day)s AND at <= %(now)s AND kind IN ('list', 'export') AND user_id IS NOT NULL
GROUP BY user_id
"""
_FILES = """
SELECT user_id, array_agg(DISTINCT organisation_id), count(*) FROM core_openedfile
WHERE day = %(today)s GROUP BY user_id HAVING count(*) >= %(limit)s
"""
_ORGANISATIONS = """
WITH usual AS (
    SELECT organisation_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY files) AS median
    FROM core_dailyfiles WHERE day >= %(since)s AND day < %(today)s
    GROUP BY organisation_id HAVING count(*) >= %(days)s)
SELECT o.organisation_id, count(*), greatest(%(times)s * u.median, %(floor)s)::int
FROM core_openedfile o JOIN usual u USING (organisation_id) WHERE o.day = %(today)s
GROUP BY o.organisation_id, u.median HAVING count(*) > greatest(%(times)s * u.median, %(floor)s)
"""
# The same abuse is one alert: none is opened within an hour (a day, for what is counted by day) of the last one, and
# an alert that waits follows the count.
_OPEN = """
WITH known AS (
    SELECT id FROM core_alert WHERE kind = %(kind)s AND user_id IS NOT DISTINCT FROM %(user)s
      AND organisation_id = %(organisation)s AND opened_at > %(since)s),
followed AS (
    UPDATE core_alert SET count = greatest(count, %(count)s), seen_at = %(now)s
    WHERE id IN (SELECT id FROM known) AND handled_at IS NULL)
INSERT INTO core_alert (kind, user_id, organisation_id, window_start, count, threshold, opened_at, seen_at, comment)
SELECT %(kind)s, %(user)s, %(organisation)s, %(window)s, %(count)s, %(threshold)s, %(now)s, %(now)s, ''
WHERE NOT EXISTS (SELECT FROM known)
ON CONFLICT DO NOTHING RETURNING id
"""
_CLOSE_DAYS = """
INSERT INTO core_dailyfiles (organisation_id, day, files)
SELECT organisation_id, day, count(*) FROM core_openedfile WHERE day < %s GROUP BY 1, 2
ON CONFLICT (organisation_id, day) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Excess:
    """Somebody, or an organisation, beyond a threshold."""

    kind: Alert.Kind
    user_id: int | None
    organisation_id: int
    count: int
    threshold: int

    @property
    def by_day(self) -> bool:
        return self.kind in (
            Alert.Kind.FILES_DAY,
            Alert.Kind.NAMES_DAY,
            Alert.Kind.EXPORTED_DAY,
            Alert.Kind.ORGANISATION,
        )


def run() -> int:
    """Open the alerts that are due and tell those who answer for them; returns how many were opened."""
    opened = 0
    now = clock.now()
    with system_scope("notice abnormal use"):
        for excess in _excesses(now):
            if (alert := _open(excess, now)) is not None:
                alert_opened(alert)
                opened += 1
    return opened


def close_days() -> None:
    """Count the files of the days gone by, by organisation, before their lines are forgotten."""
    with system_scope("count the files of a day"), connection.cursor() as cursor:
        cursor.execute(_CLOSE_DAYS, [clock.today()])


def _excesses(now: datetime) -> Iterator[Excess]:
    kinds, limits = Alert.Kind, settings.TRAIL_LIMITS
    today = clock.day_of(now)
    values = {
        "now": now,
        "hour": now - HOUR,
        "ten_minutes": now - TEN_MINUTES,
        "day": clock.start_of(today),
        "today": today,
    }
    found: list[Excess] = []

    def person(kind: Alert.Kind, user: int, organisations: list[int] | None, count: int, limit: str) -> None:
        # The limits of a day stop: reaching one is enough. Those of an hour are to be passed.
        threshold = limits[limit]
        if count > threshold or (limit.endswith("_day") and count >= threshold):
            found.extend(Excess(kind, user, one, count, threshold) for one in organisations or [])

    with connection.cursor() as cursor:
        cursor.execute(_HOUR, values)
        for user, organisations, files, names, exported, searches, denied in cursor.fetchall():
            person(kinds.FILES_HOUR, user, organisations, files, "files_hour")
            person(kinds.NAMES_HOUR, user, organisations, names, "names_hour")
            person(kinds.EXPORTED_HOUR, user, organisations, exported, "exported_hour")
            person(kinds.SEARCHES, user, organisations, searches, "searches_hour")
            person(kinds.DENIED, user, organisations, denied, "denied_ten_minutes")
        cursor.execute(_DAY, values)
        for user, organisations, names, exported in cursor.fetchall():
            person(kinds.NAMES_DAY, user, organisations, names, "names_day")
            person(kinds.EXPORTED_DAY, user, organisations, exported, "exported_day")
        cursor.execute(_FILES, values | {"limit": limits["files_day"]})
        for user, organisations, files in cursor.fetchall():
            person(kinds.FILES_DAY, user, organisations, files, "files_day")
        cursor.execute(
            _ORGANISATIONS,
            {
                "today": today,
                "since": today - timedelta(days=MEDIAN_DAYS),
                "days": MEDIAN_FROM,
                "times": limits["organisation_times"],
                "floor": limits["organisation_files"],
            },
        )
        found.extend(
            Excess(kinds.ORGANISATION, None, organisation, count, threshold)
            for organisation, count, threshold in cursor.fetchall()
        )
    return iter(found)


def _open(excess: Excess, now: datetime) -> Alert | None:
    """The new alert, or None when this abuse already has one."""
    day = clock.start_of(clock.day_of(now))
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "kind": excess.kind.value,
                "user": excess.user_id,
                "organisation": excess.organisation_id,
                "count": excess.count,
                "threshold": excess.threshold,
                "window": day if excess.by_day else hour,
                "since": day - timedelta(microseconds=1) if excess.by_day else now - HOUR,
                "now": now,
            },
        )
        row = cursor.fetchone()
    return Alert.objects.get(pk=row[0]) if row else None
