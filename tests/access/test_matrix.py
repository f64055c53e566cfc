"""The access matrix, generated from the URL resolver: every route × method × inhabitant × owner of the object."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import signature
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core import clock, documents
from core.models import TaskQuerySet
from core.scope import acting_as
from partners.models import Committee, CommitteeMeeting, Convention, ConventionParty, Designation
from referrals import creation, programmes, workflow
from referrals.models import Referral, ReferralQuerySet
from reporting.models import CommitteePack
from tests.access import matrix
from tests.access.matrix import ADMINISTRATION, EVERYBODY, IN, OWNERS, ROUTES, Rule
from tests.conftest import as_owner
from tests.referrals.test_loop import send
from youths.models import Youth, YouthQuerySet

YOUTH_OF = {"alice": "yann", "charlie": "kim"}
CENTRE_OF = {"alice": "RSMV", "charlie": "SMV_C"}
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class Route:
    """A route of the portal: its full name and its address with holes."""

    name: str
    pattern: str


def routes() -> list[Route]:
    """Every route that the resolver knows."""

    def walk(resolver: Any, prefix: str, space: str) -> Iterator[Route]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                name = f"{space}{entry.namespace}:" if entry.namespace else space
                yield from walk(entry, prefix + str(entry.pattern), name)
            elif isinstance(entry, URLPattern):
                yield Route(f"{space}{entry.name or entry.pattern}", prefix + str(entry.pattern))

    return list(walk(get_resolver(), "", ""))


PORTAL = [route for route in routes() if not route.name.startswith(f"{ADMINISTRATION}:")]
ADMIN = [route for route in routes() if route.name.startswith(f"{ADMINISTRATION}:")]


@dataclass
class Things:
    """What each owner owns, and the strings that betray it."""

    uuids: dict[tuple[str, str], Any]
    # Of a youth: what a line shows (the name), and what only the record and its referrals show.
    names: dict[str, str]
    secrets: dict[str, list[str]]
    everything: list[str] = field(default_factory=list)

    def address(self, route: Route, target: str | None, owner: str, query: str = "") -> str:
        thing = self.uuids[(target, owner)] if target and target != "nowhere" else NOWHERE
        path = re.sub(r"<(?:uuid|int|path):\w+>", str(thing), route.pattern)
        path = path.replace("<slug:action>", "accept").replace("<str:kind>", "pdf")
        return f"/{path}" + (f"?{query}={thing}" if query else "")


@pytest.fixture
def things(world) -> Things:
    """Alice and Charlie own a full set each: a youth with a referral under way, a draft, a referent in front."""
    uuids: dict[tuple[str, str], Any] = {}
    secrets = {}
    for owner in OWNERS:
        youth = world.youth(YOUTH_OF[owner])
        marks = {"phone": f"06 39 98 77 {owner[0]}", "email": f"{owner}-secret@canari.example"}
        with as_owner():
            Youth.objects.filter(pk=youth.pk).update(**marks, file_number=f"DOSSIER-{owner}")
        acting = world.acting(owner)
        referral = send(world, who=owner, youth=YOUTH_OF[owner], to=CENTRE_OF[owner])
        answering = "rita" if owner == "alice" else "rose"
        with acting_as(world.acting(answering)):
            workflow.open_first(world.acting(answering), referral.uuid)
            workflow.post_message(world.acting(answering), referral, f"canari du fil {owner}")
        with acting_as(acting):
            draft = creation.create_draft(
                acting, youth, programmes.get("smv"), world.org(CENTRE_OF[owner]),
                details={}, note=f"canari du brouillon {owner}", submission=uuid4(),
            )  # fmt: skip
        uuids |= {
            ("youth", owner): youth.uuid,
            ("referral", owner): referral.uuid,
            ("draft", owner): draft.uuid,
            ("organisation", owner): world.org("ML_A" if owner == "alice" else "ML_C").uuid,
            ("designation", owner): Designation.objects.get(organisation=world.org(CENTRE_OF[owner])).pk,
        }
        secrets[owner] = [
            *marks.values(),
            f"DOSSIER-{owner}",
            f"canari du fil {owner}",
            f"canari du brouillon {owner}",
        ]
    shared = _shared(world)
    uuids |= {(name, owner): uuid for name, uuid in shared.items() for owner in OWNERS}
    names = {owner: world.youth(YOUTH_OF[owner]).last_name for owner in OWNERS}
    everything = [text for owner in OWNERS for text in [names[owner], *secrets[owner]]]
    return Things(uuids, names, secrets, everything)


def _shared(world) -> dict[str, Any]:
    """A convention between the two networks, its committee, a meeting, a pack."""
    with as_owner():
        convention = Convention.objects.get(code="UNML-SMV-2019")
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(
                convention=convention, organisation=world.org(key), joined_on=convention.starts_on
            )
        committee = Committee.objects.create(convention=convention)
        meeting = CommitteeMeeting.objects.create(committee=committee, held_on=clock.today())
        pdf = documents.store(b"%PDF", filename="dossier.pdf", media_type="application/pdf")
        pack = CommitteePack.objects.create(meeting=meeting, figures_on=clock.today(), pdf=pdf)
    return {"convention": convention.uuid, "meeting": meeting.uuid, "pack": pack.uuid}


@contextmanager
def fetched() -> Iterator[list[Any]]:
    """The rows that come back from the database during a block."""
    rows: list[Any] = []
    patch = pytest.MonkeyPatch()
    for name in ("fetchone", "fetchmany", "fetchall"):

        def fetch(self: CursorWrapper, *args: Any, name: str = name) -> Any:
            found = getattr(self.cursor, name)(*args)
            rows.append(found)
            return found

        patch.setattr(CursorWrapper, name, fetch, raising=False)
    try:
        yield rows
    finally:
        patch.undo()


def visitor(world, name: str) -> Client:
    """Somebody's browser; the tests of each page read what it gets more strictly than these probes."""
    client = Client()
    if name != "anonymous":
        client.force_login(world.user(name))
    return client


