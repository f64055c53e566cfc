"""Noting, correcting and removing a mission: by the recipient, once the course has started."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from core import clock
from core.acting import Acting
from notifications.notices import notify
from referrals import agreements
from referrals.again import Reused
from referrals.effects import people_on
from referrals.models import CLOSED_BY_OUTCOME, Mission, Referral
from referrals.states import State
from referrals.transitions import NotAllowed
from youths.records import Overtaken

OPEN_TO_MISSIONS = (State.STARTED, *CLOSED_BY_OUTCOME)
THEIRS = "Les missions sont notées par la structure qui accueille le jeune."
TOO_EARLY = "Une mission se note une fois le démarrage confirmé."
TOLD = "{actor} a noté une mission ({programme})."


def refusal(referral: Referral, organisation_id: int) -> str:
    """Why an organisation may not note missions here, in a French sentence; empty when it may."""
    if referral.recipient_id != organisation_id:
        return THEIRS
    if referral.sharing_stopped_at:
        return agreements.STOPPED
    return "" if referral.state in OPEN_TO_MISSIONS else TOO_EARLY


def _referral(acting: Acting, uuid: UUID) -> Referral:
    """The referral, locked. Raises Referral.DoesNotExist and NotAllowed."""
    referral = Referral.objects.visible_to(acting).select_for_update(of=("self",)).get(uuid=uuid)
    if not referral.rules.has_missions:
        raise NotAllowed("Ce dispositif ne suit pas de missions.")
    if why := refusal(referral, acting.organisation_id):
        raise NotAllowed(why)
    return referral


@transaction.atomic
def add(acting: Acting, uuid: UUID, values: Mapping[str, Any], *, submission: UUID) -> Mission:
    """Note a mission; the same ``submission`` twice is one.

    Raises Referral.DoesNotExist and NotAllowed, and Reused when the form comes back with something else.
    """
    referral = _referral(acting, uuid)
    try:
        mission, created = Mission.objects.get_or_create(
            referral=referral,
            uuid=submission,
            defaults={**values, "recorded_by_id": acting.user_id, "at": clock.now()},
        )
    except IntegrityError as error:
        if "uuid" not in str(error):
            raise
        raise Reused from None  # a mission of another referral has this key
    if any(getattr(mission, name) != value for name, value in values.items()):
        raise Reused
    if created:
        notify(
            people_on(referral, "sender"),
            organisation_id=referral.sender_id,
            kind="referral.mission",
            text=TOLD.format(actor=referral.recipient.outward_name, programme=referral.rules.short_label),
            path=referral.get_absolute_url(),
            effect_key=f"mission:{mission.pk}",
        )
    return mission


@transaction.atomic
def correct(acting: Acting, uuid: UUID, mission: UUID, values: Mapping[str, Any], *, version: int) -> None:
    """Correct a mission. Raises as ``add``, and Overtaken."""
    changed = Mission.objects.filter(referral=_referral(acting, uuid), uuid=mission, version=version).update(
        **values, version=F("version") + 1, recorded_by=acting.user_id
    )
    if not changed:
        raise Overtaken


@transaction.atomic
def remove(acting: Acting, uuid: UUID, mission: UUID, *, version: int) -> None:
    """Remove a mission noted by mistake; the history keeps that it was. Raises as ``correct``."""
    found = Mission.objects.filter(referral=_referral(acting, uuid), uuid=mission, version=version)
    count, _ = found.delete()
    if not count:
        raise Overtaken
