"""The named inhabitants, built once: Alice, Bob, Rita… and Charlie, who owns a full set of his own elsewhere."""

import pickle
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from core import clock
from core.acting import Acting
from partners.models import (
    Convention,
    Department,
    Designation,
    Level,
    Membership,
    Municipality,
    Network,
    Organisation,
    Region,
    Role,
    Team,
    Topic,
)
from partners.people.members import acting_from
from youths.models import Accompaniment, Youth

# name: (first name, last name, organisation key, role, team)
PEOPLE = {
    "alice": ("Alice", "Advisor", "ML_A", Role.PROFESSIONAL, "Équipe port"),
    "bob": ("Bob", "Colleague", "ML_A", Role.PROFESSIONAL, "Équipe port"),
    "dora": ("Dora", "Elsewhere", "ML_A", Role.PROFESSIONAL, "Équipe gare"),
    "sonia": ("Sonia", "Stand-in", "ML_A", Role.PROFESSIONAL, None),
    "mona": ("Mona", "Manager", "ML_A", Role.MANAGER, None),
    "rita": ("Rita", "Referent", "RSMV", Role.PROFESSIONAL, "Recrutement"),
    "sam": ("Sam", "Substitute", "RSMV", Role.PROFESSIONAL, None),
    "remi": ("Rémi", "Recruiter", "RSMV", Role.PROFESSIONAL, "Recrutement"),
    "rosa": ("Rosa", "Chief", "RSMV", Role.MANAGER, None),
    "charlie": ("Charlie", "Stranger", "ML_C", Role.PROFESSIONAL, None),
    "carla": ("Carla", "Chief", "ML_C", Role.MANAGER, None),
    "rose": ("Rose", "Other", "SMV_C", Role.PROFESSIONAL, None),
    "regis": ("Régis", "Region", "ARML", Role.REGIONAL, None),
    "nadia": ("Nadia", "Nation", "UNML", Role.NATIONAL, None),
    "paul": ("Paul", "Protection", "ML_A", Role.DPO, None),
}
YOUTHS = {
    # name: (first name, last name, organisation, professional, birth date)
    "yann": ("Yann", "Kermarrec", "ML_A", "alice", date(2005, 3, 14)),
    "zoe": ("Zoé", "D’Aubigné", "ML_A", "dora", date(2006, 7, 2)),
    "kim": ("Kim", "Lointain", "ML_C", "charlie", date(2005, 11, 30)),
}


# The world that was built last, for ``World.as_built``: twenty queries less in each test.
_BUILT: list[bytes] = []


def build_world() -> None:
    """Write the world in empty tables, and remember it."""
    _write_world()
    _BUILT[:] = [pickle.dumps(World.load())]


