"""The proof that the portal opens: ``make demo`` on a clean copy, the seven steps by hand, and clean ends.

``python -m scripts.walk [--bare]``. With ``--bare``, uv is hidden: make must bootstrap it. Prints the time of
everything; ends with an error at the first thing that is not as promised.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scripts.demo_process import Demo, free_port
from scripts.walk_story import Walk
from tests.browser.chromium import launch
from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 600  # a ceiling for a machine that does other things; what is measured is printed
FOREIGN = (
    "DATABASE_URL", "CELERY_BROKER_URL", "PORTAL_VAR", "PORTAL_LOGIN", "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL",
)  # fmt: skip


def clean_copy(target: Path) -> None:
    """What a fresh clone would hold: the files that git knows or would accept, and nothing that was built."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def environment(*, bare: bool) -> dict[str, str]:
    """That of an ordinary terminal; without uv on the PATH when ``bare``."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    if bare:
        kept = [place for place in env["PATH"].split(":") if not (Path(place) / "uv").exists()]
        env["PATH"] = ":".join(kept)
    return env


def still_there(browser: Browser, url: str) -> None:
    """The youth created by hand is still known to Alice, with the end of his referral."""
    alice = Visitor(browser, url)
    alice.goto("/connexion/")
    alice.page.get_by_role("button", name=re.compile("comme Alice ")).click()
    alice.page.get_by_role("searchbox", name="Chercher un jeune de votre structure").fill("kermarrec")
    alice.press("Enter")
    alice.link(re.compile("Kermarrec Yann"))
    alice.sees("SMV : Parcours terminé")
    alice.close()


def main() -> int:
    """Walk; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bare", action="store_true", help="hide uv: make must install its own")
    options = parser.parse_args()
    env = environment(bare=options.bare)
    with tempfile.TemporaryDirectory(prefix="portal-walk-") as folder, sync_playwright() as playwright:
        clone, var = Path(folder) / "clone", Path(folder) / "var"
        clean_copy(clone)
        browser = launch(playwright)

        def start(label: str) -> tuple[Demo, str]:
            demo = Demo(["make", "demo", f"PORT={free_port()}"], clone, var, env)
            url, seconds = demo.wait_ready(START_SECONDS)
            print(f"{label} : prêt en {seconds:.1f} s", flush=True)
            return demo, url

        demo, url = start("Premier démarrage, copie propre")
        try:
            Walk(browser, url, var / "mails", shoot=lambda *_: None, say=print).run()
            print(f"Ctrl-C : terminé en {demo.interrupt():.1f} s", flush=True)
            print(f"Plus aucun processus après {demo.seconds_until_nobody(10):.1f} s", flush=True)
            demo, url = start("Deuxième démarrage, données conservées")
            still_there(browser, url)
            demo.kill_launcher()
            print(f"kill -9 : plus aucun processus après {demo.seconds_until_nobody(10):.1f} s", flush=True)
            demo, url = start("Troisième démarrage, après kill -9")
            still_there(browser, url)
            print(f"Ctrl-C : terminé en {demo.interrupt():.1f} s", flush=True)
            demo.seconds_until_nobody(10)
        finally:
            if demo.alive():
                demo.interrupt()
                time.sleep(1)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
