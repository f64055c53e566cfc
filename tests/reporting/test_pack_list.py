"""The page of the committees: what it reads does not grow with the conventions of the network."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Convention, ConventionParty
from reporting.packs.views import PAGE
from tests.conftest import as_owner
from tests.reporting.conftest import counted

pytestmark = pytest.mark.django_db
HERE = reverse("reporting:pack_list")


@pytest.fixture
def many(world, convention):
    """As many conventions of the head of network as fill a page and a half, all in force last year."""
    with as_owner():
        found = [
            Convention.objects.create(
                code=f"X-{number}", title=f"Accord n° {number:03}", level=convention.level, signed_on=date(2019, 1, 1), starts_on=date(2019, 1, 1),
            )
            for number in range(PAGE + PAGE // 2)
        ]  # fmt: skip
        for one in found:
            for key in ("UNML", "SMV_EM"):
                ConventionParty.objects.create(convention=one, organisation=world.org(key))
    return found


def walked(client) -> list[str]:
    """The pages, from the first to the last."""
    pages, url = [], HERE
    while url and len(pages) < 9:
        response = client.get(url)
        assert response.status_code == 200
        pages.append(response.content.decode())
        following = response.context["next_url"]
        url = HERE + following if following else ""
    return pages


def test_every_convention_has_its_place_on_one_page(many, visit):
    pages = walked(visit("nadia"))
    assert len(pages) == 2
    for one in many:
        assert sum(one.title in page for page in pages) == 1, one.title
    assert "Comité de suivi UNML – SMV" in pages[0]
    assert "Comité de suivi UNML – SMV" not in pages[1]
    assert "Préparer le bilan" in pages[1]


def test_the_page_reads_and_weighs_the_same(many, visit):
    nadia = visit("nadia")
    for url in (HERE, f"{HERE}?apres={many[0].uuid}"):
        with CaptureQueriesContext(connection) as captured:
            response = nadia.get(url)
        assert len(counted(captured)) <= 8, counted(captured)
        assert len(response.content) < 40_000


@pytest.mark.parametrize("asked", ["x", "", "3f2b8c1e-0d57-4a6b-9e10-7c4d5a6b8e9f", "0" * 5000])
def test_an_address_that_names_no_convention_breaks_nothing(many, visit, asked):
    response = visit("nadia").get(HERE, {"apres": asked})
    assert response.status_code == 200
    if len(asked) == 36:
        assert "Aucun bilan sur cette page" in response.content.decode()


def test_a_convention_that_is_not_theirs_is_as_one_that_is_none(many, visit, world):
    """Where its title stands among theirs would be something of it."""
    with as_owner():
        foreign = Convention.objects.create(
            code="X-AUTRE", title="Accord n° 010 bis", level=many[0].level, signed_on=date(2019, 1, 1)
        )
        ConventionParty.objects.create(convention=foreign, organisation=world.org("SMV_C"))
    nadia = visit("nadia")
    pages = [nadia.get(HERE, {"apres": one}).content for one in (foreign.uuid, uuid.uuid4())]
    assert all(b"Aucun bilan sur cette page" in page for page in pages)
    assert not any(one.title.encode() in page for one in many for page in pages)


def test_who_opens_no_pack_has_no_report_whatever_the_address(many, visit):
    for client in (visit("alice"), visit("charlie")):
        for url in (HERE, f"{HERE}?apres={many[0].uuid}"):
            page = client.get(url).content.decode()
            assert "Bilans annuels" not in page
            assert many[-1].title not in page
