"""No small cell is found again from what is displayed (issue, must show 5).

Those who steer open every page of figures that they may ask for, and read it as a person does: HTML, rounded rates,
delays, the words beside a figure. All that the pages say, with all that the definitions imply, makes one system of
equations and bounds; a small count that has a single possible value in it is found.
"""

import pytest

from reporting.published import making
from tests.reporting import test_reconciliation
from tests.reporting.attack.world import published, read_by

WHO = ("nadia", "regis")


def essential(query):
    """Pages enough to hold the others: all programmes over each period; each programme of the nation, over a year."""
    if {"convention", "reseau"} & query.keys():
        return False
    if "dispositif" in query:
        return not {"region", "departement"} & query.keys() and query["periode"] == "12m"
    return "departement" not in query or query["periode"] == "12m"


def every(query):
    return True


@pytest.fixture
def two_schemes(monkeypatch):
    monkeypatch.setattr(test_reconciliation, "CODES", ("smv", "apprentissage"))


def found(visit, world, *, crossed=False, wanted=essential):
    reader, truth = read_by(visit, world, WHO, crossed=crossed, wanted=wanted)
    return reader.certain(truth)


def test_nobody_is_found_again(visit, world, now, two_schemes):
    published(world, 1, 90)
    assert found(visit, world) == []


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("crossed", "count"), [(False, 60), (False, 300), (True, 400)])
def test_nobody_is_found_again_from_every_page(visit, world, now, monkeypatch, seed, crossed, count):
    if crossed:
        monkeypatch.setattr(making, "CROSSED_FROM", 1)
    published(world, seed, count)
    assert found(visit, world, crossed=crossed, wanted=every) == []
