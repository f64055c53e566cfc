"""`make demo`: what it says when it cannot start, and that nothing stays behind it."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal import launcher, processes
from tests.infra.servers import ROOT, wait_for

pytestmark = pytest.mark.alone

READY = re.compile(r"Le portail est prêt : (http://\S+) \(en \d+ s\)")


# --- Small parts --------------------------------------------------------------------------------


def test_a_taken_port_is_said_with_a_free_one_beside() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(launcher.LauncherError, match=rf"{port} est déjà pris .* make demo PORT=\d+"):
            launcher.check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist(port: int) -> None:
    with pytest.raises(launcher.LauncherError, match="n’existe pas"):
        launcher.check_port("127.0.0.1", port)


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(launcher.LauncherError, match=r"n’existe pas|Impossible"):
        launcher.check_port("nulle-part.invalid", 8000)


def test_port_zero_asks_for_a_free_one() -> None:
    assert launcher.check_port("127.0.0.1", 0) > 1023


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::1", "http://[::1]:8000/"),
    ],
)
def test_the_address_shown_is_one_that_a_browser_reaches(host: str, url: str) -> None:
    assert launcher.address(host, 8000) == url


def test_there_is_one_launcher_at_a_time(tmp_path: Path) -> None:
    first, second = launcher.Lock(tmp_path), launcher.Lock(tmp_path)
    assert first.take()
    first.announce("http://127.0.0.1:8000/")
    assert not second.take()
    assert second.holder()["url"] == "http://127.0.0.1:8000/"
    assert second.holder()["pid"] == os.getpid()
    first.release()
    assert second.take()
    second.release()


def test_the_display_says_each_step_with_its_duration() -> None:
    stream = io.StringIO()
    display = launcher.Display(stream)
    with display.step("Base de données"):
        pass
    assert re.fullmatch(r"  █░░░░  Base de données \(0,\d s\)\n", stream.getvalue())


# --- The whole tree -----------------------------------------------------------------------------


class Demo:
    """A real `manage.py demo` with its own data."""

    def __init__(self, var: Path):
        self.var = var
        self.process: subprocess.Popen[str] | None = None
        self.output = var.with_suffix(".txt")

    def start(self, *args: str, port: int = 0) -> "Demo":
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DATABASE_", "DJANGO_"))
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port), *args],
                cwd=ROOT,
                env=environment | {"PORTAL_VAR": str(self.var)},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        return self

    def text(self) -> str:
        return self.output.read_text()

    def url(self) -> str:
        """The address, once ready."""
        assert self.process is not None
        wait_for(
            lambda: READY.search(self.text()) or self.process.poll() is not None, 120, "the demo is ready"
        )
        found = READY.search(self.text())
        assert found, self.text()
        return found[1]

    def signal(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def left(self) -> list[str]:
        """Command lines of the living processes that belong to this demo."""
        mine = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                process = processes.find(int(entry.name))
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    folder = (entry / "cwd").readlink()
                    environment = (entry / "environ").read_bytes().decode(errors="replace")
                    ours = f"PORTAL_VAR={self.var}\0" in environment or folder.is_relative_to(self.var)
                    if ours and process and process.state != "Z":
                        mine.append(command)
        return mine

    def wait_until_alone(self, seconds: float = 8) -> None:
        with contextlib.suppress(TimeoutError):
            wait_for(lambda: not self.left(), seconds)
        assert self.left() == []


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Path:
    """The data of a demo started once: the next starts are quick."""
    demo = Demo(folder / "var").start()
    demo.url()
    assert demo.signal(signal.SIGINT) == 0
    demo.wait_until_alone()
    return demo.var


@pytest.fixture
def make_demo() -> Iterator[Callable[[Path], Demo]]:
    made: list[Demo] = []

    def make(var: Path) -> Demo:
        made.append(Demo(var))
        return made[-1]

    yield make
    for demo in made:
        if demo.process is not None and demo.process.poll() is None:
            demo.signal(signal.SIGTERM)
    for demo in made:
        demo.wait_until_alone()


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as response:
        return int(response.status)


@pytest.mark.prove
def test_ctrl_c_stops_everything_within_five_seconds(loaded: Path, make_demo: Callable[[Path], Demo]) -> None:
    demo = make_demo(loaded).start()
    assert get(demo.url() + "sante/vivante") == 200
    assert len(demo.left()) > 5
    started = time.monotonic()
    assert demo.signal(signal.SIGINT) == 0
    assert time.monotonic() - started <= 5
    assert demo.left() == []
    assert "Le portail est arrêté" in demo.text()


@pytest.mark.prove
def test_kill_9_of_the_launcher_leaves_no_process_and_the_data_stay(
    loaded: Path, make_demo: Callable[[Path], Demo]
) -> None:
    demo = make_demo(loaded).start()
    demo.url()
    demo.signal(signal.SIGKILL)
    demo.wait_until_alone()
    again = make_demo(loaded).start()
    assert get(again.url()) == 200
    assert "Données déjà là" in again.text()


@pytest.mark.prove
@pytest.mark.parametrize("delay", [0.5, 1.5, 2.5, 3.5, 5.0])
def test_kill_9_while_it_prepares(folder: Path, make_demo: Callable[[Path], Demo], delay: float) -> None:
    demo = make_demo(folder / f"killed-{delay}").start()
    time.sleep(delay)
    demo.signal(signal.SIGKILL)
    demo.wait_until_alone()


@pytest.mark.prove
def test_after_the_guards_were_killed_too_the_next_start_cleans_up(
    loaded: Path, make_demo: Callable[[Path], Demo]
) -> None:
    demo = make_demo(loaded).start()
    demo.url()
    guards = [
        process for path in (loaded / "run").glob("guard-*.json") if (process := processes.recorded(path))
    ]
    assert len(guards) == 2
    assert demo.process is not None
    for pid in (demo.process.pid, *(guard.pid for guard in guards)):
        os.kill(pid, signal.SIGKILL)
    demo.process.wait(10)
    again = make_demo(loaded).start()
    again.url()
    assert again.signal(signal.SIGTERM) == 0
    again.wait_until_alone()


@pytest.mark.prove
def test_a_second_launcher_says_where_the_first_is(loaded: Path, make_demo: Callable[[Path], Demo]) -> None:
    first = make_demo(loaded).start()
    url = first.url()
    second = Demo(loaded)
    second.output = loaded.with_name("second.txt")
    assert second.start().process is not None
    assert second.process is not None
    assert second.process.wait(60) == 1
    assert f"Le portail fonctionne déjà : {url}" in second.text()
    assert get(url + "sante/vivante") == 200


@pytest.mark.prove
def test_a_taken_port_stops_the_demo_before_anything_starts(
    folder: Path, make_demo: Callable[[Path], Demo]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        demo = make_demo(folder / "port").start(port=other.getsockname()[1])
        assert demo.process is not None
        assert demo.process.wait(60) == 1
    assert "est déjà pris" in demo.text()
    assert not (demo.var / "pg").exists()


@pytest.mark.prove
def test_a_service_that_dies_stops_the_demo_with_its_log(
    loaded: Path, make_demo: Callable[[Path], Demo]
) -> None:
    demo = make_demo(loaded).start()
    demo.url()
    (record,) = (loaded / "run").glob("worker-*.json")
    worker = processes.recorded(record)
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert demo.process is not None
    assert demo.process.wait(20) == 1
    assert "Un service du portail s’est arrêté" in demo.text()
    demo.wait_until_alone()


@pytest.mark.prove
def test_fresh_stops_the_one_that_runs_and_starts_over(
    loaded: Path, make_demo: Callable[[Path], Demo]
) -> None:
    old = make_demo(loaded).start()
    old.url()
    (loaded / "documents").mkdir(exist_ok=True)
    (loaded / "documents" / "old").touch()
    new = make_demo(loaded)
    new.output = loaded.with_name("new.txt")
    new.start("--fresh")
    new.url()
    assert old.process is not None
    assert old.process.wait(10) == 0
    assert "Chargement du pays" in new.text()
    assert not (loaded / "documents" / "old").exists()
