"""Behind a figure of one's own organisation, the list of what it counts: as many lines as the figure says."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse
from lxml import html

from core.scope import acting_as
from referrals import tabs
from tests.reporting.attack.pages import of_class, said_by
from tests.reporting.conftest import NOW

BOARD, ALL = reverse("reporting:dashboard"), reverse("reporting:dashboard_indicators")


@pytest.fixture
def own(story, refresh, now):
    for path, days in (
        ("sent", 20), ("silent", 80), ("withdrawn", 90), ("declined", 200), ("accepted", 40), ("started", 100),
        ("completed", 300), ("dropped_out", 50), ("completed", 500),
    ):  # fmt: skip
        story(3, path, sent_at=NOW - timedelta(days=days))
    story(2, "declined", sent_at=NOW - timedelta(days=30), programme="apprentissage")
    refresh()


def behind(client, acting, address, **query):
    """Each figure with lists: what it counts (the two terms of a rate), how many lines each list has, their addresses."""
    tree = html.fromstring(client.get(address, query).content.decode())
    for item in tree.xpath(f"//li[{of_class('figure')}]"):
        links = [href for href in item.xpath(".//a/@href") if href.startswith("/orientations/")]
        if not links:
            continue
        counts = []
        for link in links:
            assert client.get(link).status_code == 200
            with acting_as(acting):
                asked = tabs.read(acting, dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)))
                counts.append(tabs.count(acting, asked))
        value, terms, label = (
            said_by(item, f"./*[{of_class(name)}]")
            for name in ("figure-value", "figure-compare", "figure-label")
        )
        found = re.fullmatch(r"(\d+) sur (\d+)", terms)
        yield label, [int(one) for one in found.groups()] if found else [int(value)], counts, links


@pytest.mark.parametrize("address", [BOARD, ALL])
@pytest.mark.parametrize(
    "query", [{}, {"periode": "3m"}, {"periode": "since"}, {"dispositif": "apprentissage"}]
)
@pytest.mark.parametrize("name", ["mona", "rosa"])
def test_each_list_has_as_many_lines_as_its_figure(visit, world, own, name, query, address):
    found = list(behind(visit(name), world.acting(name), address, **query))
    assert len({link for *_, links in found for link in links if "parcours" in link}) >= 5
    assert [one for one in found if one[1] != one[2]] == []


def test_a_rate_leads_to_those_that_it_counts_and_to_those_among_whom(visit, world, own):
    found = {label: counts for label, counts, *_ in behind(visit("mona"), world.acting("mona"), ALL)}
    rates = {label: counts for label, counts in found.items() if len(counts) == 2}
    assert len(rates) == 4
    assert rates["Devenir connu à la sortie"] == [6, 6]
    assert all(whole for _, whole in rates.values())
    board = {label: counts for label, counts, *_ in behind(visit("mona"), world.acting("mona"), BOARD)}
    assert board["Devenir connu à la sortie"] == [6, 6]


def test_the_page_says_the_count_and_what_it_is_of(visit, own):
    query = {"onglet": "sent", "etape": "", "parcours": "accepted", "mois": "2026-01_2026-06"}
    page = visit("mona").get(reverse("referrals:list"), query).content.decode()
    assert "9 orientations" in page
    assert "Acceptées un jour" in page
    assert "Envoyées de 01/2026 à 06/2026" in page


def test_who_reads_a_part_of_the_list_has_no_link(visit, own):
    for name in ("alice", "regis", "nadia"):
        for address in (BOARD, ALL):
            assert "parcours=" not in visit(name).get(address).content.decode()


def test_a_list_that_is_not_that_of_the_gap_says_that_it_is_whole(visit, own):
    """Those without an answer for long are listed for a manager alone; the others are led to all they read."""
    for name, words in (("mona", "Voir les orientations<"), ("alice", "Voir toutes les orientations<")):
        page = visit(name).get(BOARD).content.decode()
        assert words in page
        assert ("parcours=unanswered" in page) is (name == "mona")


def test_a_step_or_months_that_mean_nothing_give_the_usual_list(visit, own):
    url = reverse("referrals:list")
    for query in ({"parcours": "nothing"}, {"mois": "2026-13_2026-01"}, {"mois": "9999-12_9999-12"}):
        page = visit("mona").get(url, query)
        assert page.status_code == 200
        assert "Envoyées de" not in page.content.decode()


def test_a_list_says_what_a_figure_may_count_more_where_accesses_end(visit, own):
    said = "il compte aussi les orientations auxquelles votre structure n’a plus accès"
    behind_a_figure = {"etape": "", "parcours": "sent", "mois": "2025-01_2026-06"}
    for name, asked, expected in (
        ("rosa", {"onglet": "received"} | behind_a_figure, True),
        # Where no figure is asked for, or where nobody's access ends, there is nothing to explain.
        ("rosa", {"onglet": "received"}, False),
        ("mona", {"onglet": "sent"} | behind_a_figure, False),
    ):
        page = visit(name).get(reverse("referrals:list"), asked).content.decode()
        assert (said in page) is expected, (name, asked)
