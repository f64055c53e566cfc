"""What every answer carries, and the pages of errors: in French, sober, and ours."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.access.matrix import ROUTES
from tests.access.test_matrix import ADMIN, PORTAL, things, visitor
from tests.conftest import as_owner

assert things  # the fixture of the matrix: addresses of real objects

DIRECTIVES = {
    "default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "form-action": "'self'",
    "frame-ancestors": "'none'",
}  # fmt: skip


def check_headers(response, where: str) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip()
    )
    if policy != {"sandbox": ""} and "default-src" in policy:
        for name, wanted in DIRECTIVES.items():
            assert policy[name] == wanted, (where, name)
        assert "unsafe" not in str(policy), where
        assert "http" not in str(policy), where
        assert "*" not in str(policy), where
        for name in ("script-src", "style-src"):
            assert set(re.sub(r"'nonce-[^']+'", "", policy[name]).split()) == {"'self'"}, where
    assert response["X-Content-Type-Options"] == "nosniff", where
    assert response["X-Frame-Options"] == "DENY", where
    assert response["Referrer-Policy"] == "same-origin", where
    assert response["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert "camera=()" in response["Permissions-Policy"], where
    assert "no-store" in response["Cache-Control"], where
    assert "Server" not in response, where


def check_inline(response, where: str) -> None:
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    html = response.content.decode()
    assert not re.search(r"<[a-z][^>]*\sstyle=", html), where
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", html), where
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", html):
        assert "src=" in tag or "application/json" in tag or "nonce=" in tag, (where, tag)


@pytest.mark.parametrize("who", ["alice", "nadia", "anonymous"])
def test_every_route_carries_the_headers(world, things, who):
    client = visitor(world, who)
    for route in PORTAL:
        rule = ROUTES[route.name]
        response = client.get(things.address(route, rule.target, "alice", rule.query))
        if route.name == "reporting:pack_document" and response.status_code == 200:
            assert response["Content-Security-Policy"] == "sandbox"
            assert response["Content-Disposition"].startswith("attachment")
            continue
        check_headers(response, route.name)
        check_inline(response, route.name)


def test_the_administration_carries_them_too(world):
    client = visitor(world, "adam")
    pages = [f"/{route.pattern}" for route in ADMIN if "<" not in route.pattern and "(" not in route.pattern]
    assert len(pages) > 20
    for address in pages:
        response = client.get(address)
        check_headers(response, address)
        check_inline(response, address)
        if response.status_code == 302:
            client = visitor(world, "adam")


# --- Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "address"), [
    ("alice", "/nulle-part/"), ("anonymous", "/nulle-part/"), ("alice", "/jeunes/00000000-0000-4000-8000-000000000000/"),
])  # fmt: skip
def test_a_page_that_does_not_exist(world, who, address):
    response = visitor(world, who).get(address)
    assert response.status_code == 404
    assert "Cette page n’existe pas, ou n’est pas pour vous" in response.content.decode()
    check_headers(response, address)


def test_a_form_left_open_too_long(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user("alice"))
    response = client.post("/jeunes/nouveau/", {"last_name": "X"})
    assert response.status_code == 403
    html = response.content.decode()
    assert "Votre page était ouverte depuis trop longtemps" in html
    assert 'lang="fr"' in html
    check_headers(response, "csrf")
    check_inline(response, "csrf")


def test_an_unknown_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["portail.example"]
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()
    assert 'lang="fr"' in response.content.decode()


def test_a_failure_is_said_without_asking_the_database(world, visit, monkeypatch):
    """The page of error is made even when the transaction is broken."""

    def broken(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr("youths.views.with_lead", broken)
    alice = visit("alice")
    alice.raise_request_exception = False
    response = alice.get(reverse("youths:list"))
    assert response.status_code == 500
    assert "Ce n’est pas de votre fait." in response.content.decode()
    check_headers(response, "500")


def test_what_is_broken_answers_as_it_should_afterwards(world, visit):
    """One failed request leaves nothing behind for the next one on the same connection."""
    alice = visit("alice")
    alice.raise_request_exception = False
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON core_auditentry FROM tu_app")
    assert alice.get("/jeunes/").status_code == 500
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("GRANT INSERT ON core_auditentry TO tu_app")
    assert alice.get("/jeunes/").status_code == 200
