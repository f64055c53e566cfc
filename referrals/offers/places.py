"""Places of an offer: an acceptance takes one, under a lock; the one that finds none becomes a waitlisting.

A place comes back by itself: it is taken by a referral that is accepted or started, and by no other (``offers_sql``).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse

from core import clock, outbox
from core.functions import call
from notifications.notices import notify
from referrals.allowed import find
from referrals.effects import people_on
from referrals.models import Offer, Referral
from referrals.states import TAKEN, State
from referrals.transitions import NotAllowed, Transition

FREED = "offer.place_freed"
NONE_LEFT = (
    "Il n’y a plus de place sur cette offre : attendez qu’une place se libère, ou demandez d’en ajouter."
)
WAITING = (
    "Il n’y avait plus de place sur cette offre : l’orientation est en liste d’attente. "
    "Vous pourrez l’accepter dès qu’une place se libère."
)


def settled(
    referral: Referral, row: Transition, side: str, inputs: Mapping[str, Any]
) -> tuple[Transition, Mapping[str, Any]]:
    """The row to apply to a referral, locked by the caller, and its inputs: as asked, or the waiting list.

    The offer is held until the end of the transaction: of those who take the last places, each counts the ones
    before. Raises NotAllowed when there is no place and no list to wait in.
    """
    takes = row.target_from(referral.state) in TAKEN and referral.state not in TAKEN
    if referral.offer_id is None or not takes:
        return row, inputs
    left = call("tu_hold_places", referral.offer_id)
    if left is None or left > 0:
        return row, inputs
    if row.action != "accept" or referral.state == State.WAITLISTED:
        raise NotAllowed(NONE_LEFT)
    review = clock.today() + timedelta(days=referral.rules.clocks.review_calendar_days)
    kept = {"note": inputs["note"]} if inputs.get("note") else {}
    return find("waitlist", referral.state, side), kept | {"review_on": review}


def was_full(action: str, moved: Referral) -> bool:
    """Whether an acceptance became a waitlisting."""
    return action == "accept" and moved.state == State.WAITLISTED


def given_back(referral: Referral, before: str) -> None:
    """Ask the worker to tell that a place is free: who leaves may be out of sight of those who wait."""
    if referral.offer_id is not None and before in TAKEN and referral.state not in TAKEN:
        key = f"{FREED}:{referral.pk}:{referral.version}"
        outbox.post(FREED, {"offer": referral.offer_id, "key": key}, effect_key=key)


def tell_waiting(payload: dict[str, Any]) -> None:
    """Outbox handler, in the worker's system scope: who answers for those that wait learns that a place is free."""
    offer = Offer.objects.with_places().get(pk=payload["offer"])
    waiting = list(Referral.objects.filter(offer=offer, state=State.WAITLISTED).order_by("state_since", "pk"))
    if not waiting or offer.left(offer.taken) == 0:  # type: ignore[attr-defined]
        return
    people = {person for referral in waiting for person in people_on(referral, "recipient")}
    count = "1 orientation attend" if len(waiting) == 1 else f"{len(waiting)} orientations attendent"
    notify(
        people,
        organisation_id=offer.organisation_id,
        kind="referral.place_free",
        text=f"Une place s’est libérée sur l’offre « {offer.title} » : {count} en liste d’attente.",
        path=f"{reverse('referrals:list')}?onglet=received&etape=waiting",
        effect_key=payload["key"],
    )
