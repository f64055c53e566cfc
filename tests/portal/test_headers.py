"""Headers of every answer: the other methods of each route, the administration, refusals, failures and files too."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.test import Client

from portal import settings as portal_settings
from tests.access.matrix import ADMIN_ROUTES, ROUTES, RULES
from tests.access.probing import things, visitor
from tests.infra.servers import ROOT
from tests.portal.reading import check_answer, check_headers, check_inline

assert things  # the fixture of the matrix: addresses of real objects


def test_every_route_carries_the_headers_whatever_the_method(world, things):
    """What the matrix does not ask, GET and POST being checked there for everybody (``tests/access/test_matrix.py``)."""
    client = visitor(world, "alice")
    seen: Counter[int] = Counter()
    for route in ROUTES:
        rule = RULES[route.name]
        address = things.address(route, rule.about, "alice", rule.probe.query)
        for method in ("head", "put"):
            response = getattr(client, method)(address)
            check_answer(response, route.name, (method, route.name, response.status_code))
            seen[response.status_code] += 1
    assert seen.total() == 2 * len(ROUTES)
    assert seen[405] >= len(ROUTES)


def test_the_administration_carries_them_too(world):
    client = visitor(world, "adam")
    pages = [
        f"/{route.pattern}" for route in ADMIN_ROUTES if "<" not in route.pattern and "(" not in route.pattern
    ]
    assert len(pages) > 20
    for address in pages:
        for method in ("get", "post", "put"):
            response = getattr(client, method)(address)
            check_headers(response, (method, address, response.status_code))
            check_inline(response, (method, address))
            if "logout" in address:
                client = visitor(world, "adam")
        assert response.status_code == 405


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace", "options"])
def test_other_methods_are_refused(visit, method):
    response = getattr(visit("alice"), method)("/orientations/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("override", [
    {"headers": {"X-HTTP-Method-Override": "DELETE"}}, {"headers": {"X-Method-Override": "PUT"}},
    {"query_params": {"_method": "DELETE"}},
])  # fmt: skip
def test_a_method_is_not_overridden(world, visit, override):
    """What a page reads stays a reading, whatever else the request claims to be."""
    assert visit("alice").get("/orientations/", **override).status_code == 200
    assert visit("alice").post("/orientations/", {"_method": "GET"}, **override).status_code == 405


@pytest.fixture
def with_static_files(settings, tmp_path):
    """The middleware as in service, static files included (the tests do without, for speed)."""
    settings.MIDDLEWARE = portal_settings.MIDDLEWARE
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True


@pytest.mark.parametrize("address", [
    "/static/css/portal.css", "/static/js/portal.js", "/static/img/favicon.svg", "/static/admin/css/base.css",
])  # fmt: skip
def test_a_static_file_carries_them(with_static_files, db, address):
    response = Client().get(address)
    assert response.status_code == 200
    check_headers(response, address, kept=True)
    assert b"".join(response.streaming_content)
    response.close()
    assert "public" in response["Cache-Control"]


def test_a_static_file_that_does_not_exist_carries_them(with_static_files, db):
    response = Client().get("/static/css/absent.css")
    assert response.status_code == 404
    check_headers(response, "404")


def test_what_refuses_before_the_views_answers_with_them(settings, client):
    """The redirection to HTTPS asks for the name of the site: an unknown one is refused there and then."""
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["portail.example"]
    refused = client.get("/", headers={"host": "evil.example"})
    assert refused.status_code == 400
    check_headers(refused, "400")
    moved = client.get("/", headers={"host": "portail.example"})
    assert moved.status_code == 301
    check_headers(moved, "301")


def test_strict_transport_is_announced_over_https(settings, client, db):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    answer = client.get("/aide/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


PRINTED = (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "DEBUG", "DEMO", "MESSAGE_STORAGE", "DATABASES",
)  # fmt: skip
_PRINT = f"""
import json
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.http import HttpRequest
print(json.dumps({{name: getattr(settings, name) for name in {PRINTED}}} | {{
    "message_cookie": default_storage(HttpRequest()).cookie_name}}))
"""


def test_cookies_belong_to_the_host_in_production():
    """``__Host-``: over HTTPS only, from this very name, for all its paths; no other name may set or read them."""
    environment = os.environ | {
        "DATABASE_URL": "postgres://tu_app@db.example/portal",
        "SECRET_KEY": "for-this-test-only",
        "ALLOWED_HOSTS": "portail.example",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_LOGIN": "app",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PRINT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "message_cookie"):
        assert found[name].startswith("__Host-"), name
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT",
    ):
        assert found[name] is True, name
    assert found["SESSION_COOKIE_DOMAIN"] is found["CSRF_COOKIE_DOMAIN"] is None
    assert found["SESSION_COOKIE_PATH"] == found["CSRF_COOKIE_PATH"] == "/"
    assert found["SECURE_HSTS_SECONDS"] >= 31536000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert found["DEBUG"] is found["DEMO"] is False
    assert found["DATABASES"]["default"]["OPTIONS"]["connect_timeout"] <= 5


def test_signing_out_makes_the_browser_forget(visit):
    answer = visit("alice").post("/deconnexion/")
    assert '"cache"' in answer["Clear-Site-Data"]
    assert '"storage"' in answer["Clear-Site-Data"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("target", [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "javascript:alert(1)", "https:/evil.example", " //evil.example", "/\t/evil.example", "\0//evil.example",
    "data:text/html,x", "//evil.example\\@testserver/", "https://testserver@evil.example/",
])  # fmt: skip
def test_signing_in_leads_nowhere_else(world, client, target):
    response = client.post("/connexion/demonstration/", {"email": "alice@portail.example", "next": target})
    assert "evil" not in response.get("Location", "")
    html = client.get("/connexion/", {"next": target}).content.decode()
    assert "evil" not in html
    assert "javascript:" not in html
