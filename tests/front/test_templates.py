"""The shared templates: nothing inline, every page whole, every error page able to stand alone."""

import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from core.icons import ICONS
from portal import news
from tests.front.reader import Page

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PUBLISHER = dict.fromkeys(("name", "address", "phone", "director", "host", "contact", "dpo", "security"), "")
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "style element": re.compile(r"<style"),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")"),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "htmx expression": re.compile(r"hx-on|hx-vals=['\"]js:"),
    "third-party asset": re.compile(r"<(?:script|link|img)[^>]*(?:src|href)=\"(?:https?:)?//"),
    "mark of a conflict": re.compile(r"^(?:<{7} |={7}$|>{7} )", re.M),
}
PEOPLE = {
    "visitor": {"user": SimpleNamespace(is_authenticated=False), "acting": None, "acting_label": ""},
    "professional": {
        "user": SimpleNamespace(is_authenticated=True, get_full_name="Alice Martin"),
        "acting": SimpleNamespace(accompanies=True),
        "acting_label": "Mission locale de Rennes",
    },
    "regional": {
        "user": SimpleNamespace(is_authenticated=True, get_full_name="Régis Leroux"),
        "acting": SimpleNamespace(accompanies=False),
        "acting_label": "ARML Bretagne",
    },
}

pytestmark = pytest.mark.urls("tests.front.urls")


def context(person: str, **more):
    return {
        **PEOPLE[person],
        "todo_count": 3,
        "unread_count": 1,
        "demo": True,
        "messages": [],
        "csrf_token": "token",
        "publisher": PUBLISHER,
        "releases": news.releases(),
        **more,
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_inline_nor_left_over(path):
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_icons_exist(path):
    assert set(re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8"))) <= set(ICONS)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "templates" / "pages").iterdir()))
def test_public_pages_are_whole(name, person):
    html = render_to_string(f"pages/{name}", context(person))
    page = Page(html)
    assert page.find("html", lang="fr")
    levels = page.heading_levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(page.ids) == len(set(page.ids))
    assert page.find("a", href="#contenu")
    assert page.find("main", id="contenu")
    assert "Accessibilité : non conforme" in html
    targets = {attrs["href"][1:] for attrs in page.find("a") if (attrs["href"] or "").startswith("#")}
    assert targets <= set(page.ids)


def test_titles_are_unique():
    names = [path.name for path in (ROOT / "templates" / "pages").iterdir()]
    pages = [render_to_string(f"pages/{name}", context("visitor")) for name in names]
    titles = [re.search(r"<title>(.*?)</title>", page).group(1) for page in pages]
    assert len(titles) == len(set(titles))


def test_header_offers_what_the_person_may_do():
    pages = {person: Page(render_to_string("pages/aide.html", context(person))) for person in PEOPLE}
    links = {person: {attrs["href"] for attrs in page.find("a")} for person, page in pages.items()}
    nominative = {"/jeunes/", "/orientations/", "/orientations/nouvelle/"}
    assert nominative <= links["professional"]
    assert not nominative & links["regional"]
    assert not nominative & links["visitor"]
    assert pages["professional"].find("form", role="search")
    assert not pages["regional"].find("form", role="search")
    assert {"/tableau-de-bord/", "/comites/", "/conventions/"} <= links["regional"]
    assert "/connexion/" in links["visitor"]
    for person in ("professional", "regional"):
        assert all(form["method"] == "post" for form in pages[person].find("form", action="/deconnexion/"))


def test_the_page_shown_is_marked_in_the_navigation():
    request = SimpleNamespace(path="/orientations/nouvelle/")
    page = Page(render_to_string("pages/aide.html", context("professional", request=request)))
    assert [attrs["href"] for attrs in page.find("a", **{"aria-current": "true"})] == ["/orientations/"]


def test_the_demo_says_so():
    assert "données fictives" in render_to_string("pages/aide.html", context("visitor"))
    assert "données fictives" not in render_to_string("pages/aide.html", context("visitor", demo=False))


def test_the_publisher_is_asked_to_fill_in_and_then_shown():
    empty = render_to_string("pages/mentions_legales.html", context("visitor"))
    filled = PUBLISHER | {"name": "Association <Exemple>"}
    assert "à compléter par l’éditeur" in empty
    assert "Association &lt;Exemple&gt;" in render_to_string(
        "pages/mentions_legales.html", context("visitor", publisher=filled)
    )


def test_htmx_cannot_evaluate_nor_leave_the_site():
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    for option in ('"includeIndicatorStyles":false', '"allowEval":false', '"selfRequestsOnly":true'):
        assert option in base


@pytest.mark.parametrize("code", [400, 403, 404, 409, 429])
def test_error_pages_need_no_context(code):
    page = Page(render_to_string(f"{code}.html", {}))
    assert page.find("html", lang="fr")
    assert page.heading_levels == [1]
    assert page.find("a", href="/")


@pytest.mark.parametrize("code", [500, 503])
def test_last_resort_pages_are_plain_files(code):
    text = (ROOT / "templates" / f"{code}.html").read_text(encoding="utf-8")
    assert "{%" not in text
    assert "{{" not in text
    for attrs in Page(text).find("link"):
        assert (ROOT / attrs["href"].lstrip("/")).exists()
