"""The published figures: exact where they are shown, hidden once for every page, and solved by nobody."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.scope import acting_as
from core.suppression import is_small
from reporting import stats
from reporting.models import Edition, PublishedCell, PublishedOrganisation
from reporting.periods import COMPARED, PERIODS, QUARTERS, span_of
from reporting.published import lattice as listed
from reporting.published import making, organisations
from reporting.published.lattice import Calendar, Lattice
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW, PATHS
from tests.reporting.solving import Reader, leaves_under

OLD = NOW - timedelta(days=90)


@pytest.fixture
def country(story, publish, now):
    story(12, "completed", sent_at=OLD)
    story(8, "declined", sent_at=OLD)
    story(6, "silent", sent_at=OLD)
    story(7, "started", sent_at=OLD)
    story(3, "sent", sender="ML_C", recipient="SMV_C", sent_at=OLD)
    story(10, "declined", sent_at=NOW - timedelta(days=400))
    return publish()


def cell(territory="", programme="", period="12m"):
    with as_owner():
        return PublishedCell.objects.get(territory=territory, programme=programme, period=period)


def test_what_is_shown_is_exact_and_what_is_small_is_hidden_everywhere(country):
    assert cell().steps == [36, 27, 19, 19, 12, 12]
    assert cell("53").steps == [None, 0, 0, 0, 0, 0]
    # The only other region would give the three of Bretagne by a subtraction.
    # Few referrals: a programme is read for the nation only.
    assert cell("75").steps == [None, 27, 19, 19, 12, 12]
    with as_owner():
        assert not PublishedCell.objects.filter(territory="75", programme="smv").exists()


def test_a_rate_is_shown_with_what_it_is_made_of_or_not_at_all(country):
    found = cell("75").figures
    assert (found["outcome_known"], found["entry"], found["completed"]) == (100, 100, 12)
    # Over what was sent, that is hidden.
    assert found["answer_rate"] is None
    assert found["answered_in_10"] is None
    # Nothing to compare: an indicator that is not computable is absent.
    assert "positive_m6" not in found


def test_a_longer_period_less_the_quarters_drawn_gives_no_shorter_one_back(story, publish, now):
    """Three of the last months were answered among those due: the year less its other quarter would say so."""
    story(20, "declined", sent_at=NOW - timedelta(days=120))
    story(6, "silent", sent_at=NOW - timedelta(days=120))
    story(3, "declined", sent_at=NOW - timedelta(days=60))
    story(9, "silent", sent_at=NOW - timedelta(days=60))
    # Too recent for their answer to be due.
    story(6, "declined", sent_at=NOW - timedelta(days=5))
    publish()
    assert [cell(period=period).steps[:2] for period in ("year", "q1")] == [[44, 29], [26, 20]]
    shares = [cell(period=period).figures["answers_given"] for period in ("3m", "year", "12m", "since")]
    assert shares == [None] * 4
    story(2, "declined", sent_at=NOW - timedelta(days=60))
    publish()
    shares = [cell(period=period).figures["answers_given"] for period in ("3m", "year", "12m", "since")]
    assert shares == [36, 62, 62, 62]


def test_who_is_under_way_is_hidden_where_nobody_gave_up(country, story, publish, monkeypatch):
    """Those accepted less those who ended: it would be told where a group has few."""
    assert cell().figures["under_way"] is None
    monkeypatch.setitem(PATHS, "given_up", ["send", "receive", "accept", "withdraw"])
    story(5, "given_up", sent_at=OLD)
    publish()
    assert cell().figures["under_way"] == 7


def test_each_year_ago_is_published_too(country):
    assert cell("75", period="12m-1").steps[:3] == [10, 10, 0]


def test_another_edition_takes_the_place_of_the_last_one(country, publish, story):
    story(9, "declined", sent_at=OLD)
    again = publish()
    with as_owner():
        assert list(Edition.objects.values_list("pk", flat=True)) == [again.pk]
    assert cell("D17").steps[1] == 36


def test_an_edition_is_made_once_a_day_and_when_somebody_asks(country, travel):
    with as_worker():
        assert not making.publish_due()
        with transaction.atomic():
            making.ask({})
            making.ask({})
        assert making.publish_due()
        assert not making.publish_due()
        # A missed night is caught up.
        travel(NOW + timedelta(days=3))
        assert making.publish_due()
        last = Edition.objects.get()
        assert clock.day_of(last.made_at) == clock.today()


def test_the_web_reads_no_table_of_published_figures_by_itself(country):
    for table in ("edition", "publishedcell", "publishedorganisation", "publishedmedian"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT FROM reporting_{table}")


def test_the_figures_of_organisations_are_those_of_the_head_of_their_network(country, world):
    """Wall 2: the role of statistics gives whoever else takes it nothing of them."""
    with as_owner():
        edition = Edition.objects.get()
        PublishedOrganisation.objects.all().delete()
        for key, region in (("ML_A", "75"), ("ML_C", "53"), ("RSMV", "75")):
            PublishedOrganisation.objects.create(
                edition=edition, organisation=world.org(key), region_id=region, network=world.org(key).network,
                steps=[9] * 6,
            )  # fmt: skip
    read = {}
    for name in ("regis", "nadia", "alice", "mona", "carla", "rosa", "charlie"):
        with acting_as(world.acting(name)):
            rows = stats.read(
                "SELECT organisation_id FROM reporting_publishedorganisation WHERE %(all)s", {"all": True}
            )
            read[name] = {pk for (pk,) in rows}
    assert read.pop("regis") == {world.org("ML_A").pk}
    assert set().union(*read.values()) == set(), read


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_periods_are_nested_or_apart_in_any_month(day):
    calendar = Calendar(day.replace(day=1))
    codes = [*(code for code, _ in PERIODS), *COMPARED, *QUARTERS]
    pages = [set(calendar.leaves[code]) for code in codes if code not in QUARTERS]
    for one in pages:
        for other in pages:
            assert one <= other or other <= one or not one & other
    for code in codes:
        assert calendar.leaves[code]
        if code != "since":
            low, high = span_of(code, calendar.month)
            sizes = [span.split("-") for span in calendar.leaves[code]]
            assert sum(int(end) - int(start) for start, end in sizes) == high - low
    # Every page period is a cell of its own.
    assert all(calendar.node(code) for code in codes if code not in QUARTERS)
    assert calendar.leaf_of(date(2000, 1, 1)) == "old"


def little_lattice(month, crossed):
    return Lattice(
        listed.territories(["R1", "R2"], [("1", "R1"), ("2", "R1"), ("3", "R2"), ("4", None)]),
        listed.programmes([("a", "x"), ("b", "x"), ("c", "y")]),
        listed.steps(),
        Calendar(date(2026, month, 1)),
        crossed,
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 12), st.sampled_from([0.15, 0.5, 0.9]), st.booleans())
def test_nobody_solves_what_is_hidden_from_all_the_tables_together(seed, month, density, crossed):
    """Nested territories, programmes and groups, nested and adjacent periods, steps, quarters: all of them at once."""
    lattice, rng = little_lattice(month, crossed), random.Random(seed)
    counts = {}
    for step in (lattice.steps.names[node] for node in lattice.steps.axis.leaves):
        for leaf in lattice.calendar.leaves["since"]:
            for programme in "abc":
                for territory in ("D1", "D2", "D3", "D4"):
                    if rng.random() < density:
                        number = rng.choice((1, 2, 3, 4, 6, 9, 30))
                        counts[lattice.key(step, leaf, programme, territory)] = number
    shown = lattice.hide(counts)
    exact = defaultdict(int)
    reader, small = Reader(lattice.axes), []
    for key in every_key(lattice):
        exact[key] = sum(counts.get(leaf, 0) for leaf in leaves_under(lattice.axes, key))
        if is_small(exact[key]):
            small.append(key)
        if lattice.listed(key):
            value = shown.get(key, None if lattice.veiled(key) else 0)
            if value is None and lattice.veiled(key):
                continue
            if value is None:
                reader.hidden(key)
            else:
                assert value == exact[key]
                reader.known(key, value)
    assert reader.finds(small) == []


def every_key(lattice):
    from itertools import product

    return product(*(range(len(axis.parents)) for axis in lattice.axes))


@given(
    st.lists(
        st.lists(st.integers(0, 12), min_size=6, max_size=6).map(
            lambda parts: [sum(parts[rank:]) for rank in range(6)]
        ),
        min_size=1,
        max_size=5,
    )
)
def test_organisations_are_hidden_inside_their_department(rows):
    """What a department shows is never changed by what is shown of its organisations, nor found from it."""
    above = [sum(column) for column in zip(*rows, strict=True)]
    shown = organisations.inside(rows, above)
    for row, cells in zip(rows, shown, strict=True):
        assert all(cell is None or cell == value for cell, value in zip(cells, row, strict=True))
    if len(rows) > 1:
        for rank, _ in enumerate(above):
            hidden = [row[rank] for row, cells in zip(rows, shown, strict=True) if cells[rank] is None]
            # One alone would be the total less the others.
            assert len(hidden) != 1 or not is_small(hidden[0])
    assert organisations.inside(rows, [None, *above[1:]]) == [[None] * 6 for _ in rows]
