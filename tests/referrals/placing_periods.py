"""Periods in a company, declared by the operations: the ground of their tests."""

import uuid
from datetime import timedelta
from typing import Any

from core import clock
from core.scope import acting_as
from referrals.models import WorkPlacement
from referrals.placements import operations
from referrals.placements.schedule import read_day
from tests.conftest import as_owner
from tests.world import World
from youths.models import Youth

HOST, OTHER_HOST = "73282932000074", "13002526500013"
OFFICE = (*(read_day("9-12, 13-17"),) * 5, (), ())


def next_monday():
    """The Monday of the week after the next one: nothing of the period has begun."""
    today = clock.today()
    return today + timedelta(days=14 - today.weekday())


def values_of(world: World, **typed: Any) -> dict[str, Any]:
    """What a form gives, once it is cleaned: a week of 35 hours at a baker's."""
    start = typed.get("starts_on") or next_monday()
    return {
        "host_siret": HOST,
        "host_name": "Boulangerie du Port",
        "trade": "Boulanger",
        "tutor_name": "Camille Four",
        "tutor_role": "Gérante",
        "purpose": "DECOUVRIR",
        "starts_on": start,
        "ends_on": start + timedelta(days=4),
        "week": OFFICE,
        "followed_by": world.org("ML_A").pk,
    } | typed


def youth_of(world: World, who: str, youth: str) -> Youth:
    return Youth.objects.visible_to(world.acting(who)).get(uuid=world.youth(youth).uuid)


def declare(world: World, who: str = "alice", youth: str = "yann", **typed: Any) -> WorkPlacement:
    """Declare a period, as one of the inhabitants; ``how`` of the operation among what is typed."""
    how = {name: typed.pop(name) for name in ("referral", "renewal_of", "submission") if name in typed}
    acting = world.acting(who)
    with acting_as(acting):
        return operations.declare(
            acting,
            youth_of(world, who, youth),
            values_of(world, **{"followed_by": acting.organisation_id} | typed),
            **{"submission": uuid.uuid4()} | how,
        )


def read(placement: WorkPlacement) -> WorkPlacement:
    """The period as the owner reads it."""
    with as_owner():
        return WorkPlacement.objects.get(pk=placement.pk)


def signed(world: World, placement: WorkPlacement, who: str = "alice") -> WorkPlacement:
    """Note that its convention is signed."""
    acting = world.acting(who)
    with acting_as(acting):
        return operations.sign(
            acting,
            placement.uuid,
            version=read(placement).version,
            signed_on=clock.today(),
            external_id="IF-1",
        )


def bilan(**typed: Any) -> dict[str, Any]:
    """What the form of the outcome gives."""
    return {
        "state": "done",
        "last_day_on": None,
        "done_minutes": 35 * 60,
        "suite": "AUCUNE",
        "suite_on": None,
        "youth_view": "agrees",
        "youth_comment": "",
    } | typed
