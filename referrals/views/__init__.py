"""The pages of the referrals."""

from referrals.views.creation import create
from referrals.views.detail import act, detail, discard_draft, follow_up, send_draft
from referrals.views.lists import referral_list

__all__ = [
    "act",
    "create",
    "detail",
    "discard_draft",
    "follow_up",
    "referral_list",
    "send_draft",
]
