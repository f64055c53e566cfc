"""The referral and what happens to it."""

from referrals.models.asking import MoveRequest
from referrals.models.attendance import Attendance
from referrals.models.breaches import Breach
from referrals.models.direct import DirectCount
from referrals.models.following import Outcome, ReferralEvent, Reminder, TransitionRow
from referrals.models.missions import Mission
from referrals.models.offers import Offer, OfferQuerySet
from referrals.models.opinions import OpinionCount
from referrals.models.placement import WorkPlacement
from referrals.models.preparing import Preparation
from referrals.models.referral import (
    BEFORE_ANSWER,
    CLOSED_BY_OUTCOME,
    LONGEST_SUSPENSION,
    OPEN_STATES,
    REASONED,
    Referral,
    ReferralQuerySet,
    followed_by,
    needed_by,
    of_side,
    programme_choices,
    still_open_to,
)
from referrals.models.thread import MOST_USUAL, Message, ReferralNote, ThreadReading, UsualAnswer
from referrals.models.youth_links import DigitalCheck, YouthLink

__all__ = [
    "BEFORE_ANSWER",
    "CLOSED_BY_OUTCOME",
    "LONGEST_SUSPENSION",
    "MOST_USUAL",
    "OPEN_STATES",
    "REASONED",
    "Attendance",
    "Breach",
    "DigitalCheck",
    "DirectCount",
    "Message",
    "Mission",
    "MoveRequest",
    "Offer",
    "OfferQuerySet",
    "OpinionCount",
    "Outcome",
    "Preparation",
    "Referral",
    "ReferralEvent",
    "ReferralNote",
    "ReferralQuerySet",
    "Reminder",
    "ThreadReading",
    "TransitionRow",
    "UsualAnswer",
    "WorkPlacement",
    "YouthLink",
    "followed_by",
    "needed_by",
    "of_side",
    "programme_choices",
    "still_open_to",
]
