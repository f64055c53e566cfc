"""Where Chromium is, and how to start it: the tests, the walk and the screenshots ask here."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

# The first one draws no window at all: the same engine for half the processor's time.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
)  # fmt: skip
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=fr-FR",
]


def chromium() -> str | None:
    """The system's Chromium (``CHROMIUM`` has the last word); None when there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium, without a window. Raises RuntimeError when the machine has none."""
    path = chromium()
    if path is None:
        raise RuntimeError("Aucun Chromium sur cette machine : installez-le, ou indiquez-le par CHROMIUM=…")
    # The browser's own controls (dates) speak the language of the system.
    return playwright.chromium.launch(executable_path=path, args=ARGS, env={**os.environ, "LANGUAGE": "fr"})
