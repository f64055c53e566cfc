"""A chamber of trades and its training centre beside the Mission Locale of the port: Clara, and Céline who manages."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from core import clock
from core.scope import acting_as
from partners.models import Designation, Level, Membership, Network, Organisation, Role, Topic
from partners.people.members import acting_from
from referrals.models import Referral
from tests.conftest import as_owner
from tests.keeping import staged
from tests.referrals.staging import becoming, months_later, orient, tell_later
from tests.world import World
from youths import records
from youths.models import Youth

TOPICS = (Topic.PREPARATION, Topic.APPRENTICESHIP, Topic.RETURN)


def _join(world: World, name: str, last: str, organisation: Organisation, role: str) -> None:
    user = User.objects.create_user(
        f"{name}@portail.example", "mot de passe de test", first_name=name.title(), last_name=last
    )
    member = Membership.objects.create(
        user=user, organisation=organisation, role=role, starts_on=date(2020, 1, 1)
    )
    world.users[name], world.actings[name] = user, acting_from(member)


def found_chamber(world: World) -> World:
    """Clara answers for the chamber on what she is designated for, and Alice for the Mission Locale."""
    with as_owner():
        chamber = Organisation.objects.create(
            key="CMA_17", name="CMA de La Rochelle", network=Network.CMA, level=Level.LOCAL,
            region_id="75", department_id="17",
        )  # fmt: skip
        world.organisations["CMA_17"] = chamber
        _join(world, "clara", "Chamber", chamber, Role.PROFESSIONAL)
        _join(world, "celine", "Chief", chamber, Role.MANAGER)
        Designation.objects.bulk_create(
            Designation(
                organisation=organisation, topic=topic, user=world.user(who), starts_on=date(2020, 1, 1)
            )
            for organisation, who in ((chamber, "clara"), (world.org("ML_A"), "alice"))
            for topic in TOPICS
        )
    return world


@staged
def trades(world: World) -> World:
    """The world, with its chamber."""
    return found_chamber(world)


def walk_in(world: World, who: str = "clara", **fields: Any) -> Youth:
    """A youth comes to the chamber by herself, and Clara opens her record."""
    known = {
        "first_name": "Lina",
        "last_name": "Le Goff",
        "birth_date": date(2007, 5, 6),
        "level": 3,
    } | fields
    with acting_as(world.acting(who)):
        return records.create_record(world.acting(who), Youth(phone="06 39 98 11 22", **known))


def send(
    world: World, who: str, youth: Youth, programme: str, to: str, *, way_back: bool = False, **details: Any
) -> Referral:
    """Written, agreed to, sent; ``way_back``: the youth agreed to that too."""
    return orient(world, who, youth, programme, to, details=details, covers_return=way_back)


def later(travel: Any, days: int) -> None:
    """So many days pass."""
    travel(clock.now() + timedelta(days=days))


def six_months(world: World, who: str, referral: Referral, travel: Any, code: str) -> None:
    """At three months, then at six, the side that knows is asked, and answers."""
    for moment in ("m3", "m6"):
        months_later(travel, 3)
        tell_later(world, who, referral, code)
        assert (moment, code) in becoming(referral)
