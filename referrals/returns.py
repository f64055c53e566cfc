"""The way back: a youth left without a solution is returned to the Mission Locale of registration."""

import uuid
from uuid import UUID

from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from notifications.notices import notify
from referrals import programmes
from referrals.creation import create_draft, send
from referrals.effects import AGREEMENT
from referrals.models import OPEN_STATES, Referral
from referrals.states import State

RETURN = "retour"


def address_for(youth: UUID) -> str:
    """Where a return is written for a record that was just opened (registry ``records_opened_for``)."""
    return f"{reverse('referrals:create')}?jeune={youth}&dispositif={RETURN}"


def prepare_return(acting: Acting, referral: Referral) -> Referral | None:
    """Open the return referral after the start (drop-out, end without solution).

    Sent at once when the agreement of the first referral foresaw the way back; else a draft waits for the
    youth's agreement, with a task for the one who must obtain it. A return of this referral that is still under
    way is given back. None when the youth is registered nowhere, or when the one who acts is the Mission Locale.
    """
    youth = referral.youth
    home = youth.registered_with
    if home is None or home.pk == acting.organisation_id:
        return None
    under_way = Referral.objects.filter(returned_from=referral, state__in=[State.DRAFT, *OPEN_STATES])
    if (earlier := under_way.order_by("-pk").first()) is not None:
        return earlier  # reopened, then interrupted again: the Mission Locale is already at work
    back = create_draft(
        acting,
        youth,
        programmes.get(RETURN),
        home,
        details={},
        submission=uuid.uuid5(referral.uuid, f"{RETURN}:{referral.version}"),
        returned_from=referral,
    )
    # Until it is sent, its author keeps no longer access than to the referral that it comes from.
    back.sender_access_until = getattr(referral, f"{referral.side_of(acting.organisation_id)}_access_until")
    back.save(update_fields=["sender_access_until"])
    if back.recipient_professional_id is None and referral.sender_id == home.pk:
        # No designated referent for returns: the advisor who sent the youth knows them best.
        back.recipient_professional_id = referral.sender_professional_id
        back.recipient_team_id = referral.sender_team_id
        back.save(update_fields=["recipient_professional", "recipient_team"])
    agreement = referral.agreement
    if agreement and agreement.is_live and agreement.covers_return:
        back.agreement = agreement
        back.save(update_fields=["agreement"])
        return send(acting, back)
    todo.open_task(
        AGREEMENT,
        subject_kind="referral",
        subject_id=back.pk,
        organisation_id=acting.organisation_id,
        counterpart_id=None,
        user_id=acting.user_id,
        due_on=clock.today(),
        awaited_on=clock.today(),
    )
    notify(
        [acting.user_id],
        organisation_id=acting.organisation_id,
        kind="referral.return_waiting",
        text="Un retour vers la Mission Locale attend l’accord du jeune.",
        path=back.get_absolute_url(),
        effect_key=f"return:{back.pk}",
    )
    return back
