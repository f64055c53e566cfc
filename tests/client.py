"""A client that reads every page it gets, and refuses what no page of the portal may hold."""

import re
from collections import Counter
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.test import Client
from lxml import etree

_VOID = {"hidden", "submit", "button", "image", "reset"}
_LEFTOVERS = re.compile(r"\{\{|\{%|%\}|\}\}|None</|&lt;[A-Z][a-z]+ object|^(?:<{7} |={7}$|>{7} )", re.M)
# One of these is in whatever the expression finds, and they are looked for a hundred times faster.
_SIGNS = ("{{", "{%", "%}", "}}", "None</", " object", "<<<<<<< ", "=======", ">>>>>>> ")


class BadPage(AssertionError):
    """A page breaks a rule that holds for every page."""


_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
_asked = partial(etree.XPath, smart_strings=False)
_HANDLERS = _asked("//*[@*[starts-with(name(), 'on') and name() != 'on']]")
_STYLED = _asked("//*[@style]")
_STYLES = _asked("//style")
_SCRIPTS = _asked("//script[not(@src)][not(@type = 'application/json')]")
_IDS = _asked("//@id")
_LABELLED = _asked("//label/@for")
_HEADINGS = _asked("//h1")
_BARE = _asked(
    "//*[self::input or self::select or self::textarea][not(ancestor::label)]"
    "[not(string(@aria-label))][not(string(@aria-labelledby))]"
)
_LEADING = _asked("//*[not(self::a)][@href or @src]")


def _problems(page: etree._Element, *, foreign: bool) -> list[str]:
    problems = [f"inline handler on <{found.tag}> {dict(found.attrib)}" for found in _HANDLERS(page)]
    problems += [f"inline style on <{found.tag}>" for found in _STYLED(page)]
    problems += ["inline <style>" for _ in _STYLES(page)]
    problems += ["inline <script>" for _ in _SCRIPTS(page)]
    for found in _LEADING(page):
        address = found.get("href", "") + found.get("src", "")
        if address.startswith(("javascript:", "http://", "//")):
            problems.append(f"foreign or scripted address {address}")
    identifiers = _IDS(page)
    if len(set(identifiers)) != len(identifiers):
        problems += [
            f"id {name!r} appears {count} times" for name, count in Counter(identifiers).items() if count > 1
        ]
    if not foreign:
        labelled = set(_LABELLED(page)) - {""}
        problems += [
            f"<{found.tag} name={found.get('name')!r}> without a label"
            for found in _BARE(page)
            if (found.get("type") or "text") not in _VOID and found.get("id") not in labelled
        ]
    return problems


def check_page(html: str, *, fragment: bool = False, foreign: bool = False) -> None:
    """Raise BadPage with every broken rule of a page (or of an htmx fragment).

    ``foreign``: a page of Django's administration, whose labels and JSON attributes are Django's own.
    """
    # Read by libxml2: every answer of every test comes this way. It reads nothing after a NUL.
    page = etree.fromstring(html.replace("\0", "\ufffd").encode(errors="replace"), _PARSER)
    problems = _problems(page, foreign=foreign) if page is not None else []
    if not foreign and any(sign in html for sign in _SIGNS):
        visible = re.sub(r"<(script|textarea)\b.*?</\1>", "", html, flags=re.S)
        if found := _LEFTOVERS.search(visible):
            problems.append(f"template leftover {visible[max(0, found.start() - 40) : found.end() + 20]!r}")
    if not fragment:
        if page is None or page.get("lang") != "fr":
            problems.append("the page has no lang=fr")
        if (headings := 0 if page is None else len(_HEADINGS(page))) != 1:
            problems.append(f"{headings} h1 headings")
    if problems:
        raise BadPage("\n".join(problems))


class StrictClient(Client):
    """Django's test client with :func:`check_page` on every HTML answer."""

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        path = request.get("PATH_INFO", "")
        if is_html and not response.streaming and response.content:
            fragment = request.get("HTTP_HX_REQUEST") == "true"
            check_page(response.content.decode(), fragment=fragment, foreign=path.startswith("/admin/"))
        return response
