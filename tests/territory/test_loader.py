"""The territory in PostgreSQL: loaded once, twice, and over a stale copy."""

import time

import pytest
from django.db import connection

from partners.models import Department, Municipality, Region
from partners.territory.loader import load_territory
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_owner(db):
    """The territory is loaded by the owner of the tables."""
    with as_owner():
        yield


def test_load_then_again_changes_nothing():
    steps = []
    started = time.monotonic()
    first = load_territory(connection, lambda done, total, label: steps.append((done, total, label)))
    seconds = time.monotonic() - started
    # The shared world already holds two regions and three departments, as they are.
    assert first == {"partners_region": 16, "partners_department": 106, "partners_municipality": 35_014}
    assert steps == [(1, 3, "régions"), (2, 3, "départements"), (3, 3, "communes")]
    assert seconds < 20  # about 1.5 s alone; the margin is for a busy machine
    assert load_territory(connection) == dict.fromkeys(first, 0)
    assert (Region.objects.count(), Department.objects.count(), Municipality.objects.count()) == (
        18,
        109,
        35_014,
    )


def test_types_and_nulls_survive_the_copy():
    load_territory(connection)
    ajaccio = Municipality.objects.get(code="2A004")
    assert ajaccio.postcodes == ["20000", "20090", "20167"]
    assert ajaccio.department.region.name == "Corse"
    assert ajaccio.latitude == pytest.approx(41.932, abs=0.01)
    noumea = Municipality.objects.get(code="98818")
    assert noumea.longitude is None
    assert noumea.department.region is None
    assert noumea.department.kind == Department.Kind.COLLECTIVITY
    assert noumea.department.timezone == "Pacific/Noumea"
    assert Municipality.objects.get(search_name="l abergement clemenciat").code == "01001"


def test_a_stale_row_is_corrected_and_an_abolished_one_stays():
    load_territory(connection)
    Municipality.objects.filter(code="17300").update(name="Ancien nom", population=1)
    Municipality.objects.create(code="17999", name="Abolie", department_id="17", search_name="abolie")
    assert load_territory(connection)["partners_municipality"] == 1
    assert Municipality.objects.get(code="17300").name == "La Rochelle"
    assert Municipality.objects.filter(code="17999").exists()
