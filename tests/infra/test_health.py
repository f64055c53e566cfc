"""/sante/vivante and /sante/prete: what they say, and that they say it to anybody, quickly."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from core import clock
from core.models import Heartbeat
from portal import health
from tests.conftest import as_owner
from tests.infra.servers import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive() -> None:
    """Beat and outbox gave a sign of life just now."""
    for name in ("beat", "outbox", "seal"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def age(name: str, by: timedelta) -> None:
    Heartbeat.objects.filter(name=name).update(at=clock.now() - by)


def test_alive_without_a_single_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/sante/vivante")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready(alive) -> None:
    response = Client().get("/sante/prete")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "beat": "ok",
            "outbox": "ok",
            "seal": "ok",
            "broker": "ok",
        },
    }
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "limit"),
    [("beat", health.BEAT_LATE), ("outbox", health.OUTBOX_LATE), ("seal", health.SEAL_LATE)],
)
def test_what_is_late_degrades_but_pages_are_served(alive, name: str, limit: timedelta) -> None:
    age(name, limit + timedelta(seconds=5))
    response = Client().get("/sante/prete")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"][name] == "late"


def test_before_the_first_sign_of_life() -> None:
    Heartbeat.objects.all().delete()
    response = Client().get("/sante/prete")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


def test_a_missing_migration_is_not_ready(alive, monkeypatch) -> None:
    monkeypatch.setattr(health, "_migrations_applied", False)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core' AND name = '0001_initial'")
    response = Client().get("/sante/prete")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "missing"
    assert response["Retry-After"] == "5"


def test_a_broker_that_is_down_degrades_within_a_second(alive, settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    started = time.monotonic()
    response = Client().get("/sante/prete")
    assert time.monotonic() - started < 1
    assert (response.status_code, response.json()["checks"]["broker"]) == (200, "down")


def test_nothing_but_reading_is_accepted() -> None:
    assert Client().post("/sante/vivante").status_code == 405
    assert Client().post("/sante/prete").status_code == 405
