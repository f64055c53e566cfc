"""``make demo`` on a clean copy, the seven steps in a browser, Ctrl-C and kill -9 (issue "one command", 1)."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.prove, pytest.mark.alone, pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_opens_walks_and_ends_cleanly():
    walk = subprocess.run(
        [sys.executable, "-m", "scripts.walk"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    print(walk.stdout)
    assert walk.returncode == 0, walk.stdout + walk.stderr
