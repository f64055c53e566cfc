"""A client that reads every page it gets, and refuses what no page of the portal may hold."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

_VOID = {"hidden", "submit", "button", "image", "reset"}
_LEFTOVERS = re.compile(r"\{\{|\{%|%\}|\}\}|None</|&lt;[A-Z][a-z]+ object|^(?:<{7} |={7}$|>{7} )", re.M)


class BadPage(AssertionError):
    """A page breaks a rule that holds for every page."""


class _Reader(HTMLParser):
    def __init__(self, nonce: str | None) -> None:
        super().__init__()
        self.nonce = nonce
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.controls: list[tuple[str, dict[str, str | None]]] = []
        self.label_depth = 0
        self.lang: str | None = None
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        for name in known:
            if name.startswith("on") and name != "on":
                self.problems.append(f"inline handler {name} on <{tag}>")
        if "style" in known:
            self.problems.append(f"inline style on <{tag}>")
        if tag == "html":
            self.lang = known.get("lang")
        if tag == "h1":
            self.headings += 1
        if tag == "style":
            self.problems.append("inline <style>")
        if tag == "script" and "src" not in known and known.get("type") != "application/json":
            self.problems.append("inline <script>")
        if (identifier := known.get("id")) is not None:
            self.ids[identifier] += 1
        if tag == "label":
            self.label_depth += 1
            if target := known.get("for"):
                self.labelled.add(target)
        if tag in ("input", "select", "textarea") and (known.get("type") or "text") not in _VOID:
            inside = self.label_depth > 0
            if not inside and not known.get("aria-label") and not known.get("aria-labelledby"):
                self.controls.append((tag, known))
        href = (known.get("href") or "") + (known.get("src") or "")
        if href.startswith(("javascript:", "http://", "//")) and tag != "a":
            self.problems.append(f"foreign or scripted address {href}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.label_depth -= 1


def check_page(html: str, *, fragment: bool = False, foreign: bool = False) -> None:
    """Raise BadPage with every broken rule of a page (or of an htmx fragment).

    ``foreign``: a page of Django's administration, whose labels and JSON attributes are Django's own.
    """
    reader = _Reader(None)
    reader.feed(html)
    problems = reader.problems
    problems += [f"id {name!r} appears {count} times" for name, count in reader.ids.items() if count > 1]
    problems += [
        f"<{tag} name={known.get('name')!r}> without a label"
        for tag, known in reader.controls
        if known.get("id") not in reader.labelled and not foreign
    ]
    visible = re.sub(r"<(script|textarea)\b.*?</\1>", "", html, flags=re.S)
    if not foreign and (found := _LEFTOVERS.search(visible)):
        problems.append(f"template leftover {visible[max(0, found.start() - 40) : found.end() + 20]!r}")
    if not fragment:
        if reader.lang != "fr":
            problems.append("the page has no lang=fr")
        if reader.headings != 1:
            problems.append(f"{reader.headings} h1 headings")
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
