"""What becomes of the invitations about a youth when the record changes hands."""

from django.db import connection
from django.urls import reverse

from core import clock
from core.acting import Acting
from notifications.notices import notify
from youths.accompanying.inviting import INVITED, State, close_tasks_of, end_solicited, leave_to_referral
from youths.accompanying.leaving import needed, people_of
from youths.models import Accompaniment, AccompanimentInvitation


def settle_invitations(acting: Acting, youth_id: int) -> None:
    """Close what waits for an answer about a youth whose record the acting organisation keeps from now on.

    To keep the record is to have accepted: the lead is known already. What the organisation that kept it asked of
    others is taken back, and they are told: the new one asks again, under an agreement of its own.
    """
    received = list(
        AccompanimentInvitation.objects.filter(
            youth=youth_id, to_organisation=acting.organisation_id, state=State.PENDING
        ).select_for_update(of=("self",))
    )
    AccompanimentInvitation.objects.filter(pk__in=[one.pk for one in received]).update(
        state=State.ACCEPTED, answered_by=acting.user_id, answered_at=clock.now()
    )
    close_tasks_of(received)
    end_solicited([one.link_id for one in received], Accompaniment.EndReason.HANDED_OVER)
    _take_back(acting, youth_id)


def _take_back(acting: Acting, youth_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_take_back_invitations(%s)", [youth_id])
        taken = [link for (link,) in cursor.fetchall()]
    kept = needed(acting, [youth_id]) if taken else set()
    for link in Accompaniment.objects.filter(pk__in=taken).order_by("pk"):
        notify(
            people_of([link], link.organisation_id),
            organisation_id=link.organisation_id,
            kind=INVITED,
            text="Une invitation à accompagner un jeune est retirée : rien ne vous est plus demandé.",
            path=reverse("youths:list"),
            effect_key=f"invitation-settled:{link.pk}",
        )
        if (youth_id, link.organisation_id) in kept:
            leave_to_referral(link.pk)
        else:
            end_solicited([link.pk], Accompaniment.EndReason.WITHDRAWN)
