"""``make screenshots``: every page of the story at 1280 and 390 pixels, into ``docs/screenshots/``.

Starts a demonstration of its own on new data in a temporary folder, walks through it, and stops it.
"""

import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from scripts.demo_process import Demo
from scripts.walk_story import Walk
from tests.browser.chromium import launch
from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = (1280, 390)
# A long page says no more after this; pictures are for reading beside the text.
TALLEST = {1280: 1600, 390: 2000}
COLOURS = 128


class Camera:
    """Numbers the pictures and writes them small."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, one: Visitor, name: str) -> None:
        """One page at each width; the window is given back as it was."""
        self.count += 1
        before = one.page.viewport_size
        for width in WIDTHS:
            one.page.set_viewport_size({"width": width, "height": 800})
            whole = Image.open(io.BytesIO(one.page.screenshot(full_page=True)))
            picture = whole.crop((0, 0, width, min(whole.height, TALLEST[width])))
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(FOLDER / f"{self.count:02d}-{name}-{width}.png", optimize=True)
        if before:
            one.page.set_viewport_size(before)


def main() -> int:
    """Take them all; returns the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="portal-screenshots-") as folder:
        var = Path(folder) / "var"
        argv = [sys.executable, "manage.py", "demo", "--port", "0"]
        demo = Demo(argv, ROOT, var, os.environ)
        try:
            url, seconds = demo.wait_ready(600)
            print(f"Démonstration prête en {seconds:.0f} s : {url}")
            with sync_playwright() as playwright:
                browser = launch(playwright)
                Walk(browser, url, var / "mails", shoot=Camera(), say=print).run()
                browser.close()
        finally:
            demo.interrupt()
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} images, {size / 1e6:.1f} Mo, dans {FOLDER.relative_to(ROOT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
