"""No small cell is found again from what is displayed (issue, must show 5).

Those who steer open every page of figures that they may ask for, and read it as a person does: HTML, rounded rates,
delays, the words beside a figure. All that the pages say, with all that the definitions imply, makes one system of
equations and bounds; a small count that has a single possible value in it is found.
"""

from datetime import timedelta
from itertools import cycle

import numpy as np
import pytest

from core.suppression import is_small
from partners.models import (
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionParty,
    Organisation,
)
from reporting.indicators.base import Indicator
from reporting.packs import counts, data, producing
from reporting.published import making
from reporting.published.lattice import Lattice
from tests.conftest import as_owner, as_worker
from tests.reporting import test_reconciliation
from tests.reporting.attack.solver import System
from tests.reporting.attack.world import published, read_by
from tests.reporting.conftest import NOW

WHO = ("nadia", "regis")


def essential(query):
    """Pages enough to hold the others: all programmes over each period; each programme of the nation, over a year."""
    if {"convention", "reseau"} & query.keys():
        return False
    if "dispositif" in query:
        return not {"region", "departement"} & query.keys() and query["periode"] == "12m"
    return "departement" not in query or query["periode"] == "12m"


TWO, FIVE = ("smv", "apprentissage"), test_reconciliation.CODES


@pytest.fixture
def two_schemes(monkeypatch):
    monkeypatch.setattr(test_reconciliation, "CODES", TWO)


def found(visit, world, *, crossed=False, wanted=essential, enough=1000, whole=False):
    reader, truth = read_by(visit, world, WHO, crossed=crossed, wanted=wanted)
    return reader.certain(truth, enough, whole=whole)


def test_nobody_is_found_again(visit, world, now, two_schemes):
    published(world, 1, 90)
    assert found(visit, world, whole=True) == []


@pytest.mark.prove
def test_nobody_is_found_again_among_more_schemes(visit, world, now):
    published(world, 1, 300)
    assert found(visit, world) == []


@pytest.fixture
def packs(world, convention, settings, tmp_path):
    """``packs()``: the committees of the nation and of its regions meet on one day, about the same people.

    ``themes`` are those of which there is a national convention with its declinations; ``local``: the Mission Locale of
    each department and its partner have theirs too. ``rhythms`` are the months that each pack counts, in turn; ``year``:
    the reports on that year instead of committees.
    """
    settings.PRIVATE_FILES = tmp_path / "documents"

    def declined(above: Convention, region: str) -> None:
        code = f"{above.code}-{region}"
        regional = Convention.objects.create(
            code=code,
            title="Déclinaison",
            level="regional",
            region_id=region,
            themes=above.themes,
            parent=above,
        )
        ConventionParty.objects.create(convention=regional, organisation=world.org("UNML"))
        Commitment.objects.create(
            convention=regional, theme=above.themes[0], wording="Répondre.", measure="answers_returned"
        )
        Committee.objects.create(convention=regional, name="Comité régional")

    def national(theme: str) -> Convention:
        if theme in convention.themes:
            return convention
        one = Convention.objects.create(code=f"UNML-{theme}", title=theme, level="national", themes=[theme])
        ConventionParty.objects.create(convention=one, organisation=world.org("UNML"))
        Committee.objects.create(convention=one, name="Comité national")
        return one

    def between(above: Convention) -> None:
        """A local convention in each department."""
        for region, department in test_reconciliation.PLACES:
            code = f"{above.code}-{department}"
            one = Convention.objects.create(
                code=code, title="Locale", level="local", region_id=region, themes=above.themes, parent=above
            )
            for party in Organisation.objects.filter(code__endswith=f"-{department}", code__startswith="R-"):
                ConventionParty.objects.create(convention=one, organisation=party)
            Committee.objects.create(convention=one, name="Comité local")

    def prepare(themes=("smv",), regions=("75",), rhythms=(12,), year=None, local=False):
        wanted = []
        with as_owner():
            for theme in themes:
                wanted.append(national(theme))
                for region in regions:
                    declined(wanted[-1], region)
                if local:
                    between(wanted[-1])
            committees = list(Committee.objects.order_by("pk"))
            for committee, months in zip(committees, cycle(rhythms), strict=False):
                committee.frequency_months = months
                committee.save()
                if year is None:
                    due = NOW.date() + timedelta(days=settings.PACK_LEAD_DAYS)
                    CommitteeMeeting.objects.create(committee=committee, held_on=due)
        with as_worker():
            if year is not None:
                for committee in committees:
                    producing.claim_report(committee.convention, year)
            each = 1 + len(regions) + (len(test_reconciliation.PLACES) if local else 0)
            assert producing.prepare_due() == len(committees) == len(themes) * each

    return prepare


