"""A person at a browser: goes, clicks, fills, and refuses what no page may show.

Console errors (refusals of the content security policy among them), exceptions of scripts and answers of 500 and
more are kept as they come, and fail the test at the next look.
"""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

NARROW, WIDE = 320, 1280  # CSS pixels
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]
# One-sided scrolling is allowed inside a region of its own (a wide table), never on the page.
_OVERFLOW = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = [...document.querySelectorAll("body *")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && box.right > page.clientWidth + 1 && !e.closest(".table-scroll, .visually-hidden");
  });
  return wide.slice(0, 5).map((e) => `<${e.tagName.toLowerCase()} class="${e.className}">`);
}"""
# What a keyboard user sees of the element that holds the focus, once the page has scrolled to it.
_FOCUS = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const e = document.activeElement;
  if (!e || e === document.body) return {name: "body", visible: true, hidden: false};
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const seen = document.elementFromPoint(left + Math.min((right - left) / 2, 40), (top + bottom) / 2);
  return {
    name: `${e.tagName.toLowerCase()} ${e.id || e.name || e.textContent.trim().slice(0, 40)}`,
    visible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    hidden: left >= right || top >= bottom || !seen || !(e.contains(seen) || seen.contains(e)),
  };
}"""
_AXE = Axe().axe_script


class Visitor:
    """One person, one browser context. ``scripts`` False: JavaScript is off."""

    def __init__(self, browser: Browser, base_url: str, *, width: int = 1280, scripts: bool = True) -> None:
        self.base_url = base_url.rstrip("/")
        self.context = browser.new_context(
            viewport={"width": width, "height": 800 if width >= 768 else 720},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=self.base_url,
        )
        self.context.set_default_timeout(8000)
        self.page: Page = self.context.new_page()
        self.scripts = scripts
        self.problems: list[str] = []
        self.looked: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text} ({self.page.url})")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status}: {response.url}")

    # --- Going about ------------------------------------------------------------------------

    def goto(self, path: str) -> None:
        """Open an address of the portal."""
        self.page.goto(path)

    def sign_in(self, email: str, password: str = "mot de passe de test") -> None:
        """Sign in by the form."""
        self.goto("/connexion/")
        self.page.get_by_label("Adresse électronique").fill(email)
        self.page.get_by_label("Mot de passe").fill(password)
        self.click("Se connecter")

    def sign_out(self) -> None:
        """Sign out by the menu of the header."""
        self.page.locator(".site-me > summary").click()
        self.page.get_by_role("button", name="Se déconnecter").first.click()

    def link(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of that name in the page."""
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def click(self, name: str | re.Pattern[str]) -> None:
        """Press the first visible button of that name in the page."""
        self.page.locator("main").get_by_role("button", name=name).locator("visible=true").first.click()

    def unfold(self, name: str) -> Locator:
        """The folded part of that name, opened."""
        part = self.page.locator("details").filter(has=self.page.locator("summary", has_text=name)).first
        if part.get_attribute("open") is None:
            part.locator("summary").first.click()
        return part

    def fill(self, label: str | re.Pattern[str], value: str) -> None:
        """Fill the first visible field of that label."""
        self.page.locator("main").get_by_label(label).locator("visible=true").first.fill(value)

    def choose(self, label: str | re.Pattern[str], option: str) -> None:
        """Choose an option of the first visible list of that label."""
        self.page.locator("main").get_by_label(label).locator("visible=true").first.select_option(
            label=option
        )

    def tick(self, label: str | re.Pattern[str], *, within: str | None = None) -> None:
        """Tick a box or a choice; ``within`` names its question."""
        place: Any = self.page.get_by_role("group", name=within) if within else self.page.locator("main")
        place.get_by_label(label, exact=within is not None).locator("visible=true").first.check()

    # --- Looking ----------------------------------------------------------------------------

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """These texts are shown in the page."""
        for text in texts:
            shown = self.page.locator("main").get_by_text(text).locator("visible=true").first
            expect(shown).to_be_visible()

    def never_sees(self, *texts: str) -> None:
        """None of these texts is anywhere in the page's source."""
        source = self.page.content()
        for text in texts:
            assert text not in source, f"« {text} » in {self.page.url}"

    def look(self, title: str | re.Pattern[str], *, axe: bool = True) -> None:
        """The page has that title, breaks no rule of accessibility, fits its width and raised no complaint."""
        expect(self.page.locator("h1").first).to_have_text(title) if isinstance(
            title, re.Pattern
        ) else expect(self.page.locator("h1").first).to_contain_text(title)
        assert self.page.locator("h1").count() == 1, f"one h1 expected on {self.page.url}"
        # A title is there before the style sheet is: what is measured then is not what anybody sees.
        self.page.wait_for_load_state("load")
        wide = self.page.evaluate(_OVERFLOW)
        assert not wide, f"{self.page.url} scrolls sideways because of {wide}"
        if axe:
            self._run_axe()
        self.looked.append(self.page.url.removeprefix(self.base_url))
        self.at_peace()

    def look_at_both(self, title: str | re.Pattern[str]) -> None:
        """Look at the page on the narrowest screen (RGAA 10.11) and on a desk; the window is given back as it was."""
        before = self.page.viewport_size
        for width in (NARROW, WIDE):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.look(title)
        if before:
            self.page.set_viewport_size(before)

    def _run_axe(self) -> None:
        if not self.page.evaluate("() => 'axe' in window"):  # not read yet at another width
            self.page.evaluate(_AXE)
        violations = self.page.evaluate(
            "async (options) => (await axe.run(options)).violations",
            {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]},
        )
        found = [
            f"{rule['id']}: {rule['help']} {[node['html'][:160] for node in rule['nodes'][:3]]}"
            for rule in violations
        ]
        assert not found, f"{self.page.url}\n" + "\n".join(found)

    def at_peace(self) -> None:
        """No complaint of the browser or of the server so far."""
        assert not self.problems, self.problems

    # --- Keyboard ---------------------------------------------------------------------------

    def tab_to(self, target: Locator, *, most: int = 60) -> None:
        """Tab until ``target`` has the focus; each stop on the way shows it and is not covered."""
        wanted = target.first
        for _ in range(most):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(_FOCUS)
            assert stop["visible"], f"no visible focus on {stop['name']} of {self.page.url}"
            assert not stop["hidden"], f"{stop['name']} has the focus but is covered on {self.page.url}"
            if wanted.evaluate("(e) => e === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached with Tab on {self.page.url}")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def close(self) -> None:
        """Leave; complaints that came late still count."""
        self.context.close()
        self.at_peace()
