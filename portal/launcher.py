"""The demonstration under one command: database, tables, data, web server, worker and beat. Ctrl-C stops all.

The launcher prepares, displays and waits; what it starts lives under guard (``portal.processes``), so that
nothing remains after it, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from portal import processes
from portal.celery import prepare_queue
from portal.demo import PASSWORD, accounts
from portal.embedded.server import EmbeddedError, server

WEB_WORKERS = 2
TASK_THREADS = 4
READY_SECONDS = 60
STEPS = 5


class LauncherError(Exception):
    """The demonstration cannot start or go on; the message is in French, for the person at the keyboard."""


class Stopped(Exception):
    """Somebody asked the launcher to stop while it was preparing."""


# --- Places -------------------------------------------------------------------------------------


def run_folder() -> Path:
    """Folder of the launcher's lock and of the records of what runs."""
    return Path(settings.PORTAL_VAR) / "run"


def log_folder() -> Path:
    """Folder of the logs of the web server and of the worker."""
    return Path(settings.PORTAL_VAR) / "log"


def address(host: str, port: int) -> str:
    """URL at which a browser on this machine reaches the portal."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(  # noqa: S104 - shown, not bound
        host, f"[{host}]" if ":" in host else host
    )
    return f"http://{shown}:{port}/"


# --- One launcher at a time ---------------------------------------------------------------------


class Lock:
    """The right to be the launcher of this ``PORTAL_VAR``, held until the process ends, however it ends."""

    def __init__(self, folder: Path):
        self.path = folder / "launcher.lock"
        self._fd: int | None = None

    def take(self) -> bool:
        """Take the lock; False when another launcher holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def announce(self, url: str) -> None:
        """Say who holds the lock and where the portal is."""
        assert self._fd is not None
        me = processes.find(os.getpid())
        text = json.dumps({"pid": os.getpid(), "started": me.started if me else "", "url": url})
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, text.encode(), 0)

    def holder(self) -> dict[str, str | int]:
        """What the holder announced; empty when it said nothing yet."""
        try:
            return dict(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return {}

    def release(self) -> None:
        """Give the lock back."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


def _stop_other_launcher(lock: Lock) -> None:
    """Ask the launcher that holds the lock to stop, then insist. Raises LauncherError when it stays."""
    holder = lock.holder()
    pid = int(holder.get("pid", 0))
    process = processes.find(pid) if pid > 1 else None
    if process is not None and process.started == holder.get("started"):
        for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if lock.take():
                    return
                time.sleep(0.1)
    if not lock.take():
        raise LauncherError("Un portail qui fonctionne déjà n’a pas pu être arrêté. Arrêtez-le par Ctrl-C.")


# --- The port -----------------------------------------------------------------------------------


def _can_bind(host: str, port: int) -> int:
    """Bind for an instant. Returns the port (the one given by the system for 0). Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def check_port(host: str, port: int) -> int:
    """The port to listen on; 0 asks the system for a free one. Raises LauncherError with what to do."""
    if not 0 <= port <= 65535:
        raise LauncherError(f"Le port {port} n’existe pas : choisissez un nombre entre 1024 et 65535.")
    try:
        return _can_bind(host, port)
    except PermissionError as error:
        raise LauncherError(
            f"Le port {port} est réservé au système. Choisissez-en un autre : make demo PORT=8000"
        ) from error
    except socket.gaierror as error:
        raise LauncherError(f"L’adresse « {host} » n’existe pas sur cette machine.") from error
    except OSError as error:
        for other in range(port + 1, min(port + 50, 65536)):
            with contextlib.suppress(OSError):
                _can_bind(host, other)
                raise LauncherError(
                    f"Le port {port} est déjà pris par un autre programme. "
                    f"Choisissez-en un autre, par exemple : make demo PORT={other}"
                ) from error
        raise LauncherError(f"Impossible d’écouter sur {host}:{port} : {error.strerror}.") from error


# --- What the person sees -----------------------------------------------------------------------


class Display:
    """Progress of the preparation: a bar that moves on a terminal, one line per step elsewhere."""

    def __init__(self, stream: TextIO):
        self.stream = stream
        self.done = 0

    def say(self, text: str = "", end: str = "\n") -> None:
        """Print at once. A terminal that was closed must not prevent a clean stop."""
        with contextlib.suppress(OSError):
            print(text, end=end, file=self.stream, flush=True)

    @contextlib.contextmanager
    def step(self, label: str, *, talks: bool = False) -> Iterator[None]:
        """Show a step and its duration. ``talks``: the step prints its own progress on the lines below."""
        bar = "█" * self.done + "░" * (STEPS - self.done)
        started = time.monotonic()
        moves = self.stream.isatty() and not talks
        if moves:
            self.say(f"  {bar}  {label}…", end="")
        elif talks:
            self.say(f"  {bar}  {label}…")
        yield
        self.done += 1
        bar = "█" * self.done + "░" * (STEPS - self.done)
        seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
        self.say(f"{'\r' if moves else ''}  {bar}  {label} ({seconds} s)")


# --- The launcher -------------------------------------------------------------------------------


class Launcher:
    """One run of the demonstration. ``started_at``: when the person asked for it (seconds since 1970)."""

    def __init__(self, host: str, port: int, fresh: bool, stream: TextIO, started_at: float | None = None):
        self.host = host
        self.port = port
        self.fresh = fresh
        self.display = Display(stream)
        self.started_at = started_at or time.time()
        self.lock = Lock(run_folder())
        self.guards: list[subprocess.Popen[bytes]] = []
        self.stop_asked = False
        # make and uv stand between the terminal and us: when one of them is killed, we must not stay.
        follow = os.environ.get("PORTAL_FOLLOW_PID", "")
        self.followed = [p for p in map(processes.find, (int(follow), os.getppid())) if p] if follow else []

    # Public

    def run(self) -> int:
        """Prepare, serve until asked to stop, clean up. Returns the exit code. Raises LauncherError."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._become_the_launcher()
            services = self._prepare()
            self._announce()
            return self._wait(services)
        except Stopped:
            return 0
        except EmbeddedError as error:
            raise LauncherError(str(error)) from error
        finally:
            self._stop()

    # Preparation

    def _become_the_launcher(self) -> None:
        if not self.lock.take():
            if not self.fresh:
                holder = self.lock.holder()
                where = f" : {holder['url']}" if holder.get("url") else ""
                who = f" (processus {holder['pid']})" if holder.get("pid") else ""
                raise LauncherError(
                    f"Le portail fonctionne déjà{where}{who}. Pour l’arrêter : Ctrl-C dans son terminal. "
                    "Pour repartir de données neuves : make demo FRESH=1"
                )
            self.display.say("Arrêt du portail qui fonctionnait déjà…")
            _stop_other_launcher(self.lock)
        left = processes.reap(run_folder())
        if left:
            self.display.say(f"Nettoyage d’un arrêt brutal précédent ({len(left)} processus).")
        self.port = check_port(self.host, self.port)
        self.url = address(self.host, self.port)
        self.lock.announce(self.url)
        if self.fresh:
            self._forget_data()

    def _forget_data(self) -> None:
        """Delete the database and what goes with it (documents, mails, queue)."""
        self.display.say("Suppression des données précédentes…")
        server().destroy()
        for folder in (settings.PRIVATE_FILES, settings.PORTAL_VAR / "mails", settings.PORTAL_VAR / "celery"):
            shutil.rmtree(folder, ignore_errors=True)
        schedule = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
        for leftover in schedule.parent.glob(f"{schedule.name}*"):
            leftover.unlink(missing_ok=True)

    def _prepare(self) -> subprocess.Popen[bytes]:
        self.display.say("Préparation du portail Trait d’union")
        self.guards.append(processes.start_guard([], run_folder(), database=server().root))
        with self.display.step("Base de données"):
            server().ensure(stop_at_exit=False)
        self._check_stop()
        with self.display.step("Tables à jour"):
            call_command("migrate", verbosity=0, interactive=False)
        self._check_stop()
        self._load_demo()
        self._check_stop()
        with self.display.step("Feuilles de style et images"):
            collect_static()
            prepare_queue()
        connection.close()
        self._check_stop()
        with self.display.step("Serveur web et tâches de fond"):
            services = self._start_services()
            self._wait_until_ready(services)
        return services

    def _load_demo(self) -> None:
        if apps.get_model(settings.AUTH_USER_MODEL).objects.exists():
            with self.display.step("Données déjà là, conservées"):
                return
        with self.display.step("Chargement du pays de démonstration", talks=True):
            argv = [sys.executable, str(processes.BASE_DIR / "manage.py"), "load_demo"]
            loader = self._guarded([processes.Command("load-demo", argv, self._env("owner"))])
            while loader.poll() is None:
                self._check_stop()
                time.sleep(0.1)
            if loader.returncode:
                raise LauncherError(
                    "Les données de démonstration n’ont pas pu être chargées (voir le message ci-dessus). "
                    "Pour repartir de zéro : make demo FRESH=1"
                )

    def _env(self, login: str) -> dict[str, str]:
        return dict(os.environ) | {
            "PORTAL_LOGIN": login,
            "PORTAL_URL": self.url.rstrip("/"),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }

    def _guarded(self, commands: list[processes.Command]) -> subprocess.Popen[bytes]:
        guard = processes.start_guard(commands, run_folder())
        self.guards.append(guard)
        return guard

    def _start_services(self) -> subprocess.Popen[bytes]:
        logs = log_folder()
        logs.mkdir(parents=True, exist_ok=True)
        for name in ("web", "worker"):
            (logs / f"{name}.log").write_bytes(b"")
        bound = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        python = [sys.executable, "-m"]
        web = [*python, "gunicorn", "portal.wsgi", "--bind", bound, "--workers", str(WEB_WORKERS)]
        web.append("--no-control-socket")  # it would be shared by every portal of this user
        web += ["--log-level", "warning", "--timeout", "60", "--graceful-timeout", "2"]
        worker = [*python, "celery", "-A", "portal", "worker", "-B", "-P", "threads", "-c", str(TASK_THREADS)]
        worker += ["-l", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        return self._guarded(
            [
                processes.Command("web", web, self._env("app"), str(logs / "web.log")),
                processes.Command("worker", worker, self._env("worker"), str(logs / "worker.log")),
            ]
        )

    def _wait_until_ready(self, services: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._check_stop()
            if services.poll() is not None:
                raise self._service_died()
            if answers(f"{self.url}sante/vivante"):
                return
            time.sleep(0.1)
        raise LauncherError(
            f"Le serveur web ne répond pas au bout de {READY_SECONDS} s. "
            f"Son journal : {log_folder() / 'web.log'}"
        )

    def _announce(self) -> None:
        say = self.display.say
        say()
        for line in _account_lines():
            say(line)
        say("Arrêter : Ctrl-C.   Repartir de données neuves : make demo FRESH=1")
        say(f"Le portail est prêt : {self.url} (en {time.time() - self.started_at:.0f} s)")

    # Serving and stopping

    def _on_signal(self, *_: object) -> None:
        self.stop_asked = True

    def _check_stop(self) -> None:
        if self.stop_asked or not all(map(processes.is_running, self.followed)):
            raise Stopped

    def _wait(self, services: subprocess.Popen[bytes]) -> int:
        while services.poll() is None:
            self._check_stop()
            time.sleep(0.2)
        self._check_stop()  # Ctrl-C may reach everybody at once
        raise self._service_died()

    def _service_died(self) -> LauncherError:
        tails = []
        for name in ("web", "worker"):
            lines = (log_folder() / f"{name}.log").read_text(errors="replace").splitlines()
            if lines:
                tails.append(f"--- {name}.log\n" + "\n".join(lines[-15:]))
        return LauncherError("Un service du portail s’est arrêté de façon inattendue.\n" + "\n".join(tails))

    def _stop(self) -> None:
        """Stop the services, then the database when nobody else uses it."""
        if self.guards and self.stop_asked:
            self.display.say("\nArrêt du portail…")
        connection.close()
        for guard in reversed(self.guards):  # the database's guard came first and goes last
            if guard is self.guards[0]:
                server().leave()
            if guard.stdin:
                guard.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                guard.wait(timeout=processes.GRACE_SECONDS + 3)
        if self.guards:
            processes.reap(run_folder())  # should a guard have been killed
        self.lock.release()
        if self.guards and self.stop_asked:
            self.display.say("Le portail est arrêté. Les données sont conservées.")


def answers(url: str) -> bool:
    """Whether this address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def collect_static() -> None:
    """Gather the static files when one of them changed since the last time (compressing takes seconds)."""
    digest = hashlib.sha256(importlib.metadata.version("django").encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    mark = run_folder() / "static.digest"
    if Path(settings.STATIC_ROOT).exists() and mark.exists() and mark.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(digest.hexdigest())


def _account_lines() -> list[str]:
    """The persons of the demonstration, one line each, and their password."""
    people = accounts()
    role_width = max(len(person.role) for person in people)
    name_width = max(len(person.name) for person in people)
    lines = [f"  {one.role:{role_width}}  {one.name:{name_width}}  {one.email}" for one in people]
    return [f"Comptes de démonstration (mot de passe : {PASSWORD})", *lines, ""]
