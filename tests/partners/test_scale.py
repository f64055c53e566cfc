"""The pages of this room at the size of the nation: 5 000 conventions, 20 000 designations, 1 500 organisations.

The number of queries is the budget of DESIGN; the time is a sanity bound, far above what a page takes, which a query
that reads the nation row by row would still pass. Names are as long as those of the field, because pages are weighed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice, product
from time import perf_counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core import clock
from core.models import Task
from partners.conventions import deadlines
from partners.models import (
    Convention,
    ConventionParty,
    Department,
    Designation,
    Level,
    Network,
    Organisation,
    Region,
    Theme,
    Topic,
)
from partners.territory.dataset import read_territory
from portal.bench.pages import BYTES
from tests.client import StrictClient
from tests.conftest import as_owner, as_worker
from tests.keeping import kept
from tests.world import World

ORGANISATIONS, CONVENTIONS, DESIGNATIONS = 1_500, 5_000, 20_000
DECLINATIONS, OF_ONE = 300, 200
LIST, DETAIL = 8, 10
SECONDS = 6.0
# Transaction control is not a query of the page (DESIGN, "Budgets").
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION")
_NETWORKS = {
    Network.ML: "Mission locale du Pays de Ville",
    Network.CMA: "Chambre de métiers et de l’artisanat – Ville",
    Network.INTERIM: "Passerelune Intérim Ville",
    Network.DIGITAL: "Espace numérique de Ville",
}
_THEMES = (Theme.APPRENTICESHIP, Theme.ORIENTATION, Theme.INTERIM, Theme.DIGITAL)


@dataclass
class Nation:
    """What the tests ask for by name."""

    world: World
    mother: Convention
    busiest: Organisation

    def client(self, name: str) -> StrictClient:
        visitor = StrictClient()
        visitor.force_login(self.world.user(name))
        return visitor


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[Nation]:
    """The nation, in a transaction that ends with the module."""

    def build() -> Nation:
        with as_owner():
            nation = _build(World.load())
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return nation

    with kept(django_db_blocker, build) as nation:
        yield nation


@pytest.fixture
def nation(loaded) -> Iterator[Nation]:
    """What a test changes is undone after it."""
    with transaction.atomic():
        yield loaded
        transaction.set_rollback(True)


def _build(world: World) -> Nation:
    territory = read_territory()
    Region.objects.bulk_create(
        [Region(code=row.code, name=row.name) for row in territory.regions], ignore_conflicts=True
    )
    Department.objects.bulk_create(
        [
            Department(code=row.code, name=row.name, region_id=row.region)
            for row in territory.departments
            if row.region
        ],
        ignore_conflicts=True,
    )
    departments = list(Department.objects.exclude(region=None).order_by("code"))
    organisations = Organisation.objects.bulk_create(
        Organisation(
            name=f"{name} {number:04}",
            network=network,
            level=Level.LOCAL,
            department=departments[number % len(departments)],
        )
        for number, (network, name) in enumerate(islice(cycle(_NETWORKS.items()), ORGANISATIONS))
    )
    users = User.objects.bulk_create(
        User(email=f"n{number}@portail.example", first_name="Prénom", last_name=f"Nom {number}", password="!")
        for number in range(300)
    )
    mother = _conventions(world, organisations, [region.code for region in territory.regions])
    spread = product(organisations, Topic.values, (None, *(one.code for one in departments[:2])))
    started = clock.today() - timedelta(days=100)
    Designation.objects.bulk_create(
        (
            Designation(
                organisation=home,
                topic=topic,
                department_id=code,
                user=users[number % 300],
                substitute=users[(number + 1) % 300],
                starts_on=started,
            )
            # Every second organisation: the others are gaps.
            for number, (home, topic, code) in enumerate(
                islice((line for line in spread if line[0].pk % 2), DESIGNATIONS)
            )
        ),
        batch_size=5_000,
    )
    return Nation(world, mother, organisations[0])


def _conventions(world: World, organisations: list[Organisation], regions: list[str]) -> Convention:
    today = clock.today()

    def made(number: int, **fields) -> Convention:
        return Convention(
            code=f"ECHELLE-{number}",
            title=f"Déclinaison régionale de la convention nationale {number}",
            themes=[_THEMES[number % 4]],
            signed_on=today - timedelta(days=400 + number % 300),
            starts_on=today - timedelta(days=400 + number % 300),
            ends_on=today + timedelta(days=number % 900 - 100),
            **fields,
        )

    national = Convention.objects.bulk_create(made(number, lead=world.org("UNML")) for number in range(10))
    mother = national[9]
    others = Convention.objects.bulk_create(
        made(
            number,
            level=Level.REGIONAL if number < 200 else Level.LOCAL,
            region_id=regions[number % len(regions)],
            parent=mother if number < 10 + DECLINATIONS else None,
        )
        for number in range(10, CONVENTIONS)
    )
    parties = [
        ConventionParty(convention=one, organisation=world.org(key))
        for one in national
        for key in ("UNML", "SMV_EM")
    ]
    for number, one in enumerate(others):
        first = organisations[0] if number < OF_ONE else organisations[number % ORGANISATIONS]
        parties += [
            ConventionParty(convention=one, organisation=home)
            for home in (first, organisations[(number + 501) % ORGANISATIONS])
        ]
    ConventionParty.objects.bulk_create(parties, batch_size=5_000)
    return mother


def measured(client: StrictClient, url: str) -> tuple[int, float, str]:
    """Queries, seconds (the better of two), and the SQL of a page."""
    spent = []
    for _ in range(2):
        started = perf_counter()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        spent.append(perf_counter() - started)
    found = [query["sql"] for query in captured if not query["sql"].startswith(_CONTROL)]
    return len(found), min(spent), "\n".join(f"{query['time']} {query['sql'][:300]}" for query in captured)


def test_the_nation_is_there(nation):
    assert Organisation.objects.count() >= ORGANISATIONS
    assert Convention.objects.count() >= CONVENTIONS
    assert Designation.objects.count() >= DESIGNATIONS
    assert Convention.objects.filter(parent=nation.mother).count() == DECLINATIONS
    assert ConventionParty.objects.filter(organisation=nation.busiest).count() >= OF_ONE


@pytest.mark.parametrize(
    "address",
    [
        "/conventions/",
        "/conventions/?etat=en_vigueur",
        "/conventions/?reseau=ml&q=convention",
        "/structures/",
        "/structures/?reseau=ml&region=53",
        "/referents/",
        "/referents/?sujet=apprentissage",
        "/referents/?page=300",
        "/referents/manques/",
        "/referents/manques/?sujet=orientation&region=53",
        "/comites/tous/",
    ],
)
def test_lists_keep_their_budget(nation, address):
    queries, seconds, sql = measured(nation.client("mona"), address)
    print(f"{address}: {queries} queries, {seconds:.2f} s")
    assert queries <= LIST, sql
    assert seconds < SECONDS, sql


@pytest.mark.parametrize("name", ["mona", "nadia"])
@pytest.mark.parametrize(
    "address", ["/conventions/", "/conventions/?page=2", "/structures/", "/referents/", "/referents/manques/"]
)
def test_lists_of_fifty_rows_weigh_what_they_may(nation, address, name):
    response = nation.client(name).get(address)
    print(f"{address} {name}: {len(response.content)} bytes")
    assert len(response.content) < BYTES


@pytest.mark.parametrize("name", ["mona", "nadia"])
def test_a_convention_with_three_hundred_declinations(nation, name):
    address = reverse("partners:convention_detail", args=[nation.mother.uuid])
    queries, seconds, sql = measured(nation.client(name), address)
    print(f"{address} {name}: {queries} queries, {seconds:.2f} s")
    assert queries <= DETAIL, sql
    assert seconds < SECONDS, sql


def test_an_organisation_with_two_hundred_conventions(nation):
    address = reverse("partners:organisation_detail", args=[nation.busiest.uuid])
    queries, seconds, sql = measured(nation.client("nadia"), address)
    print(f"{address}: {queries} queries, {seconds:.2f} s")
    assert queries <= DETAIL, sql
    assert seconds < SECONDS, sql


def test_the_clock_of_deadlines_reads_the_nation_in_some_seconds(nation):
    with as_worker(), CaptureQueriesContext(connection) as captured:
        started = perf_counter()
        run = deadlines.run()
        seconds = perf_counter() - started
    print(f"deadlines: {run.opened} opened, {len(captured)} queries, {seconds:.2f} s")
    with as_owner():
        assert Task.objects.filter(subject_kind=deadlines.SUBJECT, done_at=None).count() == run.opened > 100
    # Eleven batches of 500 at most, each with its dozen of queries, and its lines for those who are told.
    assert len(captured) < 11 * 25
    assert seconds < 20
    with as_worker():
        assert deadlines.run() == deadlines.Run()
