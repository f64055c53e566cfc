"""What was signed is not edited (ADR 0016): how long an error of typing is simply corrected, and what is asked after.

A convention or an amendment is *settled* a day after its signature was recorded. Until then, what was mistyped is
mended in place. After that an amendment no longer changes; the words of a convention are corrected with a reason,
kept in the note that its page shows, and what the parties changed is another amendment.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from core import clock
from core.history import first_filled
from partners.conventions.facts import signature_on
from partners.conventions.reading import facts_of
from partners.models import Amendment, Convention, ConventionParty

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
    """Whether the signature of a text was recorded more than a day ago. One whose history is lost is.

    A convention was read through ``with_facts``: its parties may sign it by their own days.
    """
    if text.signed_on is not None:
        recorded = first_filled(user_id, type(text), [text.pk], "signed_on")
        if _is_old(recorded.get(text.pk)):
            return True
    return isinstance(text, Convention) and _signed_by_its_parties(user_id, text)


def _signed_by_its_parties(user_id: int | None, convention: Convention) -> bool:
    """Whether the days of its parties make a text signed, and the last of them was recorded more than a day ago."""
    facts = replace(facts_of(convention), signed_on=None)
    if signature_on(facts) is None:
        return False
    signing = [party.key for party in facts.parties if party.signed_on is not None]
    recorded = first_filled(user_id, ConventionParty, signing, "signed_on")
    return all(_is_old(recorded.get(key)) for key in signing)


def _is_old(recorded: datetime | None) -> bool:
    return recorded is None or clock.now() - recorded > MENDABLE


def corrected_note(note: str, reason: str) -> str:
    """The note of a convention, with the correction that was made today."""
    line = f"Correction du {clock.today():%d/%m/%Y} : {reason.strip()}"
    return f"{note.rstrip()}\n{line}" if note.strip() else line
