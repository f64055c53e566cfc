"""The measure of committee packs: they are made as the worker makes them, counted, and nothing is left of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from core import clock
from core.models import Document
from core.scope import system_scope
from core.working_days import add_months
from notifications.models import Notification
from partners.models import Committee, CommitteeMeeting
from portal.bench import packs
from portal.bench.packs import Made, Packs
from portal.bench.server import BenchError
from reporting.models import CommitteePack, ReferralFact
from reporting.packs import producing
from tests.conftest import as_worker

KEPT = (Committee, CommitteeMeeting, CommitteePack, Document, Notification)


def rows() -> dict[str, int]:
    with as_worker(), system_scope("test"):
        return {model.__name__: model._default_manager.count() for model in KEPT}


def files() -> list[Path]:
    return sorted(Path(settings.PRIVATE_FILES).glob("*/*"))


@dataclass(frozen=True)
class Measured:
    """Five packs in a batch, the day they were made, and the rows and the files there were before."""

    packs: Packs
    day: date
    rows: dict[str, int]
    files: list[Path]


@pytest.fixture(scope="module")
def measured(tiny) -> Measured:
    before, kept = rows(), files()
    with as_worker(), clock.travel(clock.now()):
        return Measured(packs.measure(5), clock.today(), before, kept)


def test_one_of_each_kind_is_made(measured):
    found = measured.packs
    assert [one.level for one in found.each] == ["national"] * 3 + ["regional"] * 3 + ["local"]
    assert len({one.convention for one in found.each}) == 7
    for one in [*found.each, *found.batch]:
        assert 20 < one.queries < 100
        assert 0 < one.sql_seconds < one.seconds


def test_the_batch_is_of_regions_and_places(measured):
    found = measured.packs
    assert [one.level for one in found.batch] == ["regional"] + ["local"] * 4
    assert len({one.convention for one in found.batch}) == 5
    assert found.seconds > sum(one.seconds for one in found.batch)


def test_a_pack_counts_what_the_country_sent(measured):
    """The whole of it: what is timed is the work, not an empty pack."""
    last = measured.day - timedelta(days=1)
    with as_worker(), system_scope("test"):
        sent = ReferralFact.objects.filter(
            programme="smv", sent_on__gt=add_months(last, -12), sent_on__lte=last
        ).count()
    counted = {one.convention: one.referrals for one in measured.packs.each}
    assert sent > 50
    assert counted["UNML-SMV-2024"] == sent


def test_nothing_is_left(measured):
    assert rows() == measured.rows
    assert files() == measured.files
    assert not connection.in_atomic_block


def test_a_pack_that_is_not_made_is_no_measure(tiny, monkeypatch):
    before = rows()
    monkeypatch.setattr(producing, "advance", lambda pack: False)
    with as_worker(), pytest.raises(BenchError, match="is not ready"):
        packs.measure(3)
    assert rows() == before


def test_the_budgets_are_those_of_the_design():
    fast = Made("local", "BANC-1", 40, 50, 0.3, 1.9)
    slow = Made("national", "UNML-SMV-2024", 337_902, 50, 1.1, 2.1)
    found = Packs([slow, fast], [fast] * 450, 1.0)
    assert found.budget == 300
    national, local = found.lines()[2:4]
    assert national.split()[-2:] == ["s", "over"]
    assert local.split()[-2:] == ["s", "ok"]
    (batch,) = [line for line in found.lines() if line.startswith("450 ")]
    assert "856.0 s" in batch
    assert batch.endswith("≤ 300 s  over")
    assert Packs([], [fast] * 45, 0.0).budget == 30
    assert found.as_json()["batch_s"] == 856


@pytest.mark.parametrize(("scale", "size"), [(1, 450), (0.1, 45), (0.0005, 3), (2, 450)])
def test_a_smaller_country_has_a_smaller_batch(scale, size):
    assert packs.size_at(scale) == size
