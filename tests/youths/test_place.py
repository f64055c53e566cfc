"""The place in a list is kept while one acts on a record (issue: previous and next after a post), and leads nowhere else."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import RequestFactory
from django.urls import reverse

from core import clock
from core.place import back_to, keeping_place, place_of
from core.scope import acting_as
from tests.youths.test_list import add
from youths import journal

LIST = "tri=naissance&mineurs=1"


def listed(name: str, youth, told: str = LIST, **asked: object) -> str:
    return f"{reverse(name, args=[youth.uuid])}?{urlencode(asked | {'liste': told})}"


def addresses(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'(?:href|action)="([^"]*)"', html)]


def list_of(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("liste", [""])[0]


def test_every_page_of_a_record_is_opened_from_the_list(world, visit):
    """Whatever leaves the record for one of its pages says which list one is in; the header and the foot do not."""
    youth = world.youth("yann")
    html = visit("mona").get(listed("youths:detail", youth)).content.decode()
    pages = [one for one in addresses(html) if one.startswith(f"/jeunes/{youth.uuid}/")]
    assert len(pages) > 8
    assert {list_of(one) for one in pages} == {LIST}
    assert {list_of(one) for one in addresses(html) if one.startswith("/tableau")} == {""}


def test_an_act_comes_back_to_the_list(world, visit):
    """From the list to a record, a line in the journal, and on to the next record of the same list."""
    for first in ("Ana", "Zoé"):
        add(world, "Kermarrec", first_name=first, lead="alice")
    alice, youth = visit("alice"), world.youth("yann")
    start = listed("youths:detail", youth, "1")
    html = alice.get(start).content.decode()
    assert 'rel="next"' in html
    write = next(
        one for one in addresses(html) if one.startswith(reverse("youths:journal_write", args=[youth.uuid]))
    )
    form = alice.get(write).content.decode()
    assert start in addresses(form)  # "Ne rien écrire" keeps it too
    wrong = alice.post(write, {"text": ""})
    assert wrong.status_code == 200
    assert start in addresses(wrong.content.decode())
    fact = {
        "kind": "rendez_vous",
        "happened_on": clock.today().isoformat(),
        "text": "Il est venu.",
        "audience": "tous",
    }
    assert alice.post(write, fact).url == start


@pytest.mark.parametrize("act", ["youths:step_close", "youths:step_agree"])
def test_a_button_of_the_record_comes_back_to_the_list(world, visit, act):
    youth = world.youth("yann")
    answer = visit("alice").post(listed(act, youth), {"etape": "x"})
    assert answer.url == listed("youths:detail", youth)


def test_opening_with_a_reason_keeps_the_list(world, visit):
    other = add(world, "Autre", lead="dora")
    html = visit("alice").get("/jeunes/?vue=structure").content.decode()
    # The lines of a list are written from its own address.
    opening = next(one for one in addresses(html) if one.startswith(f"{other.uuid}/ouvrir/"))
    assert list_of(opening) == "vue=structure"
    opened = visit("alice").post(f"/jeunes/{opening}", {"reason": "replacement"})
    assert opened.url == listed("youths:detail", other, "vue=structure")


def test_filtering_the_story_keeps_the_list(world, visit):
    youth = world.youth("yann")
    for text in ("Un fait.", "Un autre."):
        with acting_as(world.acting("alice")):
            journal.share(world.acting("alice"), youth, kind="contact", happened_on=clock.today(), text=text)
    html = visit("alice").get(listed("youths:detail", youth, periode="3")).content.decode()
    assert f'name="liste" value="{LIST.replace("&", "&amp;")}"' in html
    assert (
        'name="liste"' not in visit("alice").get(reverse("youths:detail", args=[youth.uuid])).content.decode()
    )


@pytest.mark.parametrize(
    "told",
    [
        "//evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\r\nLocation: x",
        "<b>",
        "a" * 501,
        "é",
        "\x00",
        " ",
    ],
)
def test_it_is_never_a_way_out(told):
    """What is no list is dropped; whatever is kept stays a parameter of our own address."""
    request = RequestFactory().post("/jeunes/", query_params={"liste": told})
    assert place_of(request) == ""
    assert back_to(request, "youths:list").url == "/jeunes/"


def test_whatever_is_kept_stays_a_parameter():
    for told in ("1", "recherche", "a=%2F%2Fevil.example", "x&next=y", "..%2F.."):
        request = RequestFactory().get("/", {"liste": told})
        address = keeping_place(request, "/jeunes/?vue=miens", lien=3)
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/jeunes/")
        assert parse_qs(parts.query) == {"vue": ["miens"], "lien": ["3"], "liste": [told]}


def test_a_page_without_request_says_nothing_more():
    assert keeping_place(None, "/jeunes/") == "/jeunes/"
