"""Real servers for the proofs: a PostgreSQL of the system (15 or later) and a Redis, thrown away afterwards.

Fixtures: ``postgres_server`` and ``redis_server`` (one per session). Import them in a conftest to use them.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "proof-only"
PATIENCE_SECONDS = 30.0


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Any, seconds: float = PATIENCE_SECONDS, what: str = "condition") -> None:
    """Wait until ``condition()`` is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.05)


def _program(name: str, *places: str) -> str:
    found = [str(path) for place in places for path in sorted(Path("/").glob(place), reverse=True)]
    found += [path for path in [shutil.which(name)] if path]
    if not found:
        raise FileNotFoundError(
            f"{name} is missing: .ci/run installs it (apt-get install postgresql redis-server)"
        )
    return found[0]


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class PostgresServer:
    """A PostgreSQL of the system on a free port, prepared as an operator would with ``docs/roles.sql``.

    The oldest version found is used, since 15 is the oldest supported.
    """

    def __init__(self) -> None:
        places = [f"usr/lib/postgresql/{version}/bin/initdb" for version in (15, 16, 17, 18)]
        self.bin = Path(_program("initdb", *places)).parent
        self.folder = Path(tempfile.mkdtemp(prefix="portal-proof-pg-", dir="/var/tmp"))
        if not os.geteuid():
            os.chown(self.folder, _identity()["user"], _identity()["group"])
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _run(self, program: str, *args: str, **env: str) -> None:
        subprocess.run(
            [self.bin / program, *args],
            check=True,
            capture_output=True,
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | env,
            **_identity(),
        )

    def create(self) -> None:
        """Create the cluster, with passwords asked of everybody, and start it."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            "initdb", "-D", "data", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}",
            "-E", "UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        self.start()
        self.psql(ROOT / "docs" / "roles.sql")
        for role in ("tu_owner", "tu_app", "tu_worker", "tu_backup"):
            self.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
        self.execute("CREATE DATABASE portal OWNER tu_owner TEMPLATE template0 ENCODING 'UTF8'")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self.bin / "postgres", "-D", "data", "-p", str(self.port), "-k", str(self.folder),
                    "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=60",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **_identity(),
            )  # fmt: skip
        wait_for(self._answers, what="PostgreSQL starts")

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def stop(self, immediate: bool = False) -> None:
        """Stop the server: like a power cut when ``immediate``."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def destroy(self) -> None:
        """Stop the server and delete its data."""
        self.stop(immediate=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, role: str = "tu_app", database: str = "portal") -> str:
        """Address of a database for a role, for DATABASE_URL and its sisters."""
        return f"postgres://{role}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def environment(self, database: str = "portal") -> dict[str, str]:
        """The three addresses, by the names of the environment variables."""
        return {
            "DATABASE_URL": self.url("tu_app", database),
            "DATABASE_WORKER_URL": self.url("tu_worker", database),
            "DATABASE_OWNER_URL": self.url("tu_owner", database),
        }

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run SQL as the superuser, in autocommit; returns the rows if there are any."""
        address = self.url("postgres", database)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []

    def psql(self, file: Path, database: str = "postgres") -> None:
        """Run a file with psql, as an operator does; stops at the first error."""
        args = ["-v", "ON_ERROR_STOP=1", "-q", "-f", str(file)]
        self._run("psql", *args, self.url("postgres", database), PGOPTIONS="-c client_min_messages=warning")


class RedisServer:
    """A Redis on a free port that keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._program = _program("redis-server")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        args = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([self._program, *args], stdout=subprocess.DEVNULL, cwd="/")
        wait_for(self.answers, what="Redis starts")

    def answers(self) -> bool:
        """Whether Redis answers a ping."""
        with contextlib.suppress(redis.RedisError), redis.Redis(port=self.port, socket_timeout=1) as client:
            return bool(client.ping())
        return False

    def signal(self, number: int) -> None:
        """Send a signal: SIGSTOP makes it hang, SIGCONT wakes it up, SIGKILL kills it."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill -9: nothing is kept."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A prepared PostgreSQL of the system."""
    server = PostgresServer()
    try:
        server.create()
        yield server
    finally:
        server.destroy()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that keeps nothing."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