def test_nobody_is_found_again_with_the_packs(visit, world, now, two_schemes, packs):
    """The packs of the nation and of its regions, read with all the pages."""
    published(world, 3, 90)
    packs(regions=("75", "53"))
    assert found(visit, world, whole=True) == []


@pytest.mark.prove
@pytest.mark.parametrize(
    ("codes", "seed", "count", "kind"),
    [
        (TWO, 4, 160, {}),
        (TWO, 4, 160, {"rhythms": (6, 12, 3, 12, 4, 6)}),
        (TWO, 4, 160, {"year": 2025}),
        (FIVE, 2, 300, {}),
        (FIVE, 2, 300, {"local": True}),
        (FIVE, 2, 300, {"rhythms": (6, 12, 3, 12, 4, 6)}),
    ],
    ids=[
        "two",
        "two, periods that cross",
        "two, reports on a year",
        "five",
        "five, local ones",
        "five, periods that cross",
    ],
)
def test_nobody_is_found_again_with_the_packs_of_several_schemes(
    visit, world, now, packs, monkeypatch, codes, seed, count, kind
):
    """Two schemes with the packs of the nation and of both regions, alone in the country or beside three others."""
    monkeypatch.setattr(test_reconciliation, "CODES", codes)
    published(world, seed, count)
    packs(TWO, ("75", "53"), **kind)
    assert found(visit, world) == []


@pytest.mark.prove
@pytest.mark.parametrize("lost", ["the bounds", "what is left aside"])
def test_the_attack_finds_what_less_in_the_packs_would_tell(
    visit, world, now, packs, monkeypatch, two_schemes, lost
):
    """The test above can fail: without each part of what protects several packs, somebody is found."""
    if lost == "the bounds":
        monkeypatch.setattr(data, "_is_bound", lambda counts, steps: False)
    else:
        monkeypatch.setattr(counts, "counted_together", lambda places, aside: frozenset())
    published(world, 4, 160)
    packs(TWO, ("75", "53"))
    assert found(visit, world, enough=1) != []


@pytest.mark.prove
def test_the_attack_finds_what_two_packs_would_tell(visit, world, now, two_schemes, packs, monkeypatch):
    """The test above can fail: the pack of a region that ignores that of the nation tells what it hides."""
    monkeypatch.setattr(data, "line_above", lambda pack, perimeter: None)
    published(world, 3, 90)
    packs(regions=("75", "53"))
    assert found(visit, world, enough=1) != []


def test_a_quantity_that_leaves_one_whole_number_is_found():
    """Between 1.5 and 2.5 there is 2 alone; between 1.5 and 3.5 nobody knows."""
    system = System()
    alone, open_ = system.column(), system.column()
    system.know({alone: 2}, 3, 5, "twice")
    system.know({open_: 2}, 3, 7, "twice")
    targets = {"alone": {alone: 1}, "open": {open_: 1}, "both": {alone: 1, open_: 1}}
    assert system.certain(targets, np.array([2.0, 2.0])) == ["alone"]
    # One or three, never two: whole numbers alone tell which when it is under three.
    odd, half = system.column(), system.column()
    system.know({odd: 1, half: 2}, 3, 3, "odd")
    system.know({odd: 1}, 0, 2.5, "under three")
    for whole, certain in ((False, []), (True, ["odd"])):
        assert system.certain({"odd": {odd: 1}}, np.array([2.0, 2.0, 1.0, 1.0]), whole=whole) == certain


def only_the_small_ones(self, counts, hidden=()):
    """The first thought: hide what is small, and nothing that would tell it."""
    shown = {}
    for key, count in counts.items():
        ways = [axis.ways[node] for axis, node in zip(self.axes, key, strict=True)]
        for step in ways[0]:
            for period in ways[1]:
                for programme in ways[2]:
                    for territory in ways[3]:
                        above = step, period, programme, territory
                        shown[above] = shown.get(above, 0) + count
    return {key: None if is_small(value) else value for key, value in shown.items()}


@pytest.mark.prove
@pytest.mark.parametrize("lost", ["the complement", "the bounds"])
def test_the_attack_finds_what_less_would_show(visit, world, now, monkeypatch, two_schemes, lost):
    """The tests above can fail: with each part of the protection lost, somebody is found."""
    if lost == "the complement":
        monkeypatch.setattr(Lattice, "hide", only_the_small_ones)
    else:
        monkeypatch.setattr(Indicator, "steps", frozenset())
        monkeypatch.setattr(making, "_parts", lambda indicator, sight: None)
    published(world, 1, 90)
    assert found(visit, world, enough=1) != []
