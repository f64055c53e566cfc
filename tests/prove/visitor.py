"""A browser without a screen: it keeps cookies, fills the forms of the pages it reads, follows redirections.

Only the standard library, so that what is proved is the portal and not a client. It speaks as the proxy in
front of the portal does: plain HTTP with ``X-Forwarded-Proto: https``.
"""

import http.client
import re
import time
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pyotp

HOST = "portail.example"
PASSWORD = "mot de passe de test"
Values = dict[str, str]


# What each person kept of their first sign-in.
_recovery_codes: dict[str, list[str]] = {}


def _first_code(page: str) -> str:
    """The six digits that an application shows for the secret written on the page of enrolment."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    return pyotp.TOTP(found[1].replace(" ", "")).now()


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send if nobody touched it."""

    action: str
    method: str
    values: Values = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._first_option = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.address, found.get("action") or self.address)
            self._open = Form(action, found.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and found.get("name"):
            kind = found.get("type", "text")
            if kind not in ("submit", "button") and (kind not in ("checkbox", "radio") or "checked" in found):
                self._open.values[found["name"]] = found.get("value", "on" if kind == "checkbox" else "")
        elif tag == "select":
            self._select = found.get("name", "")
        elif tag == "option" and self._select:
            if "selected" in found:
                self._open.values[self._select] = found.get("value", "")
            else:
                self._open.values.setdefault(self._select, found.get("value", ""))
        elif tag == "textarea":
            self._textarea = found.get("name", "")
            self._open.values[self._textarea] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._open is not None:
            self._open.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""


@dataclass(frozen=True)
class Page:
    """An answer. ``hops`` are the statuses on the way, the last one included; ``seconds`` is for the last."""

    path: str
    status: int
    headers: http.client.HTTPMessage
    content: bytes
    seconds: float
    hops: tuple[int, ...]

    @property
    def html(self) -> str:
        """The page as it was sent."""
        return self.content.decode()

    @property
    def text(self) -> str:
        """The words of the page."""
        bare = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(bare))

    def form(self, ending: str) -> Form:
        """The form whose action ends so, with or without its query. AssertionError when there is none."""
        parser = _Forms(self.path)
        parser.feed(self.html)
        found = [
            form
            for form in parser.forms
            if form.method == "post"
            and (form.action.endswith(ending) or form.action.partition("?")[0].endswith(ending))
        ]
        assert found, f"no form to …{ending} on {self.path} ({self.status}): {self.text[:1500]}"
        return found[0]

    def link(self, pattern: str) -> str:
        """The first address of the page that matches, as written or in full. AssertionError when there is none."""
        for written in map(unescape, re.findall(r'href="([^"]*)"', self.html)):
            for address in (written, urljoin(self.path, written)):
                if re.fullmatch(pattern, address):
                    return address
        raise AssertionError(f"no link {pattern} on {self.path}: {self.text[:1500]}")


class Visitor:
    """Somebody in front of the portal."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})

    def again(self) -> "Visitor":
        """The same person in another window (for another thread)."""
        return Visitor(self.port, self.cookies)

    def get(self, path: str) -> Page:
        """Read a page, redirections followed."""
        return self._follow(self._ask("GET", path))

    def submit(self, page: Page, ending: str, **values: str | None) -> Page:
        """Send the form of a page whose action ends so, with these values; None leaves a value out."""
        form = page.form(ending)
        merged = form.values | {name: value for name, value in values.items() if value is not None}
        for name in [name for name, value in values.items() if value is None]:
            merged.pop(name, None)
        return self.post(form.action, merged, referer=page.path)

    def post(self, path: str, values: Values, *, referer: str = "/") -> Page:
        """Send values as they are, then follow the redirection."""
        return self._follow(self._ask("POST", path, values, referer))

    def sign_in(self, name: str) -> Page:
        """Sign in with the password of the tests, and a second factor: enrolled the first time, by the page."""
        page = self.get("/connexion/")
        email = name if "@" in name else f"{name}@{HOST}"
        page = self.submit(page, "/connexion/", username=email, password=PASSWORD)
        if page.path == "/connexion/securiser/":
            page = self.submit(page, "/connexion/securiser/", code=_first_code(page.html))
            _recovery_codes[email] = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page.html)
            page = self.submit(page, "/mon-compte/codes-de-secours/")
        elif page.path == "/connexion/verification/":
            # A recovery code: the application's next one comes in thirty seconds only.
            page = self.submit(page, "/connexion/verification/", code=_recovery_codes[email].pop())
        return page

    def act(self, address: str, action: str, **values: str | None) -> Page:
        """Open a referral and carry out an action with the form of its page."""
        page = self.get(address)
        prefixed = {f"{action}-{name}": value for name, value in values.items()}
        return self.submit(page, f"/action/{action}/", **prefixed)

    def _follow(self, page: Page) -> Page:
        hops = page.hops
        while page.status in (301, 302, 303):
            page = self._ask("GET", urljoin(page.path, page.headers["Location"]))
            hops += page.hops
        return Page(page.path, page.status, page.headers, page.content, page.seconds, hops)

    def _ask(self, method: str, path: str, values: Values | None = None, referer: str = "/") -> Page:
        parts = urlsplit(path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}{referer}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if values is not None:
            body = urlencode(values)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        started = time.monotonic()
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        seconds = time.monotonic() - started
        return Page(target, answer.status, answer.headers, content, seconds, (answer.status,))

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            pair, *attributes = line.split(";")
            name, _, value = pair.partition("=")
            gone = any(attribute.strip().lower() == "max-age=0" for attribute in attributes)
            if gone or not value.strip('"'):
                self.cookies.pop(name.strip(), None)
            else:
                self.cookies[name.strip()] = value
