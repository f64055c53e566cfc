"""Two records of one person become one: proposed, compared, joined, undone within thirty days, then settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core.acting import Acting
from core.functions import call
from core.prepared import Prepared
from core.scope import system_scope
from youths.accompanying.reading import lead_name
from youths.accompanying.settling import settle_invitations
from youths.merging.adoption import REGISTERED, become_lead, keep_accompanying, tell
from youths.merging.likeness import alike
from youths.models import Accompaniment, DistinctPair, Merge, Transfer, Youth
from youths.records import Overtaken

# What is chosen between the two records, by the names of the columns.
IDENTITY = {
    "last_name": "Nom",
    "first_name": "Prénom",
    "birth_date": "Date de naissance",
    "phone": "Téléphone",
    "email": "Adresse électronique",
    "municipality_id": "Commune",
    "level": "Niveau de formation",
    "level_obtained": "Diplôme obtenu",
    "file_number": "Numéro de dossier",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of one's own organisation that may be of the same person.

    Telephone and municipality are those of a record that one may open; of the others, who to ask.
    """

    pk: int
    uuid: UUID
    first_name: str
    last_name: str
    birth_date: date
    phone: str | None
    municipality: str | None
    file_number: str
    lead_name: str | None
    may_open: bool


def _born(acting: Acting, *, birth_date: date, of: int) -> QuerySet[Youth, tuple[Any, ...]]:
    """Those of one's own organisation born on a day, but for the record ``of`` and those told apart from it."""
    apart = DistinctPair.objects.filter(organisation=acting.organisation_id).filter(
        Q(first=OuterRef("pk"), second=of) | Q(first=of, second=OuterRef("pk"))
    )
    born = Youth.objects.listed_for(acting).filter(~Exists(apart), birth_date=birth_date).exclude(pk=of)
    return (
        born.annotate(
            may_open=Exists(Youth.objects.openable_by(acting).filter(pk=OuterRef("pk"))),
            lead_name=lead_name(acting),
        )
        .order_by("search_name", "pk")
        .values_list(
            "pk", "uuid", "first_name", "last_name", "birth_date", "phone", "municipality__name",
            "file_number", "lead_name", "may_open",
        )
    )  # fmt: skip


_BORN = Prepared(_born)
# The key that no record has.
_NO_RECORD = 0


def candidates(
    acting: Acting, first_name: str, last_name: str, birth_date: date, *, of: int = _NO_RECORD
) -> list[Candidate]:
    """The likely duplicates of a person among the youths of one's own organisation: born that day, with a close name.

    ``of``: the record that the person has already; it is out, with those that were told apart from it. One query.
    Nothing of another organisation is asked.
    """
    rows = _BORN(acting, birth_date=birth_date, of=of)
    found = [Candidate(*row) for row in rows if alike((first_name, last_name), (row[2], row[3]))]
    return [one if one.may_open else _minimal(one) for one in found]


def _minimal(one: Candidate) -> Candidate:
    return Candidate(
        one.pk, one.uuid, one.first_name, one.last_name, one.birth_date, None, None, "", one.lead_name, False
    )


def is_kept_before(one: Candidate, youth: Youth) -> bool:
    """Which of two records is kept unless people say otherwise: the one with a file number, else the older."""
    return (not one.file_number, one.pk) < (not youth.file_number, youth.pk)


def candidates_of(acting: Acting, youth: Youth) -> list[Candidate]:
    """The likely duplicates of a record that this person may open."""
    return candidates(acting, youth.first_name, youth.last_name, youth.birth_date, of=youth.pk)


@transaction.atomic
def attach(acting: Acting, youth: Youth, kept: Youth) -> Merge:
    """Attach the record that a partner opened to the one that the acting Mission Locale has. Raises Overtaken.

    The partner goes on accompanying; it reads what is written from now on, and what it wrote itself.
    """
    opened_by = youth.held_by_id
    made = call("tu_attach_youth", kept.pk, youth.pk)
    if made is None:
        raise Overtaken
    settle_invitations(acting, kept.pk)
    partner = keep_accompanying(kept.pk, opened_by, reads_from=clock.now())
    tell(partner, kept, REGISTERED, f"attached:{made}")
    return Merge.objects.get(pk=made)


