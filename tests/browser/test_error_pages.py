"""The pages of errors side by side: one layout, at every width, the plain files like the others."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ["400", "403", "403_csrf", "403_signed_out", "404", "409", "413", "429", "500", "503"]
GIVEN_BACK = {"kept": [("a", "b c")], "texts": ["mot " * 60], "files": True, "token": "t", "address": "/"}
SIGNED_OUT = {"texts": ["mot " * 60, "m" * 200], "files": True, "sign_in": "/"}
CONTEXTS = {"403_csrf": GIVEN_BACK, "403_signed_out": SIGNED_OUT}
_PLACES = """() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  return [document.documentElement.scrollWidth, box("header").height, box("h1").left, box("h1").top, box("main .btn").height];
}"""


def answer(route: Route) -> None:
    """Files from the project, pages from their templates: no server, as when everything failed."""
    path = "/" + route.request.url.split("/", 3)[3]
    if path.startswith("/static/"):
        route.fulfill(path=ROOT / path.lstrip("/"))
        return
    name = path.strip("/")
    html = render_to_string(f"{name}.html", CONTEXTS.get(name, {}))
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_they_all_have_the_same_layout(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.route("**/*", answer)
    places = {}
    for name in PAGES:
        page.goto(f"http://portail.example/{name}")
        places[name] = page.evaluate(_PLACES)
    page.close()
    assert all(found == places["404"] for found in places.values()), places
    assert places["404"][0] == width
    assert places["404"][-1] >= 40
