"""The Compose file: valid, and what it starts really starts (without Docker, on PostgreSQL 15 and Redis)."""

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.infra.servers import ROOT, PostgresServer, RedisServer, free_port, wait_for

pytestmark = pytest.mark.alone

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")
# compose-spec.json is that of the compose-spec project (github.com/compose-spec/compose-spec, Apache-2.0, see
# compose-spec.LICENSE), as carried by the PyPI package check-jsonschema 0.39.0, unchanged.
SCHEMA = Path(__file__).with_name("compose-spec.json")
SCHEMA_SHA256 = "d549057ebc2925f39f62799eab0db7b9e2c18b35b6c00595199116da3ed10e64"


# --- The file -----------------------------------------------------------------------------------


def test_the_schema_is_the_published_one() -> None:
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SCHEMA_SHA256


def test_the_file_respects_the_compose_specification() -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(COMPOSE)


@pytest.mark.parametrize("service", [name for name in COMPOSE["services"] if name != "migrate"])
def test_every_lasting_service_has_a_health_check(service: str) -> None:
    assert COMPOSE["services"][service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", OURS)
def test_only_the_migrations_know_the_owner(service: str) -> None:
    environment = COMPOSE["services"][service]["environment"]
    assert ("DATABASE_OWNER_URL" in environment) == (service == "migrate")
    assert ("DATABASE_WORKER_URL" in environment) == (service in ("worker", "beat"))
    assert environment["PORTAL_LOGIN"] == {"migrate": "owner", "web": "app"}.get(service, "worker")


@pytest.mark.parametrize("service", OURS)
def test_a_missing_secret_stops_compose_instead_of_being_empty(service: str) -> None:
    text = json.dumps(COMPOSE["services"][service]["environment"])
    assert set(re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(?!\w|:\?)", text)) == set()


# --- What it starts -----------------------------------------------------------------------------


def _interpolate(value: Any, variables: dict[str, str]) -> str:
    """Compose's ``${NAME:-default}`` and ``${NAME:?message}``."""

    def replaced(match: re.Match[str]) -> str:
        name, default = match[1], match[2]
        return variables.get(name) or (default or "")

    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", replaced, str(value))


class Stack:
    """The services of our image, run from the Compose file against real servers."""

    def __init__(self, postgres: PostgresServer, redis: RedisServer, var: Path):
        self.port = free_port()
        self.var = var
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._servers = {
            "@db:5432/portal": f"@127.0.0.1:{postgres.port}/portal",
            "redis://redis:6379/0": redis.url,
        }
        self._variables = {
            "SECRET_KEY": "proof-" + "k" * 60,
            "ALLOWED_HOSTS": "portail.example",
            "PORTAL_URL": "https://portail.example",
            "WEB_WORKERS": "1",
            "WORKERS": "1",
            **{f"TU_{role}_PASSWORD": "proof-only" for role in ("APP", "OWNER", "WORKER")},
        }

    def environment(self, service: str) -> dict[str, str]:
        inherited = ("HOME", "LANG", "TMPDIR")
        result = {name: os.environ[name] for name in inherited if name in os.environ}
        for name, value in COMPOSE["services"][service]["environment"].items():
            text = _interpolate(value, self._variables)
            for there, here in self._servers.items():
                text = text.replace(there, here)
            result[name] = text
        return result | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORTAL_VAR": str(self.var),
            "PORT": str(self.port),
        }

    def start(self, service: str) -> subprocess.Popen[bytes]:
        command = [_interpolate(word, self._variables) for word in COMPOSE["services"][service]["command"]]
        command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in command]
        with (self.var / f"{service}.log").open("ab") as log:
            self._processes[service] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(service),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._processes[service]

    def is_healthy(self, service: str) -> bool:
        check = COMPOSE["services"][service]["healthcheck"]["test"][1:]
        result = subprocess.run(
            check, cwd=ROOT, env=self.environment(service), capture_output=True, check=False, timeout=60
        )
        return result.returncode == 0

    def log(self, service: str) -> str:
        return (self.var / f"{service}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


@pytest.fixture(scope="module")
def stack(postgres_server: PostgresServer, redis_server: RedisServer, folder: Path) -> Iterator[Stack]:
    started = Stack(postgres_server, redis_server, folder)
    try:
        migrate = started.start("migrate")
        assert migrate.wait(120) == 0, started.log("migrate")
        for service in ("web", "worker", "beat"):
            started.start(service)
        yield started
    finally:
        started.stop()


@pytest.fixture
def wait_healthy(stack: Stack) -> Callable[[str], None]:
    def wait(service: str) -> None:
        deadline = time.monotonic() + 90
        while not stack.is_healthy(service):
            assert time.monotonic() < deadline, stack.log(service)
            time.sleep(0.5)

    return wait


@pytest.mark.prove
@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_each_service_starts_and_its_health_check_passes(
    stack: Stack, wait_healthy: Callable[[str], None], service: str
) -> None:
    wait_healthy(service)


@pytest.mark.prove
def test_the_logins_are_the_right_ones(stack: Stack, postgres_server: PostgresServer) -> None:
    wait_for(lambda: stack.is_healthy("web"), 60)
    rows = postgres_server.execute(
        "SELECT DISTINCT application_name, usename FROM pg_stat_activity WHERE datname = 'portal'"
    )
    assert {usename for name, usename in rows if name == "portal-app"} <= {"tu_app"}
    assert {usename for name, usename in rows if name == "portal-worker"} <= {"tu_worker"}
    assert not any(usename in ("tu_owner", "postgres") for _, usename in rows)


@pytest.mark.prove
def test_a_hung_redis_degrades_the_portal_without_stopping_it(
    stack: Stack, redis_server: RedisServer, wait_healthy: Callable[[str], None]
) -> None:
    wait_healthy("web")
    redis_server.signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert stack.is_healthy("web")
        assert time.monotonic() - started < 4
    finally:
        redis_server.signal(signal.SIGCONT)


@pytest.mark.prove
def test_a_database_that_stops_and_comes_back(
    stack: Stack, postgres_server: PostgresServer, wait_healthy: Callable[[str], None]
) -> None:
    wait_healthy("web")
    postgres_server.stop(immediate=True)
    try:
        wait_for(lambda: not stack.is_healthy("web"), 10, "the web says that it is not ready")
    finally:
        postgres_server.start()
    wait_healthy("web")


@pytest.mark.prove
def test_a_wrong_health_check_fails(stack: Stack) -> None:
    """The checks are not of the kind that always pass."""
    command = shlex.split("python -P portal/healthcheck.py web")
    environment = stack.environment("web") | {"PORT": str(free_port())}
    assert subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 1
