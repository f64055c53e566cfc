"""The list of referrals: one's own first, when the address asks so."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from referrals import tabs
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.placing import put


def order(visitor, query: str) -> list[str]:
    """The referrals of the pages of a list, following the link to the next one."""
    found, address = [], f"/orientations/?{query}"
    while address:
        html = visitor.get(address).content.decode()
        found += re.findall(r'href="(?:/orientations/)?([0-9a-f-]{36})/"', html)
        following = re.search(r'href="(\?[^"]*apres=[^"]*)"', html)
        address = "/orientations/" + following[1].replace("&amp;", "&") if following else ""
    return found


@pytest.fixture
def many(world) -> dict[str, list[str]]:
    """Seven referrals sent by Alice and by Bob in turn, the latest last; Rita received those of even rank."""
    of: dict[str, list[str]] = {"alice": [], "bob": [], "rita": [], "nobody": []}
    for rank in range(7):
        sender, recipient = ("alice", "bob")[rank % 2], ("rita", None)[rank % 2]
        at = clock.now() - timedelta(days=20 - rank)
        made = put(world, "received", sender=sender, recipient=recipient, created_at=at, sent_at=at)
        of[sender].insert(0, str(made.uuid))
        of[recipient or "nobody"].insert(0, str(made.uuid))
    return of


@pytest.mark.parametrize("page", [2, 50])
@pytest.mark.parametrize(("who", "tab", "own", "rest"), [
    ("alice", "sent", "alice", "bob"), ("bob", "sent", "bob", "alice"), ("mona", "sent", "", ""),
    ("rosa", "received", "", ""), ("rita", "received", "rita", "nobody"),
])  # fmt: skip
def test_one_s_own_first(world, visit, many, monkeypatch, who, tab, own, rest, page):
    monkeypatch.setattr(tabs, "PAGE", page)
    tabs._FIRST._written.clear()
    every = sorted(many["alice"] + many["bob"], key=lambda uuid: -ranks()[uuid])
    visitor = visit(who)
    latest = order(visitor, f"onglet={tab}")
    assert latest == [uuid for uuid in every if uuid in latest]
    mine = order(visitor, f"onglet={tab}&tri=miennes")
    expected = [*many.get(own, []), *many.get(rest, [])] if own else every
    assert mine == [uuid for uuid in expected if uuid in latest]
    assert sorted(mine) == sorted(latest)
    tabs._FIRST._written.clear()


def ranks() -> dict[str, int]:
    with as_owner():
        return {
            str(uuid): rank
            for rank, uuid in enumerate(Referral.objects.order_by("pk").values_list("uuid", flat=True))
        }


def test_the_order_is_said_and_stays_with_the_filters(world, visit, many):
    html = visit("mona").get("/orientations/?onglet=sent&tri=miennes").content.decode()
    assert '<option value="miennes" selected>' in html
    assert "?onglet=received&amp;tri=miennes" in html
    assert "tri=miennes" in re.search(r'class="chip" href="([^"]*)"', html)[1]


@pytest.mark.parametrize("told", ["x", "", "miennes&tri=x", "é" * 300])
def test_an_order_that_means_nothing_is_the_latest(world, visit, many, told):
    assert visit("mona").get("/orientations/", {"onglet": "sent", "tri": told}).status_code == 200


def test_no_question_more(world, visit, many):
    counted = {}
    for query in ("onglet=sent", "onglet=sent&tri=miennes"):
        visitor = visit("mona")
        visitor.get(f"/orientations/?{query}")
        with CaptureQueriesContext(connection) as found:
            visitor.get(f"/orientations/?{query}")
        counted[query] = len(found)
    assert len(set(counted.values())) == 1
