"""Log lines of a portal in service: one line each, in UTC, and nobody in them."""

import io
import json
import logging
import os
import subprocess
import sys
from datetime import datetime

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from core import outbox
from core.hooks import outbox_handlers
from core.logs import JsonFormatter
from core.request_id import RequestIdFilter
from portal import settings as portal_settings
from tests.conftest import as_owner, as_worker
from tests.infra.servers import ROOT
from youths.models import Youth

# Names that nothing else in the code or the data holds.
CANARIES = [
    "Canarisseau",
    "Serinette",
    "serinette.canari@canari.example",
    "0639980777",
    "06 39 98 07 77",
    "Rossignolet",
]


@pytest.fixture
def lines():
    """Every line that the portal logs during a test, written as in service, at a level that says more."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestIdFilter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: stream.getvalue().splitlines()
    root.removeHandler(handler)
    root.setLevel(before)


def read(line: str) -> dict:
    found = json.loads(line)
    assert datetime.fromisoformat(found["at"]).utcoffset().total_seconds() == 0
    assert {"level", "logger", "message"} <= set(found)
    return found


def test_a_line_stays_one_line(lines):
    logging.getLogger("essai").warning('une\r\n{"level": "ERROR"}\u2028deux \x1b[31m%s', "trois\nquatre")
    (line,) = lines()
    assert line.isascii()
    assert read(line)["message"].startswith("une\r\n")
    assert read(line)["level"] == "WARNING"


def test_an_error_is_its_class_and_its_places(lines):
    try:
        try:
            raise ValueError("Canarisseau est né en 2005")
        except ValueError as error:
            raise RuntimeError("dossier de Canarisseau") from error
    except RuntimeError as error:
        logging.getLogger("essai").exception("rangée 12 : %s (%r)", error, error)
    (line,) = lines()
    found = read(line)
    assert found["message"] == "rangée 12 : RuntimeError (RuntimeError)"
    assert [one["type"] for one in found["error"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "test_logs.py" in found["error"][0]["places"][-1]
    assert "Canarisseau" not in line


def test_a_refusal_of_the_database_says_which_rule(lines, db):
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO partners_region (code, name) VALUES ('75', 'Canarisseau'), ('75', 'Canarisseau')"
            )
    except IntegrityError:
        logging.getLogger("essai").exception("refus")
    (line,) = lines()
    assert read(line)["error"][0]["type"] == "django.db.utils.IntegrityError"
    cause = read(line)["error"][1]
    assert cause["sqlstate"] in ("23505", "42501")
    assert "Canarisseau" not in line


@pytest.fixture
def canary(world):
    """A youth of Alice whose every word is a canary."""
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            last_name="Canarisseau",
            first_name="Serinette",
            email="serinette.canari@canari.example",
            phone="06 39 98 07 77",
        )
    return world.youth("yann")


def test_a_session_leaves_nobody_in_the_logs(world, canary, lines, monkeypatch):
    """Pages, searches, mistakes, refusals, failures of the database and of the worker, all about the same person."""
    client = Client(raise_request_exception=False)
    client.post("/connexion/", {"username": "rossignolet@canari.example", "password": "Rossignolet"})
    client.force_login(world.user("alice"))
    detail = reverse("youths:detail", args=[canary.uuid])
    assert "Canarisseau" in client.get(detail).content.decode()
    client.post(reverse("youths:search"), {"q": "Canarisseau"}, follow=True)
    client.get("/jeunes/Canarisseau/")
    client.get("/jeunes/\nCanarisseau%0a/?q=Serinette")
    client.get("/", {"apres": "Canarisseau"})
    client.post(reverse("youths:create"), {"last_name": "Canarisseau", "birth_date": "Serinette"})
    client.get("/", headers={"host": "canarisseau.example"})
    client.put(f"{detail}?nom=Canarisseau", "Canarisseau")
    client.post(f"{detail}Canarisseau/", {"text": "Serinette"})
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.user("alice"))
    strict.post(f"{reverse('youths:create')}?nom=Canarisseau", {"last_name": "Serinette"})

    def refused(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'Canarisseau'::int")

    monkeypatch.setattr("youths.listing.views.first", refused)
    client.post(reverse("youths:search"), {"q": "Canarisseau"})
    assert client.get(f"{reverse('youths:list')}?recherche=1").status_code == 500

    def lost(payload: dict) -> None:
        raise ValueError("Canarisseau n’a pas d’adresse")

    kind = next(iter(outbox_handlers))
    monkeypatch.setattr(outbox, "outbox_handlers", {kind: lost})
    outbox.post(kind, {}, effect_key="essai-canari")
    with as_worker():
        outbox.deliver()

    written = lines()
    said = {read(line)["logger"] for line in written}
    assert {"django.request", "core.outbox"} <= said
    assert any(logger.startswith("django.security") for logger in said)
    assert any(read(line).get("route") == "/jeunes/" and read(line).get("error") for line in written)
    text = "\n".join(written).casefold()
    known = [canary for canary in CANARIES if canary.casefold() in text.replace("canarisseau.example", "")]
    assert known == []


def test_no_mail_carries_a_request():
    """Django would send what people typed to its administrators."""
    assert portal_settings.LOGGING["loggers"]["django"]["handlers"] == []


_SAY = """
import logging
import django
django.setup()
logging.getLogger("django.request").error("Internal Server Error: %s", "/x")
logging.getLogger("celery.app.trace").warning("Task %(name)s raised %(exc)s", {"name": "n", "exc": "e"})
"""


@pytest.mark.parametrize("in_service", [True, False])
def test_lines_are_json_in_service_and_words_in_the_demo(in_service):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "for-this-test-only", "PORTAL_LOGIN": "app",
    }  # fmt: skip
    if in_service:
        environment["DATABASE_URL"] = "postgres://tu_app@db.example/portal"
    done = subprocess.run(
        [sys.executable, "-c", _SAY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    written = done.stderr.splitlines()
    assert len(written) == 2
    for line in written:
        if in_service:
            read(line)
        else:
            assert "[-]" in line
