"""The guard: what the launcher starts never outlives it."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portal import processes
from tests.infra.servers import ROOT, wait_for

# A command with a child of its own, in the same process group; it says both numbers.
FAMILY = "sleep 300 & echo $$ $! >> {out}; wait"
STUBBORN = "trap '' TERM; echo $$ $$ >> {out}; while :; do sleep 0.1; done"


def family(out: Path, script: str = FAMILY, name: str = "family") -> processes.Command:
    return processes.Command(name, ["sh", "-c", script.format(out=out)], dict(os.environ))


def numbers(out: Path) -> list[int]:
    wait_for(lambda: out.exists() and out.read_text().endswith("\n"), what="the command starts")
    return [int(word) for word in out.read_text().split()]


def gone(pids: list[int]) -> bool:
    found = [processes.find(pid) for pid in pids]
    return all(process is None or process.state == "Z" for process in found)


def let_go(guard: subprocess.Popen[bytes]) -> int:
    assert guard.stdin is not None
    guard.stdin.close()
    return guard.wait(10)


def test_the_guard_stops_its_commands_when_it_is_let_go(tmp_path: Path) -> None:
    guard = processes.start_guard([family(tmp_path / "out")], tmp_path / "run")
    pids = numbers(tmp_path / "out")
    wait_for(lambda: len(list((tmp_path / "run").glob("*.json"))) == 2)
    assert not gone(pids)
    assert let_go(guard) == 0
    assert gone(pids)
    assert list((tmp_path / "run").glob("*.json")) == []


def test_a_command_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    guard = processes.start_guard([family(tmp_path / "out", STUBBORN)], tmp_path / "run")
    pids = numbers(tmp_path / "out")
    assert let_go(guard) == 0
    assert gone(pids)


def test_when_a_command_ends_the_others_are_stopped_and_its_code_is_handed_over(tmp_path: Path) -> None:
    failing = processes.Command("failing", ["sh", "-c", "sleep 0.3; exit 3"], dict(os.environ))
    guard = processes.start_guard([family(tmp_path / "out"), failing], tmp_path / "run")
    pids = numbers(tmp_path / "out")
    assert guard.wait(10) == 3
    assert gone(pids)
    assert guard.stdin is not None
    guard.stdin.close()


def test_the_arguments_of_the_guard_say_nothing_of_the_environment(tmp_path: Path) -> None:
    command = dataclasses.replace(family(tmp_path / "out"), env=dict(os.environ) | {"SECRET_KEY": "hush"})
    guard = processes.start_guard([command], tmp_path / "run")
    numbers(tmp_path / "out")
    listing = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(guard.pid)], capture_output=True, text=True, check=True
    )
    assert "processes.py" in listing.stdout
    assert "hush" not in listing.stdout
    let_go(guard)


@pytest.mark.parametrize("victim", ["launcher", "guard", "both"])
def test_nothing_stays_after_kill_9(tmp_path: Path, victim: str) -> None:
    out, run = tmp_path / "out", tmp_path / "run"
    script = (
        "import os, sys, time; from pathlib import Path; from portal import processes\n"
        f"command = processes.Command('family', ['sh', '-c', {FAMILY.format(out=out)!r}], dict(os.environ))\n"
        f"print(processes.start_guard([command], Path({str(run)!r})).pid, flush=True); time.sleep(300)\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert launcher.stdout is not None
    guard = int(launcher.stdout.readline())
    launcher.stdout.close()
    pids = numbers(out)
    for pid in {"launcher": [launcher.pid], "guard": [guard], "both": [launcher.pid, guard]}[victim]:
        os.kill(pid, signal.SIGKILL)
    if victim == "launcher":
        wait_for(lambda: gone([*pids, guard]), 6, "everything ends")
    else:
        # The kernel tells the command; what it started itself may stay, until the next start cleans up.
        wait_for(lambda: gone([guard, pids[0]]), 6, "the command ends")
        processes.reap(run)
        wait_for(lambda: gone(pids), 6, "everything ends")
    launcher.kill()
    launcher.wait(5)


def test_cleaning_up_spares_a_process_that_took_the_number_of_ours(tmp_path: Path) -> None:
    innocent = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        processes.record(tmp_path, "worker", innocent.pid)
        path = tmp_path / "worker.json"
        noted = json.loads(path.read_text())
        path.write_text(json.dumps(noted | {"started": noted["started"] + "9"}))
        assert processes.reap(tmp_path) == []
        assert innocent.poll() is None
        assert not path.exists()
        processes.record(tmp_path, "worker", innocent.pid)
        assert processes.reap(tmp_path) == ["worker"]
        wait_for(lambda: innocent.poll() is not None)
    finally:
        innocent.kill()
        innocent.wait(5)


def test_an_unreadable_record_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"pid": 12')
    assert processes.reap(tmp_path) == []
    assert not (tmp_path / "torn.json").exists()


def test_a_process_is_the_same_only_with_the_same_start() -> None:
    me = processes.find(os.getpid())
    assert me is not None
    assert processes.is_running(me)
    assert not processes.is_running(dataclasses.replace(me, started="another time"))
    assert processes.find(2**22 + 5) is None
