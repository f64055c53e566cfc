"""What the history keeps of the referrals: what their events do not already say."""

from core.history import track
from referrals.models import (
    Attendance,
    Breach,
    Message,
    Mission,
    MoveRequest,
    Offer,
    Outcome,
    Preparation,
    Referral,
    ReferralNote,
    UsualAnswer,
    WorkPlacement,
)

# Told by the events, or worked out from them.
_OF_EVENTS = (
    "state", "last_action", "version", "reason", "state_since", "sent_at", "received_at", "answered_at",
    "closed_at", "acknowledged_at", "sender_access_until", "recipient_access_until", "clock_kind", "clock_side",
    "due_on", "escalate_on", "expires_on", "rungs", "wake_on",
)  # fmt: skip


def register() -> None:
    """Declare what is tracked (at start)."""
    of_youth = {"subject_kind": "youth", "subject": "youth", "organisations": ("sender", "recipient")}
    # Answers may be for the two referents only.
    track(Referral, **of_youth, ignored=_OF_EVENTS, masked=("details",))
    # The thread keeps its own words, and a code may be for the two referents only: the fact is enough.
    track(Message, **of_youth, through="referral", masked=("text",))
    # The organisation that writes a note is the only one to know that there is one.
    track(ReferralNote, subject_kind="youth", subject="youth", through="referral", masked=("text",))
    track(Mission, **of_youth, through="referral")
    track(Preparation, **of_youth, through="referral")
    # What its event does not say is a text: a reason of one's own.
    track(MoveRequest, **of_youth, through="referral", masked=("reason_detail",))
    track(Outcome, **of_youth, through="referral", masked=("code",))
    track(Attendance, subject_kind="youth", subject="youth", organisations=("organisation",))
    track(Breach, subject_kind="youth", subject="youth", organisations=("organisation",))
    # Nobody's data: every member may read who changed an offer.
    track(Offer)
    track(UsualAnswer, organisations=("organisation",))
    # People of a company, and what the youth said, are told as changed, never as what.
    track(
        WorkPlacement,
        subject_kind="youth",
        subject="youth",
        organisations=("organisation", "followed_by"),
        ignored=("version",),
        masked=("tutor_name", "tutor_role", "youth_comment"),
    )
