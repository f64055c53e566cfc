"""Every route, whatever is typed in its address, its forms, its cookies and its headers: never a failure.

Generated from the resolver, from the forms that the pages show and from the parameters that the code reads: a new
route, form or parameter is in without a line here. What each form says of its own mistakes is in the tests of each.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django_filters import FilterSet

from core import clock
from core.hooks import list_sources
from portal.checks import Route
from tests.access.matrix import ADMIN_ROUTES, EVERYBODY, ROUTES, RULES
from tests.access.probing import Things, things
from tests.client import StrictClient
from tests.filling import Form, forms_of, send_pairs
from youths.listing.forms import ListForm

assert things  # the fixture of the matrix: addresses of real objects

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("core", "accounts", "notifications", "partners", "youths", "referrals", "reporting", "portal")
CANARY = "<script>alert(1)</script>"
CORPUS = [
    "", "\0", "a\0b", "\ud800", "😀 𠜎 \u202eexe.pdf\u200b", f'{CANARY}"><img src=x onerror=alert(1)>', "' OR 1=1; --", "1e309",
    "99999999999999999999999", "-1", "0000-00-00", "9999-12-31", "10000-01-01", "31/02/2026", "NaN", "%00%0d%0a", "a\r\nX: y",
    "../../etc/passwd", "00000000-0000-4000-8000-000000000000", "${7*7}", "[]", "null",
]  # fmt: skip
HUGE = "é" * 500_000
ANSWERS = {200, 302, 400, 403, 404, 405, 409, 413, 429}
# Names that only the framework reads.
_KEPT = ("csrfmiddlewaretoken",)
_READ = re.compile(r"\b(GET|POST)(?:\.get(?:list)?)?[(\[]\"(\w+)\"")


def shares(every: int) -> pytest.MarkDecorator:
    """The usual tests ask a share of the crossings, another one for each value; the long proofs ask all of them.

    With as many shares as there are values, every page is met by one of them, and each value meets many pages.
    """
    return pytest.mark.parametrize("every", [every, pytest.param(1, marks=pytest.mark.prove)])


@cache
def parameters(where: str) -> list[str]:
    """The names that the code of the rooms reads in an address (GET) or in a form (POST), filters included."""
    found = {
        name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for kind, name in _READ.findall(path.read_text(encoding="utf-8"))
        if kind == where
    }
    if where == "GET":
        found |= {name for filters in _filter_sets(FilterSet) for name in filters.base_filters}
        # Filters read from an address as a whole.
        found |= {*ListForm.base_fields, *list_sources, "liste"}
    return sorted(found)


def _filter_sets(parent: type) -> Iterator[type]:
    for child in parent.__subclasses__():
        yield child
        yield from _filter_sets(child)


def let_in(route: Route) -> str:
    """Somebody whom a route lets in."""
    rule = RULES[route.name]
    return next(
        (name for name in EVERYBODY if name != "anonymous" and rule.lets_in(name, "alice")), "anonymous"
    )


class Hostile:
    """Requests whose effects are undone, one after the other, and what went wrong."""

    def __init__(self, visit) -> None:
        self._visit = visit
        self._clients: dict[str, StrictClient] = {}
        self.wrong: list[str] = []
        self.asked = 0

    def client(self, name: str) -> StrictClient:
        if name not in self._clients:
            self._clients[name] = StrictClient() if name == "anonymous" else self._visit(name)
            self._clients[name].raise_request_exception = False
        return self._clients[name]

    def ask(self, what: str, send: Callable[..., HttpResponse], *args: Any, **options: Any) -> None:
        """One request, made by ``send``."""
        self.asked += 1
        with transaction.atomic():
            response = send(*args, **options)
            transaction.set_rollback(True)
        html = b"" if response.streaming else response.content
        if response.status_code not in ANSWERS:
            self.wrong.append(f"{what}: {response.status_code}")
        elif CANARY.encode() in html and response.get("Content-Type", "").startswith("text/html"):
            self.wrong.append(f"{what}: the page runs what was typed")
        elif any("evil" in value or "X: y" in value for value in response.headers.values()):
            self.wrong.append(f"{what}: a header holds what was typed")


@pytest.fixture
def hostile(world, visit) -> Hostile:
    return Hostile(visit)


def pages(things: Things) -> list[tuple[Route, str, str]]:
    """Each route with its address and somebody whom it lets in."""
    return [
        (
            route,
            things.address(route, RULES[route.name].about, "alice", RULES[route.name].probe.query),
            let_in(route),
        )
        for route in ROUTES
        if route.name != "accounts:sign_out"
    ]


def share(found: list, number: int, every: int) -> list:
    """One in ``every``, not the same ones for each number."""
    return found[number % every :: every]


def forms_shown(hostile: Hostile, things: Things, every: int) -> list[tuple[str, str, Form]]:
    """Every form that POSTs, on every page, once per address: who, where, what (of a share, two people a page)."""
    found: dict[tuple[str, tuple[str, ...]], tuple[str, str, Form]] = {}
    readers = ["alice", "rita", "mona"]
    for rank, (_, address, name) in enumerate(pages(things)):
        for who in dict.fromkeys([name, *share(readers, rank, min(every, len(readers)))]):
            response = hostile.client(who).get(address)
            if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
                continue
            for form in forms_of(response.content.decode()):
                target = form.action or address
                if form.method == "post" and "deconnexion" not in target:
                    found.setdefault((target, tuple(sorted(set(form.order)))), (who, target, form))
    return list(found.values())


def quoted(pairs: dict[str, str]) -> str:
    return urlencode(
        [(name, value) for name, value in pairs.items() for _ in range(2)], errors="surrogatepass"
    )


@shares(len(CORPUS))
def test_no_address_makes_a_page_fail(hostile, things, every):
    """Every parameter that the code reads, given twice, on every page."""
    names = parameters("GET")
    assert {"apres", "recherche", "page", "next"} <= set(names)
    for number, nasty in enumerate(CORPUS):
        query = quoted(dict.fromkeys(names, nasty))
        for route, address, who in share(pages(things), number, every):
            joint = "&" if "?" in address else "?"
            hostile.ask(
                f"GET {route.name} {nasty[:20]!r}",
                hostile.client(who).get,
                f"{address}{joint}{query}",
            )
    assert hostile.wrong == []
    assert hostile.asked >= len(CORPUS) // every * (len(ROUTES) - 1)


ODD = ["x", "99999999999999999999999", "-1", "%00", "%ff", "..%2f..", "é" * 200, "00000000-0000-4000-8000-000000000000",
       "00000000-0000-4000-8000-00000000000", "%F0%9F%98%80", "a%0d%0aX:%20y", "accept", "csv"]  # fmt: skip


@shares(len(ODD))
def test_no_place_in_a_path_makes_a_page_fail(hostile, things, every):
    holed = [route for route in [*ROUTES, *ADMIN_ROUTES] if "<" in route.pattern]
    for number, value in enumerate(ODD):
        for route in share(holed, number, every):
            who = let_in(route) if route in ROUTES else "adam"
            address = "/" + re.sub(r"<\w+:\w+>|\(\?P<\w+>[^)]*\)", value, route.pattern).replace(
                "^", ""
            ).replace("$", "")
            for method in ("get", "post"):
                hostile.ask(f"{method} {address[:80]}", getattr(hostile.client(who), method), address)
    assert hostile.wrong == []


@shares(len(CORPUS) // 2)
def test_no_form_fails(hostile, things, every):
    """Each nasty value in every control at once, one time in two in the hidden ones too."""
    shown = forms_shown(hostile, things, every)
    assert len(shown) > 12
    for rank, (who, address, form) in enumerate(shown):
        controls = [name for name in dict.fromkeys(form.order) if name not in _KEPT]
        hidden = {name for name in controls if name.rpartition("-")[2] in ("version", "submission", "next")}
        for number, nasty in share(list(enumerate(CORPUS)), rank, every):
            filled = dict.fromkeys([name for name in controls if number % 2 or name not in hidden], nasty)
            pairs = form.filled(**filled)
            hostile.ask(f"POST {address} {nasty[:20]!r}", send_pairs, hostile.client(who), address, pairs)
        pairs = form.filled(**dict.fromkeys([name for name in controls if name not in hidden][:1], HUGE))
        hostile.ask(f"POST {address} huge", send_pairs, hostile.client(who), address, pairs)
    assert hostile.wrong == []


_MULTIPART = {"content_type": "multipart/form-data; boundary=x"}
BODIES = [
    (b"", {}), (b"\xff\xfe\x00", {"content_type": "application/x-www-form-urlencoded"}),
    (b"a=%ff%fe&a=%ED%A0%80&b[]=1&&==&=", {"content_type": "application/x-www-form-urlencoded"}),
    (b'{"a": 1}', {"content_type": "application/json"}), (b"x", {"content_type": ""}), (b"x", {"content_type": "text/plain; charset=x"}),
    (b"a=1", {"content_type": "application/x-www-form-urlencoded; charset=utf-16"}),
    (b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", _MULTIPART), (b"--y--", _MULTIPART),
    (b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../x\0.pdf\"\r\n\r\nMZ\r\n--x--\r\n", _MULTIPART),
    (b"x", {"content_type": "multipart/form-data"}), (b"x", {"content_type": "multipart/form-data; boundary=" + "x" * 300}),
]  # fmt: skip


@shares(len(BODIES))
def test_no_body_makes_a_page_fail(hostile, things, every):
    """Bytes that are no form, on every route."""
    for number, (body, options) in enumerate(BODIES):
        for route, address, who in share(pages(things), number, every):
            hostile.ask(
                f"POST {route.name} {body[:20]!r} {options}",
                hostile.client(who).generic,
                "POST",
                address,
                body,
                **options,
            )
    assert hostile.wrong == []


@shares(len(CORPUS))
def test_every_name_that_the_code_reads_may_be_anything(hostile, things, every):
    """Names that no page shows as a control (a key of a browser, a choice made elsewhere)."""
    names = parameters("POST")
    assert {"q", "next"} <= set(names)
    for number, nasty in enumerate(CORPUS):
        for route, address, who in share(pages(things), number, every):
            pairs = [(name, nasty) for name in names for _ in range(2)]
            hostile.ask(f"POST {route.name} {nasty[:20]!r}", send_pairs, hostile.client(who), address, pairs)
    assert hostile.wrong == []


HEADERS = [
    {"cookie": "sessionid=\0; csrftoken=" + "x" * 900}, {"cookie": "sessionid=" + "é" * 900}, {"cookie": "messages=x:y:z"},
    {"cookie": 'messages="[[\\"__json_message\\"' }, {"accept-language": "x" * 900}, {"accept": "\0"}, {"referer": "https://evil.example/\0"},
    {"hx-request": "true"}, {"hx-request": "true", "hx-current-url": "javascript:x", "hx-target": CANARY}, {"x-forwarded-for": CANARY},
    {"if-modified-since": "9999"}, {"if-none-match": "*"}, {"range": "bytes=0-"}, {"content-length": "-1"}, {"user-agent": CANARY},
    {"x-request-id": "a\r\nX: y"}, {"sec-purpose": "x"}, {"x-forwarded-host": "evil.example"}, {"origin": "null"},
]  # fmt: skip


@shares(len(HEADERS))
def test_no_header_makes_a_page_fail(hostile, things, every):
    asked = [*pages(things), *((route, "/admin/", "adam") for route in ADMIN_ROUTES[:1])]
    for number, headers in enumerate(HEADERS):
        for route, address, who in share(asked, number, every):
            client = (
                StrictClient(raise_request_exception=False) if "cookie" in headers else hostile.client(who)
            )
            hostile.ask(f"GET {route.name} {headers}", client.get, address, headers=headers)
    assert hostile.wrong == []


@shares(len(CORPUS) // 2)
def test_no_search_of_the_administration_fails(hostile, things, every):
    lists = [f"/{route.pattern}" for route in ADMIN_ROUTES if route.name.endswith("_changelist")]
    assert len(lists) > 6
    for number, nasty in enumerate(CORPUS):
        for address in share(lists, number, every):
            for name in ("q", "p", "o", "pk__exact", "name__contains"):
                query = quoted({name: nasty})
                hostile.ask(
                    f"{address} {name} {nasty[:20]!r}",
                    hostile.client("adam").get,
                    f"{address}?{query}",
                )
    assert hostile.wrong == []


PARTS = 4


@pytest.fixture
def read_by(hostile, monkeypatch) -> Callable[[str, str], list[str]]:
    """``read_by(who, address)``: the names that a page looks up in its address, whatever they hold there."""
    looked: set[str] = set()
    # An address that is taken apart looks up each of its own names.
    parsing: list[QueryDict] = []

    def looking(original: Callable[..., Any]) -> Callable[..., Any]:
        def look(self: QueryDict, key: Any, *args: Any) -> Any:
            if not parsing:
                looked.add(str(key))
            return original(self, key, *args)

        return look

    def parse(
        self: QueryDict, *args: Any, original: Callable[..., None] = QueryDict.__init__, **options: Any
    ) -> None:
        parsing.append(self)
        original(self, *args, **options)
        parsing.pop()

    for method in ("get", "getlist", "__getitem__", "__contains__"):
        monkeypatch.setattr(QueryDict, method, looking(getattr(QueryDict, method)))
    monkeypatch.setattr(QueryDict, "__init__", parse)

    def names(who: str, address: str) -> list[str]:
        looked.clear()
        for value in (None, "", "1", clock.today().isoformat()):
            query = quoted({} if value is None else dict.fromkeys(parameters("GET"), value))
            hostile.ask(
                f"GET {address} {value!r}",
                hostile.client(who).get,
                f"{address}{'&' if '?' in address else '?'}{query}",
            )
        return sorted(looked)

    return names


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_no_single_parameter_makes_a_page_fail(hostile, things, read_by, part):
    """Each value in each parameter that a page reads, alone: what is wrong in one is not hidden by another."""
    met = set()
    for route, address, who in pages(things)[part::PARTS]:
        joint = "&" if "?" in address else "?"
        for name in read_by(who, address):
            met.add(name)
            for nasty in CORPUS:
                hostile.ask(
                    f"GET {route.name} {name}={nasty[:20]!r}",
                    hostile.client(who).get,
                    f"{address}{joint}{quoted({name: nasty})}",
                )
    assert hostile.wrong == []
    assert len(met) > 5


def test_what_a_page_reads_is_found(hostile, things, read_by):
    found = set(read_by("alice", "/orientations/"))
    assert {"apres", "onglet", "tri"} <= found
    assert not set(parameters("GET")) <= found
