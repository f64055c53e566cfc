"""The access matrix, generated from the URL resolver: every route × method × inhabitant × owner of the object."""

import re
from collections import Counter
from inspect import signature
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from core import prepared
from core.models import TaskQuerySet
from core.scope import acting_as
from referrals.models import Referral, ReferralQuerySet
from referrals.models.placement import WorkPlacementQuerySet
from tests.access.matrix import (
    EVERYBODY,
    METHODS,
    OWNERS,
    ROLES,
    ROUTES,
    RULES,
    UNPROVEN,
    alike,
    representatives,
)
from tests.access.probing import NOWHERE, Answer, Things, fetched, known_to, probe, things, visitor
from tests.conftest import as_owner
from tests.portal.reading import check_answer
from youths.models.merging import TransferQuerySet
from youths.models.reach import ReachQuerySet
from youths.models.record import YouthQuerySet

__all__ = ["things"]


Probe = tuple[Any, str, str]
# The usual tests ask one of those that are alike; the long proofs ask everybody.
SHARES = pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.prove)])


def probes() -> dict[str, list[Probe]]:
    """What is asked in each one's name: route, owner of the object, method."""
    return {
        name: [
            (route, owner, method)
            for route in ROUTES
            for owner in (OWNERS if RULES[route.name].about else OWNERS[:1])
            for method in METHODS
        ]
        for name in EVERYBODY
    }


def share() -> dict[str, list[Probe]]:
    """The part of the probes that says as much: see :func:`tests.access.matrix.representatives`."""
    found: dict[str, list[Probe]] = {name: [] for name in EVERYBODY}
    for rank, route in enumerate(ROUTES):
        for method in METHODS:
            for name, owner in sorted(representatives(RULES[route.name], method, rank)):
                found[name].append((route, owner, method))
    return found


def test_there_are_enough_probes_of_each_class():
    """Distinct route × method × person × owner of the object, counted by class."""
    asked = {
        (route.name, method, name, owner): RULES[route.name].kind(name, owner, method)
        for name, found in probes().items()
        for route, owner, method in found
    }
    tally = Counter(asked.values())
    print(dict(tally))
    assert len(asked) >= 2_000
    assert min(tally[kind] for kind in ("allowed", "role", "relation", "anonymous")) >= 100
    assert {name for _, _, name, _ in asked} == set(ROLES)


def test_the_share_leaves_no_class_of_any_route_out():
    """Each role, side and relation asks for each route with each method, and each person asks for many."""

    def classes(asked: dict[str, list[Probe]]) -> set[Any]:
        return {
            (route.name, method, alike(RULES[route.name], method, name, owner))
            for name, found in asked.items()
            for route, owner, method in found
        }

    assert classes(share()) == classes(probes())
    assert min(len(found) for found in share().values()) >= len(ROUTES) // 3


@SHARES
@pytest.mark.parametrize("name", EVERYBODY)
def test_the_matrix(world, things, settings, name, whole):
    """Each allowed probe shows its object; each denied one shows, and fetches, nothing; each carries the headers."""
    settings.MFA_REQUIRED = name == UNPROVEN
    client = visitor(world, name)
    unseen = [canary for canary in things.everything if canary not in known_to(things, name)]
    wrong: list[str] = []
    for route, owner, method in (probes() if whole else share())[name]:
        rule = RULES[route.name]
        answer = probe(client, method, things.address(route, rule.about, owner, rule.probe.query))
        where = f"{method} {route.name} of {owner}"
        kind = rule.kind(name, owner, method)
        if answer.status not in rule.expected(name, owner, method):
            wrong.append(f"{where}: {answer.status}")
        if leaks := answer.holds(unseen if kind == "allowed" else things.everything):
            wrong.append(f"{where}: shows {leaks}")
        shows = rule.canary and kind == "allowed" and answer.status in (200, 409)
        if shows and things.names[owner] not in answer.text:
            wrong.append(f"{where}: the page does not show its object")
        check_answer(answer.response, route.name, f"{where}: {answer.status}")
        if route.name == "accounts:sign_out":
            client = visitor(world, name)
    assert wrong == []


OBJECTS = [route for route in ROUTES if RULES[route.name].canary]


def stripped(answer: Answer, *uuids: Any) -> str:
    """A page without what changes at each request: nonces, tokens, its number, and the address itself."""
    text = re.sub(r'(nonce-|csrfmiddlewaretoken" value=")[\w+/=-]+', "", answer.text)
    text = re.sub(r'nonce="[^"]+"|csrftoken=\w+|expires=[^;\']+', "", text)
    text = re.sub(r"'X-Request-ID', '\w+'", "", text)
    for uuid in uuids:
        text = text.replace(str(uuid), "")
    return text


