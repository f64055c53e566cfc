"""One agreement that a youth was asked for by a link and has not answered yet; another one withdrawn on the telephone.

Made of the operations of the house, at the moments when they happened.
"""

from datetime import timedelta

from django.db import connection

from core import clock
from core.acting import Acting
from core.models import OutboxMessage
from core.scope import acting_as
from partners.models import Membership
from partners.people.members import acting_from
from portal.demo.persons import HOME
from referrals.models import Referral
from referrals.states import State
from youths.agreements import asking
from youths.agreements.withdrawing import withdraw
from youths.models import Agreement, AgreementRequest, Youth


def load() -> int:
    """Ask, and withdraw; how many of the two there was a youth for (a small country may have none)."""
    with connection.cursor() as cursor:
        # The workflow writes the event of a move after the move.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        done = _ask() + _withdraw()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    OutboxMessage.objects.all().delete()  # the people of the demonstration get no mail of what was told to them
    return done


def _ask() -> int:
    """Yesterday, the advisor of a draft made a link for the youth."""
    draft = (
        Referral.objects.filter(sender__key=HOME, state=State.DRAFT, agreement__isnull=True)
        .order_by("pk")
        .first()
    )
    if draft is None:
        return 0
    acting = _acting(draft)
    with clock.travel(clock.now() - timedelta(days=1)), acting_as(acting):
        asking.ask(
            acting,
            Youth.objects.get(pk=draft.youth_id),
            kind=AgreementRequest.Kind.GIVE,
            recipient_id=draft.recipient_id,
            purpose=draft.programme,
        )
    return 1


def _withdraw() -> int:
    """Yesterday, a youth called a colleague of Alice: the latest referral that a partner looked at is closed."""
    referral = (
        Referral.objects.filter(
            sender__key=HOME,
            state__in=[State.RECEIVED, State.WAITLISTED],
            recipient_professional__isnull=False,
        )
        .exclude(sender_professional__first_name="Alice")
        .order_by("-pk")
        .first()
    )
    if referral is None or referral.agreement is None:
        return 0
    acting = _acting(referral)
    last_night = clock.start_of(clock.today()) - timedelta(minutes=1)
    with clock.travel(last_night), acting_as(acting):
        withdraw(referral.agreement, how=Agreement.Channel.PHONE, by=acting)
    return 1


def _acting(referral: Referral) -> Acting:
    """The advisor who wrote a referral, for their organisation."""
    return acting_from(
        Membership.objects.get(user=referral.sender_professional_id, organisation=referral.sender_id)
    )
