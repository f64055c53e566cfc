"""The large exports: those that one asked for, those that wait for one's answer, and the way to their file."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.views.common import to_confirm
from core import rights
from core.acting import Acting
from core.documents import as_attachment
from core.doors import about_to_export
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.exporting import requests
from partners.exporting.lists import REASONS, lists
from partners.models import Export
from partners.models.exports import ExportQuerySet

_SHOWN = 50


@reads
@may("read_exports")
def export_list(request: PortalRequest) -> HttpResponse:
    """What waits for one's answer, then what one asked for."""
    acting: Acting = request.acting
    people = _of_known_lists().select_related("user").order_by("-created_at", "-pk")
    mine = people.filter(user=acting.user_id, organisation=acting.organisation_id)[:_SHOWN]
    context = {
        "waiting": [_told(one) for one in people.to_decide(acting)[:_SHOWN]],  # type: ignore[attr-defined]
        "mine": [_told(one) for one in mine],
        "may_export": acting.accompanies,
    }
    return render(request, "partners/exporting/list.html", context)


def _of_known_lists() -> ExportQuerySet:
    """The requests whose list is one: whatever was written in the others, their pages say nothing."""
    return Export.objects.filter(kind__in=[code for code, _ in lists.items()])


def _told(found: Export) -> dict[str, object]:
    export = requests.list_of(found)
    return {
        "export": found,
        "title": f"{export.title} : {export.many(found.lines)}",
        "why": REASONS.get(found.reason, found.reason),
    }


@writes
@may("read_export")
def export_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Where a request stands; its author may take it back while nothing was made."""
    acting: Acting = request.acting
    found = _export_or_404(request, uuid)
    own = found.user_id == acting.user_id
    if request.method == "POST" and own:
        try:
            requests.take_back(acting, found)
        except requests.Decided:
            messages.info(request, "Cette demande n’est plus en cours. Voici où elle en est.")
        else:
            messages.success(request, "La demande est reprise : personne n’a plus à y répondre.")
        return redirect("partners:export_detail", found.uuid)
    asked = requests.list_of(found).read(acting, found.query) if own else None
    context = _told(found) | {
        "own": own,
        "told": [words for _, words in asked.told] if asked else [],
        "list_url": asked.url if asked else "",
        "may_decide": Export.objects.to_decide(acting).filter(pk=found.pk).exists(),
        "form_words": found.form.upper(),
    }
    return render(request, "partners/exporting/detail.html", context)


@writes
@may("decide_export")
def export_decide(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Answer for the export of somebody else."""
    acting: Acting = request.acting
    found = _export_or_404(request, uuid)
    decision = request.POST.get("decision")
    if request.method == "POST" and decision in ("approve", "refuse"):
        try:
            requests.decide(acting, found, approve=decision == "approve")
        except requests.Decided:
            return render(
                request,
                "partners/exporting/detail.html",
                _told(_export_or_404(request, uuid)) | {"too_late": True, "form_words": found.form.upper()},
                status=409,
            )
        messages.success(request, "Votre réponse est enregistrée ; la personne est prévenue.")
    return redirect("partners:export_detail", found.uuid)


@reads
@may("fetch_export")
def export_file(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The file, to the person who asked for it, if they may still read all that it says; a line in the trail."""
    acting: Acting = request.acting
    found = _export_or_404(request, uuid, own=True)
    if (confirm := to_confirm(request)) is not None:
        return confirm
    export = requests.list_of(found)
    if not found.is_fetchable or found.document is None:
        return redirect("partners:export_detail", found.uuid)
    still = rights.may(acting, export.action) and export.readable(acting, found.query, found.subjects) == len(
        found.subjects
    )
    if not still:
        request.marks.denied(acting, "export", found.uuid)
        messages.error(
            request,
            "Ce que vous pouvez lire a changé depuis que ce fichier est prêt : il ne vous est plus remis. "
            "Demandez un nouvel export.",
        )
        return redirect("partners:export_detail", found.uuid)
    about_to_export(request, found.lines, answered_for=True)
    request.marks.exported(acting, export.subject_kind, None, found.lines, f"{found.reason}?{found.query}")
    return as_attachment(found.document)


def _export_or_404(request: PortalRequest, uuid: UUID, *, own: bool = False) -> Export:
    """The door of the requests: the same answer whether it exists or not, and a line in the trail."""
    acting: Acting = request.acting
    found = _of_known_lists().visible_to(acting).select_related("user", "decided_by", "document")
    if own:
        found = found.filter(user=acting.user_id)
    export = found.filter(uuid=uuid).first()
    if export is None:
        request.marks.denied(acting, "export", uuid)
        raise Http404
    return export
