"""The embedded PostgreSQL: created, shared, recovered and stopped without leaving anything behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from portal import processes
from portal.embedded.server import ROLES_SQL, VOLATILE_CONF, EmbeddedError, Server
from tests.infra.servers import ROOT, wait_for

pytestmark = pytest.mark.alone

USER = """
import sys, time
from pathlib import Path
from portal.embedded.server import VOLATILE_CONF, Server
server = Server(Path(sys.argv[1]), VOLATILE_CONF)
server.ensure()
with server.superuser("portal") as connection:
    print(connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], flush=True)
sys.stdin.read()
"""


def start_user(server: Server) -> subprocess.Popen[str]:
    """Another process that uses the server until its standard input closes."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(server.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def close(user: subprocess.Popen[str]) -> None:
    assert user.stdin is not None
    assert user.stdout is not None
    user.stdin.close()
    user.stdout.close()
    user.wait(20)


def line(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline()


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Server]:
    """A server that runs for the whole module."""
    server = Server(folder / "shared", VOLATILE_CONF)
    server.ensure()
    yield server
    server.leave()
    server.destroy()


def test_the_logins_have_no_right_that_would_defeat_row_level_security(running: Server) -> None:
    with running.superuser() as connection:
        rows = connection.execute(
            "SELECT rolname, rolcanlogin, rolinherit, rolcreatedb, rolsuper OR rolbypassrls OR rolcreaterole"
            " FROM pg_roles WHERE rolname LIKE 'tu\\_%' ORDER BY 1"
        ).fetchall()
        member = connection.execute("SELECT pg_has_role('tu_app', 'tu_stats', 'MEMBER')").fetchone()
        uses = connection.execute("SELECT pg_has_role('tu_app', 'tu_stats', 'USAGE')").fetchone()
    assert rows == [
        ("tu_app", True, False, False, False),
        ("tu_backup", True, True, False, False),
        ("tu_owner", True, True, True, False),
        ("tu_stats", False, True, False, False),
        ("tu_worker", True, False, False, False),
    ]
    assert (member, uses) == ((True,), (False,))


def test_the_roles_file_can_be_run_again_and_takes_back_dangerous_rights(running: Server) -> None:
    with running.superuser() as connection:
        connection.execute("ALTER ROLE tu_app BYPASSRLS INHERIT")
        connection.execute(ROLES_SQL.read_text())
        row = connection.execute(
            "SELECT rolbypassrls, rolinherit FROM pg_roles WHERE rolname = 'tu_app'"
        ).fetchone()
    assert row == (False, False)


def test_the_main_database_belongs_to_the_owner_and_sorts_the_same_everywhere(running: Server) -> None:
    with running.superuser() as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datlocprovider, datlocale"
            " FROM pg_database WHERE datname = 'portal'"
        ).fetchone()
    assert row == ("tu_owner", "UTF8", "b", "C.UTF-8")


def test_the_log_keeps_no_statement(running: Server) -> None:
    with running.superuser() as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT 'Nom Secret' FROM nowhere")
    assert "Nom Secret" not in running.log.read_text()


def test_a_killed_server_is_started_again_with_its_data(running: Server) -> None:
    server = running
    with server.superuser("portal") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        connection.execute("CHECKPOINT")
    pid = server.postmaster_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not server.alive())
    server.ensure()
    with server.superuser("portal") as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def test_the_pid_file_of_a_server_from_another_life_is_not_believed(running: Server) -> None:
    """In a container, the number of the dead server may belong to any other program at the next start."""
    server = running
    server.leave()
    stale = [
        str(os.getpid()),
        str(server.data),
        str(int(time.time())),
        "5432",
        str(server.socket_dir),
        "",
        "",
        "",
    ]
    (server.data / "postmaster.pid").write_text("\n".join(stale))
    assert server.postmaster_pid() is None
    server.ensure()
    assert server.alive()


def test_the_last_user_stops_the_server_and_a_killed_one_does_not_count(running: Server) -> None:
    server = running
    server.leave()
    assert server.postmaster_pid() is None
    user = start_user(server)
    started = line(user)
    server.ensure()
    user.kill()
    close(user)
    with server.superuser() as connection:
        row = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()
    assert row == (started.strip(),)
    server.leave()
    assert server.postmaster_pid() is None
    server.ensure()


