"""Notes about a referral that one's own organisation alone reads."""

from uuid import UUID

from django.db import transaction

from core import clock
from core.acting import Acting
from core.gestures import just_written
from referrals import agreements, links
from referrals.models import Referral, ReferralNote
from referrals.transitions import NotAllowed


@transaction.atomic
def write(acting: Acting, referral: Referral, text: str) -> ReferralNote:
    """Keep a note; the same one again from the same person is there once.

    Raises NotAllowed for a recipient with whom the youth stopped sharing, and for who only owes an outcome.
    """
    stopped = Referral.objects.select_for_update(of=("self",)).only("pk", "sharing_stopped_at")
    if stopped.get(pk=referral.pk).sharing_stopped_at and referral.sender_id != acting.organisation_id:
        raise NotAllowed(agreements.STOPPED)
    if links.only_owes(referral, referral.side_of(acting.organisation_id)):
        raise NotAllowed(links.ONLY_OWES)
    own = {"organisation_id": acting.organisation_id, "author_id": acting.user_id, "text": text}
    again = just_written(referral.notes.filter(withdrawn_at__isnull=True), "at", **own)
    return again or ReferralNote.objects.create(referral=referral, at=clock.now(), **own)


@transaction.atomic
def withdraw(acting: Acting, referral: Referral, uuid: UUID) -> bool:
    """Withdraw a note of one's own organisation; False when there is none by that identifier."""
    own = referral.notes.filter(organisation=acting.organisation_id, uuid=uuid, withdrawn_at__isnull=True)
    return bool(own.update(withdrawn_at=clock.now()))
