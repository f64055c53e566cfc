"""What people add about a commitment: a piece that shows it was kept, or a comment (docs/adr/0014).

Nothing is overwritten, and no figure is typed in: a piece counts in the measure when its organisation is a party.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from core import clock, documents, rights
from core.acting import Acting
from core.uploads import CheckedFile
from partners.conventions.facts import spans_of
from partners.conventions.reading import facts_of, parties_of
from partners.models import Commitment, CommitmentNote, Convention

_FILE_LABEL = "piece"
_ONE_GESTURE = timedelta(minutes=1)
PARTY, OF_A_NETWORK = "party", "party_network"


class AlreadyWithdrawn(Exception):
    """Somebody withdrew this note first."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody adds, checked by its form."""

    kind: str
    text: str
    happened_on: date
    file: CheckedFile | None = None


def relation_to(acting: Acting, convention: Convention) -> str | None:
    """How the acting person's organisation stands to a convention read through ``with_facts``.

    ``party``: it signed and has not left. ``party_network``: it is of the network of one that did, on the territory of
    the convention; what it adds is shown, and does not count in the measure. None: it has nothing to add.

    Wider than :func:`partners.concerned.conventions_for`, which says for what an organisation acts in its own name: a
    piece is about what others did, so the neighbours of the parties of a local text may add one, and one about a text
    that is over or not yet in force too, for as long as its parties are there.
    """
    today = clock.today()
    present = {span.organisation for span in spans_of(facts_of(convention)) if span.covers(today)}
    if acting.organisation_id in present:
        return PARTY
    networks = {party.network for party in parties_of(convention) if party.organisation in present}
    on_territory = convention.region_id is None or convention.region_id == acting.region
    return OF_A_NETWORK if on_territory and acting.network in networks else None


def may_add(acting: Acting, relation: str | None) -> bool:
    """Whether somebody may add a piece or a comment, by their role and their relation to the convention."""
    return rights.action("add_note").lets_in(acting.role, relation)


@transaction.atomic
def add_note(acting: Acting, commitment: Commitment, said: Said) -> CommitmentNote:
    """Keep what somebody says of a commitment, in the name of their organisation.

    The same words from the same person within a minute are one gesture sent twice: they are kept once.
    """
    Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    values: dict[str, Any] = {
        "kind": said.kind,
        "text": said.text,
        "happened_on": said.happened_on,
        "author_id": acting.user_id,
        "organisation_id": acting.organisation_id,
    }
    just_now = clock.now() - _ONE_GESTURE
    twice = commitment.notes.filter(**values, withdrawn_at__isnull=True, added_at__gt=just_now).first()
    if twice:
        return twice
    note = CommitmentNote(commitment=commitment, **values)
    note.full_clean(exclude=["document"])
    if said.file:
        note.document = documents.store_checked(said.file, label=_FILE_LABEL)
    note.save()
    return note


@transaction.atomic
def withdraw_note(note: CommitmentNote) -> None:
    """Take a note back: it stays, marked as such, and is read no more. Raises AlreadyWithdrawn."""
    locked = CommitmentNote.objects.select_for_update().get(pk=note.pk)
    if locked.withdrawn_at:
        raise AlreadyWithdrawn
    locked.withdrawn_at = clock.now()
    locked.save(update_fields=["withdrawn_at"])
