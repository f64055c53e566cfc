"""The web server that is measured: gunicorn as in production, on a port of its own."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings

from portal.bench.counting import ASK
from portal.logins import PRODUCTION_LOGINS

WORKERS = 2
READY_SECONDS = 30
CSRF = "b" * 32


class BenchError(RuntimeError):
    """The server does not start, or a page does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Web:
    """Where the server listens."""

    port: int
    sessions: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, who: str = "", posted: Mapping[str, str] | None = None, *, counting: bool = False
    ) -> Answer:
        """One request on one connection, as a sync worker serves it; the time includes the whole body."""
        headers = {"Host": "127.0.0.1", "Connection": "close"}
        if who:
            headers["Cookie"] = f"sessionid={self.sessions[who]}; csrftoken={CSRF}"
        if counting:
            headers[ASK] = "count"
        body = None
        if posted is not None:
            headers |= {"X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(posted)
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET" if posted is None else "POST", path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return Answer(response.status, content, time.perf_counter() - started)


@contextmanager
def serving(
    database: str, sessions: Mapping[str, str], login: str = PRODUCTION_LOGINS["app"]
) -> Iterator[Web]:
    """Serve the portal on a database of the bench for a block. Raises BenchError when it does not start."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.bench.settings",
            "PORTAL_LOGIN": "app",
            "PORTAL_BENCH_DATABASE": database,
            "PORTAL_BENCH_USER": login,
            "PORTAL_VAR": str(settings.PORTAL_VAR),
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "portal.wsgi",
            "--bind",
            f"fd://{listening.fileno()}",
            "--no-control-socket",
        ]
        command += ["--workers", str(WORKERS), "--worker-class", "sync", "--log-level", "warning"]
        process = subprocess.Popen(  # noqa: S603 - our own server
            command, env=environment, pass_fds=[listening.fileno()], cwd=settings.BASE_DIR
        )
        try:
            web = Web(port, sessions)
            _wait(web, process)
            yield web
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(web: Web, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if web.ask("/sante/vivante").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise BenchError("the web server of the bench did not start")
