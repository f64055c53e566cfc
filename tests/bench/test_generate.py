"""The data of the bench obey the rules of the house."""

from datetime import date

import pytest
from django.db import connection

from core import clock
from portal import consistency
from portal.bench import database, stories
from portal.bench.country import staff_of
from portal.bench.generate import JITTER
from tests.bench.conftest import SCALE
from tests.conftest import as_owner, as_worker


def test_the_data_are_consistent(tiny):
    with as_worker():
        breaches = [breach for _, found in consistency.run() for breach in found if not breach.warning]
    assert breaches == []


def test_the_data_are_of_the_right_size(tiny):
    assert tiny["youths_youth"] == 550
    # About 2.7 referrals a youth, as at the scale of the nation.
    assert 2.2 < tiny["referrals_referral"] / tiny["youths_youth"] < 3.3
    for table in tiny:
        assert tiny[table], table


def test_tables_keep_their_keys_and_their_protection(tiny):
    """What was taken off for the load is back."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY (%s) AND relrowsecurity AND relforcerowsecurity",
            [list(tiny)],
        )
        assert cursor.fetchone() == (len(tiny),)
        cursor.execute(
            "SELECT contype, count(*) FROM pg_constraint WHERE conrelid = 'referrals_referral'::regclass GROUP BY 1"
        )
        kinds = dict(cursor.fetchall())
        assert kinds["f"] >= 12
        assert kinds["p"] == 1
        assert kinds["u"] == 2
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'youths_accompaniment'")
        assert "youths_one_active_lead" in {row[0] for row in cursor.fetchall()}


def test_nobody_is_alone_in_their_story(tiny):
    """The same story is lived by several youths, in several Missions Locales."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT registered_with_id), count(DISTINCT last_name) FROM youths_youth"
        )
        missions_locales, names = cursor.fetchone()
    assert missions_locales == 4
    assert names > 100


def test_moments_stay_on_their_day(tiny):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM referrals_referralevent")
        (last,) = cursor.fetchone()
    assert clock.day_of(last) < clock.today()
    assert JITTER < 4 * 3600


def test_model_stories_are_the_same_twice(tiny):
    with as_owner():
        first = stories.tell(5, date(2026, 11, 2))
        second = stories.tell(5, date(2026, 11, 2))
    for model, rows in first.items():
        values = [field.attname for field in model._meta.concrete_fields if not field.generated]
        assert [[getattr(row, name) for name in values] for row in rows] == [
            [getattr(row, name) for name in values] for row in second[model]
        ]


@pytest.mark.parametrize("houses", [4, 45, 450])
def test_sizes_follow_a_power_law(houses):
    sizes = [staff_of(rank, houses, houses * 28) for rank in range(houses)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 2 * sizes[houses // 2]
    assert min(sizes) >= 3
    assert abs(sum(sizes) - houses * 28) <= houses


def test_a_scale_has_a_database_name_and_a_signature():
    assert database.name_of(0.1) == "bench_0_1"
    assert database.name_of(1) == "bench_1"
    assert database.signature(0.1) == database.signature(0.1)
    assert database.signature(0.1) != database.signature(SCALE)
