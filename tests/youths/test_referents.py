"""Choosing a referent in a large structure: the form offers one's team, a page the others, letter by letter."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import clock
from partners.models import Membership, Role
from tests.conftest import as_owner
from tests.filling import form_of
from tests.youths.test_list import LIST, add, page
from youths.listing.forms import MOST_CHOICES
from youths.models import Accompaniment

PAGE = "/jeunes/referents/"


def gather(world, many: int) -> list[User]:
    """More colleagues of Alice, in no team."""
    with as_owner():
        people = User.objects.bulk_create(
            User(email=f"foule{number}@portail.example", first_name="Ève", last_name=f"Élie {number:02}")
            for number in range(many)
        )
        Membership.objects.bulk_create(
            Membership(
                user=one, organisation=world.org("ML_A"), role=Role.PROFESSIONAL, starts_on=clock.today()
            )
            for one in people
        )
    return people


@pytest.fixture
def crowd(world) -> list[User]:
    """As many as no select should hold."""
    return gather(world, MOST_CHOICES)


def uuid_of(user) -> str:
    with as_owner():
        return str(Membership.objects.get(user=user).uuid)


def links(html: str, name: str) -> list[str]:
    found = re.findall(r'<a href="([^"]*)"><b>' + re.escape(name), html)
    return [href.replace("&amp;", "&") for href in found]


def offered(html: str) -> list[str]:
    select = re.search(r'<select name="referent".*?</select>', html, re.S)
    return re.findall(r"<option[^>]*>([^<]*)", select[0]) if select else []


def test_a_small_structure_keeps_its_select_and_needs_no_page(world, visit):
    html = page(visit("mona"))
    assert len(offered(html)) > 2
    assert PAGE not in html


def test_from_the_form_to_one_colleague_among_many(world, visit, crowd):
    add(world, "Suivie", lead="dora")
    led = add(world, "Menée")
    with as_owner():
        Accompaniment.objects.create(
            youth=led, organisation=world.org("ML_A"), professional=crowd[7], role="lead"
        )
    client = visit("mona")
    html = page(client, "?silence=30&tri=nouvelles")
    # Who has no team chooses oneself, everybody, or nobody; the others are a link away.
    assert offered(html) == ["Tous", "Sans référent", "Mona Manager"]
    (href,) = re.findall(r'href="(/jeunes/referents/[^"]*)"', html)
    html = client.get(href.replace("&amp;", "&")).content.decode()
    (letter,) = re.findall(r'<a href="([^"]*)"[^>]*>E</a>', html)
    html = client.get(f"{PAGE}{letter.replace('&amp;', '&')}").content.decode()
    assert "Noms en E" in html
    (chosen,) = links(html, "Ève Élie 07")
    assert chosen == f"{LIST}?tri=nouvelles&referent={uuid_of(crowd[7])}&silence=30"
    html = client.get(f"{LIST}?referent={uuid_of(crowd[7])}").content.decode()
    assert "Menée" in html
    assert "Suivie" not in html
    # The form keeps who was chosen when another filter is added.
    assert "Ève Élie 07" in offered(html)
    assert ("referent", uuid_of(crowd[7])) in form_of(html, "referent").pairs


def test_a_professional_finds_their_team_in_the_form(world, visit, crowd):
    names = offered(page(visit("bob"), "?vue=structure"))
    assert any(name.startswith("Alice") for name in names)
    assert not any(name.startswith("Ève") for name in names)
    # Among the youths that they accompany, their team alone, and nothing to choose beyond.
    assert PAGE not in page(visit("bob"))
    assert "Ève" not in visit("bob").get(PAGE).content.decode()


def test_the_list_weighs_the_same_with_hundreds_of_colleagues(world, visit):
    client = visit("mona")
    few = len(page(client))
    gather(world, 200)
    assert len(page(client)) < few + 100


def test_others_are_not_named(world, visit, crowd):
    for who in ("charlie", "carla", "rita", "rosa"):
        html = visit(who).get(f"{PAGE}?vue=structure&lettre=E").content.decode()
        assert "Ève" not in html, who


@pytest.mark.parametrize("query", ["lettre=", "lettre=EE", "lettre=1", "lettre=E&lettre=%C3%A0", "vue=x", "referent=x", "silence=31"])  # fmt: skip
def test_what_means_nothing_shows_the_first_letter(visit, crowd, query):
    html = visit("mona").get(f"{PAGE}?{query}").content.decode()
    assert "Noms en A" in html


def test_the_number_of_queries_does_not_grow(world, visit):
    client = visit("mona")

    def asked() -> int:
        client.get(PAGE)
        with CaptureQueriesContext(connection) as found:
            client.get(PAGE)
        return len(found)

    few = asked()
    gather(world, 200)
    assert asked() == few
