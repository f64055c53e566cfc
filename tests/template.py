"""A migrated database kept from one run to the next, so that one file of tests starts in seconds.

Only at one's desk: in CI every run migrates from nothing, and what it keeps serves its own databases beside the first.
Its name tells of the code that makes the schema; what Django does after a migration is done again on each copy.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

_ROOT = Path(__file__).resolve().parent.parent
_MADE_BY = ("*/migrations/*.py", "*/*sql*.py", "*/*/*sql*.py", "*/models.py", "*/models/*.py", "*/history.py",
            "*/guard.py", "core/*.py", "docs/roles.sql", "uv.lock")  # fmt: skip
_PREFIX = "tu_template_"
# The rights on a database itself do not come with a copy of it.
RIGHTS = "REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC"


def _name() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _MADE_BY for path in _ROOT.glob(pattern)}):
        digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return _PREFIX + digest.hexdigest()[:24]


def _session() -> psycopg.Connection:
    from portal.embedded.server import server

    return psycopg.connect(host=str(server().ensure()), user="postgres", dbname="postgres", autocommit=True)


def _known(session: psycopg.Connection) -> Iterator[str]:
    for (name,) in session.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX]
    ):
        yield name


def use() -> tuple[bool, str | None]:
    """Start from the kept database if the schema's code is still its own; else the name under which to keep it."""
    name = _name()
    with _session() as session:
        if "CI" not in os.environ and name in _known(session):
            settings.DATABASES["default"]["TEST"]["TEMPLATE"] = name
            return True, None
    return False, name


def keep(database: str, name: str) -> None:
    """Keep a copy of a database that was just migrated, to which nobody is connected, and drop the earlier ones."""
    with _session() as session:
        for old in list(_known(session)):
            session.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER tu_owner")
        session.execute(copy.format(sql.Identifier(name), sql.Identifier(database)))


def copy_to(database: str) -> None:
    """Make another migrated database on the same server, where nothing is written yet."""
    with _session() as session:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER tu_owner")
        session.execute(copy.format(sql.Identifier(database), sql.Identifier(_name())))
    restore_rights(database)


def restore_rights(database: str) -> None:
    """Give a copy the rights that its model had as a database (``core.sql``)."""
    with _session() as session:
        session.execute(sql.SQL(RIGHTS).format(sql.Identifier(database)))
