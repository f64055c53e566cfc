"""Processes that never outlive their launcher. Standard library only: it is also run as a script.

``python -P portal/processes.py`` is the guard. Its standard input is a pipe whose writing end exists only in
the launcher: its first line says what to run (not the arguments, which any user of the machine can read), and
whatever the launcher's death, even by ``kill -9``, the pipe closes, and the guard stops its commands, each
with its whole process group. On Linux, should the guard itself be killed, the kernel sends SIGTERM to its
commands.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 2.5
PR_SET_PDEATHSIG = 1
ON_LINUX = sys.platform == "linux"


# --- Looking at processes -----------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """A line of the process table. ``state`` is ps's letter (Z: dead, not yet collected)."""

    pid: int
    group: int
    state: str
    name: str
    started: str


def _from_proc(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    # Ticks since the machine started: with the boot's identifier, they name one process for ever.
    return Process(pid, int(fields[2]), fields[0], name, f"{_boot()}:{fields[19]}")


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _from_ps(*selection: str) -> list[Process]:
    columns = ["-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "lstart=", "-o", "comm="]
    environment = os.environ | {"LC_ALL": "C"}
    result = subprocess.run(  # noqa: S603 - fixed arguments
        ["ps", *selection, *columns],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    found = []
    for line in result.stdout.splitlines():
        pid, group, state, *rest = line.split(None, 8)
        found.append(Process(int(pid), int(group), state[0], Path(rest[-1]).name, " ".join(rest[:-1])))
    return found


def find(pid: int) -> Process | None:
    """The process of this number, dead ones included until they are collected; None when there is none."""
    if ON_LINUX:
        return _from_proc(pid)
    return next(iter(_from_ps("-p", str(pid))), None)


def group_members(group: int) -> list[Process]:
    """Living processes of a process group."""
    if ON_LINUX:
        everyone = [_from_proc(int(entry)) for entry in os.listdir("/proc") if entry.isdigit()]
    else:
        everyone = list(_from_ps("-A"))
    return [p for p in everyone if p is not None and p.group == group and p.state != "Z"]


# --- Stopping -----------------------------------------------------------------------------------


def stop_groups(groups: Sequence[int], grace: float = GRACE_SECONDS) -> None:
    """SIGTERM to each process group, then SIGKILL to those still there after ``grace`` seconds."""
    deadline = time.monotonic() + grace
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        while any(group_members(group) for group in groups):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        else:
            return
        deadline = time.monotonic() + 2


# --- Records: what a launcher started, for the next one to clean up ----------------------------


def record(folder: Path, name: str, pid: int) -> None:
    """Note in ``folder`` that ``pid``, leader of its process group, belongs to the portal."""
    process = find(pid)
    if process is not None:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{name}.draft"
        draft.write_text(json.dumps(asdict(process)))
        draft.rename(folder / f"{name}.json")


def recorded(path: Path) -> Process | None:
    """The process noted in a record, if the record is readable."""
    try:
        return Process(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_running(process: Process) -> bool:
    """Whether this very process lives: same number **and** same start, for numbers are used again."""
    now = find(process.pid)
    return now is not None and now.state != "Z" and now.started == process.started


def reap(folder: Path) -> list[str]:
    """Stop what a dead launcher left behind, by the records of ``folder``. Returns the names stopped.

    A group whose leader is dead is stopped too: the system gives its number to nobody else while a member
    lives.
    """
    groups, names = [], []
    for path in sorted(folder.glob("*.json")):
        process = recorded(path)
        if process is not None and process.pid > 1:
            leader = find(process.pid)
            ours = leader is None or leader.started == process.started
            same_boot = process.started.split(":")[0] == _boot() if ON_LINUX else True
            if ours and same_boot and group_members(process.pid):
                groups.append(process.pid)
                names.append(path.stem)
        path.unlink(missing_ok=True)
    stop_groups(groups)
    return names


# --- The guard ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Command:
    """A command under guard. ``log`` empty: it writes where the launcher writes."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: str = ""


def start_guard(
    commands: Sequence[Command],
    records: Path,
    env: Mapping[str, str] | None = None,
    database: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start the guard of these commands. Closing its ``stdin`` stops them; it ends when one of them ends.

    Its exit code is that of the first command to end, 0 when it was asked to stop. With ``database`` (a root
    folder) and no command, it waits for the launcher's end, then stops the embedded server if nobody uses it.
    """
    specification = {
        "commands": [asdict(command) for command in commands],
        "records": str(records),
        "database": str(database or ""),
    }
    # -P: this file's folder must not come before the standard library on the import path.
    guard = subprocess.Popen(  # noqa: S603 - our own interpreter and file
        [sys.executable, "-P", str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        cwd=BASE_DIR,
        env=dict(os.environ if env is None else env),
        start_new_session=True,
    )
    assert guard.stdin is not None
    guard.stdin.write(json.dumps(specification).encode() + b"\n")
    guard.stdin.flush()
    record(records, f"guard-{guard.pid}", guard.pid)
    return guard


def _die_with_parent() -> Callable[[], None] | None:
    """A function for the child to run before its program: SIGTERM when the guard dies (Linux)."""
    if not ON_LINUX:
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return prepare


def _guard(commands: Sequence[Command], records: Path) -> int:
    stop_reader, stop_writer = os.pipe()
    os.set_blocking(stop_writer, False)
    signal.set_wakeup_fd(stop_writer, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    children: dict[str, subprocess.Popen[bytes]] = {}
    prepare = _die_with_parent()
    code = 0
    try:
        for command in commands:
            output = open(command.log, "ab") if command.log else None  # noqa: SIM115
            children[command.name] = subprocess.Popen(  # noqa: S603 - the launcher chose it
                command.argv,
                env=command.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                process_group=0,
                preexec_fn=prepare,  # safe: the guard has one thread
            )
            if output:
                output.close()
            record(records, f"{command.name}-{children[command.name].pid}", children[command.name].pid)
        while True:
            ended = next((child for child in children.values() if child.poll() is not None), None)
            if ended is not None:
                code = ended.returncode
                break
            ready, _, _ = select.select([sys.stdin.fileno(), stop_reader], [], [])
            if sys.stdin.fileno() in ready:
                break  # the launcher closed the pipe, or died
            if set(os.read(stop_reader, 64)) - {signal.SIGCHLD}:
                break
    finally:
        stop_groups([child.pid for child in children.values()])
        for name, child in children.items():
            child.poll()
            (records / f"{name}-{child.pid}.json").unlink(missing_ok=True)
        (records / f"guard-{os.getpid()}.json").unlink(missing_ok=True)
    return code if code >= 0 else 128 - code


def _guard_database(root: Path, records: Path) -> int:
    """Wait for the launcher's end, then for the last user of the embedded server, and stop it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    sys.path.insert(0, str(BASE_DIR))
    from portal.embedded.server import Server

    deadline = time.monotonic() + 20
    while not Server(root).stop_if_unused() and time.monotonic() < deadline:
        time.sleep(0.1)
    (records / f"guard-{os.getpid()}.json").unlink(missing_ok=True)
    return 0


def main() -> int:
    """Entry point of the guard; returns its exit code."""
    line = sys.stdin.readline()
    if not line:  # the launcher died at once
        return 0
    asked = json.loads(line)
    records = Path(asked["records"])
    if asked["database"]:
        return _guard_database(Path(asked["database"]), records)
    return _guard([Command(**command) for command in asked["commands"]], records)


if __name__ == "__main__":
    sys.exit(main())
