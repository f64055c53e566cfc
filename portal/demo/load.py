"""Load the demonstration into the database: territory, country, conventions, youths and their history.

Everything goes in one transaction: a demonstration is there whole, or not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import connection, models, transaction

from accounts.models import User
from core import clock
from core.models import OutboxMessage, Task
from notifications.models import Notification
from partners.loading import load_founding
from partners.models import (
    Catchment,
    Convention,
    Designation,
    Membership,
    Organisation,
    Team,
)
from partners.territory.dataset import read_territory
from partners.territory.loader import load_territory
from portal.demo import (
    agreements,
    bulk,
    chambers,
    doorstep,
    entering,
    figures,
    funding,
    gathering,
    meetings,
    moving,
    offers,
    service,
    threads,
    together,
)
from portal.demo.cast import Cast, Signed
from portal.demo.conventions import load_declinations
from portal.demo.country import SEED, Country, build_country
from portal.demo.engine import Engine
from portal.demo.history import Places, Story, direct, opening_of
from portal.demo.persons import HOME, NEIGHBOUR, REGIMENT, domain_of
from portal.demo.promises import load_notes
from portal.demo.rights import load_rights
from portal.demo.spotlight import SCENES, Stage
from portal.demo.staging import hashed_password
from portal.demo.youths import Youth as Fictitious
from portal.demo.youths import youths as invent_youths
from referrals.models import Message, MoveRequest, Outcome, Referral, ReferralEvent, Reminder
from reporting import summaries
from reporting.models import ReferralFact, SummaryCell
from reporting.published import making
from youths.models import Accompaniment, Agreement, Youth

YOUTHS = 2400
STEPS = 7
# Records opened by a partner for a candidate whom no Mission Locale sent.
DIRECT_SHARE = 0.006
PREPARATION_SHARE = 0.05
SCENE_AGES = range(20, 25)
# Regions whose Missions Locales have their territory loaded: Bretagne, Nouvelle-Aquitaine.
CHARTED = ("53", "75")

Say = Callable[[int, int, str], None]

# The small stories, told by the operations of the house once the history is there.
_STAGED = (
    offers,
    together,
    moving,
    agreements,
    entering,
    service,
    doorstep,
    chambers,
    gathering,
    funding,
    figures,
    threads,
)
# In the order of their keys: what is inserted first is named by what follows.
_HISTORY: tuple[type[models.Model], ...] = (
    Youth,
    Accompaniment,
    Agreement,
    Referral,
    ReferralEvent,
    MoveRequest,
    Outcome,
    Message,
    Reminder,
    Task,
    Notification,
    ReferralFact,
)


def is_loaded() -> bool:
    """Whether the demonstration is there."""
    return Organisation.objects.filter(is_fictitious=True).exists()


def load(
    *,
    n_youths: int = YOUTHS,
    departments: Iterable[str] | None = None,
    seed: int = SEED,
    say: Say = lambda done, total, label: None,
) -> dict[str, int]:
    """Load everything, on the owner's login; return the number of rows of the history by table.

    Does nothing when the demonstration is there (then the result is empty). ``departments`` keeps only the
    local structures of some departments (tests). ``say(done, total, label)`` is called before each step.
    """
    if is_loaded():
        return {}
    with transaction.atomic():
        say(1, STEPS, "Territoire : régions, départements, communes")
        load_territory(connection)
        say(2, STEPS, "Conventions fondatrices et comités")
        load_founding()
        say(3, STEPS, "Réseaux : structures, équipes et comptes")
        country = build_country(read_territory(), seed)
        if departments is not None:
            country = country.within(frozenset(departments))
        people = _load_country(country)
        meetings.load(seed, people)
        load_declinations(people["administrator"])
        load_notes()
        say(4, STEPS, "Jeunes : dossiers fictifs")
        cast = _cast()
        made = invent_youths(country, n_youths, Random(f"{seed}-youths"), clock.today())  # noqa: S311
        say(5, STEPS, "Historique : dix-huit mois d’orientations")
        engine = _tell(country, cast, people, made, seed)
        say(6, STEPS, "Historique : écriture")
        for model in _HISTORY:
            bulk.insert(model, engine.rows[model])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ANALYZE"
            )  # the small stories ask many questions: without figures their plans are poor
        _stage()
        load_rights()
        say(7, STEPS, "Chiffres et index")
        summaries.rebuild()
        making.publish()
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {SummaryCell._meta.db_table}")
    return {model._meta.db_table: len(engine.rows[model]) for model in _HISTORY}


def _stage() -> None:
    with connection.cursor() as cursor:
        # The workflow writes the event of a move after the move.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for story in _STAGED:
            story.load()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    OutboxMessage.objects.all().delete()  # the people of the demonstration get no mail of what was told to them


# --- The country ----------------------------------------------------------------------------------


def _load_country(country: Country) -> dict[str, User]:
    """Organisations, teams, accounts, memberships and referents; the accounts by their key."""
    organisations = _load_organisations(country)
    _load_catchments(country, organisations)
    for key in {person.organisation for person in country.people if person.organisation}:
        Organisation.objects.filter(pk=organisations[key]).update(email_domains=[f"{domain_of(key)}.example"])
    team_ids, user_ids = bulk.first_free(Team), bulk.first_free(User)
    teams = {
        team.key: Team(pk=next(team_ids), organisation_id=organisations[team.organisation], name=team.name)
        for team in country.teams
    }
    bulk.insert(Team, list(teams.values()))
    password, joined = hashed_password(), clock.now() - timedelta(days=900)
    users = {
        person.key: User(
            pk=next(user_ids),
            email=person.email,
            password=password,
            first_name=person.first_name,
            last_name=person.last_name,
            phone=person.phone,
            is_staff=person.organisation is None,
            is_superuser=person.organisation is None,
            date_joined=joined,
            last_login=clock.now() - timedelta(days=1 + number % 20),
        )
        for number, person in enumerate(country.people)
    }
    bulk.insert(User, list(users.values()))
    bulk.insert(
        Membership,
        [
            Membership(
                user=users[person.key],
                organisation_id=organisations[person.organisation],
                role=person.role,
                team=teams[person.team] if person.team else None,
                starts_on=clock.today() - timedelta(days=2000),
            )
            for person in country.people
            if person.organisation and person.role
        ],
    )
    bulk.insert(
        Designation,
        [
            Designation(
                organisation_id=organisations[one.organisation],
                topic=one.topic,
                user=users[one.person],
                substitute=users[one.substitute] if one.substitute else None,
                department_id=one.department,
                starts_on=clock.today() - timedelta(days=one.since_days),
            )
            for one in country.designations
        ],
    )
    return users


def _load_organisations(country: Country) -> dict[str, int]:
    """The structures that are not there yet; every identifier by key."""
    known = dict(Organisation.objects.exclude(key="").order_by("pk").values_list("key", "pk"))
    free = bulk.first_free(Organisation)
    wanted = [one for one in country.organisations if one.key not in known]
    known |= {one.key: next(free) for one in wanted}
    rng = Random("organisations")  # noqa: S311
    bulk.insert(
        Organisation,
        [
            Organisation(
                pk=known[one.key],
                uuid=UUID(int=rng.getrandbits(128), version=4),
                name=one.name,
                acronym=one.acronym,
                key=one.key,
                network=one.network,
                level=one.level,
                parent_id=known[one.parent] if one.parent else None,
                region_id=one.region,
                department_id=one.department,
                municipality_id=one.municipality,
                email=one.email,
                phone=one.phone,
                is_fictitious=one.fictitious,
            )
            for one in wanted
        ],
    )
    return known


def _load_catchments(country: Country, organisations: dict[str, int]) -> None:
    """The territories of some Missions Locales are known; elsewhere the portal suggests the nearest ones."""
    regions = {one.key: one.region for one in country.organisations}
    bulk.insert(
        Catchment,
        [
            Catchment(organisation_id=organisations[key], municipality_id=town.code)
            for key, area in country.catchments.items()
            if regions[key] in CHARTED
            for town in area
        ],
    )


# --- The history ----------------------------------------------------------------------------------


def _cast() -> Cast:
    """Who may take part, read back from the database."""
    organisations = {
        found.pk: found for found in Organisation.objects.select_related("department__region").order_by("pk")
    }
    cast = Cast(organisations, {}, defaultdict(list), defaultdict(list), [])
    for member in Membership.objects.order_by("pk"):
        cast.teams[member.user_id, member.organisation_id] = member.team_id
        if member.role == "manager":
            cast.managers[member.organisation_id].append(member.user_id)
    for designation in Designation.objects.order_by("pk"):
        cast.designations[designation.organisation_id, designation.topic].append(designation)
    for convention in Convention.objects.filter(level="national", signed_on__isnull=False).order_by("pk"):
        assert convention.signed_on is not None
        cast.conventions.append(Signed(convention.pk, tuple(convention.themes), convention.signed_on))
    return cast


class _Atlas:
    """Organisations by what they may receive, and the professionals of each."""

    def __init__(self, country: Country, cast: Cast, people: dict[str, User]) -> None:
        by_key = {found.key: found for found in cast.organisations.values() if found.key}
        self.by_key = by_key
        self.kinds: dict[str, list[Organisation]] = defaultdict(list)
        for one in country.organisations:
            self.kinds[one.kind].append(by_key[one.key])
        self.staff: dict[str, list[int]] = defaultdict(list)
        for person in country.people:
            if person.organisation and person.role == "professional":
                self.staff[person.organisation].append(people[person.key].pk)

    def places(self, home: Organisation) -> Places:
        """Where a Mission Locale sends: the sites of its region first, the chamber and agencies around it."""

        def near(kind: str) -> list[Organisation]:
            found = self.kinds[kind]
            return (
                [one for one in found if one.municipality_id == home.municipality_id]
                or [one for one in found if one.department_id == home.department_id]
                or [one for one in found if one.region_id == home.region_id]
            )

        chamber = [one for one in self.kinds["cma_site"] if one.department_id == home.department_id]
        sites = near("smv_site")
        return Places(
            {
                "smv": sites or self.kinds["smv_site"],
                "apprentissage": chamber,
                "prepa_apprentissage": chamber,
                "mission_jeunes": near("agence_interim"),
            },
            smv_near=bool(sites),
        )


def _tell(country: Country, cast: Cast, people: dict[str, User], made: list[Fictitious], seed: int) -> Engine:
    """Tell the story of every youth, in memory."""
    today = clock.today()
    end = datetime.combine(today, time(), clock.PARIS).astimezone(UTC)
    ids = {model: bulk.first_free(model) for model in _HISTORY if model is not ReferralFact}
    engine = Engine(cast, end, ids)
    atlas = _Atlas(country, cast, people)
    stage = Stage(*(atlas.by_key[key] for key in (REGIMENT, f"CMA_{HOME[3:5]}", f"AGENCE_{HOME[3:]}")))
    story_houses = {HOME, NEIGHBOUR, REGIMENT, stage.chamber.key, stage.agency.key}
    tempers = Random(f"{seed}-tempers")  # noqa: S311
    slowness = {}
    for found in cast.organisations.values():
        drawn = tempers.triangular(0.5, 2.0, 0.8)
        slowness[found.pk] = 0.5 if found.key in story_houses else drawn
    places: dict[str, Places] = {}
    scenes = iter(SCENES)
    for index, one in enumerate(made):
        rng = Random(f"{seed}-{index}")  # noqa: S311
        key = one.mission_locale
        home = atlas.by_key[key]
        if key not in places:
            places[key] = atlas.places(home)
        story = Story(engine, rng, places[key], slowness)
        youth = _youth(one, index, home)
        if rng.random() < DIRECT_SHARE and places[key].smv_near:
            site = rng.choice(places[key].by_programme["smv"])
            youth.held_by, youth.registered_with, youth.file_number = site, None, ""
            recruiter = rng.choice(atlas.staff[site.key])
            direct(story, youth, recruiter, home, today - timedelta(days=rng.randint(10, 500)))
        elif (
            key == HOME
            and (today - one.birth_date).days // 366 in SCENE_AGES
            and (scene := next(scenes, None)) is not None
        ):
            persona, act = scene
            opened = story.at(today - timedelta(days=rng.randint(430, 520)))
            story.open(youth, people[persona].pk, opened, role=Accompaniment.Role.LEAD)
            story.spawn(act(story, stage))
        else:
            opened = story.at(opening_of(rng, youth, today))
            opened = min(opened, end - timedelta(hours=30))
            story.open(youth, rng.choice(atlas.staff[key]), opened, role=Accompaniment.Role.LEAD)
            if rng.random() < PREPARATION_SHARE:
                story.plan_preparation(opened)
            story.plan(opened)
        story.run()
    engine.finish()
    return engine


def _youth(one: Fictitious, index: int, home: Organisation) -> Youth:
    return Youth(
        held_by=home,
        registered_with=home,
        file_number=f"{1_000_000 + index}",
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=one.birth_date,
        phone=one.phone,
        email=one.email,
        municipality_id=one.municipality,
        level=one.level,
        level_obtained=one.diploma,
    )
