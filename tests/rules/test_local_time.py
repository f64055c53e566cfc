"""Local hours: there and back in every zone, and the hour that does not exist."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.local_time import NoSuchHour, local, moment, zone_words
from partners.territory.dataset import read_territory

ZONES = sorted({department.timezone for department in read_territory().departments})


@given(
    st.dates(date(2000, 1, 1), date(2050, 12, 31)),
    st.times().map(lambda hour: hour.replace(microsecond=0)),
    st.sampled_from(ZONES),
)
def test_what_is_typed_is_what_is_read(day, hour, zone):
    try:
        found = moment(day, hour, zone)
    except NoSuchHour:
        assert zone in ("Europe/Paris", "America/Miquelon")
        return
    assert found.tzinfo is UTC
    assert local(found, zone).replace(tzinfo=None) == datetime.combine(day, hour)


def test_the_hour_that_clocks_skip_does_not_exist():
    with pytest.raises(NoSuchHour):
        moment(date(2027, 3, 28), time(2, 30), "Europe/Paris")
    assert moment(date(2027, 3, 28), time(2, 30), "Indian/Reunion") == datetime(
        2027, 3, 27, 22, 30, tzinfo=UTC
    )


def test_an_hour_that_comes_twice_is_the_first():
    assert moment(date(2027, 10, 31), time(2, 30), "Europe/Paris") == datetime(
        2027, 10, 31, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_of_a_department_has_words(zone):
    words = zone_words(zone)
    assert (words == "") is (zone == "Europe/Paris")
    assert "/" not in words
