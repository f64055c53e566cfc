"""Offers of the world of the tests."""

from typing import Any

from referrals.models import Offer
from tests.conftest import as_owner
from tests.world import World


def propose(world: World, key: str = "RSMV", **fields: Any) -> Offer:
    """An offer of an organisation, written by the owner."""
    values: dict[str, Any] = {
        "programme": "smv",
        "title": "Incorporation de mars",
        "departments": ["17"],
        "publics": ["MOINS_26", "EMPLOI"],
        "places": 3,
    }
    with as_owner():
        return Offer.objects.create(
            organisation=world.org(key), created_by=world.user("rita"), **(values | fields)
        )
