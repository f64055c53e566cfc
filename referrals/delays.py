"""How long each side has: the durations and the open days that hold for one referral."""

import logging
from collections.abc import Mapping, Sequence

from core.hooks import agreed_delays, check_delays
from partners.closures import calendars
from partners.models import Convention, Network, Theme, Topic
from referrals import programmes
from referrals.clocks import (
    DELAY_LABELS,
    MOMENTS,
    Calendars,
    FollowUp,
    Incoherent,
    ProgrammeClocks,
    Rung,
    follow_ups,
    read_rungs,
)
from referrals.models import CLOSED_BY_OUTCOME, Referral
from referrals.programmes.base import Programme
from referrals.states import RECIPIENT, SENDER, other_side

logger = logging.getLogger(__name__)
# National, regional, local (DOMAIN §6.1).
LEVELS = 3
# The theme of the conventions, where it is not named as the topic.
THEMES = {Topic.INTERIM: Theme.INTERIM, Topic.PREPARATION: Theme.APPRENTICESHIP}


def clocks_of(referral: Referral) -> ProgrammeClocks:
    """The durations of a referral: each is that of its convention, else of the text that this one declines, else of its
    programme."""
    return agreed_clocks(referral.rules, *agreed_by(referral.convention))


def agreed_by(convention: Convention | None) -> list[Mapping[str, int]]:
    """What a convention agreed, then each text that it is known to decline, upwards."""
    found: list[Mapping[str, int]] = []
    while convention is not None and len(found) < LEVELS:
        found.append(convention.delays)
        convention = convention.parent if convention.parent_proven else None
    return found


def agreed_clocks(programme: Programme, *agreed: Mapping[str, int]) -> ProgrammeClocks:
    """The durations of a programme under a convention and those above it, the nearest first.

    Durations that no longer hold together, because a text above or the programme has changed since they were agreed,
    are left aside, those from above first, and said in the log: a referral is never stopped by them.
    """
    for count in range(len(agreed), 0, -1):
        merged = {name: value for one in reversed(agreed[:count]) for name, value in one.items()}
        try:
            return programme.clocks.with_overrides(merged) if merged else programme.clocks
        except ValueError as error:
            logger.warning("agreed delays left aside for %s: %s", programme.code, error)
    return programme.clocks


def why_not_agreed(delays: Mapping[str, int], themes: Sequence[str]) -> str:
    """Why these durations cannot hold for the programmes of a convention, in French (provider ``check_delays``)."""
    for programme in programmes.all():
        theme = THEMES.get(Topic(programme.topic), programme.topic)
        if themes and theme not in themes:
            continue
        try:
            programme.clocks.with_overrides(delays)
        except Incoherent as error:
            first, then = DELAY_LABELS.get(error.first, error.first), DELAY_LABELS.get(error.then, error.then)
            return f"{programme.short_label} : « {first} » doit rester bien plus court que « {then} »."
        except ValueError:
            return f"{programme.short_label} : ces délais ne peuvent pas tenir."
    return ""


def register() -> None:
    """Say which durations a convention may agree (at start)."""
    for name, label in DELAY_LABELS.items():
        agreed_delays.register(name, label)
    check_delays.provide(why_not_agreed)


def calendars_of(referral: Referral) -> Calendars:
    """The open days of both sides."""
    found = calendars((referral.sender_id, referral.recipient_id))
    return {SENDER: found[referral.sender_id], RECIPIENT: found[referral.recipient_id]}


def follow_ups_of(referral: Referral, clocks: ProgrammeClocks, open_days: Calendars) -> list[FollowUp]:
    """The questions to come on a referral that has ended; none once the youth has withdrawn their agreement.

    They are asked of the side that the programme names, unless it keeps no record of the youth and the other one is the
    Mission Locale that does: that one follows them anyway. Who owes an answer keeps the access for it (ADR 0035).
    """
    if referral.state not in CLOSED_BY_OUTCOME or referral.sharing_stopped_at or referral.ended_on is None:
        return []
    keepers = referral.youth.keepers
    other = other_side(clocks.follow_up_side)
    follows = getattr(referral, other).network == Network.ML and side_id(referral, other) in keepers
    if follows and side_id(referral, clocks.follow_up_side) not in keepers:
        clocks = clocks.with_overrides({"follow_up_side": other})
    return follow_ups(referral.ended_on, clocks, open_days)


def side_id(referral: Referral, side: str) -> int:
    """The organisation of a side."""
    return referral.sender_id if side == SENDER else referral.recipient_id


def moments_of(referral: Referral) -> list[Rung]:
    """The days on which what became of the youth is asked on this referral, as they are stored."""
    return [rung for rung in read_rungs(referral.rungs) if rung.level in MOMENTS.values()]
