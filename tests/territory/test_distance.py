"""Distances as the crow flies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.territory.dataset import city_of, read_territory
from partners.territory.distance import EARTH_KM, KM_PER_DEGREE, Place, distance_km, place_of

places = st.builds(Place, st.floats(-180, 180), st.floats(-90, 90))


@given(places, places)
def test_distance_is_symmetrical_and_bounded(one, other):
    there, back = distance_km(one, other), distance_km(other, one)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= EARTH_KM * 3.1416


@given(places)
def test_nowhere_is_far_from_itself(place):
    assert distance_km(place, place) == pytest.approx(0, abs=1e-3)


@given(st.floats(-180, 180), st.floats(-90, 89))
def test_a_degree_of_latitude_is_the_same_everywhere(longitude, latitude):
    there = distance_km(Place(longitude, latitude), Place(longitude, latitude + 1))
    assert there == pytest.approx(KM_PER_DEGREE, rel=1e-6)


def test_known_distances():
    towns = {row.code: place_of(row.longitude, row.latitude) for row in read_territory().municipalities}
    assert distance_km(towns["17300"], towns["29019"]) == pytest.approx(353, abs=5)
    assert distance_km(towns["97411"], towns["97611"]) == pytest.approx(1430, abs=30)
    assert towns["98818"] is None


def test_a_place_needs_both_coordinates():
    assert place_of(None, 1.0) is place_of(1.0, None) is None
    assert place_of(0.0, 0.0) == Place(0, 0)


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("75112", "75056"),
        ("69381", "69123"),
        ("69390", "69390"),
        ("13201", "13055"),
        ("17300", "17300"),
        ("13055", "13055"),
    ],
)
def test_an_arrondissement_is_a_part_of_its_city(code, city):
    assert city_of(code) == city
