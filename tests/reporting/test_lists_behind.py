"""Behind a figure of one's own organisation, the list of what it counts: as many lines as the figure says."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import reverse

from core.scope import acting_as
from referrals import tabs
from tests.reporting.conftest import NOW

LINK = re.compile(
    r'<strong class="figure-value[^"]*">([^<]*)</strong>(?:(?!</li>).)*?<a href="(/orientations/[^"]*)"', re.S
)


@pytest.fixture
def own(story, refresh, now):
    for path, days in (
        ("sent", 20), ("silent", 80), ("withdrawn", 90), ("declined", 200), ("accepted", 40), ("started", 100),
        ("completed", 300), ("dropped_out", 50), ("completed", 500),
    ):  # fmt: skip
        story(3, path, sent_at=NOW - timedelta(days=days))
    story(2, "declined", sent_at=NOW - timedelta(days=30), programme="apprentissage")
    refresh()


def behind(client, acting, **query):
    """Each figure with a list: what it says, how many lines the list has, its address."""
    page = client.get(reverse("reporting:dashboard"), query).content.decode()
    for value, found in LINK.findall(page):
        address = unescape(found)
        assert client.get(address).status_code == 200
        with acting_as(acting):
            asked = tabs.read(acting, dict(parse_qsl(urlsplit(address).query, keep_blank_values=True)))
            yield value, str(tabs.count(acting, asked)), address


@pytest.mark.parametrize(
    "query", [{}, {"periode": "3m"}, {"periode": "since"}, {"dispositif": "apprentissage"}]
)
@pytest.mark.parametrize("name", ["mona", "rosa"])
def test_each_list_has_as_many_lines_as_its_figure(visit, world, own, name, query):
    found = list(behind(visit(name), world.acting(name), **query))
    assert len({address for *_, address in found if "parcours" in address}) >= 5
    assert [one for one in found if one[0] != one[1]] == []


def test_the_page_says_the_count_and_what_it_is_of(visit, own):
    query = {"onglet": "sent", "etape": "", "parcours": "accepted", "mois": "2026-01_2026-06"}
    page = visit("mona").get(reverse("referrals:list"), query).content.decode()
    assert "9 orientations" in page
    assert "Acceptées un jour" in page
    assert "Envoyées de 01/2026 à 06/2026" in page


def test_who_reads_a_part_of_the_list_has_no_link(visit, own):
    for name in ("alice", "regis", "nadia"):
        page = visit(name).get(reverse("reporting:dashboard")).content.decode()
        assert "parcours=" not in page


def test_a_step_or_months_that_mean_nothing_give_the_usual_list(visit, own):
    url = reverse("referrals:list")
    for query in ({"parcours": "nothing"}, {"mois": "2026-13_2026-01"}, {"mois": "9999-12_9999-12"}):
        page = visit("mona").get(url, query)
        assert page.status_code == 200
        assert "Envoyées de" not in page.content.decode()
