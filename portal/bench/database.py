"""The database of the bench, beside that of the demonstration on the embedded server."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from core import clock
from core.scope import system_scope
from portal.bench import generate
from portal.embedded.server import OWNER, server
from portal.logins import PRODUCTION_LOGINS
from reporting.models import CommitteePack
from reporting.packs import producing

# The dates of the data are relative to the day it was made: after a week, deadlines are no longer what they were.
KEPT_DAYS = 7
_ROOT = Path(__file__).resolve().parent.parent.parent
# What the rows depend on: a change in one of these files makes new ones.
_SOURCES = (
    "portal/bench/country.py",
    "portal/bench/generate.py",
    "portal/bench/stories.py",
    "portal/demo/cast.py",
    "portal/demo/engine.py",
    "portal/demo/history.py",
    "portal/demo/tempo.py",
    "referrals/clocks.py",
    "referrals/transitions.py",
)


def name_of(scale: float) -> str:
    """The name of the database of a scale: ``bench_0_1`` for 0.1."""
    return f"bench_{scale:g}".replace(".", "_").replace("-", "_")


def signature(scale: float) -> str:
    """What the data of a scale was made from: the generator and the schema."""
    digest = hashlib.sha256(f"{scale:g}".encode())
    migrations = sorted(_ROOT.glob("*/migrations/[0-9]*.py"))
    for path in [_ROOT / source for source in _SOURCES] + migrations:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def documents_of(name: str) -> Path:
    """Where the private files of a database of the bench are."""
    return Path(settings.PORTAL_VAR) / "bench" / name


def use(name: str) -> None:
    """Make the default connection that of another database of the same server."""
    connection.close()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


@contextmanager
def on_login(login: str) -> Iterator[None]:
    """Connect as the worker (``worker``) or the web (``app``) for a block."""
    had = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = PRODUCTION_LOGINS[login]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = had


def prepare(
    scale: float, *, fresh: bool, say: Callable[[str, float], None]
) -> tuple[str, dict[str, Any], bool]:
    """Make the database of a scale, or find it as it was made; connect to it.

    Returns its name, what was made (signature, day, rows by table), and whether it was found. On the owner's
    login.
    """
    name = name_of(scale)
    # Documents of its own: each database sweeps the files that none of its rows names.
    settings.PRIVATE_FILES = documents_of(name)
    server().ensure()
    known = _comment(name)
    wanted = signature(scale)
    if known and not fresh and known["signature"] == wanted and _is_recent(known["day"]):
        use(name)
        return name, known, True
    recreate(name)
    use(name)
    call_command("migrate", verbosity=0, interactive=False)
    rows = generate.generate(scale, say)
    started = time.monotonic()
    finish()
    say("statistics", time.monotonic() - started)
    prepare_packs(say)
    made = {"signature": wanted, "day": clock.today().isoformat(), "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(json.dumps(made))
            )
        )
    return name, made, False


def prepare_packs(say: Callable[[str, float], None]) -> None:
    """Prepare the committee packs that are due, one by one."""
    with system_scope("packs of the bench"):
        meetings = list(producing.due_meetings(clock.today()))
    for meeting in meetings:
        started = time.monotonic()
        producing.claim(meeting)
        producing.advance(CommitteePack.objects.get(meeting=meeting).pk)
        say("a committee pack", time.monotonic() - started)


def finish() -> None:
    """Statistics and visibility maps, as a portal that has lived would have them."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def recreate(name: str) -> None:
    """An empty database of that name."""
    with closing(server().superuser()) as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        session.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        )


def _is_recent(day: str) -> bool:
    return day >= (clock.today() - timedelta(days=KEPT_DAYS)).isoformat()


def _comment(name: str) -> dict[str, Any] | None:
    with closing(server().superuser()) as session:
        row = session.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return json.loads(row[0]) if row and row[0] else None