def test_a_path_with_spaces_and_too_long_for_a_socket(folder: Path) -> None:
    server = Server(folder / 'd’une longueur & d\'une "forme" $rares' / ("x" * 80), VOLATILE_CONF)
    try:
        assert server.ensure().parent == Path(tempfile.gettempdir())
        assert server.alive()
    finally:
        server.leave()
        server.destroy()
        server.socket_dir.rmdir()


def test_a_socket_folder_prepared_by_somebody_else_is_refused(folder: Path, monkeypatch) -> None:
    trap, elsewhere = folder / "tmp", folder / "elsewhere"
    trap.mkdir()
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(trap))
    server = Server(folder / ("y" * 90), VOLATILE_CONF)
    (trap / server.socket_dir.name).symlink_to(elsewhere)
    with pytest.raises(EmbeddedError, match="appartient à un autre utilisateur"):
        server.ensure()
    server.leave()


@pytest.mark.prove
def test_processes_that_race_on_a_fresh_folder_share_one_server(make_server: Callable[[str], Server]) -> None:
    server = make_server("race")
    users = [start_user(server) for _ in range(8)]
    starts = {line(user) for user in users}
    assert len(starts) == 1
    assert next(iter(starts)).strip()
    for user in users:
        close(user)
    assert [user.returncode for user in users] == [0] * 8
    assert server.postmaster_pid() is None


@pytest.mark.prove
def test_a_kill_at_any_moment_of_the_first_start_leaves_nothing_broken(
    make_server: Callable[[str], Server],
) -> None:
    server = make_server("killed-early")
    for delay in (0.7, 0.9, 1.1, 1.3, 1.5, 1.8, 2.2):
        user = start_user(server)
        time.sleep(delay)
        user.kill()
        close(user)
    server.ensure()
    with server.superuser("portal") as connection:
        assert connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'tu\\_%'").fetchone() == (
            5,
        )
    pid = server.postmaster_pid()
    server.leave()
    assert pid
    found = processes.find(pid)
    assert found is None or found.state == "Z"


def test_a_start_waits_for_the_initdb_of_a_killed_process(make_server: Callable[[str], Server]) -> None:
    server = make_server("killed-initdb")
    user = start_user(server)
    wait_for((server.root / "data.draft" / "PG_VERSION").exists)
    user.kill()
    close(user)
    server.ensure()
    assert server.alive()
    server.leave()


def test_a_start_waits_for_the_database_that_a_killed_process_was_creating(running: Server) -> None:
    server = running
    with server.superuser() as connection:
        connection.execute("DROP DATABASE IF EXISTS portal")
    (server.root / ".bootstrapped").unlink()
    newcomer = Server(server.root, VOLATILE_CONF)
    with (
        ThreadPoolExecutor(1) as pool,
        server.superuser() as watch,
        server.superuser("template1"),  # PostgreSQL waits some seconds before it copies a database in use
    ):
        user = start_user(server)
        creating = "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE DATABASE%' AND state = 'active'"
        wait_for(lambda: watch.execute(creating).fetchone() is not None)
        user.kill()
        close(user)
        start = pool.submit(newcomer.ensure)
        waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_for(lambda: watch.execute(waiting).fetchone() is not None, 3)
    start.result()
    newcomer.leave()
    with server.superuser("portal") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_programs_of_the_wheel_are_at_hand_for_a_dump(running: Server, tmp_path: Path) -> None:
    with running.superuser("portal") as connection:
        connection.execute("CREATE TABLE dumped AS SELECT 1 AS value; GRANT SELECT ON dumped TO tu_backup")
    with (tmp_path / "portal.sql").open("wb") as output:
        running.run(
            "pg_dump", "--username=tu_backup", "--enable-row-security", "--table=dumped", "portal",
            stdout=output.fileno(),
        )  # fmt: skip
    assert "CREATE TABLE public.dumped" in (tmp_path / "portal.sql").read_text()
    with pytest.raises(EmbeddedError, match="pg_dump a échoué"):
        running.run("pg_dump", "--username=tu_backup", "nowhere")
