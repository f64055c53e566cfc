"""One commitment: how it is measured, how it stands, and what people add beside the figure."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock, rights, uploads
from core.acting import Acting
from core.documents import hand_over
from core.prepared import Prepared
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners import notes, promises
from partners.conventions.reading import read_with_facts
from partners.conventions.words import carried_over_note
from partners.models import Commitment, CommitmentNote, Convention
from partners.note_forms import NoteForm

NOTES = 50


@reads
@may("read_commitment")
def commitment_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The record of a commitment: everybody who reads conventions reads it."""
    commitment, convention = _commitment_or_404(uuid)
    form = NoteForm(convention) if _may_add(request.acting, convention) else None
    return _page(request, commitment, convention, form)


@writes
@may("add_note")
def commitment_add(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A party, or somebody of its network, adds a piece or a comment; the figure stays what it is."""
    commitment, convention = _commitment_or_404(uuid)
    if not _may_add(request.acting, convention):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, commitment, convention, NoteForm(convention))
    form = NoteForm(convention, request.POST, uploads.brought(request))
    if not form.is_valid():
        return _page(request, commitment, convention, form)
    note = notes.add_note(request.acting, commitment, form.said)
    messages.success(
        request, f"{note.get_kind_display()} ajouté{_feminine(note)}, au nom de votre structure."
    )
    return redirect("partners:commitment_detail", uuid=commitment.uuid)


@reads
@may("read_note_file")
def note_file(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The file of a piece that stands."""
    found = CommitmentNote.objects.filter(withdrawn_at__isnull=True, document__isnull=False)
    note = get_object_or_404(found.select_related("document"), uuid=uuid)
    if note.document is None:
        raise Http404
    return hand_over(request, note.document, "piece", note.uuid)


@writes
@may("withdraw_note")
def note_withdraw(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Somebody of the organisation that added it takes a piece or a comment back."""
    note = get_object_or_404(CommitmentNote.objects.select_related("commitment__convention"), uuid=uuid)
    if note.organisation_id != request.acting.organisation_id:
        raise PermissionDenied
    if request.method == "POST":
        try:
            notes.withdraw_note(note)
        except notes.AlreadyWithdrawn:
            note.refresh_from_db(fields=["withdrawn_at"])
            return render(request, "partners/note_withdraw.html", {"note": note}, status=409)
        messages.success(request, f"{note.get_kind_display()} retiré{_feminine(note)}.")
        return redirect("partners:commitment_detail", uuid=note.commitment.uuid)
    return render(request, "partners/note_withdraw.html", {"note": note})


def _one(*, uuid: UUID) -> QuerySet[Commitment]:
    return promises.counted(Commitment.objects.filter(uuid=uuid)).order_by("pk")


def _notes(*, commitment: int) -> QuerySet[CommitmentNote]:
    found = CommitmentNote.objects.filter(commitment=commitment).select_related("organisation", "document")
    # One row more than are shown says that there are older ones, without counting them.
    return found.order_by("-happened_on", "-pk")[: NOTES + 1]


_ONE, _NOTES = Prepared(_one), Prepared(_notes)


def _commitment_or_404(uuid: UUID) -> tuple[Commitment, Convention]:
    """A commitment with its counts, and its convention with what its state is computed from (two queries)."""
    commitment = next(iter(_ONE(None, uuid=uuid)), None)
    if commitment is None:
        raise Http404
    return commitment, read_with_facts(commitment.convention_id)


def _may_add(acting: Acting, convention: Convention) -> bool:
    return notes.may_add(acting, notes.relation_to(acting, convention))


def _page(
    request: PortalRequest, commitment: Commitment, convention: Convention, form: NoteForm | None
) -> HttpResponse:
    period = promises.period_of(convention, clock.today())
    (promise,) = promises.stand(convention, [commitment], period)
    found = _NOTES(None, commitment=commitment.pk)
    context: dict[str, Any] = {
        "convention": convention,
        "promise": promise,
        "period": period,
        "carried_over": carried_over_note(convention),
        "notes": [_line(note, request.acting) for note in found[:NOTES]],
        "more": len(found) > NOTES,
        "form": form,
        "counts": notes.relation_to(request.acting, convention) == notes.PARTY,
    }
    return render(request, "partners/commitment_detail.html", context)


def _line(note: CommitmentNote, acting: Acting) -> dict[str, Any]:
    own = note.organisation_id == acting.organisation_id
    return {
        "note": note,
        "organisation": note.organisation.name if own else note.organisation.outward_name,
        "may_withdraw": own and not note.withdrawn_at and rights.may(acting, "withdraw_note"),
    }


def _feminine(note: CommitmentNote) -> str:
    return "e" if note.kind == CommitmentNote.Kind.EVIDENCE else ""