@dataclass
class Answer:
    """What a probe got: the status, all that the browser receives, all that the database gave."""

    status: int
    text: str
    rows: str

    def holds(self, canaries: list[str]) -> list[str]:
        return [canary for canary in canaries if canary in self.text or canary in self.rows]


def probe(client: Client, method: str, address: str) -> Answer:
    """One request whose effects are undone."""
    with fetched() as rows, transaction.atomic():
        response = getattr(client, method.lower())(address)
        content = b"" if response.streaming else response.content
        text = content.decode(errors="replace") + repr(sorted(response.items()))
        answer = Answer(response.status_code, text, repr(rows))
        transaction.set_rollback(True)
    return answer


def known_to(things: Things, name: str) -> list[str]:
    """The canaries that somebody may meet, on any page at all."""
    known: list[str] = []
    for owner in OWNERS:
        if name in matrix.SAME_ML[owner] | matrix.SENT_TO[owner]:
            known.append(things.names[owner])
        if name in matrix.HOME_TEAM[owner]:
            known += things.secrets[owner]
        elif name in matrix.SENT_TO[owner]:
            known += [secret for secret in things.secrets[owner] if "brouillon" not in secret]
    return known


def test_every_route_is_classified():
    assert {route.name for route in PORTAL} - set(ROUTES) == set(), "classify these routes in matrix.py"
    assert set(ROUTES) - {route.name for route in PORTAL} == set(), "these routes are gone"
    assert len(ADMIN) > 20


def test_the_administration_registers_nothing_of_a_youth():
    from django.contrib import admin

    assert not [model for model in admin.site._registry if leads_to_a_youth(model)]


