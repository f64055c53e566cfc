"""What was signed is not edited (ADR 0016): how long an error of typing is simply corrected, and what is asked after.

A convention or an amendment is *settled* a day after its signature was recorded. Until then, what was mistyped is
mended in place. After that an amendment no longer changes; the words of a convention are corrected with a reason,
kept in the note that its page shows, and what the parties changed is another amendment.
"""

from datetime import timedelta

from core import clock
from core.admin_history import first_filled
from partners.models import Amendment, Convention

MENDABLE = timedelta(hours=24)

# What the parties agreed on, in the columns of a convention. A blank is filled at any time: old texts are
# registered as their sources are found.
AGREED = (
    "code",
    "nature",
    "level",
    "signed_on",
    "signature_known",
    "starts_on",
    "ends_on",
    "end_known",
    "tacit_renewal",
    "renewal_months",
    "max_renewals",
    "notice_months",
    "purpose",
    "data_clause",
)


def is_settled(user_id: int | None, text: Convention | Amendment) -> bool:
    """Whether a signed text was recorded more than a day ago. One whose history is lost is."""
    if text.signed_on is None:
        return False
    recorded = first_filled(user_id, text, "signed_on")
    return recorded is None or clock.now() - recorded > MENDABLE


def corrected_note(note: str, reason: str) -> str:
    """The note of a convention, with the correction that was made today."""
    line = f"Correction du {clock.today():%d/%m/%Y} : {reason.strip()}"
    return f"{note.rstrip()}\n{line}" if note.strip() else line
