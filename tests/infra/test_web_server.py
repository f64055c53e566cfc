"""The web server as in service, in front of a database that is away: what it refuses, what it says, what it logs."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.infra.servers import ROOT, free_port, wait_for
from tests.portal.reading import check_headers

pytestmark = pytest.mark.prove

SITE = {"Host": "portail.example", "X-Forwarded-Proto": "https"}


class Web:
    """A gunicorn of ours, its port and its log."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.log = var / "web.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "DATABASE_URL": f"postgres://tu_app@127.0.0.1:{free_port()}/portal", "SECRET_KEY": "proof-" + "k" * 60,
            "ALLOWED_HOSTS": "portail.example", "PORTAL_URL": "https://portail.example", "PORTAL_VAR": str(var),
            "PORTAL_LOGIN": "app", "EMAIL_URL": "smtp://127.0.0.1:9", "DJANGO_SETTINGS_MODULE": "portal.settings",
        }  # fmt: skip

    def start(self) -> subprocess.Popen[bytes]:
        python = [sys.executable, "-m"]
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, cwd=ROOT, env=self.environment, check=True)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*python, "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, SITE | headers)
        return connection.getresponse()

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            link.sendall(request)
            link.shutdown(socket.SHUT_WR)
            return link.recv(4_096)

    def is_up(self) -> bool:
        try:
            return self.ask("GET", "/sante/vivante").status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    started = Web(tmp_path_factory.mktemp("web"))
    process = started.start()
    wait_for(started.is_up, 60, "the web server answers")
    yield started
    process.terminate()
    process.wait(20)
    lines = started.log.read_text().splitlines()
    assert lines
    for line in lines:
        assert {"at", "level", "logger", "message"} <= set(json.loads(line))


@pytest.mark.parametrize(("path", "status", "kept"), [
    ("/robots.txt", 200, True), ("/static/css/portal.css", 200, True), ("/nulle-part/", 404, False), ("/aide/", 503, False),
])  # fmt: skip
def test_answers_carry_their_headers(web: Web, path: str, status: int, kept: bool) -> None:
    answer = web.ask("GET", path)
    assert answer.status == status
    headers = {name: value for name, value in answer.getheaders() if name != "Server"}
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    check_headers(headers, path, kept=kept)


def test_without_its_database_it_says_to_come_back(web: Web) -> None:
    answer = web.ask("GET", "/")
    assert answer.status == 503
    assert answer.getheader("Retry-After") == "5"
    assert "Le portail revient dans quelques minutes" in answer.read().decode()


def test_a_large_body_hears_why_it_is_refused(web: Web) -> None:
    answer = web.ask("POST", "/connexion/", b"x" * 20_000_000)
    assert answer.status == 413
    assert "trop volumineux" in answer.read().decode()


def test_a_plain_address_is_sent_to_the_encrypted_one(web: Web) -> None:
    answer = web.ask("GET", "/aide/", **{"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.getheader("Location")) == (301, "https://portail.example/aide/")


@pytest.mark.parametrize(("method", "path", "headers", "status"), [
    ("TRACE", "/", {}, 405), ("PUT", "/aide/", {}, 405), ("GET", "/?" + "a" * 5_000, {}, 414),
    ("GET", "/", {"Host": "evil.example"}, 400), ("GET", "/", {"X-Long": "a" * 9_000}, 431),
])  # fmt: skip
def test_what_is_refused(web: Web, method: str, path: str, headers: dict[str, str], status: int) -> None:
    assert web.ask(method, path, **headers).status == status


@pytest.mark.parametrize("lengths", [
    "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5",
    "Transfer-Encoding: xchunked", "Content-Length : 5", "Content-Length: 5\r\n Transfer-Encoding: chunked",
])  # fmt: skip
def test_a_request_of_two_lengths_is_refused(web: Web, lengths: str) -> None:
    """Whatever stands in front, one request is never read as two."""
    answer = web.raw(
        f"POST /robots.txt HTTP/1.1\r\nHost: portail.example\r\n{lengths}\r\n\r\n0\r\n\r\n".encode()
    )
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))