def leads_to_a_youth(model: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Whether a chain of foreign keys leads from a model to a youth."""
    if model is Youth:
        return True
    return any(
        leads_to_a_youth(related.related_model, seen | {model})
        for related in model._meta.get_fields()
        if getattr(related, "many_to_one", False) or (related.one_to_one and related.concrete)
        if related.related_model not in seen
    )


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_the_matrix(world, things, name):
    """Each allowed probe shows its object; each denied one shows, and fetches, nothing of anybody."""
    client = visitor(world, name)
    unseen = [canary for canary in things.everything if canary not in known_to(things, name)]
    wrong: list[str] = []
    counted: Counter[bool] = Counter()
    for route in PORTAL:
        rule = ROUTES[route.name]
        for owner in OWNERS if rule.target else OWNERS[:1]:
            address = things.address(route, rule.target, owner, rule.query)
            for method in ("GET", "POST"):
                answer = probe(client, method, address)
                allowed = rule.lets_in(name, owner)
                counted[allowed] += 1
                where = f"{method} {route.name} of {owner}"
                if answer.status not in rule.expected(name, owner, method):
                    wrong.append(f"{where}: {answer.status}")
                if leaks := answer.holds(unseen if allowed else things.everything):
                    wrong.append(f"{where}: shows {leaks}")
                shows = rule.canary and allowed and answer.status in (200, 409)
                if shows and things.names[owner] not in answer.text:
                    wrong.append(f"{where}: the page does not show its object")
        if route.name == "accounts:sign_out":
            client = visitor(world, name)
    assert wrong == []
    assert sum(counted.values()) >= 2 * len(PORTAL)


# Django asks one question at its door: is this account staff? One person of each kind is enough to hear the answer.
@pytest.mark.parametrize("name", ["adam", "anonymous", "alice", "mona", "nadia", "paul"])
def test_the_administration(world, things, name):
    """Django's administration: the administrator alone comes in, and meets no youth there."""
    client = visitor(world, name)
    ids = {
        model._meta.model_name: model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        for model in apps.get_models()
        if model._meta.app_label in ("accounts", "partners")
    }
    wrong = []
    for route in ADMIN:
        model = next((word for word in re.findall(r"[a-z]+", route.pattern) if word in ids), "")
        path = re.sub(r"<path:\w+>", str(ids.get(model) or 1), route.pattern)
        path = path.replace("^(?P<app_label>accounts|partners)/$", "partners/")
        address = "/" + path.replace("(?P<url>.*)$", "nulle-part/")
        for method in ("GET", "POST") if name == "adam" else ("GET",):
            answer = probe(client, method, address)
            if leaks := answer.holds(things.everything):
                wrong.append(f"{method} {address}: shows {leaks}")
            inside = answer.status in (200, 302, 403, 404, 405)
            outside = answer.status == 302 or route.name == "admin:login"
            if not (inside if name == "adam" else outside):
                wrong.append(f"{method} {address}: {answer.status}")
        if route.name == "admin:logout":
            client = visitor(world, name)
    assert wrong == []


OBJECTS = [route for route in PORTAL if ROUTES[route.name].target in ("youth", "referral", "draft")]


def stripped(answer: Answer, *uuids: Any) -> str:
    """A page without what changes at each request: nonces, tokens, and the address itself."""
    text = re.sub(r'(nonce-|csrfmiddlewaretoken" value=")[\w+/=-]+', "", answer.text)
    text = re.sub(r'nonce="[^"]+"|csrftoken=\w+|expires=[^;\']+', "", text)
    for uuid in uuids:
        text = text.replace(str(uuid), "")
    return text


@pytest.mark.parametrize("name", ["charlie", "dora", "rita"])
def test_a_foreign_object_and_an_unknown_one_are_the_same(world, things, name):
    client = visitor(world, name)
    compared = 0
    for route in OBJECTS:
        rule = ROUTES[route.name]
        for owner in OWNERS:
            if rule.lets_in(name, owner):
                continue
            foreign = things.uuids[(rule.target, owner)]
            for method in ("GET", "POST") if rule.writes else ("GET",):
                one = probe(client, method, things.address(route, rule.target, owner, rule.query))
                other = probe(client, method, things.address(route, "nowhere", owner, rule.query))
                assert one.status == other.status == 404
                assert stripped(one, foreign, NOWHERE) == stripped(other, foreign, NOWHERE), route.name
                compared += 1
    assert compared


# --- One wall at a time -------------------------------------------------------------------------------


@pytest.fixture
def without_wall_1(monkeypatch):
    """The application forgets who asks: every queryset gives back all that the database gives."""

    def everything(self: Any, *args: Any) -> Any:
        return self.all()

    for queryset in (YouthQuerySet, ReferralQuerySet, TaskQuerySet):
        for name, function in vars(queryset).items():
            if callable(function) and {"acting", "organisation_id"} & set(signature(function).parameters):
                monkeypatch.setattr(queryset, name, everything)


ACROSS = {
    # Who, and the owner whose things are in another organisation altogether.
    "alice": "charlie",
    "mona": "charlie",
    "rosa": "charlie",
    "charlie": "alice",
}
PROTECTED = [
    route for route in PORTAL if ROUTES[route.name].canary or ROUTES[route.name] is matrix.LIST_OF_YOUTHS
]


def across(world, things: Things, name: str) -> dict[str, list[str]]:
    """What each protected route shows somebody of an organisation that is not theirs."""
    client = visitor(world, name)
    session = client.session
    owner = ACROSS[name]
    foreign = [things.names[owner], *things.secrets[owner]]
    session["youth_search"] = things.names[owner][:5]
    session.save()
    shown = {}
    for route in [*PROTECTED, Route("home", "")]:
        rule = ROUTES[route.name]
        address = things.address(route, rule.target, owner, rule.query)
        leaks = probe(client, "GET", address).holds(foreign)
        if route.name.endswith(":list"):
            for query in ("?recherche=1", "?onglet=sent&etape=", "?onglet=received&etape="):
                leaks += probe(client, "GET", address + query).holds(foreign)
        if rule.writes:
            leaks += probe(client, "POST", address).holds(foreign)
        shown[route.name] = leaks
    return shown


@pytest.mark.parametrize("name", sorted(ACROSS))
def test_without_wall_1_the_database_keeps_organisations_apart(world, things, without_wall_1, name):
    shown = across(world, things, name)
    assert {route: leaks for route, leaks in shown.items() if leaks} == {}


@pytest.mark.parametrize("name", ["alice", "charlie"])
def test_without_any_wall_every_protected_route_leaks(world, things, without_wall_1, name):
    """The probes can fail: with both walls down, each route shows the other organisation's youth."""
    with as_owner():
        shown = across(world, things, name)
    assert {route for route, leaks in shown.items() if not leaks} == set()


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
    assert Rule(frozenset({"alice"})).expected("bob", "alice", "GET") == matrix.STATUS[matrix.DENIED]
    assert matrix.STATUS[IN] == {200}