@transaction.atomic
def merge(
    acting: Acting, kept: Youth, merged: Youth, *, take: Iterable[str], how: str = Merge.Kind.MERGE
) -> Merge:
    """Join two records of the acting organisation; the identity is the first one's but for the columns of ``take``.

    Raises Overtaken when one of them was merged, or is being transferred.
    """
    made = call("tu_merge_youths", kept.pk, merged.pk, list(take), str(how))
    if made is None:
        raise Overtaken
    return Merge.objects.get(pk=made)


@transaction.atomic
def unmerge(acting: Acting, made: Merge) -> None:
    """Give back to the merged record exactly what moved; what was written since stays. Raises Overtaken."""
    if not call("tu_unmerge_youths", made.pk):
        raise Overtaken
    apart = Youth.objects.filter(pk=made.merged_key, registered_with=acting.organisation_id).first()
    if made.kind == Merge.Kind.ATTACH and apart is not None:
        _lead_again(acting, apart, made.youth_id)


def _lead_again(acting: Acting, youth: Youth, kept_id: int) -> None:
    """A record that was taken over and attached at once had no lead of this organisation: that of the other one."""
    leads = Accompaniment.objects.active().filter(role=Accompaniment.Role.LEAD)
    if leads.filter(youth=youth).exists():
        return
    known = leads.filter(youth=kept_id, organisation=acting.organisation_id)
    lead_id = known.values_list("professional", flat=True).first() or acting.user_id
    become_lead(acting, youth.pk, lead_id, Accompaniment.Reason.TRANSFER)


@transaction.atomic
def say_distinct(acting: Acting, one: Youth, other: Youth) -> None:
    """They are two people: the pair is not proposed again in this organisation. Twice is once."""
    try:
        with transaction.atomic():
            DistinctPair.objects.create(
                first=one, second=other, organisation_id=acting.organisation_id, by_id=acting.user_id
            )
    except IntegrityError as error:
        if "youths_distinct_once" not in str(error):
            raise


def differences(kept: Youth, merged: Youth) -> dict[str, tuple[object, object]]:
    """The columns of the identity in which two records differ, with both values."""
    return {
        name: (getattr(kept, name), getattr(merged, name))
        for name in IDENTITY
        if getattr(kept, name) != getattr(merged, name)
    }


def merges_of(acting: Acting, youth: Youth) -> QuerySet[Merge]:
    """What the acting organisation joined to a record, the latest first."""
    return (
        Merge.objects.standing()
        .filter(youth=youth, organisation=acting.organisation_id)
        .select_related("by")
        .order_by("-pk")
    )


def undoable_until(made: Merge) -> datetime | None:
    """Until when a merge may be undone; None once it no longer may."""
    until = made.at + Merge.REVERSIBLE
    return until if made.settled_at is None and clock.now() < until else None


def former_keys(youth: Youth) -> list[tuple[int, UUID]]:
    """The numbers and the addresses of the records that were merged into this one, for the trail and for erasure.

    Those that the acting organisation joined; all of them in a system scope.
    """
    return list(
        Merge.objects.standing().filter(youth=youth).order_by("pk").values_list("merged_key", "merged_uuid")
    )


def settle() -> int:
    """The worker: gather what arrived late on hidden records, then delete those that may no longer be undone.

    Returns how many were deleted. Nothing that tells a fact is lost: it was moved, or is moved now.
    """
    settled = 0
    with system_scope("merges that may no longer be undone"):
        for made in Merge.objects.pending().order_by("pk").select_for_update(skip_locked=True):
            call("tu_gather", made.pk)
            if made.at > clock.now() - Merge.REVERSIBLE:
                continue
            Merge.objects.filter(pk=made.pk).update(settled_at=clock.now(), moved={}, changed=[])
            # A transfer that was proposed for it is of another day; the rest of the left rows are twins.
            Transfer.objects.filter(youth=made.merged_key).delete()
            Youth.objects.filter(pk=made.merged_key, merged_into__isnull=False).delete()
            settled += 1
    return settled
