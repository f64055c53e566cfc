"""Files, filters and documents that repeat a page say the very same, cell by cell, hidden ones included.

So the attack on the pages (``test_attack``) is an attack on them too.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from reporting.dashboards.filters import DashboardFilters
from reporting.models import CommitteePack
from reporting.packs import producing
from tests.conftest import as_owner, as_worker
from tests.reporting import test_reconciliation
from tests.reporting.attack import surfaces
from tests.reporting.attack.pages import read_page
from tests.reporting.attack.world import published
from tests.reporting.conftest import NOW

BOARD, ALL = reverse("reporting:dashboard"), reverse("reporting:dashboard_indicators")
QUERIES = (
    {}, {"periode": "3m"}, {"periode": "year"}, {"periode": "since"}, {"region": "75"}, {"region": "53"},
    {"dispositif": "smv"}, {"dispositif": "g:apprentissage"}, {"departement": "33"},
    {"departement": "29", "periode": "12m"},
)  # fmt: skip


@pytest.fixture
def few(world, now, monkeypatch):
    """A country where some places count few."""
    monkeypatch.setattr(test_reconciliation, "CODES", ("smv", "apprentissage"))
    published(world, 1, 90)


@pytest.mark.parametrize("name", ["nadia", "regis"])
def test_the_files_of_a_page_hide_what_it_hides(few, visit, name):
    client, hidden = visit(name), 0
    for address in (BOARD, ALL):
        for query in QUERIES:
            page = surfaces.of_page(client.get(address, query).content)
            book = client.get(f"{address}export/", query | {"format": "xlsx"}).content
            lines = client.get(f"{address}export/", query | {"format": "csv"}).content
            asked = f"{address}?{urlencode(query)}"
            page = surfaces.brief(page)
            assert surfaces.brief(surfaces.of_workbook(book)) == page, asked
            assert surfaces.brief(surfaces.of_csv(lines)) == page, asked
            hidden += str(page).count("masqué")
    assert hidden > 50


@pytest.mark.parametrize("name", ["nadia", "regis"])
def test_a_network_or_a_convention_is_read_as_its_programmes_are(few, convention, world, visit, name):
    """Their pages say what those of a group of programmes say: no other combination is published."""
    client, acting = visit(name), world.acting(name)
    form = DashboardFilters(acting, {})
    compared = 0
    for code in ("reseau", "convention"):
        for value, _ in form.fields[code].choices[1:]:
            for around in ({}, {"periode": "3m"}, {"region": "53"}, {"departement": "33"}):
                query = {code: value} | around
                nodes = DashboardFilters(acting, query).nodes
                if len(nodes) > 1:
                    # Added up from what is shown of each: ``test_attack`` reads those.
                    continue
                for address in (BOARD, ALL):
                    said = read_page(client.get(address, query).content)
                    assert said == read_page(client.get(address, around | {"dispositif": nodes[0]}).content)
                    compared += 1
    assert compared > 50


def test_the_workbook_of_a_pack_hides_what_its_page_hides(few, meeting, visit, settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path / "documents"
    meeting(NOW.date() + timedelta(days=settings.PACK_LEAD_DAYS))
    with as_worker():
        assert producing.prepare_due() == 1
    with as_owner():
        pack = CommitteePack.objects.get()
    client = visit("nadia")
    page = surfaces.of_pack(client.get(reverse("reporting:pack_detail", args=[pack.uuid])).content)
    file = client.get(reverse("reporting:pack_document", args=[pack.uuid, "xlsx"]))
    assert surfaces.of_pack_workbook(file.content) == page
    assert page.keys() == set(surfaces.PACKED.values())
    assert str(page).count("'masqué'") > 20
