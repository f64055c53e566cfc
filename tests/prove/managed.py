"""A whole installation for the proofs: PostgreSQL 15 and Redis of the system, web, workers, beat, a mail server.

Every process is started as ``docs/exploitation.md`` says, each with its own login. A test owns them all: it may
kill, hang or restart any of them.
"""

import atexit
import contextlib
import email
import email.policy
import json
import os
import re
import select
import shelve
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.infra.servers import ROOT, PostgresServer, RedisServer, free_port, wait_for
from tests.prove.visitor import HOST, Visitor

DATABASE = "epreuve"
PORTAL_URL = f"https://{HOST}"
MAIL = "notification.mail"
TOLD = "accounts.told"
LOGINS = {"app": "DATABASE_URL", "worker": "DATABASE_WORKER_URL", "owner": "DATABASE_OWNER_URL"}


# --- Mail ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mail:
    """A mail that the server took charge of."""

    to: str
    subject: str
    body: str


class _Session(socketserver.StreamRequestHandler):
    """One SMTP dialogue: what is needed by ``smtplib``, and nothing else."""

    server: "MailServer"

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._talk()

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _talk(self) -> None:
        if self.server.down:
            return self._say("421 closed for the night")
        self._say("220 proof")
        recipients: list[str] = []
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"RCPT":
                recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
                self._say("250 ok")
            elif verb == b"DATA":
                self._say("354 go on")
                content = self._content()
                if not self._stays("data"):
                    return None  # it died before we answered: the mail is not ours
                self.server.keep(recipients, content)
                recipients = []
                self._say("250 kept")
            elif verb == b"QUIT":
                if self._stays("quit"):
                    self._say("221 bye")
                return None
            else:
                self._say("250 ok")
        return None

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _stays(self, moment: str) -> bool:
        """Hold the dialogue there if the test asks for it; False when the client died meanwhile."""
        if self.server.hold != moment:
            return True
        self.server.held.set()
        while self.server.hold == moment:
            readable, _, _ = select.select([self.connection], [], [], 0.05)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.server.dropped.set()
                return False
        return True


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server that keeps what it accepts. ``down`` refuses; ``hold`` stops at "data" or at "quit".

    ``held``: somebody is stopped there. ``dropped``: whoever was stopped there is dead.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.mails: list[Mail] = []
        self.down = False
        self.hold = ""
        self.held, self.dropped = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def keep(self, recipients: list[str], content: bytes) -> None:
        """Take charge of a mail: from here on it is delivered."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_content().replace("\r\n", "\n").strip()  # type: ignore[attr-defined]
        self.mails += [Mail(to, str(message["Subject"]), body) for to in recipients]

    def counted(self) -> Counter[tuple[str, str]]:
        """How many times each thing was received by mail, but for the digests, which no row of the outbox describes."""
        return Counter(
            (mail.to, told)
            for mail in self.mails
            if "résumé" not in mail.subject
            for told in told_in(mail.body)
        )

    def close(self) -> None:
        """Stop serving."""
        self.hold = ""
        self.shutdown()
        self.server_close()


# --- The installation ---------------------------------------------------------------------------


class Site:
    """The servers and the processes of one installation."""

    def __init__(self, postgres: PostgresServer, redis: RedisServer, mails: MailServer, var: Path) -> None:
        self.postgres = postgres
        self.redis = redis
        self.mails = mails
        self.var = var
        self.port = free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    # Environment and commands

    def environment(self, login: str) -> dict[str, str]:
        """What a process knows: the site, and no login stronger than its own."""
        known = {name: os.environ[name] for name in ("LANG", "TMPDIR", "PATH") if name in os.environ}
        addresses = self.postgres.environment(DATABASE)
        return known | {
            "HOME": str(self.var),
            "PORTAL_LOGIN": login,
            "PORTAL_VAR": str(self.var),
            "DATABASE_URL": addresses["DATABASE_URL"],
            LOGINS[login]: addresses[LOGINS[login]],
            "CELERY_BROKER_URL": self.redis.url,
            "SECRET_KEY": "proof-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
            "ALLOWED_HOSTS": HOST,
            "PORTAL_URL": PORTAL_URL,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mails.port}",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }

    def run(self, *args: str, login: str = "owner", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a Python command to its end; its exit code is for the caller to look at."""
        return subprocess.run(
            [sys.executable, *args],
            cwd=ROOT,
            env=self.environment(login) | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def done(self, *args: str, login: str = "owner") -> str:
        """Run a Python command that must succeed; returns what it wrote."""
        result = self.run(*args, login=login)
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return result.stdout

    def seed(self, *args: str) -> None:
        """Add data as the owner (see ``tests.prove.seeding``)."""
        self.done("-m", "tests.prove.seeding", *args)

    def backup(self, *args: str) -> subprocess.CompletedProcess[str]:
        """``pg_dump`` with the login of the backups."""
        url = self.postgres.url("tu_backup", DATABASE)
        command = [str(self.postgres.bin / "pg_dump"), *args, url]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def restore(self, archive: Path, database: str) -> None:
        """``pg_restore`` by an administrator, into an empty database; everything then belongs to tu_owner."""
        options = ("--exit-on-error", "--no-owner", "--role=tu_owner")
        url = self.postgres.url("postgres", database)
        command = [str(self.postgres.bin / "pg_restore"), *options, f"--dbname={url}", str(archive)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert result.returncode == 0, result.stderr

    # Processes

    def start(self, name: str, login: str, *command: str) -> None:
        """Start a process in a group of its own; its output goes to ``<name>.log``."""
        with (self.var / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment(login),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_web(self) -> None:
        """gunicorn with two workers."""
        address = f"127.0.0.1:{self.port}"
        options = ("--workers", "2", "--timeout", "60", "--worker-tmp-dir", "/dev/shm")
        self.start("web", "app", "-m", "gunicorn", "portal.wsgi", "--bind", address, *options)
        wait_for(self._web_answers, 60, "the web starts")

    def _web_answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.visitor().get("/sante/vivante").status == 200
        return False

    def start_worker(self, name: str = "worker") -> None:
        """A Celery worker."""
        options = ("--loglevel", "INFO", "--concurrency", "1", "--without-gossip", "--without-mingle")
        self.start(name, "worker", "-m", "celery", "-A", "portal", "worker", "-n", f"{name}@%h", *options)

    def start_beat(self, name: str = "beat", *, after_a_pause: bool = False) -> None:
        """A Celery beat. ``after_a_pause``: everything is due at once, as after an hour without it."""
        if after_a_pause:
            self._forget_last_hour()
        self.start(name, "worker", "-m", "celery", "-A", "portal", "beat", "--loglevel", "INFO")

    def _forget_last_hour(self) -> None:
        with shelve.open(str(self.var / "beat-schedule")) as schedule:
            entries = schedule["entries"]
            for entry in entries.values():
                entry.last_run_at -= timedelta(hours=1)
            schedule["entries"] = entries

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process and to its children."""
        os.killpg(self._processes[name].pid, number)

    def kill(self, name: str) -> None:
        """Kill -9 a process and its children."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(15)

    def stop(self, name: str) -> None:
        """Ask a process to end; kill it if it does not."""
        process = self._processes[name]
        if process.poll() is None:
            # A worker that was asked to stop finishes what it does: its children must not be asked too.
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        self.kill(name)

    def children(self, name: str) -> list[int]:
        """The processes that a process has started (a worker's own hands)."""
        pid = self._processes[name].pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def is_running(self, name: str) -> bool:
        """Whether a process still lives."""
        return name in self._processes and self._processes[name].poll() is None

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.var / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        """Stop everything that was started."""
        for name in list(self._processes):
            self.kill(name)

    # What tests look at

    def visitor(self) -> Visitor:
        """Somebody who has not signed in."""
        return Visitor(self.port)

    def as_(self, name: str) -> Visitor:
        """Somebody who has signed in with their password."""
        visitor = self.visitor()
        page = visitor.sign_in(name)
        assert page.status == 200, page.text
        assert "/connexion/" not in page.path, page.text
        return visitor

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run SQL as the superuser, whom no protection stops; returns the rows if there are any."""
        address = self.postgres.url("postgres", DATABASE)
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(sql, values)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []

    def one(self, sql: str, *values: Any) -> Any:
        """The single value of a question."""
        [(value,)] = self.rows(sql, *values)
        return value

    def waiting(self) -> int:
        """Outbox rows that are neither done nor put aside."""
        return self.one(
            "SELECT count(*) FROM core_outboxmessage WHERE done_at IS NULL AND quarantined_at IS NULL"
        )

    def wait_delivered(self, seconds: float = 120) -> float:
        """Wait until the outbox is empty; returns how long it took. What follows a mail to somebody waits a minute."""
        started = time.monotonic()
        wait_for(lambda: self.waiting() == 0, seconds, "outbox empty")
        return time.monotonic() - started

    def wait(self, sql: str, wanted: Any, seconds: float = 90) -> None:
        """Wait until a question has this answer."""
        wait_for(lambda: self.one(sql) == wanted, seconds, f"{sql} = {wanted}")

    def expected_mails(self) -> Counter[tuple[str, str]]:
        """How many times each thing must have been received by mail: once per outbox row."""
        rows = self.rows(
            "SELECT m.kind, u.email, m.payload->>'text', m.payload->>'path', m.payload->>'what'"
            " FROM core_outboxmessage m JOIN accounts_user u ON u.id = (m.payload->>'user')::bigint"
            " WHERE m.kind = ANY (%s) AND m.quarantined_at IS NULL",
            [MAIL, TOLD],
        )
        return Counter(
            (to, mail_line(text, path) if kind == MAIL else told_body(what))
            for kind, to, text, path, what in rows
        )

    def assert_consistent(self) -> None:
        """The portal's own audit of its data finds nothing to say."""
        result = self.run("manage.py", "check_consistency", login="worker")
        assert result.returncode == 0, result.stdout + result.stderr

    def assert_no_error(self, *names: str) -> None:
        """Nothing unforeseen happened in these processes."""
        for name in names:
            found = re.search(r"^.* (ERROR|CRITICAL) (.*\n){0,40}", self.log(name), re.MULTILINE)
            assert found is None, f"{name}: {found[0]}"

    def post_mails(self, label: str, count: int) -> None:
        """Ask for mails as an operation does: rows of the outbox, one effect each, each to another person.

        Whatever these people were told before was long ago: none of these mails waits.
        """
        self.rows("UPDATE core_outboxmessage SET done_at = done_at - interval '1 hour' WHERE kind = %s", MAIL)
        self.rows(
            "INSERT INTO core_outboxmessage (kind, payload, effect_key, attempts, last_error)"
            " SELECT %s, jsonb_build_object('user', u.id, 'text', %s || ' ' || n, 'path', '/',"
            " 'effect', %s || ':' || n), %s || ':' || n, 0, ''"
            " FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user WHERE is_active) u"
            " WHERE n <= %s",
            MAIL,
            label,
            label,
            label,
            count,
        )

    def health(self) -> dict[str, Any]:
        """The answer of ``/sante/prete``."""
        return json.loads(self.visitor().get("/sante/prete").content)


_CLOSING = "Ce message est envoyé par Trait d’union. Il ne contient aucune donnée personnelle."


_TOLD = re.compile(r"^(.+)\n\nPour en savoir plus : (\S+)\n\n", re.MULTILINE)


def told_in(body: str) -> list[str]:
    """The lines that one mail of the portal tells; the whole body of any other mail."""
    if _TOLD.sub("", body) != f"Bonjour,\n\n{_CLOSING}":
        return [body]
    return [f"{text} {url}" for text, url in _TOLD.findall(body)]


def mail_line(text: str, path: str) -> str:
    """What one row of the outbox adds to a mail."""
    return f"{text} {PORTAL_URL}{path}"


def told_body(what: str) -> str:
    """The body of a mail that tells of a change of one's own account."""
    return (
        f"Bonjour,\n\n{what}\n\nSi ce n’est pas vous, prévenez tout de suite le responsable de votre structure,"
        f" puis fermez vos connexions : {PORTAL_URL}/mes-connexions/\n\n{_CLOSING}"
    )


_static: list[Path] = []


def _give_static_files(site: Site) -> None:
    """What ``collectstatic`` makes: once for all the sites, since compressing takes seconds."""
    if not _static:
        folder = Path(tempfile.mkdtemp(prefix="portal-proof-static-", dir="/var/tmp"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        site.done("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        shutil.copytree(site.var / "static", folder / "static")
        _static.append(folder / "static")
        return
    shutil.copytree(_static[0], site.var / "static")


@contextlib.contextmanager
def installed(*seeds: str) -> Iterator[Site]:
    """A site whose database is migrated and seeded, without any process yet."""
    postgres, redis, mails = PostgresServer(), RedisServer(), MailServer()
    var = Path(tempfile.mkdtemp(prefix="portal-proof-", dir="/var/tmp"))
    site = Site(postgres, redis, mails, var)
    try:
        redis.start()
        postgres.create()
        postgres.execute(f"CREATE DATABASE {DATABASE} OWNER tu_owner TEMPLATE template0 ENCODING 'UTF8'")
        site.done("manage.py", "migrate", "--noinput", "--verbosity", "0")
        _give_static_files(site)
        site.seed(*seeds)
        yield site
    finally:
        site.close()
        mails.close()
        redis.signal(signal.SIGCONT)
        redis.kill()
        postgres.destroy()
        shutil.rmtree(var, ignore_errors=True)


def in_threads(tasks: list[Callable[[], Any]], threads: int) -> list[Any]:
    """Run tasks on so many threads; returns their results in order. The first exception is raised."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]
