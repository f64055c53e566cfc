"""How many statements each page takes: a small baseline, updated on purpose (UPDATE_BASELINE=1)."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from accounts.models import User
from core import clock
from portal.bench.counting import Statements
from portal.bench.pages import BASE, LIST, QUERIES, ROWS, Page, Person, pages, people
from portal.bench.raw import parameters, statements
from portal.bench.report import baseline_of
from tests.client import StrictClient
from tests.conftest import as_owner

BASELINE = Path(__file__).resolve().parent.parent / "query_baseline.json"


@pytest.fixture(scope="module")
def asked(tiny) -> dict[str, tuple[Page, Person | None]]:
    """The pages by their key, with who asks."""
    with override_settings(ROOT_URLCONF="portal.bench.urls"), as_owner():
        found = people()
        return {page.key: (page, found.get(page.who)) for page in pages(found)}


@pytest.fixture(scope="module")
def counted(asked) -> dict[str, list[str]]:
    """The statements of each page, asked a second time: what a process keeps is then there.

    The clock is held: a session writes that it was used once a minute, on whatever page that falls.
    """
    kept = {}
    clients: dict[str, StrictClient] = {}
    with override_settings(ROOT_URLCONF="portal.bench.urls"), clock.travel(clock.now()):
        for key, (page, person) in asked.items():
            client = clients.setdefault(page.who, StrictClient())
            if person is not None and not client.cookies:
                client.force_login(User.objects.get(pk=person.user))
            for _ in range(2):
                found = Statements()
                with connection.execute_wrapper(found):
                    asks = client.get if page.posted is None else client.post
                    response = asks(page.path, page.posted)
                    assert response.status_code == page.status, key
            kept[key] = [sql for sql, _ in found.kept]
    return kept


def _told(statements: list[str]) -> str:
    return "\n".join(f"  {number}. {' '.join(sql.split())}" for number, sql in enumerate(statements, start=1))


def test_the_numbers_of_queries_are_those_of_the_baseline(counted):
    numbers = {key: len(found) for key, found in sorted(counted.items())}
    if os.environ.get("UPDATE_BASELINE"):
        BASELINE.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    known = json.loads(BASELINE.read_text(encoding="utf-8"))
    different = {key for key in known.keys() | numbers.keys() if known.get(key) != numbers.get(key)}
    assert not different, "\n".join(
        f"{key}: {numbers.get(key)} queries, the baseline has {known.get(key)}\n{_told(counted.get(key, []))}"
        for key in sorted(different)
    )


def test_no_page_passes_its_budget(asked, counted):
    over = {
        key: found
        for key, found in counted.items()
        if (limit := QUERIES.get(asked[key][0].kind)) and len(found) > limit
    }
    assert not over, "\n".join(f"{key}: {len(found)} queries\n{_told(found)}" for key, found in over.items())


def test_the_raw_sql_of_lists_runs_for_who_asks(asked):
    """Each list is compared with a file that PostgreSQL accepts, for at most a page of rows."""
    with as_owner(), connection.cursor() as cursor:
        for page, person in asked.values():
            assert (page.kind == LIST) == bool(page.raw), page.key
            if page.raw:
                rows, count = statements(page.raw)
                cursor.execute(rows, parameters(person))
                assert len(cursor.fetchall()) <= ROWS + 1
                cursor.execute(count, parameters(person))
                assert cursor.fetchone() is not None


def test_the_empty_page_and_the_sign_of_life_have_no_budget(asked):
    assert [page.name for page, _ in asked.values() if page.kind == BASE] == ["empty page", "sign of life"]


def test_a_baseline_keeps_no_time():
    page = {
        "page": "youths",
        "who": "manager",
        "kind": LIST,
        "queries": 6,
        "bytes": 1,
        "rows": 50,
        "ratio": 3.2,
    }
    report = {"scale": 0.1, "rows": {}, "pages": [page | {"p50_ms": 12.0}]}
    assert baseline_of(report)["pages"] == [page]
