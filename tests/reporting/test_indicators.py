"""The indicators, on histories made of events: each value by hand, then what is shown of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core.scope import acting_as
from partners.models import DeclaredFigure
from referrals import programmes
from reporting import books
from reporting.indicators import CATALOGUE, FAMILIES, INDICATORS, TERMS
from reporting.indicators.base import Figure, Sight
from reporting.indicators.book import MATURITIES, Book, Counter, Network, Term, rank
from reporting.periods import period_on
from reporting.tally import Tally
from tests.conftest import as_owner
from tests.reporting.conftest import NOW, sights

EVERY = tuple(programme.code for programme in programmes.all())
OLD = NOW - timedelta(days=250)
# Every K of SECURITY §1.4, with the indicators that answer it.
KPIS = {
    "K1": ("answered_in_5", "answered_in_10"), "K2": ("delay_median", "delay_p90"), "K3": ("acceptance", "waitlisted"),
    "K4": ("entry",), "K5": ("loop_closed", "closed"), "K6": ("success",), "K7": ("absence",),
    "K8": ("complete_at_once",), "K9": ("rebound",), "K10": ("overdue", "waiting_p90"),
    "K11": ("known_m3", "positive_m3"), "K12": ("reciprocity", "under_way"), "K13": ("gap_answers", "gap_loops"),
    "K14": ("under_convention", "promises_kept"), "K15": ("load", "substitutes"),
}  # fmt: skip


def read(book, code, threshold=5):
    return CATALOGUE[code].read(Sight(Tally(), {}, threshold, book))


def book_of(region="75", code="12m"):
    """The book of a region, or of the nation; an empty one where nothing was ever sent."""
    sight = sights().get((region, "", code))
    return sight.book if sight else Book(sums=dict.fromkeys(TERMS, 0))


@pytest.fixture
def country(story, refresh, now):
    """Thirty referrals of eight months ago, and twelve exits without an end in common."""
    story(12, "completed", sent_at=OLD)
    story(5, "completed", sent_at=OLD, outcome="SANS_SOLUTION")
    story(6, "dropped_out", sent_at=OLD, outcome="SANS_SOLUTION")
    story(7, "declined", sent_at=OLD, step=timedelta(days=9))
    story(8, "silent", sent_at=OLD)
    story(9, "sent", sent_at=NOW - timedelta(days=14))
    refresh()


def test_every_kpi_has_its_indicators_and_the_registry_is_whole():
    assert set(INDICATORS) <= set(CATALOGUE)
    for code, answers in KPIS.items():
        for answer in answers:
            assert f"({code})" in CATALOGUE[answer].definition, code
    assert sum(len(codes) for codes in FAMILIES.values()) == len(CATALOGUE)
    assert {term.maturity for term in TERMS} <= set(MATURITIES)
    for one in CATALOGUE.values():
        assert one.source
        assert one.essential or one.read(Sight(Tally(), {})).state == "not_computable"


def test_the_rates_of_a_region(country):
    book = book_of()
    assert read(book, "answered_in_5").value == round(100 * 23 / 38)  # received, then accepted two days later
    assert read(book, "answered_in_10").value == round(
        100 * 23 / 38
    )  # nine days a step: refused after twelve
    assert read(book, "acceptance") == Figure("known", round(100 * 23 / 30))
    assert read(book, "entry").value == 100
    assert read(book, "closed").value == 100
    assert read(book, "loop_closed").value == 0  # nobody saw how it ended
    assert read(book, "success").value == round(100 * 12 / 38)
    assert read(book, "complete_at_once").value == 100
    assert read(book, "rebound").value == 0
    assert read(book, "reciprocity").value == 0
    assert read(book, "overdue").value == 0  # the SMV has fifteen working days
    assert read(book, "smv_insertion_completed") == Figure("known", 71, 12, 17)
    assert read(book, "smv_insertion_all") == Figure("known", 52, 12, 23)
    assert read(book, "smv_attrition") == Figure("known", 26, 6, 23)
    assert read(book, "known_m3").value == 0
    assert read(book, "positive_m3").state == "not_computable"
    assert read(book, "missions_week").state == "not_computable"
    assert read(book, "gap_answers").state == "not_computable"  # one age, one level


def test_delays_count_those_that_still_wait(country, travel):
    book = book_of()
    # 30 answered, 8 closed without an answer, 9 sent ten working days ago.
    assert sum(book.delays.values()) == 47
    assert book.waiting == Counter({10: 9})
    before = read(book, "delay_p90").value
    travel(NOW + timedelta(days=40))
    later = book_of()
    assert read(later, "delay_p90").value > before
    assert read(later, "overdue").value == 9
    assert read(later, "waiting_p90").value > 30


def test_a_region_and_the_nation_add_up_to_the_same(country):
    region, nation = book_of(), book_of("")
    assert region.sums == nation.sums
    assert region.delays == nation.delays
    assert sum(book_of("53").sums.values()) == 0


def test_an_organisation_reads_its_own_without_anything_hidden(world, country):
    period = period_on("12m", NOW.date())
    for who, organisation, side, sent in (("mona", "ML_A", "sent", 47), ("rosa", "RSMV", "received", 47),
                                          ("mona", "ML_A", "received", 0), ("carla", "ML_C", "sent", 0)):  # fmt: skip
        with acting_as(world.acting(who)):
            found = books.of_organisation(world.org(organisation).pk, side, EVERY, period)
        book, before = (sight.book for sight in found)
        assert book.sums[Term("sent")] == sent
        assert not sum(before.sums.values())
        if sent:
            assert read(book, "smv_attrition", threshold=1) == Figure("known", 26, 6, 23)
            assert sum(book.delays.values()) == 47
    with acting_as(world.acting("carla")):
        foreign, _ = books.of_organisation(world.org("ML_A").pk, "sent", EVERY, period)
    assert not sum(foreign.book.sums.values())


def test_a_rate_over_a_declared_figure_says_so_and_without_it_is_not_computable(
    world, story, refresh, now, convention
):
    story(40, "started", programme="preparation_apprentissage", sent_at=NOW)
    refresh()
    assert read(book_of(code="year"), "preparation_share").state == "not_computable"
    with as_owner():
        figure = DeclaredFigure.objects.create(
            convention=convention, label="Jeunes accompagnés", value=Decimal(4500), unit="jeunes", approximate=True,
            perimeter="Nouvelle-Aquitaine", period="2026", source="Rapport d’activité", subject="jeunes_accompagnes",
            region_id="75", first_on=date(2026, 1, 1), last_on=date(2026, 12, 31), declared_by=world.org("UNML"),
        )  # fmt: skip
    found = read(book_of(code="year"), "preparation_share")
    assert (found.value, found.numerator, found.denominator) == (0.9, 40, 4500)
    assert "environ 4\u00a0500 jeunes (Nouvelle-Aquitaine, 2026), déclaré par" in found.note
    assert "Rapport d’activité" in found.note
    # Another time, another territory: nobody declared anything.
    assert read(book_of(code="12m"), "preparation_share").state == "not_computable"
    assert read(book_of("", "year"), "preparation_share").state == "not_computable"
    with as_owner():
        DeclaredFigure.objects.filter(pk=figure.pk).update(region=None)
    assert read(book_of("", "year"), "preparation_share").value == 0.9


def test_nothing_small_is_read_in_a_territory():
    book = Book(
        sums=dict.fromkeys(TERMS, 3), delays=Counter({2: 3}), waiting=Counter({2: 3}), overdue=3,
        network=Network(organisations=4, designated=2, referents=2),
    )  # fmt: skip
    for one in CATALOGUE.values():
        if one.essential or one.unit in ("points",):
            continue
        figure = one.read(Sight(Tally(), {}, book=book))
        assert figure.state != "known" or figure.value is None or one.terms == (), one.code


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1), (0.7, 2), (0.9, 9), (1, 9), (0.01, 1)])
def test_ranks(share, expected):
    assert rank(Counter({1: 4, 2: 2, 9: 2}), share) == expected
    assert rank(Counter(), share) is None


@pytest.mark.parametrize(
    ("code", "today", "month"),
    [
        ("45d", date(2026, 6, 14), date(2026, 3, 1)),
        ("45d", date(2026, 6, 15), date(2026, 4, 1)),
        ("90d", date(2026, 6, 30), date(2026, 2, 1)),
        ("90d", date(2026, 7, 1), date(2026, 3, 1)),
        ("10wd", date(2026, 6, 15), date(2026, 5, 1)),
    ],
)
def test_cohorts_are_old_enough(code, today, month):
    assert books.mature_month(today, code) == month


def test_the_page_of_definitions_is_for_everybody_and_the_dashboard_leads_to_it(visit, country, publish):
    publish()
    address = reverse("reporting:indicators")
    for who in ("alice", "paul", "regis", "nadia"):
        page = visit(who).get(address).content.decode()
        for one in CATALOGUE.values():
            assert f'id="{one.code}"' in page
            assert one.label in page
    assert (
        f'href="{address}#answer_rate"' in visit("regis").get(reverse("reporting:dashboard")).content.decode()
    )
