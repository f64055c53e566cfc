"""The worked example: 43 fictitious Missions Locales, three plans, each amount known in advance to the cent."""

import random

import pytest

from reporting.funding.rules import split
from tests.rules import funding_43


@pytest.mark.parametrize("name", funding_43.PLANS)
def test_each_receives_what_was_computed_by_another_way(name):
    places = funding_43.places()
    random.Random(43).shuffle(places)
    lines = split(places, funding_43.PLANS[name])
    assert len(lines) == 43
    assert {line.place.code: line.amount for line in lines} == funding_43.expected()[name]
    assert sum(line.amount for line in lines) == 13_600_000_00


def test_the_example_is_worth_its_name():
    """The three plans differ, some are held by a cap on each side, and some by none."""
    lines = {name: split(funding_43.places(), plan) for name, plan in funding_43.PLANS.items()}
    assert len({tuple(line.amount for line in found) for found in lines.values()}) == 3
    assert {line.held for line in lines["plafonds"]} == {"top", "bottom", ""}
