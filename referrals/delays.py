"""How long each side has: the durations and the open days that hold for one referral."""

from core.working_days import Calendar
from partners.models import Organisation
from referrals.clocks import MOMENTS, Calendars, FollowUp, ProgrammeClocks, Rung, follow_ups, read_rungs
from referrals.models import CLOSED_BY_OUTCOME, Referral
from referrals.states import RECIPIENT, SENDER


def clocks_of(referral: Referral) -> ProgrammeClocks:
    """The durations of a referral."""
    return referral.rules.clocks


def calendars_of(referral: Referral) -> Calendars:
    """The open days of both sides."""
    sides = {SENDER: referral.sender_id, RECIPIENT: referral.recipient_id}
    departments = dict(
        Organisation.objects.filter(pk__in=sides.values()).order_by().values_list("pk", "department_id")
    )
    return {side: Calendar(departments[pk]) for side, pk in sides.items()}


def follow_ups_of(referral: Referral, calendars: Calendars) -> list[FollowUp]:
    """The questions to come on a referral that has ended; none once the youth has withdrawn their agreement.

    They are asked of the side that the programme names, unless it keeps no record of the youth and the other one does:
    a partner's access is over by then.
    """
    if referral.state not in CLOSED_BY_OUTCOME or referral.sharing_stopped_at or referral.ended_on is None:
        return []
    clocks, keepers = clocks_of(referral), referral.youth.keepers
    other = RECIPIENT if clocks.follow_up_side == SENDER else SENDER
    if side_id(referral, clocks.follow_up_side) not in keepers and side_id(referral, other) in keepers:
        clocks = clocks.with_overrides({"follow_up_side": other})
    return follow_ups(referral.ended_on, clocks, calendars)


def side_id(referral: Referral, side: str) -> int:
    """The organisation of a side."""
    return referral.sender_id if side == SENDER else referral.recipient_id


def moments_of(referral: Referral) -> list[Rung]:
    """The days on which what became of the youth is asked on this referral, as they are stored."""
    return [rung for rung in read_rungs(referral.rungs) if rung.level in MOMENTS.values()]
