"""One agreement that a youth was asked for by a link and has not answered yet; another one withdrawn on the telephone.

Made of the operations of the house, at the moments when they happened.
"""

from datetime import timedelta

from core import clock
from core.scope import acting_as
from portal.demo.persons import HOME
from portal.demo.staging import ago, sender_of
from referrals.models import Referral
from referrals.states import State
from youths.agreements import asking
from youths.agreements.withdrawing import withdraw
from youths.models import Agreement, AgreementRequest, Youth


def load() -> int:
    """Ask, and withdraw; how many of the two there was a youth for (a small country may have none)."""
    return _ask() + _withdraw()


def _ask() -> int:
    """Yesterday, the advisor of a draft made a link for the youth."""
    draft = (
        Referral.objects.filter(sender__key=HOME, state=State.DRAFT, agreement__isnull=True)
        .order_by("pk")
        .first()
    )
    if draft is None:
        return 0
    acting = sender_of(draft)
    with ago(1, acting):
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
    acting = sender_of(referral)
    last_night = clock.start_of(clock.today()) - timedelta(minutes=1)
    with clock.travel(last_night), acting_as(acting):
        withdraw(referral.agreement, how=Agreement.Channel.PHONE, by=acting)
    return 1
