"""The fictitious country of the demonstration: pure and seeded, no database.

Towns, regions and the names of public institutions are real; every Mission Locale, agency, chamber site,
person, address and number is invented. Addresses end in the reserved ``.example`` (RFC 2606); telephone
numbers come from the ranges that ARCEP keeps for fiction (01 99 00 and 06 39 98).

Organisation keys are stable and say what they are: ``ML_17300`` (INSEE code of the seat), ``CMA_17``,
``CMAR_75``, ``ARML_75``, ``DREETS_75``, ``REGION_75``, ``AKTO_75``, ``AGENCE_17300``, those of
``partners.founding`` for the SMV and the national bodies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import cos, hypot, radians
from random import Random
from typing import Any

from faker import Faker

from partners.founding import NATIONAL_ORGANISATIONS, SMV_SITES
from partners.territory.dataset import DepartmentRow, MunicipalityRow, Territory
from portal.demo.names import (
    AGENCY_BRANDS,
    OF_REGION,
    REGION_ASSEMBLIES,
    SHORT_REGION,
    STATE_SERVICES,
    of_town,
    slug,
)
from portal.demo.persons import HOME, NAMED, NEIGHBOUR, REGIMENT, domain_of

SEED = 2019
MISSION_LOCALE_COUNT = 440  # DOMAIN N-01
AGENCY_COUNT = 120
SMV_REGIONS = frozenset(site.region for site in SMV_SITES)

# Associations of Missions Locales overseas cover several regions: seat -> the other regions covered.
_OVERSEAS_ARML = {"01": ("Antilles-Guyane", ("02", "03")), "04": ("Océan Indien", ("06",))}
_COVERED_ELSEWHERE = {code for _, others in _OVERSEAS_ARML.values() for code in others}
# Local-law chambers, apart from the regional one: department -> key
_LOCAL_LAW = {"57": "CMA_MOSELLE", "67": "CMA_ALSACE", "68": "CMA_ALSACE"}

# job titles: for a woman, for a man
_Job = tuple[str, str]
_ML_JOBS: tuple[_Job, ...] = (
    ("Conseillère en insertion", "Conseiller en insertion"),
    ("Conseillère emploi formation", "Conseiller emploi formation"),
    ("Chargée de relation entreprises", "Chargé de relation entreprises"),
)
_DIRECTOR = ("Directrice", "Directeur")
_SITE_MANAGER = ("Responsable de site", "Responsable de site")
_PARTNER_JOB = ("Chargée de recrutement", "Chargé de recrutement")
_REGIONAL_JOB = ("Chargée de mission régionale", "Chargé de mission régional")
_NATIONAL_JOB = ("Chargée de mission nationale", "Chargé de mission national")
_DPO_JOB = ("Déléguée à la protection des données", "Délégué à la protection des données")

# (organisation, role, team, job): adds somebody
_AddPerson = Callable[["Organisation | None", str | None, str | None, _Job], None]


@dataclass(frozen=True, slots=True)
class Organisation:
    """``kind`` is finer than the network; ``fictitious`` is False for a real institution (its contacts are
    invented all the same); ``also_regions`` are regions covered besides ``region``."""

    key: str
    name: str
    acronym: str
    kind: str
    network: str
    level: str
    region: str | None
    department: str | None
    municipality: str | None
    parent: str | None
    email: str
    phone: str
    fictitious: bool
    also_regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A team inside an organisation."""

    key: str
    organisation: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. The administrator has neither organisation nor role. ``persona`` names the fixed
    inhabitants of the demonstration and is empty for the others."""

    key: str
    first_name: str
    last_name: str
    email: str
    phone: str
    organisation: str | None
    role: str | None
    team: str | None
    job_title: str
    persona: str = ""


@dataclass(frozen=True, slots=True)
class Designation:
    """A designated referent: ``person`` leads ``topic`` for ``organisation`` since ``since_days`` days."""

    person: str
    organisation: str
    topic: str
    department: str | None
    substitute: str | None
    since_days: int


@dataclass(frozen=True, slots=True)
class Country:
    """Everything built. ``catchments`` gives each Mission Locale the municipalities nearest to it, in the
    same department: together they cover all municipalities of the 101 departments."""

    organisations: tuple[Organisation, ...]
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    designations: tuple[Designation, ...]
    catchments: dict[str, tuple[MunicipalityRow, ...]]

    def personas(self) -> dict[str, Person]:
        """The named inhabitants by persona."""
        return {person.persona: person for person in self.people if person.persona}

    def organisation(self, key: str) -> Organisation:
        """The organisation of that key; KeyError when there is none."""
        for organisation in self.organisations:
            if organisation.key == key:
                return organisation
        raise KeyError(key)

    def within(self, departments: frozenset[str]) -> "Country":
        """The same country with the local structures of some departments only (and every SMV site)."""
        kept = tuple(
            one
            for one in self.organisations
            if one.level != "local" or one.kind == "smv_site" or one.department in departments
        )
        keys = {one.key for one in kept} | {None}
        return Country(
            kept,
            tuple(team for team in self.teams if team.organisation in keys),
            tuple(person for person in self.people if person.organisation in keys),
            tuple(one for one in self.designations if one.organisation in keys),
            {key: area for key, area in self.catchments.items() if key in keys},
        )


@dataclass(slots=True)
class _Builder:
    """Collects what is built; hands out numbers and addresses that are never given twice."""

    territory: Territory
    rng: Random
    organisations: list[Organisation] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    designations: list[Designation] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    calls: int = 0

    def phone(self) -> str:
        self.calls += 1
        return fiction_phone("01 99 00", self.calls)

    def address(self, local: str, domain: str) -> str:
        candidate, number = f"{local}@{domain}.example", 1
        while candidate in self.addresses:
            number += 1
            candidate = f"{local}{number}@{domain}.example"
        self.addresses.add(candidate)
        return candidate

    def add(
        self,
        key: str,
        name: str,
        kind: str,
        network: str,
        level: str,
        *,
        acronym: str = "",
        region: str | None = None,
        department: str | None = None,
        municipality: str | None = None,
        parent: str | None = None,
        fictitious: bool = False,
        also_regions: tuple[str, ...] = (),
    ) -> Organisation:
        organisation = Organisation(
            key,
            name,
            acronym,
            kind,
            network,
            level,
            region,
            department,
            municipality,
            parent,
            self.address("contact", slug(key.replace("_", " "))),
            self.phone(),
            fictitious,
            also_regions,
        )
        self.organisations.append(organisation)
        return organisation


def fiction_phone(prefix: str, index: int) -> str:
    """The ``index``-th number of a range kept for fiction, shuffled; repeats after 10 000 numbers."""
    digits = f"{(index * 7919 + 1361) % 10_000:04d}"  # 7919 is prime with 10 000: every number comes once
    return f"{prefix} {digits[:2]} {digits[2:]}"


def build_country(territory: Territory, seed: int = SEED) -> Country:
    """Build the whole fictitious country (about 1 s); the same seed gives the same country."""
    builder = _Builder(territory, Random(f"{seed}-country"))  # noqa: S311
    seats = _mission_locale_seats(territory)
    _add_national(builder)
    _add_regional(builder)
    _add_missions_locales(builder, seats)
    _add_cma_sites(builder)
    _add_agencies(builder, seats)
    _add_people(builder, seed)
    _add_designations(builder)
    return Country(
        tuple(builder.organisations),
        tuple(builder.teams),
        tuple(builder.people),
        tuple(builder.designations),
        _catchments(territory, seats),
    )


def _distance(a: MunicipalityRow, b: MunicipalityRow) -> float:
    """Kilometres between two municipalities of one department (flat earth is enough there)."""
    a_lon, a_lat = a.longitude or 0.0, a.latitude or 0.0
    b_lon, b_lat = b.longitude or 0.0, b.latitude or 0.0
    return 111.2 * hypot((a_lon - b_lon) * cos(radians((a_lat + b_lat) / 2)), a_lat - b_lat)


def _by_department(territory: Territory) -> Iterator[tuple[DepartmentRow, list[MunicipalityRow]]]:
    """The 101 departments, each with its municipalities (arrondissements included)."""
    groups: dict[str, list[MunicipalityRow]] = {}
    for municipality in territory.municipalities:
        groups.setdefault(municipality.department, []).append(municipality)
    for department in territory.departments:
        if department.kind == "department":
            yield department, groups[department.code]


def _mission_locale_seats(territory: Territory) -> dict[str, list[MunicipalityRow]]:
    """The towns that get a Mission Locale: one per department, then in proportion to population.

    In a department, among its largest towns, kept apart from one another (15 km, less where it is dense).
    """
    towns: dict[str, list[MunicipalityRow]] = {}
    for department, municipalities in _by_department(territory):
        whole = [m for m in municipalities if not m.is_arrondissement]
        whole.sort(key=lambda m: (-m.population, m.code))
        towns[department.code] = whole
    population = {code: sum(m.population for m in group) for code, group in towns.items()}
    # seats go one by one to the department with the most inhabitants per seat (Webster's divisors)
    counts = dict.fromkeys(towns, 1)
    for _ in range(MISSION_LOCALE_COUNT - len(counts)):
        able = [code for code in counts if counts[code] < len(towns[code])]
        chosen = max(able, key=lambda code: (population[code] / (counts[code] + 0.5), code))
        counts[chosen] += 1

    seats: dict[str, list[MunicipalityRow]] = {}
    for code, group in towns.items():
        pool, spacing, kept = group[: 3 * counts[code]], 15.0, [group[0]]
        while len(kept) < counts[code]:
            for town in pool:
                if len(kept) < counts[code] and all(_distance(town, other) > spacing for other in kept):
                    kept.append(town)
            spacing *= 0.7
        seats[code] = kept
    return seats


def _catchments(
    territory: Territory, seats: dict[str, list[MunicipalityRow]]
) -> dict[str, tuple[MunicipalityRow, ...]]:
    """Each municipality goes to the nearest seat of its department."""
    areas: dict[str, list[MunicipalityRow]] = {}
    for department, municipalities in _by_department(territory):
        own = seats[department.code]
        for municipality in municipalities:
            nearest = own[0] if len(own) == 1 else min(own, key=lambda seat: _distance(seat, municipality))
            areas.setdefault(f"ML_{nearest.code}", []).append(municipality)
    return {key: tuple(area) for key, area in areas.items()}


def _add_national(builder: _Builder) -> None:
    for body in NATIONAL_ORGANISATIONS:
        builder.add(
            body.key,
            body.name,
            "national",
            body.network,
            "national",
            acronym=body.acronym,
            municipality=body.municipality,
        )
    for site in SMV_SITES:
        if site.kind != "etat_major":  # the headquarters is one of the national bodies
            builder.add(
                site.key,
                site.name,
                "smv_site",
                "smv",
                "local",
                acronym=site.acronym,
                region=site.region,
                department=site.department,
                municipality=site.municipality,
                parent=site.parent,
            )


def _add_regional(builder: _Builder) -> None:
    """Per region: the chamber, the association of Missions Locales, the State, the assembly, AKTO."""
    department_of = {m.code: m.department for m in builder.territory.municipalities}
    for region in builder.territory.regions:
        code, of = region.code, OF_REGION[region.code]
        short = SHORT_REGION.get(code, region.name)
        place: dict[str, Any] = {
            "region": code,
            "department": department_of[region.seat],
            "municipality": region.seat,
        }
        builder.add(
            f"CMAR_{code}",
            f"Chambre de métiers et de l'artisanat de région {region.name}",
            "cmar",
            "cma",
            "regional",
            acronym=f"CMAR {short}",
            **place,
        )
        if code not in _COVERED_ELSEWHERE:
            name, others = _OVERSEAS_ARML.get(code, (region.name, ()))
            builder.add(
                f"ARML_{code}",
                f"Association régionale des Missions Locales {name}",
                "arml",
                "ml",
                "regional",
                acronym=f"ARML {SHORT_REGION.get(code, name)}",
                also_regions=others,
                **place,
            )
        state = STATE_SERVICES.get(code, "DREETS")
        builder.add(
            f"DREETS_{code}",
            f"{state} {of}",
            "dreets",
            "state",
            "regional",
            acronym=f"{state} {short}",
            **place,
        )
        assembly = REGION_ASSEMBLIES.get(code, f"Conseil régional {of}")
        builder.add(f"REGION_{code}", assembly, "conseil_regional", "region", "regional", **place)
        delegation = f"AKTO, délégation {of}"
        builder.add(f"AKTO_{code}", delegation, "akto_delegation", "akto", "regional", parent="AKTO", **place)
    for key, name, department, town in (
        ("CMA_MOSELLE", "Chambre de métiers et de l'artisanat de la Moselle", "57", "57463"),
        ("CMA_ALSACE", "Chambre de métiers d'Alsace", "67", "67482"),
    ):
        builder.add(
            key, name, "cmar", "cma", "regional", region="44", department=department, municipality=town
        )


def _add_missions_locales(builder: _Builder, seats: dict[str, list[MunicipalityRow]]) -> None:
    departments = {d.code: d for d in builder.territory.departments}
    for code, towns in seats.items():
        for town in towns:
            # patterns that no real Mission Locale uses
            around = builder.rng.choice(("environs", "alentours"))
            name = f"Mission locale {of_town(town.name)} et {around}"
            if name in builder.names:  # Saint-Denis exists in two departments
                name = f"{name} ({departments[code].name})"
            builder.names.add(name)
            builder.add(
                f"ML_{town.code}",
                name,
                "mission_locale",
                "ml",
                "local",
                region=departments[code].region,
                department=code,
                municipality=town.code,
                fictitious=True,
            )


def _add_cma_sites(builder: _Builder) -> None:
    for department in builder.territory.departments:
        if department.kind == "department":
            builder.add(
                f"CMA_{department.code}",
                f"Chambre de métiers et de l'artisanat, site {department.name}",
                "cma_site",
                "cma",
                "local",
                region=department.region,
                department=department.code,
                municipality=department.seat,
                parent=_LOCAL_LAW.get(department.code, f"CMAR_{department.region}"),
                fictitious=True,
            )


def _add_agencies(builder: _Builder, seats: dict[str, list[MunicipalityRow]]) -> None:
    """Temporary work agencies in the largest towns that have a Mission Locale."""
    regions = {d.code: d.region for d in builder.territory.departments}
    towns = sorted((t for group in seats.values() for t in group), key=lambda t: (-t.population, t.code))
    for rank, town in enumerate(towns[:AGENCY_COUNT]):
        brand = AGENCY_BRANDS[rank % len(AGENCY_BRANDS)]
        builder.add(
            f"AGENCE_{town.code}",
            f"{brand}, agence {of_town(town.name)}",
            "agence_interim",
            "interim",
            "local",
            region=regions[town.department],
            department=town.department,
            municipality=town.code,
            fictitious=True,
        )


def _add_people(builder: _Builder, seed: int) -> None:
    faker = Faker("fr_FR")
    faker.seed_instance(f"{seed}-people")
    by_organisation: dict[str | None, list[str]] = {}
    for persona, (place, *_) in NAMED.items():
        by_organisation.setdefault(place, []).append(persona)

    def person(organisation: Organisation | None, role: str | None, team: str | None, job: _Job) -> None:
        """Add the first named inhabitant waiting for this place, else somebody invented."""
        waiting = by_organisation.get(organisation.key if organisation else None, [])
        persona = next((p for p in waiting if NAMED[p][1] == role), "")
        if persona:
            waiting.remove(persona)
            _, _, first, last, title = NAMED[persona]
        elif builder.rng.random() < 0.6:
            first, last, title = faker.first_name_female(), faker.last_name(), job[0]
        else:
            first, last, title = faker.first_name_male(), faker.last_name(), job[1]
        domain = domain_of(organisation.key if organisation else None)
        email = builder.address(f"{slug(first)}.{slug(last)}", domain)
        key = persona or f"P{len(builder.people):05d}"
        key_org = organisation.key if organisation else None
        builder.people.append(
            Person(key, first, last, email, builder.phone(), key_org, role, team, title, persona)
        )

    gone = {body.key for body in NATIONAL_ORGANISATIONS if body.ceased}
    for organisation in builder.organisations:
        if organisation.key in gone:
            continue
        if organisation.level == "national":
            person(organisation, "national", None, _NATIONAL_JOB)
        elif organisation.level == "regional":
            person(organisation, "regional", None, _REGIONAL_JOB)
        elif organisation.network == "ml":
            person(organisation, "manager", None, _DIRECTOR)
            _staff_mission_locale(builder, organisation, person)
        else:
            person(organisation, "manager", None, _SITE_MANAGER)
            for _ in range(builder.rng.choice((1, 2)) if organisation.key != REGIMENT else 2):
                person(organisation, "professional", None, _PARTNER_JOB)
    person(None, None, None, ("", ""))


def _staff_mission_locale(builder: _Builder, organisation: Organisation, person: _AddPerson) -> None:
    """Two to four professionals in one or two teams; the first two share a team (Alice and Bob do)."""
    home = organisation.key == HOME
    if home:
        person(organisation, "dpo", None, _DPO_JOB)
    count = 4 if home else builder.rng.choice((2, 3, 3, 4))
    names = ("Équipe accueil et suivi", "Équipe parcours et entreprises")[: 2 if count == 4 else 1]
    for index, name in enumerate(names):
        builder.teams.append(Team(f"{organisation.key}_E{index + 1}", organisation.key, name))
    for index in range(count):
        team = f"{organisation.key}_E{2 if count == 4 and index >= 2 else 1}"
        person(organisation, "professional", team, builder.rng.choice(_ML_JOBS))


def _add_designations(builder: _Builder) -> None:
    """Who answers for what, with gaps: a Mission Locale without referent must be visible."""
    staff: dict[str, list[str]] = {}
    for someone in builder.people:
        if someone.organisation and someone.role == "professional":
            staff.setdefault(someone.organisation, []).append(someone.key)

    def designate(organisation: Organisation, topic: str, chosen: list[str], department: str | None) -> None:
        substitute = chosen[1] if len(chosen) > 1 else None
        since = builder.rng.randint(60, 900)
        if organisation.kind != "mission_locale" or organisation.key in {HOME, NEIGHBOUR}:
            since += 600  # partners, and the houses of the story, have had somebody all along
        builder.designations.append(
            Designation(chosen[0], organisation.key, topic, department, substitute, since)
        )

    # share of Missions Locales that have designated somebody
    shares = {"smv": 0.92, "apprentissage": 0.85, "mission_jeunes": 0.8, "retour": 0.75}
    for organisation in builder.organisations:
        people = staff.get(organisation.key, [])
        if organisation.kind == "mission_locale":
            for shift, (topic, share) in enumerate(shares.items()):
                drawn = builder.rng.random()
                if topic == "smv" and organisation.region not in SMV_REGIONS:
                    continue
                if drawn >= share and organisation.key not in {HOME, NEIGHBOUR}:
                    continue
                # different people for different topics, as far as the house is large enough
                turn = (shift + 1) % len(people) if organisation.key == HOME else shift % len(people)
                designate(organisation, topic, [*people[turn:], *people[:turn]][:2], None)
        elif organisation.kind == "smv_site":
            designate(organisation, "smv", people, None)
        elif organisation.kind == "cma_site":
            designate(organisation, "apprentissage", people, organisation.department)
        elif organisation.kind == "agence_interim":
            designate(organisation, "mission_jeunes", people, organisation.department)
