"""The country of the bench: organisations of every network, their people, referents and conventions.

As many Missions Locales and professionals as the scale asks for, on the most populous towns of the territory.
Sizes follow a power law: the first Missions Locales of the list have most of the people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from uuid import UUID, uuid5

from accounts.models import User
from core import clock
from partners.models import (
    Amendment,
    Convention,
    ConventionDecision,
    ConventionParty,
    Designation,
    Level,
    Membership,
    Municipality,
    Network,
    Organisation,
    Region,
    Role,
    Team,
    Theme,
    Topic,
)
from portal.demo import bulk
from portal.demo.names import AGENCY_BRANDS, YOUTH_FIRST_NAMES, YOUTH_LAST_NAMES

# The nation at scale 1 (DESIGN, "Engine").
MISSIONS_LOCALES = 450
PROFESSIONALS = 15_000
# Of these, the share that works in a Mission Locale; the rest is spread over the partners below.
ML_SHARE = 0.84
# The share of the advisors that belongs to the first ``r`` of ``n`` Missions Locales is (r / n) ** (1 / SKEW).
SKEW = 1.6
TEAM_SIZE = 8
CHAMBER_STAFF = 8
SITE_STAFF = 5
# Everything that has an address of its own gets it from this root, so that two runs make the same addresses.
ROOT = UUID("7d1f6f0e-5d8b-4c5e-9b1a-0d3c6a2b9e44")
MEMBERS_SINCE = timedelta(days=2000)
# Designations that are over, on each topic of a Mission Locale: with the others, some 20 000 at scale 1.
FORMER, FORMER_LASTED = 4, timedelta(days=200)
# Local declinations of each Mission Locale: with the others, some 5 000 conventions at scale 1.
LOCAL_DECLINATIONS = 11


def address(kind: str, number: int | str) -> UUID:
    """A UUID (version 4 in form) that depends on its arguments alone."""
    return UUID(bytes=uuid5(ROOT, f"{kind}/{number}").bytes, version=4)


@dataclass(frozen=True, slots=True)
class House:
    """An organisation with those who answer in it. ``advisors`` are the professionals who follow youths."""

    organisation: Organisation
    lead: int
    substitute: int | None
    manager: int
    advisors: list[tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class Nation:
    """What youths are spread over: Missions Locales by decreasing size, and where each of them sends."""

    missions_locales: list[House]
    sites: list[House]
    chambers: dict[str, House]
    agencies: list[House]


class _Builder:
    """Gathers rows, with identifiers of their own, until they are written."""

    def __init__(self) -> None:
        self.organisations: list[Organisation] = []
        self.teams: list[Team] = []
        self.users: list[User] = []
        self.members: list[Membership] = []
        self.designations: list[Designation] = []
        self.organisation_ids, self.team_ids = bulk.first_free(Organisation), bulk.first_free(Team)
        self.user_ids = bulk.first_free(User)
        self.turn = count()
        self.since = clock.today() - MEMBERS_SINCE

    def organisation(
        self, name: str, network: str, level: str, place: Municipality | None, **fields
    ) -> Organisation:
        number = next(self.organisation_ids)
        made = Organisation(
            pk=number,
            uuid=address("organisation", number),
            name=name[:160],
            network=network,
            level=level,
            department=place.department if place else fields.pop("department", None),
            region_id=place.department.region_id if place else fields.pop("region_id", None),
            municipality=place,
            is_fictitious=True,
            **fields,
        )
        self.organisations.append(made)
        return made

    def team(self, organisation: Organisation, name: str) -> int:
        made = Team(pk=next(self.team_ids), organisation=organisation, name=name)
        self.teams.append(made)
        return made.pk

    def person(self, organisation: Organisation, role: str, team: int | None = None) -> int:
        number, turn = next(self.user_ids), next(self.turn)
        self.users.append(
            User(
                pk=number,
                email=f"banc{number}@portail.example",
                password="!bench",  # noqa: S106 - unusable: the bench opens its sessions itself
                first_name=YOUTH_FIRST_NAMES[turn * 7 % len(YOUTH_FIRST_NAMES)],
                last_name=YOUTH_LAST_NAMES[turn * 11 % len(YOUTH_LAST_NAMES)],
                date_joined=clock.now() - MEMBERS_SINCE,
            )
        )
        self.members.append(
            Membership(
                user_id=number, organisation=organisation, role=role, team_id=team, starts_on=self.since
            )
        )
        return number

    def referent(self, house: House, topic: str) -> None:
        self.designations.append(
            Designation(
                organisation=house.organisation,
                topic=topic,
                user_id=house.lead,
                substitute_id=house.substitute,
                starts_on=self.since,
            )
        )

    def former_referents(self, house: House, topic: str) -> None:
        """Those who answered before, one after the other: what is over stays."""
        starts_on = self.since - FORMER_LASTED * FORMER
        for turn in range(FORMER):
            self.designations.append(
                Designation(
                    organisation=house.organisation,
                    topic=topic,
                    user_id=house.advisors[turn % len(house.advisors)][0],
                    starts_on=starts_on + FORMER_LASTED * turn,
                    ends_on=starts_on + FORMER_LASTED * (turn + 1) - timedelta(days=1),
                )
            )

    def house(self, organisation: Organisation, staff: int, *, substitute: bool = True) -> House:
        """Staff an organisation: a manager, and professionals in teams when there are many."""
        manager = self.person(organisation, Role.MANAGER)
        teams: list[int | None] = [None]
        if staff > TEAM_SIZE:
            teams = [
                self.team(organisation, f"Équipe {number}") for number in range(1, -(-staff // TEAM_SIZE) + 1)
            ]
        advisors = []
        for turn in range(staff):
            team = teams[turn % len(teams)]
            advisors.append((self.person(organisation, Role.PROFESSIONAL, team), team))
        second = advisors[1][0] if substitute and len(advisors) > 1 else None
        return House(organisation, advisors[0][0], second, manager, advisors)

    def write(self) -> None:
        bulk.insert(Organisation, self.organisations)
        bulk.insert(Team, self.teams)
        bulk.insert(User, self.users)
        bulk.insert(Membership, self.members)
        bulk.insert(Designation, self.designations)


def staff_of(rank: int, houses: int, total: int) -> int:
    """How many advisors the Mission Locale of that rank (0 first) has, out of ``total`` in ``houses``."""
    share = ((rank + 1) / houses) ** (1 / SKEW) - (rank / houses) ** (1 / SKEW)
    return max(3, round(total * share))


def build(scale: float) -> Nation:
    """Write the organisations, people, referents and conventions of a scale; needs the founding conventions."""
    builder = _Builder()
    houses = max(4, round(MISSIONS_LOCALES * scale))
    towns = list(
        Municipality.objects.filter(department__region__isnull=False)
        .exclude(name__contains="rrondissement")
        .select_related("department")
        .order_by("-population", "code")[:houses]
    )
    advisors = round(PROFESSIONALS * ML_SHARE * scale)
    missions_locales, agencies, chambers = [], [], {}
    for rank, town in enumerate(towns):
        organisation = builder.organisation(f"Mission locale de {town.name}", Network.ML, Level.LOCAL, town)
        house = builder.house(organisation, staff_of(rank, houses, advisors))
        missions_locales.append(house)
        # Most have named their referents; the others are the gaps that the dashboards show.
        for turn, topic in enumerate(Topic.values):
            if (rank + turn) % 5:
                builder.referent(house, topic)
            builder.former_referents(house, topic)
        brand = AGENCY_BRANDS[rank % len(AGENCY_BRANDS)]
        agency = builder.house(
            builder.organisation(f"{brand} {town.name}", Network.INTERIM, Level.LOCAL, town), 2
        )
        builder.referent(agency, Topic.INTERIM)
        agencies.append(agency)
        code = town.department_id
        if code not in chambers:
            name = f"Chambre de métiers et de l’artisanat – {town.department.name}"
            chambers[code] = builder.house(
                builder.organisation(name, Network.CMA, Level.LOCAL, town), CHAMBER_STAFF
            )
            for topic in (Topic.APPRENTICESHIP, Topic.PREPARATION):
                builder.referent(chambers[code], topic)
    sites = []
    found = (
        Organisation.objects.filter(network=Network.SMV, level=Level.LOCAL).exclude(key="").order_by("key")
    )
    for site in found[: max(2, round(7 * scale))]:
        house = builder.house(site, SITE_STAFF)
        builder.referent(house, Topic.SMV)
        sites.append(house)
    _staff_territories(builder)
    builder.write()
    nation = Nation(missions_locales, sites, chambers, agencies)
    _declinations(nation)
    return nation


def _staff_territories(builder: _Builder) -> None:
    """One person who steers in each region, and one in each national body."""
    for region in Region.objects.order_by("code"):
        body = builder.organisation(
            f"ARML du banc – {region.name}", Network.ML, Level.REGIONAL, None, region_id=region.code
        )
        builder.person(body, Role.REGIONAL)
    for body in Organisation.objects.filter(level=Level.NATIONAL, ends_on=None).order_by("pk"):
        builder.person(body, Role.NATIONAL)


def _declinations(nation: Nation) -> None:
    """The national conventions declined in every region, and by each Mission Locale with its neighbours."""
    themes = (Theme.SMV, Theme.APPRENTICESHIP, Theme.INTERIM)
    parents = [
        parent
        for theme in themes
        if (
            parent := Convention.objects.filter(
                themes__contains=[theme], level=Level.NATIONAL, signed_on__isnull=False
            )
            .order_by("-signed_on")
            .first()
        )
    ]
    networks = {
        Network.SMV: nation.sites,
        Network.CMA: [*nation.chambers.values()],
        Network.INTERIM: nation.agencies,
    }
    partners = [house.organisation for houses in networks.values() for house in houses]
    bodies = Organisation.objects.filter(level=Level.REGIONAL, network=Network.ML, is_fictitious=True)
    bodies_of = {body.region_id: body for body in bodies.order_by("-pk")}
    conventions: list[Convention] = []
    parties: list[tuple[Convention, Organisation]] = []

    def declare(
        parent: Convention, place: str, level: str, region: str | None, signers: list[Organisation]
    ) -> None:
        number, today = len(conventions), clock.today()
        signed_on = today - timedelta(days=200 + number % 700)
        convention = Convention(
            uuid=address("convention", number),
            code=f"BANC-{number}",
            title=f"Déclinaison de {parent.code} – {place}"[:200],
            nature=Convention.Nature.DECLINATION,
            level=level,
            region_id=region,
            parent=parent,
            lead=signers[0],
            themes=parent.themes,
            signed_on=signed_on,
            starts_on=signed_on + timedelta(days=10),
            ends_on=today + timedelta(days=number % 900 - 100),
        )
        conventions.append(convention)
        parties.extend((convention, signer) for signer in signers)

    for parent in parents:
        for region in Region.objects.order_by("code"):
            declare(
                parent, region.name, Level.REGIONAL, region.code,
                [bodies_of[region.code], partners[len(conventions) % len(partners)]],
            )  # fmt: skip
    for rank, house in enumerate(nation.missions_locales):
        home = house.organisation
        region_code = home.department.region_id if home.department else None
        for turn in range(LOCAL_DECLINATIONS):
            signers = [home, partners[(rank * LOCAL_DECLINATIONS + turn) % len(partners)]]
            declare(parents[turn % len(parents)], home.name, Level.LOCAL, region_code, signers)
    Convention.objects.bulk_create(conventions, batch_size=1_000)
    ConventionParty.objects.bulk_create(
        (
            ConventionParty(convention=convention, organisation=signer, signed_on=convention.signed_on)
            for convention, signer in parties
        ),
        batch_size=1_000,
    )
    _live_on(conventions)


def _live_on(conventions: list[Convention]) -> None:
    """A fourth of the texts was amended, some were denounced: their state costs what it costs in service."""
    Amendment.objects.bulk_create(
        (
            Amendment(
                uuid=address("amendment", number),
                convention=convention,
                number=1,
                kinds=[Amendment.Kind.TERM],
                signed_on=convention.starts_on,
                effective_on=convention.starts_on or clock.today(),
                new_ends_on=(convention.ends_on or clock.today()) + timedelta(days=200),
            )
            for number, convention in enumerate(conventions)
            if number % 4 == 0
        ),
        batch_size=1_000,
    )
    ConventionDecision.objects.bulk_create(
        (
            ConventionDecision(
                convention=convention,
                kind=ConventionDecision.Kind.DENOUNCED,
                decided_on=clock.today() - timedelta(days=90),
                effective_on=clock.today() + timedelta(days=number % 180),
                reason="D’un commun accord",
            )
            for number, convention in enumerate(conventions)
            if number % 20 == 7
        ),
        batch_size=1_000,
    )


def calendar_days(today: date, days: int) -> list[date]:
    """The days of the history, oldest first, today included."""
    return [today - timedelta(days=back) for back in range(days, -1, -1)]