@pytest.mark.parametrize("name", ["charlie", "dora", "rita"])
def test_a_foreign_object_and_an_unknown_one_are_the_same(world, things, name):
    client = visitor(world, name)
    compared = 0
    for route in OBJECTS:
        rule = RULES[route.name]
        for owner in OWNERS:
            if rule.lets_in(name, owner) or not rule.action.lets_in_role(ROLES[name]):
                continue
            foreign = things.uuids[(rule.about, owner)]
            for method in ("GET", "POST") if rule.action.mode == "writes" else ("GET",):
                one = probe(client, method, things.address(route, rule.about, owner, rule.probe.query))
                other = probe(client, method, things.address(route, "nowhere", owner, rule.probe.query))
                assert one.status == other.status == 404
                assert stripped(one, foreign, NOWHERE) == stripped(other, foreign, NOWHERE), route.name
                compared += 1
    assert compared


# --- One wall at a time -------------------------------------------------------------------------------


@pytest.fixture
def without_wall_1(monkeypatch):
    """The application forgets who asks: every queryset gives back all that the database gives."""

    def everything(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.all()

    def everybody(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Everything, sorted as those that one reaches."""
        return self.alias(reach_name=F("search_name"))

    for queryset in (
        YouthQuerySet,
        ReachQuerySet,
        ReferralQuerySet,
        TaskQuerySet,
        TransferQuerySet,
        WorkPlacementQuerySet,
    ):
        for name, function in vars(queryset).items():
            if callable(function) and {"acting", "organisation_id"} & set(signature(function).parameters):
                monkeypatch.setattr(queryset, name, everybody if name == "reached_by" else everything)
    # What is written once is written again, without the wall; and once more with it.
    prepared.forget()
    yield
    prepared.forget()


ACROSS = {
    # Who, and the owner whose things are in another organisation altogether.
    "alice": "charlie",
    "mona": "charlie",
    "rosa": "charlie",
    "charlie": "alice",
}
PROTECTED = [route for route in ROUTES if RULES[route.name].canary or RULES[route.name].probe.lists_youths]


def across(world, things: Things, name: str) -> dict[str, list[str]]:
    """What each protected route shows somebody of an organisation that is not theirs."""
    client = visitor(world, name)
    session = client.session
    owner = ACROSS[name]
    foreign = [things.names[owner], *things.secrets[owner]]
    session["youth_search"] = things.names[owner][:5]
    session.save()
    shown = {}
    for route in PROTECTED:
        rule = RULES[route.name]
        address = things.address(route, rule.about, owner, rule.probe.query)
        leaks = probe(client, "GET", address).holds(foreign)
        if route.name.endswith(":list"):
            for query in ("?recherche=1", "?onglet=sent&etape=", "?onglet=received&etape="):
                leaks += probe(client, "GET", address + query).holds(foreign)
        if rule.action.mode == "writes":
            leaks += probe(client, "POST", address).holds(foreign)
        shown[route.name] = leaks
    return shown


@pytest.mark.parametrize("name", sorted(ACROSS))
def test_without_wall_1_the_database_keeps_organisations_apart(world, things, without_wall_1, name):
    shown = across(world, things, name)
    assert {route: leaks for route, leaks in shown.items() if leaks} == {}


# Its name comes from a function that asks for whom it works, whatever the walls: forged calls are tried beside it
# (tests/youths/test_agreement_withdrawal.py). The cases of a pack are behind the door of the pack, which asks for the
# committee (tests/reporting/test_pack_versions.py).
ASKS_BY_ITSELF = {"youths:disposal", "reporting:pack_cases"}


@pytest.mark.parametrize("name", ["alice", "charlie", "mona"])
def test_without_any_wall_every_protected_route_leaks(world, things, without_wall_1, name):
    """The probes can fail: with both walls down, each route shows the other organisation's youth."""
    with as_owner():
        shown = across(world, things, name)
    for_the_role = {route for route in shown if RULES[route].action.lets_in_role(ROLES[name])}
    assert {route for route, leaks in shown.items() if not leaks} & for_the_role <= ASKS_BY_ITSELF
    assert len(for_the_role) >= 10


def test_without_wall_1_colleagues_would_see(world, things, without_wall_1):
    """Inside one organisation wall 1 is the only one: without it Dora opens what Alice accompanies."""
    client = visitor(world, "dora")
    address = f"/jeunes/{things.uuids['youth', 'alice']}/"
    assert probe(client, "GET", address).holds(things.secrets["alice"])


def test_the_probe_reads_what_the_database_gives(world, things):
    """A canary that a page fetches and does not show is caught as well."""
    with fetched() as rows, acting_as(world.acting("alice")), connection.cursor() as cursor:
        cursor.execute("SELECT last_name FROM youths_youth")
        cursor.fetchall()
        Referral.objects.select_related("youth").get(uuid=things.uuids["referral", "alice"])
    assert repr(rows).count(things.names["alice"]) == 2
