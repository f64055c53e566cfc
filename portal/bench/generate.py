"""The data of the bench: model stories, told once by the rules of the house and lived by many youths.

A youth is given an advisor, hence a Mission Locale and its partners (``bench_cast``), and a story
(``bench_youth``); everything else is set-based SQL, which replaces the numbers of the cast by real organisations
and people. Hash functions stand for chance: the same scale on the same day makes the same rows. Moments are
shifted by some hours inside their own day, so that every date of a story still holds.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models.fields.generated import GeneratedField

from accounts.models import User
from core import clock
from core.models import Task
from core.working_days import is_working_day
from notifications.models import Notification
from partners.loading import load_founding
from partners.models import CommitteeMeeting, Convention, Level, Organisation, Team
from partners.territory.loader import load_territory
from portal.bench import gatherings, stories
from portal.bench.country import House, Nation, build, calendar_days
from portal.bench.indexes import bare
from portal.demo import tempo
from portal.demo.names import YOUTH_FIRST_NAMES, YOUTH_LAST_NAMES
from referrals.models import Message, MoveRequest, Outcome, Referral, ReferralEvent, Reminder
from reporting import summaries
from reporting.facts_sql import AGE_BAND
from reporting.models import ReferralFact
from reporting.published import making
from youths import reach_sql
from youths.models import Accompaniment, Agreement, Reach, Youth

# The nation at scale 1 (DESIGN, "Engine"); referrals come to about 3 million.
YOUTHS = 1_100_000
STORIES = 1200
# A small scale tells fewer stories, so that each of them is still lived several times.
LIVES = 4
# A Mission Locale works with so many agencies.
AGENCIES = 3
# A meeting whose pack is due now.
NEXT_MEETING_DAYS = 10
# Moments of a story fall before 20:00: so many seconds more stay on their day.
JITTER = 4 * 3600 - 60
_SUFFIXES = (
    "ard", "in", "ot", "eau", "ier", "ac", "ez", "ic", "on", "ay", "elle", "aux", "ain", "ert", "oux", "is",
    "as", "el", "ol", "ud", "at", "et", "ir", "ort", "ant", "ent", "ique", "oule", "anne", "ine", "ette",
    "aud", "oin", "eron", "ault", "embert", "olle", "asse", "iaux", "euil", "ières",
)  # fmt: skip

Say = Callable[[str, float], None]

_FUNCTIONS = """
CREATE FUNCTION pg_temp.draw(id bigint, seed int) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN hashint8extended(id, seed) & 9223372036854775807;
CREATE FUNCTION pg_temp.share(id bigint, seed int) RETURNS double precision LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(id, seed) & 4503599627370495) / 4503599627370496.0;
CREATE FUNCTION pg_temp.address(kind text, id bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN overlay(overlay(md5(kind || '/' || id) PLACING '4' FROM 13) PLACING 'a' FROM 17)::uuid;
"""
_TABLES = """
CREATE TEMPORARY TABLE bench_cast (
    c int, org bigint[], person bigint[], team bigint[], department text, region text, municipality text);
CREATE TEMPORARY TABLE bench_calendar (department text, day date, working int);
CREATE TEMPORARY TABLE bench_name (kind text, n int, name text);
"""
_YOUTHS = """
CREATE TEMPORARY TABLE bench_youth AS
SELECT i AS id, 1 + (pg_temp.draw(i, 1) %% %(stories)s)::int AS story, (pg_temp.draw(i, 2) %% %(casts)s)::int AS c,
       (pg_temp.draw(i, 3) %% %(jitter)s)::int AS jitter
FROM generate_series(1, %(youths)s) AS i
"""
# In the order of time, as the rows of a portal that has lived.
_REFERRALS = """
CREATE TEMPORARY TABLE bench_referral AS
SELECT row_number() OVER (ORDER BY s.created_at + y.jitter * interval '1 second', y.id, s.id) AS id,
       y.id AS youth, s.id AS r, y.c, y.jitter
FROM bench_youth y JOIN story_referrals_referral s ON s.youth_id = y.story
"""
_OF_YOUTH = "bench_youth b JOIN story_{table} s ON s.{key} = b.story JOIN bench_cast k USING (c)"
_OF_REFERRAL = "bench_referral b JOIN story_{table} s ON s.{key} = b.r JOIN bench_cast k USING (c)"
_NAMES = """
JOIN bench_name f ON f.kind = 'first' AND f.n = floor({first} * power(pg_temp.share(b.id, 4), 1.3))
JOIN bench_name l ON l.kind = 'last' AND l.n = floor({last} * power(pg_temp.share(b.id, 5), 1.4))
JOIN bench_name m ON m.kind = 'last' AND m.n = floor({last} * pg_temp.share(b.id, 6))
JOIN bench_name x ON x.kind = 'suffix' AND x.n = floor({suffix} * pg_temp.share(b.id, 7))
"""
_LAST_NAME = """CASE WHEN pg_temp.draw(b.id, 8) % 10 < 7 THEN l.name || x.name
     WHEN pg_temp.draw(b.id, 8) % 10 < 8 THEN l.name || '-' || m.name ELSE l.name END"""
_DAYS = """
JOIN story_referrals_referral t ON t.id = b.r
LEFT JOIN bench_calendar sent
  ON sent.department = k.department AND sent.day = (t.sent_at AT TIME ZONE 'Europe/Paris')::date
LEFT JOIN bench_calendar answered
  ON answered.department = k.department AND answered.day = (t.answered_at AT TIME ZONE 'Europe/Paris')::date
LEFT JOIN bench_calendar opened
  ON opened.department = k.department AND opened.day = (t.received_at AT TIME ZONE 'Europe/Paris')::date
LEFT JOIN bench_calendar closed ON closed.department = k.department AND closed.day = CASE
  WHEN t.answered_at IS NULL AND s.silent_days IS NOT NULL THEN (t.closed_at AT TIME ZONE 'Europe/Paris')::date END
LEFT JOIN bench_calendar begun ON begun.department = k.department AND begun.day = t.started_on
JOIN story_youths_youth w ON w.id = t.youth_id
"""
_WORKING = "CASE WHEN {end}.day IS NOT NULL THEN greatest(0, {end}.working - sent.working) END"
_BORN = "(w.birth_date - (pg_temp.draw(b.youth, 9) % 28)::int)"
_AGE = f"extract(year FROM age((t.sent_at AT TIME ZONE 'Europe/Paris')::date, {_BORN}))"
_RECIPIENT = """(SELECT {column} FROM partners_organisation o
                LEFT JOIN partners_department d ON d.code = o.department_id
                WHERE o.id = k.org[s.recipient_id::int])"""
_BACK = """
LEFT JOIN bench_referral a ON a.youth = b.youth AND a.r = s.agreement_id
LEFT JOIN bench_referral back ON back.youth = b.youth AND back.r = s.returned_from_id
"""
_TOLD = """
JOIN story_referrals_referral t ON t.id = b.r
LEFT JOIN partners_organisation o
  ON o.id = k.org[CASE WHEN s.organisation_id = t.sender_id THEN t.recipient_id ELSE t.sender_id END::int]
"""
_REFERRAL_OF_NOTICE = "split_part(s.effect_key, ':', 2)::bigint"

# Columns that are not simply those of the story; the others follow from the type of their field.
_OWN: dict[type[models.Model], tuple[str, str, dict[str, str]]] = {
    Youth: (
        _OF_YOUTH.format(table="youths_youth", key="id"),
        _NAMES,
        {
            "id": "b.id",
            "uuid": "pg_temp.address('youth', b.id)",
            "file_number": "CASE WHEN s.registered_with_id IS NULL THEN '' ELSE (1000000 + b.id)::text END",
            "first_name": "f.name",
            "last_name": _LAST_NAME,
            "birth_date": "s.birth_date - (pg_temp.draw(b.id, 9) % 28)::int",  # said again by _BORN
            "phone": "'06 39 98 ' || to_char(pg_temp.draw(b.id, 10) % 100, 'FM00') || ' ' "
            "|| to_char(pg_temp.draw(b.id, 11) % 100, 'FM00')",
            "email": "CASE WHEN pg_temp.draw(b.id, 12) % 4 = 0 THEN '' ELSE 'jeune' || b.id || '@courriel.example' END",
            "municipality_id": "k.municipality",
        },
    ),
    Accompaniment: (
        _OF_YOUTH.format(table="youths_accompaniment", key="youth_id"),
        "",
        {"youth_id": "b.id"},
    ),
    Agreement: (
        _OF_REFERRAL.format(table="youths_agreement", key="id"),
        "",
        {"id": "b.id", "youth_id": "b.youth", "uuid": "pg_temp.address('agreement', b.id)"},
    ),
    Referral: (
        _OF_REFERRAL.format(table="referrals_referral", key="id"),
        _BACK,
        {
            "id": "b.id",
            "youth_id": "b.youth",
            "uuid": "pg_temp.address('referral', b.id)",
            "submission": "pg_temp.address('submission', b.id)",
            "agreement_id": "a.id",
            "returned_from_id": "back.id",
        },
    ),
    ReferralEvent: (_OF_REFERRAL.format(table="referrals_referralevent", key="referral_id"), "", {}),
    MoveRequest: (_OF_REFERRAL.format(table="referrals_moverequest", key="referral_id"), "", {}),
    Outcome: (_OF_REFERRAL.format(table="referrals_outcome", key="referral_id"), "", {}),
    Message: (
        _OF_REFERRAL.format(table="referrals_message", key="referral_id"),
        "",
        {"uuid": "gen_random_uuid()"},
    ),
    Reminder: (_OF_REFERRAL.format(table="referrals_reminder", key="referral_id"), "", {}),
    Task: (_OF_REFERRAL.format(table="core_task", key="subject_id"), "", {"subject_id": "b.id"}),
    Notification: (
        "bench_referral b JOIN story_notifications_notification s"
        f" ON {_REFERRAL_OF_NOTICE} = b.r JOIN bench_cast k USING (c)",
        _TOLD,
        {
            "text": f"left(replace(s.text, '{stories.NAME}', coalesce(o.name, '')), 200)",
            "path": "replace(s.path, t.uuid::text, pg_temp.address('referral', b.id)::text)",
            "effect_key": "'referral:' || b.id || ':' || split_part(s.effect_key, ':', 3)",
        },
    ),
    ReferralFact: (
        _OF_REFERRAL.format(table="reporting_referralfact", key="referral_id"),
        _DAYS,
        {
            "region_id": "k.region",
            "department_id": "k.department",
            "recipient_region_id": _RECIPIENT.format(column="coalesce(o.region_id, d.region_id)"),
            "recipient_department_id": _RECIPIENT.format(column="o.department_id"),
            "age_band": AGE_BAND.format(age=_AGE),
            "level": "w.level",
            "opening_days": _WORKING.format(end="opened"),
            "answer_days": _WORKING.format(end="answered"),
            "silent_days": _WORKING.format(end="closed"),
            "start_days": _WORKING.format(end="begun"),
        },
    ),
}
# Columns that hold a number of the cast without being a foreign key.
_ORGANISATIONS = {"organisation_id", "counterpart_id", "sender_id", "recipient_id"}
_PEOPLE = {"user_id"}


@contextmanager
def _phase(say: Say, label: str):
    started = time.monotonic()
    yield
    say(label, time.monotonic() - started)


def generate(scale: float, say: Say = lambda label, seconds: None) -> dict[str, int]:
    """Fill an empty, migrated database on the owner's login; return the number of rows by table.

    ``scale`` 1 is the nation. ``say(label, seconds)`` is called after each phase.
    """
    youths = max(20, round(YOUTHS * scale))
    number = min(STORIES, youths // LIVES)
    counts = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            for setting in (
                "work_mem = '256MB'",
                "maintenance_work_mem = '512MB'",
                "synchronous_commit = off",
            ):
                cursor.execute(f"SET LOCAL {setting}")
            cursor.execute(_FUNCTIONS + _TABLES)
        with _phase(say, "territory and founding conventions"):
            load_territory(connection)
            load_founding()
            _meetings()
        with _phase(say, "organisations and people"):
            nation = build(scale)
            gatherings.write(nation)
            casts = _write_casts(nation)
        with _phase(say, f"{number} model stories"):
            _write_stories(stories.tell(number, clock.today()))
            _write_calendar(nation)
            _write_names()
        reach = Reach._meta.db_table
        tables = [*(model._meta.db_table for model in _OWN), reach]
        with connection.cursor() as cursor, bare(tables):
            parameters = {"stories": number, "casts": casts, "jitter": JITTER, "youths": youths}
            with _phase(say, "who lives which story"):
                cursor.execute(_YOUTHS, parameters)
                cursor.execute("ANALYZE bench_youth")
                cursor.execute(_REFERRALS)
                cursor.execute("ANALYZE bench_referral")
            for model in _OWN:
                with _phase(say, f"rows of {model._meta.db_table}"):
                    cursor.execute(_insert(model))
                    counts[model._meta.db_table] = cursor.rowcount
            with _phase(say, f"rows of {reach}"):
                cursor.execute(reach_sql.FILL)
                counts[reach] = cursor.rowcount
            started = time.monotonic()
        say("keys and indexes", time.monotonic() - started)
        with _phase(say, "summaries"), connection.cursor() as cursor:
            for model in (Youth, Agreement, Referral):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), max(id))"  # noqa: S608
                    f" FROM {model._meta.db_table}"
                )
            summaries.rebuild()
            _drop_workshop(cursor)
        with _phase(say, "published figures"):
            making.publish()
    return counts


def _meetings() -> None:
    """Two meetings held, one to come and one near enough for its pack, for each national committee."""
    today = clock.today()
    found = []
    for convention in Convention.objects.filter(level=Level.NATIONAL).order_by("pk"):
        for committee in convention.committees.order_by("pk"):
            for days in (-700, -340, NEXT_MEETING_DAYS, 60):
                held_on = today + timedelta(days=days)
                if convention.starts_on is None or held_on > convention.starts_on:
                    found.append(CommitteeMeeting(committee=committee, held_on=held_on, agenda=tempo.AGENDA))
    CommitteeMeeting.objects.bulk_create(found)


def _write_casts(nation: Nation) -> int:
    """One line per advisor and agency of theirs: the organisations and people that their youths meet."""
    lines: list[tuple[Any, ...]] = []
    for rank, home in enumerate(nation.missions_locales):
        site = nation.sites[rank % len(nation.sites)]
        chamber = nation.chambers[home.organisation.department_id or ""]
        for advisor, team in home.advisors:
            for turn in range(AGENCIES):
                agency = nation.agencies[(rank + turn) % len(nation.agencies)]
                partners = (site, chamber, agency)
                lines.append(
                    (
                        len(lines),
                        [home.organisation.pk, *(one.organisation.pk for one in partners)],
                        [advisor, None, home.manager, *(pk for one in partners for pk in _answering(one))],
                        [team, *(one.advisors[0][1] for one in partners)],
                        home.organisation.department_id,
                        home.organisation.region_id,
                        home.organisation.municipality_id,
                    )
                )
    _copy("bench_cast", lines)
    return len(lines)


def _answering(house: House) -> tuple[int, int | None, int]:
    return house.lead, house.substitute, house.manager


def _write_stories(rows: dict[type[models.Model], list[Any]]) -> None:
    """Copy the model stories beside the tables. An agreement takes the number of the referral it was given for."""
    owners: dict[int, int] = {}
    for referral in rows[Referral]:
        if referral.agreement_id:
            owners.setdefault(referral.agreement_id, referral.id)
    for referral in rows[Referral]:
        referral.agreement_id = owners.get(referral.agreement_id)
    for agreement in rows[Agreement]:
        agreement.id = owners[agreement.id]
    for model in _OWN:
        fields = _fields(model)
        table, staging = model._meta.db_table, f"story_{model._meta.db_table}"
        names = ", ".join(f'"{field.column}"' for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE {staging} AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
        _copy(
            staging,
            (
                tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields)
                for row in rows[model]
            ),
        )


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]


def _write_calendar(nation: Nation) -> None:
    """How many working days have passed on each day, by department: delays are counted in its own holidays."""
    departments = {house.organisation.department_id or "" for house in nation.missions_locales}
    days = calendar_days(clock.today(), stories.DAYS + 400)

    def lines() -> Iterable[tuple[Any, ...]]:
        for department in sorted(departments):
            passed = 0
            for day in days:
                passed += is_working_day(day, department)
                yield department, day, passed

    _copy("bench_calendar", lines())


def _write_names() -> None:
    kinds = {"first": YOUTH_FIRST_NAMES, "last": YOUTH_LAST_NAMES, "suffix": _SUFFIXES}
    _copy("bench_name", ((kind, n, name) for kind, names in kinds.items() for n, name in enumerate(names)))


def _copy(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {table}")


def _insert(model: type[models.Model]) -> str:
    """The statement that makes the rows of a model from those of its stories."""
    source, more, own = _OWN[model]
    more = more.format(first=len(YOUTH_FIRST_NAMES), last=len(YOUTH_LAST_NAMES), suffix=len(_SUFFIXES))
    columns, values = [], []
    for field in _fields(model):
        if field.primary_key and field.column not in own and field.remote_field is None:
            continue  # the table numbers its own rows
        columns.append(f'"{field.column}"')
        values.append(own.get(field.column or "") or _value(field))
    return (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"  # noqa: S608 - names of the models
        f" SELECT {', '.join(values)} FROM {source} {more} ORDER BY b.id"
    )


def _value(field: models.Field) -> str:
    """The value of a column in a lived story, from the type of its field."""
    column = f's."{field.column}"'
    target = field.remote_field.model if field.remote_field else None
    if target is Organisation or field.column in _ORGANISATIONS:
        return f"k.org[{column}::int]"
    if target is User or field.column in _PEOPLE:
        return f"k.person[{column}::int]"
    if target is Team:
        return f"k.team[{column}::int]"
    if target is Referral:
        return "b.id" if field.column == "referral_id" else "NULL::bigint"
    if isinstance(field, models.DateTimeField):
        return f"{column} + b.jitter * interval '1 second'"
    return column


def _drop_workshop(cursor: Any) -> None:
    """Take away what the generation needed: the session may go on."""
    staged = ", ".join(f"story_{model._meta.db_table}" for model in _OWN)
    cursor.execute(
        f"DROP TABLE bench_cast, bench_calendar, bench_name, bench_youth, bench_referral, {staged}"
    )
    cursor.execute("DROP FUNCTION pg_temp.draw, pg_temp.share, pg_temp.address")