def _write_world() -> None:
    """Create the inhabitants, as the owner."""
    Region.objects.bulk_create(
        [Region(code="75", name="Nouvelle-Aquitaine"), Region(code="53", name="Bretagne")]
    )
    Department.objects.bulk_create(
        [
            Department(code="17", name="Charente-Maritime", region_id="75"),
            Department(code="86", name="Vienne", region_id="75"),
            Department(code="29", name="Finistère", region_id="53"),
        ]
    )
    Municipality.objects.bulk_create(
        [
            Municipality(
                code="17300",
                name="La Rochelle",
                department_id="17",
                postcodes=["17000"],
                search_name="la rochelle",
            ),
            Municipality(
                code="29019", name="Brest", department_id="29", postcodes=["29200"], search_name="brest"
            ),
        ]
    )

    def organisation(key, name, network, level, region=None, department=None, **fields):
        return Organisation.objects.create(
            key=key,
            name=name,
            network=network,
            level=level,
            region_id=region,
            department_id=department,
            email_domains=["portail.example"],
            **fields,
        )

    organisation("UNML", "Union nationale des Missions Locales", Network.ML, Level.NATIONAL, acronym="UNML")
    organisation("SMV_EM", "État-major du SMV", Network.SMV, Level.NATIONAL, acronym="SMV")
    organisation("ARML", "ARML Nouvelle-Aquitaine", Network.ML, Level.REGIONAL, "75")
    organisation("ML_A", "Mission locale du Port", Network.ML, Level.LOCAL, "75", "17")
    organisation("ML_C", "Mission locale du Large", Network.ML, Level.LOCAL, "53", "29")
    organisation("RSMV", "3e RSMV de La Rochelle", Network.SMV, Level.LOCAL, "75", "17")
    organisation("SMV_C", "Centre SMV de Brest", Network.SMV, Level.LOCAL, "53", "29")
    organisations = {found.key: found for found in Organisation.objects.order_by("pk")}
    started = date(2020, 1, 1)
    for name, (first, last, key, role, team) in PEOPLE.items():
        user = User.objects.create_user(
            f"{name}@portail.example", "mot de passe de test", first_name=first, last_name=last
        )
        Membership.objects.create(
            user=user,
            organisation=organisations[key],
            role=role,
            team=Team.objects.get_or_create(organisation=organisations[key], name=team)[0] if team else None,
            starts_on=started,
        )
    User.objects.create_superuser(
        "adam@portail.example", "mot de passe de test", first_name="Adam", last_name="Admin"
    )
    users = {user.email.split("@")[0]: user for user in User.objects.order_by("pk")}
    Designation.objects.create(
        organisation=organisations["RSMV"],
        topic=Topic.SMV,
        user=users["rita"],
        substitute=users["sam"],
        starts_on=started,
    )
    Designation.objects.create(
        organisation=organisations["SMV_C"], topic=Topic.SMV, user=users["rose"], starts_on=started
    )
    for first, last, key, professional, birth_date in YOUTHS.values():
        youth = Youth.objects.create(
            held_by=organisations[key],
            registered_with=organisations[key],
            first_name=first,
            last_name=last,
            birth_date=birth_date,
            phone="06 39 98 00 00",
            level=3,
        )
        member = Membership.objects.get(user=users[professional])
        Accompaniment.objects.create(
            youth=youth,
            organisation=organisations[key],
            professional=users[professional],
            team=member.team,
            role=Accompaniment.Role.LEAD,
            started_on=clock.today() - timedelta(days=90),
        )
    Convention.objects.create(
        code="UNML-SMV-2019",
        title="Convention UNML – SMV",
        themes=["smv"],
        signed_on=date(2019, 5, 10),
        starts_on=date(2019, 5, 10),
        ends_on=date(2022, 5, 9),
    )


@dataclass
class World:
    """Lookups by name. Rows that concern youths are read as the owner."""

    users: dict[str, User]
    actings: dict[str, Acting]
    organisations: dict[str, Organisation]
    youths: dict[str, Youth]

    @classmethod
    def as_built(cls) -> "World":
        """As every test finds it: read when it is built, and handed to each test as fresh objects."""
        return pickle.loads(_BUILT[-1])

    @classmethod
    def load(cls) -> "World":
        """As it is now in the database."""
        from tests.conftest import as_owner

        with as_owner():
            users = {user.email.split("@")[0]: user for user in User.objects.order_by("pk")}
            memberships = Membership.objects.select_related("organisation__department").order_by("pk")
            by_user = {membership.user_id: acting_from(membership) for membership in memberships}
            names = {(first, last): name for name, (first, last, *_) in YOUTHS.items()}
            return cls(
                users=users,
                actings={name: by_user[user.pk] for name, user in users.items() if user.pk in by_user},
                organisations={found.key: found for found in Organisation.objects.order_by("pk")},
                youths={
                    names[(youth.first_name, youth.last_name)]: youth
                    for youth in Youth.objects.order_by("pk")
                    if (youth.first_name, youth.last_name) in names
                },
            )

    def user(self, name: str) -> User:
        return self.users[name]

    def acting(self, name: str) -> Acting:
        return self.actings[name]

    def org(self, key: str) -> Organisation:
        return self.organisations[key]

    def youth(self, name: str) -> Youth:
        return self.youths[name]
