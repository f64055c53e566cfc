"""The measure of wall 2: pairs, and the twin that the policies do not hold."""

from contextlib import closing

import pytest

from portal.bench import overhead
from portal.bench.overhead import Overhead, protected, twin
from portal.bench.pages import LIST, Page
from portal.embedded.server import server

ATTRIBUTES = (
    "SELECT rolbypassrls, rolsuper, rolcreaterole, pg_has_role(oid, 'tu_owner', 'MEMBER') FROM pg_roles"
    " WHERE rolname = 'tu_bench_open'"
)


def test_a_pair_is_compared_with_its_other_half():
    """The machine slows down for both halves of a pair: the median of the differences does not see it."""
    page = Overhead(Page("youths", "advisor", "/jeunes/", LIST))
    page.opened = [10.0, 40.0, 10.0, 10.0]
    page.walled = [10.5, 40.5, 10.5, 90.0]
    assert page.difference == pytest.approx(0.5)
    assert page.share == pytest.approx(0.05)
    assert "+5.0 %" in page.line()
    assert page.as_json()["share"] == 0.05


def test_the_pages_of_both_sides_are_measured():
    every = [Page(name, who, "/", LIST) for name, who in overhead.PAGES]
    assert protected([*every, Page("conventions", "national", "/conventions/", LIST)]) == every
    assert {page.name for page in every} >= {"youths", "youth", "referral", "referrals received"}


def test_the_twin_has_the_rights_of_the_web_and_no_policy_and_goes_away(tiny):
    def asked() -> tuple[bool, ...] | None:
        with closing(server().superuser()) as session:
            return session.execute(ATTRIBUTES).fetchone()

    with twin() as login:
        assert login == overhead.TWIN
        assert asked() == (True, False, False, False)
    assert asked() is None
