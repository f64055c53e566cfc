"""The number of queries of a list does not grow with its rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals import effects
from tests.conftest import as_owner
from tests.factories import many_referrals

PAGES = [
    ("rita", "/"),
    ("rita", "/orientations/?onglet=received"),
    ("alice", "/orientations/?onglet=sent"),
    ("alice", "/jeunes/"),
    ("alice", "/orientations/nouvelle/"),
    ("mona", "/jeunes/"),
    ("alice", "/tableau-de-bord/"),
]


def _queries(client, page) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize(("who", "page"), PAGES)
def test_queries_do_not_grow(world, visit, who, page):
    client = visit(who)

    def populate(count):
        with as_owner():
            for referral in many_referrals(world, count):
                effects.refresh_tasks(referral)

    populate(3)
    client.get(page)
    few = _queries(client, page)
    populate(30)
    assert _queries(client, page) == few
