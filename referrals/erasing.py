"""What an erasure asks of the referrals (hooks of core), and the reasons that are forgotten first."""

from django.db.models import Q

from core import clock
from core.functions import call
from core.scope import system_scope
from core.working_days import add_months
from referrals import programmes
from referrals.models import OPEN_STATES, Referral, WorkPlacement

# A reason of fitness is health data: the two referents need it no longer once the youth has gone on (DOMAIN §7.5).
UNFIT_MONTHS = 6


def forget_unfitness() -> int:
    """Put a neutral code in the place of the restricted reasons, and steps, of referrals closed six months ago.

    Returns how many were replaced.

    In the referral and in its events; the history copies no reason. On the worker's login; twice changes nothing.
    """
    before = clock.start_of(add_months(clock.today(), -UNFIT_MONTHS))
    hidden = [
        (programme.code, reason, programme.public_reason(reason))
        for programme in programmes.all()
        for reason in programme.restricted_reasons
    ]
    forgotten = 0
    with system_scope("forget the reasons of fitness"):
        for code, reason, neutral in hidden:
            forgotten += call("tu_forget_reason", code, reason, neutral, before)
        for programme in programmes.all():
            for step, public in programme.public_steps.items():
                forgotten += call("tu_forget_step", programme.code, step, public, before)
    return forgotten


def hindrance(youth_id: int, organisation_id: int) -> str:
    """A referral that is under way is ended before what it holds is erased."""
    under_way = Referral.objects.filter(
        Q(sender=organisation_id) | Q(recipient=organisation_id), youth=youth_id, state__in=OPEN_STATES
    )
    return "Une orientation est en cours : terminez-la ou annulez-la d’abord." if under_way.exists() else ""


def placement_hindrance(youth_id: int, organisation_id: int) -> str:
    """A period in a company that is signed and not over binds somebody: it is told, or cancelled, first."""
    sides = Q(organisation=organisation_id) | Q(followed_by=organisation_id)
    bound = WorkPlacement.objects.filter(
        sides, youth=youth_id, state=WorkPlacement.State.SIGNED, ends_on__gte=clock.today()
    )
    return (
        "Une période en entreprise est en cours : écrivez son bilan ou annulez-la d’abord."
        if bound.exists()
        else ""
    )


def close_access(youth_id: int, organisation_id: int) -> None:
    """An organisation that erased its part no longer reads what was sent and received: it is the other side's."""
    for side in ("sender", "recipient"):
        Referral.objects.filter(**{"youth": youth_id, side: organisation_id}).update(
            **{f"{side}_access_until": clock.now()}
        )
