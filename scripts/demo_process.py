"""The demonstration started as a person starts it, watched from outside (``scripts.walk``, ``scripts.screenshots``)."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

READY = re.compile(r"Le portail est prêt : (\S+) \(en (\d+) s\)")


def free_port() -> int:
    """A port that nobody listens on at this instant."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One run of the demonstration, in a session of its own as in a terminal."""

    def __init__(self, argv: Sequence[str], folder: Path, var: Path, env: Mapping[str, str]) -> None:
        self.var = var
        self.lines: list[str] = []
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(argv),
            cwd=folder,
            env=dict(env) | {"PORTAL_VAR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_ready(self, seconds: float) -> tuple[str, float]:
        """The address, and the seconds it took to be ready. Raises RuntimeError with what was printed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in list(self.lines):
                if found := READY.search(line):
                    return found[1].rstrip("/"), time.monotonic() - self.started
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.interrupt()
        raise RuntimeError("La démonstration n’a pas démarré :\n" + "\n".join(self.lines[-40:]))

    def interrupt(self, seconds: float = 60) -> float:
        """Ctrl-C, as the terminal sends it to everybody in front; the seconds until the command ends."""
        begun = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=seconds)
        return time.monotonic() - begun

    def kill_launcher(self) -> None:
        """``kill -9`` of the launcher alone (the Python process that prepares and waits)."""
        for pid in self.alive():
            words = _words(pid)
            if "demo" in words and any(word.endswith("manage.py") for word in words) and "python" in words[0]:
                os.kill(pid, signal.SIGKILL)
                return
        raise RuntimeError("the launcher is not there to be killed")

    def alive(self) -> list[int]:
        """The living processes that belong to this run: by environment, by arguments, or by folder."""
        mark = str(self.var).encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if b") Z " in (entry / "stat").read_bytes():
                    continue
                place = os.fsencode(os.readlink(entry / "cwd"))
                texts = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes() + place
                if mark in texts:
                    found.append(int(entry.name))
        return found

    def seconds_until_nobody(self, seconds: float) -> float:
        """How long until no process of this run lives. Raises RuntimeError naming those that stay."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if not self.alive():
                return time.monotonic() - begun
            time.sleep(0.1)
        raise RuntimeError(
            f"still there after {seconds} s: {[' '.join(_words(pid)) for pid in self.alive()]}"
        )


def _words(pid: int) -> list[str]:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return [""]
    return [word for word in words if word] or [""]
