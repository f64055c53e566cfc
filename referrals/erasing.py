"""What an erasure asks of the referrals (hooks of core)."""

from django.db.models import Q

from core import clock
from referrals.models import OPEN_STATES, Referral


def hindrance(youth_id: int, organisation_id: int) -> str:
    """A referral that is under way is ended before what it holds is erased."""
    under_way = Referral.objects.filter(
        Q(sender=organisation_id) | Q(recipient=organisation_id), youth=youth_id, state__in=OPEN_STATES
    )
    return "Une orientation est en cours : terminez-la ou annulez-la d’abord." if under_way.exists() else ""


def close_access(youth_id: int, organisation_id: int) -> None:
    """An organisation that erased its part no longer reads what was sent and received: it is the other side's."""
    for side in ("sender", "recipient"):
        Referral.objects.filter(**{"youth": youth_id, side: organisation_id}).update(
            **{f"{side}_access_until": clock.now()}
        )
