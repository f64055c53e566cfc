"""Offers, kept by the organisation that proposes them: published, changed, checked, closed."""

from typing import Any

from django.db import transaction

from core import clock
from core.acting import Acting
from core.functions import call
from core.gestures import just_written, one_at_a_time
from referrals.models import Offer


class Overtaken(Exception):
    """Somebody changed or closed the offer since it was read. Carries the offer as it is now."""

    def __init__(self, offer: Offer) -> None:
        super().__init__("Cette offre a changé pendant que vous la lisiez.")
        self.offer = offer


class TooFew(Exception):
    """Fewer places than are taken. Carries how many are."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"{taken} places sont déjà prises.")
        self.taken = taken


@transaction.atomic
def publish(acting: Acting, **fields: Any) -> Offer:
    """An offer of the acting organisation, checked today; sent twice, it is one."""
    own = {"organisation_id": acting.organisation_id, "created_by_id": acting.user_id} | fields
    one_at_a_time("offer", acting.user_id)
    return just_written(Offer.objects.filter(closed_on=None), "created_at", **own) or Offer.objects.create(
        **own
    )


@transaction.atomic
def change(offer_id: int, version: int, **fields: Any) -> Offer:
    """Change an offer; who changes it has checked it. Raises Overtaken and TooFew.

    The lock is the one that an acceptance takes: no place is given away while their number changes.
    """
    offer = _locked(offer_id, version)
    places = fields.get("places")
    taken: int = call("tu_places_taken", offer_id)
    if places is not None and places < taken:
        raise TooFew(taken)
    for name, value in fields.items():
        setattr(offer, name, value)
    offer.checked_on = clock.today()
    offer.save()
    return offer


@transaction.atomic
def verify(offer_id: int, version: int) -> Offer:
    """Say that an offer still holds. Raises Overtaken; twice the same day is once."""
    offer = _locked(offer_id, version)
    if offer.checked_on != clock.today():
        offer.checked_on = clock.today()
        offer.save()
    return offer


@transaction.atomic
def close(offer_id: int, version: int, reason: str) -> Offer:
    """Close an offer before its end; the referrals under way go on. Raises Overtaken."""
    offer = _locked(offer_id, version)
    offer.closed_on, offer.closing = clock.today(), reason
    offer.save()
    return offer


def _locked(offer_id: int, version: int) -> Offer:
    offer = Offer.objects.select_for_update(of=("self",)).get(pk=offer_id)
    if offer.version != version or offer.closed_on is not None:
        raise Overtaken(offer)
    return offer
