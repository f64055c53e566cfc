"""The harness: tests are created and migrated by the owner, and run as the web's login.

The session connects as ``tu_test``, a member of the portal's roles that inherits nothing, and starts as
``tu_app``: privileges and row-level security are those of the web. ``as_worker`` and ``as_owner`` change role for
a block, inside the same transaction.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.db.models.query import QuerySet
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext, setup_databases, teardown_databases
from django.urls import resolve

from accounts.entry import CONFIRMED
from core import clock
from notifications import notices
from tests import keeping, shuffling, template
from tests.client import StrictClient
from tests.world import YOUTHS, World, build_world

_TEST_CLOCK = """
CREATE TABLE test_clock (at timestamptz NOT NULL);
GRANT SELECT ON test_clock TO tu_app, tu_worker, tu_stats;
CREATE OR REPLACE FUNCTION tu_now() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN coalesce((SELECT at FROM public.test_clock), now());
"""
# Transaction control is not a query of the page (DESIGN, "Budgets").
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION")
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "referrals_transition"}

# The names of the youths of the world: no mail and no notification ever holds one.
CANARIES = re.compile(
    "|".join(re.escape(name) for first, last, *_ in YOUTHS.values() for name in (first, last))
)


@contextmanager
def _role(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (before,) = cursor.fetchone()
        cursor.execute(f"SET ROLE {name}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {before}")


@contextmanager
def as_owner() -> Iterator[None]:
    """Run a block as the owner of the tables: sees and writes everything."""
    with _role("tu_owner"):
        yield


@contextmanager
def as_worker() -> Iterator[None]:
    """Run a block as the login of the worker, which may open a system scope."""
    with _role("tu_worker"):
        yield


def _prepare_more(connection: Any, **kwargs: Any) -> None:
    """The tests ask more different questions than a process of the portal: planning them again costs a tenth."""
    connection.connection.prepared_max = 500


def _use_test_login() -> None:
    connection_created.connect(_prepare_more)
    default = connections["default"]
    default.close()
    default.settings_dict["USER"] = "tu_test"
    default.settings_dict["OPTIONS"]["options"] = "-c role=tu_app"


def _create_test_role(database: str) -> None:
    from portal.embedded.server import server

    with psycopg.connect(
        host=str(server().ensure()), user="postgres", dbname=database, autocommit=True
    ) as session:
        if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = 'tu_test'").fetchone():
            session.execute("CREATE ROLE tu_test LOGIN NOINHERIT")
        session.execute("GRANT tu_app, tu_worker, tu_owner, tu_stats TO tu_test")


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    with django_db_blocker.unblock():
        copied, kept_as = template.use()
        configuration = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
        if kept_as:
            connection.close()
            template.keep(connection.settings_dict["NAME"], kept_as)
        if copied:
            template.restore_rights(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(_TEST_CLOCK)
        build_world()
        _create_test_role(connection.settings_dict["NAME"])
        _use_test_login()
    yield
    keeping.drop(django_db_blocker)
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["USER"] = "tu_owner"
        connections["default"].settings_dict["OPTIONS"].pop("options")
        teardown_databases(configuration, verbosity=0)


_RESTART = "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL"


def _flush(self: TransactionTestCase) -> None:
    """Empty the tables, and build the world again (tests that really commit).

    Most of the tables are empty: to say TRUNCATE to all of them costs more than the test itself.
    """
    from portal.embedded.server import server

    with closing(server().superuser(connection.settings_dict["NAME"])) as session:
        # Neither keys nor guards nor history: all goes.
        session.execute("SET session_replication_role = replica")
        found = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _emptied(session)
        )
        for (name,) in session.execute(found).fetchall():
            session.execute(f"DELETE FROM {name}")
        session.execute(_RESTART)
    with as_owner():
        build_world()


def _emptied(session: psycopg.Connection) -> list[str]:
    """The tables that a test may have written in; the parts of a table go with it."""
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
    return [f'"{name}"' for (name,) in session.execute(tables) if name not in _KEPT]


@pytest.fixture(autouse=True, scope="session")
def _strict_database() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _flush)
    patch.setattr(QuerySet, "_fetch_all", shuffling.fetch_all(QuerySet._fetch_all))
    yield
    patch.undo()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest) -> None:
    """What a test starts from is there before its own transaction opens."""
    if fixturedef.argname == "_django_db_helper":
        keeping.prepare(request, request.getfixturevalue("django_db_blocker"))


@pytest.fixture
def world(db) -> World:
    """The named inhabitants and what they own."""
    return keeping.world_of_now()


@pytest.fixture
def client() -> StrictClient:
    return StrictClient()


@pytest.fixture
def visit(world):
    """``visit("alice")``: a strict client signed in as an inhabitant."""

    def signed_in(name: str) -> StrictClient:
        strict = StrictClient()
        strict.force_login(world.user(name))
        return strict

    return signed_in


@pytest.fixture
def proved(visit):
    """As ``visit``, of somebody who has just proved who they are."""

    def signed_in(name: str) -> StrictClient:
        strict = visit(name)
        session = strict.session
        session[CONFIRMED] = clock.now().timestamp()
        session.save()
        return strict

    return signed_in


@pytest.fixture
def queries():
    """``queries(client, url)``: how many queries a page costs, transaction control aside, and their SQL."""

    def count(client, url: str) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200
        found = [query["sql"] for query in captured if not query["sql"].startswith(_CONTROL)]
        return len(found), "\n".join(found)

    return count


@pytest.fixture
def travel(db):
    """``travel(moment)``: move the clock of Python and of the database, until the end of the test."""
    stack = []

    def to(moment: datetime) -> None:
        while stack:
            stack.pop().__exit__(None, None, None)
        holding = clock.travel(moment)
        holding.__enter__()
        stack.append(holding)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM test_clock")
            cursor.execute("INSERT INTO test_clock VALUES (%s)", [moment])

    yield to
    while stack:
        stack.pop().__exit__(None, None, None)


@pytest.fixture(autouse=True, scope="session")
def _strict_notices() -> Iterator[None]:
    """Whatever any test makes the portal tell: a link that leads somewhere, and a mail that names no youth."""
    check, send = notices.check, EmailMessage.send

    def strict_check(kind: str, text: str, path: str) -> None:
        check(kind, text, path)
        resolve(path.partition("?")[0])
        assert not CANARIES.search(text), f"{kind} names somebody: {text}"

    def strict_send(message: EmailMessage, *args: Any, **options: Any) -> int:
        written = f"{message.subject}\n{message.body}"
        assert not CANARIES.search(written), f"a mail names somebody: {written}"
        return send(message, *args, **options)

    patch = pytest.MonkeyPatch()
    patch.setattr(notices, "check", strict_check)
    patch.setattr(EmailMessage, "send", strict_send)
    yield
    patch.undo()


@pytest.fixture
def run_outbox():
    """Deliver what the outbox holds, as the worker does."""
    from core import outbox

    def run() -> int:
        with as_worker():
            return outbox.deliver()

    return run


_ALLOWED_SKIPS = Path(__file__).with_name("skips.txt")


def pytest_runtest_logreport(report):
    """In CI a test that is skipped fails, unless ``tests/skips.txt`` lists it with its reason."""
    if report.skipped and os.environ.get("CI"):
        known = {line.split("#")[0].strip() for line in _ALLOWED_SKIPS.read_text().splitlines()}
        if report.nodeid not in known:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI and not listed in tests/skips.txt: {report.longrepr}"
