"""Proposing a record to another Mission Locale, and answering."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import render

from core.acting import Acting
from core.doors import about_to_list
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.models import Network
from youths.merging import transfers
from youths.merging.doors import joinable_youth_or_404, transfer_or_404
from youths.merging.forms import NUMBER_TAKEN, RefusalForm, RegisterForm, TransferForm
from youths.models import Transfer, Youth
from youths.records import Overtaken, Refused

ANSWERED = "Ce transfert vient d’être répondu, repris, ou il a expiré. Rien n’a été enregistré."


@writes
@may("transfer_youth")
def transfer(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Propose the record of a youth who moves to another Mission Locale."""
    acting: Acting = request.acting
    youth = joinable_youth_or_404(request, uuid)
    if acting.network != Network.ML or youth.registered_with_id != acting.organisation_id:
        raise Http404
    if waiting := transfers.pending_of(youth):
        return back_to(request, "youths:transfer_detail", waiting.uuid)
    form = TransferForm(acting, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = transfers.propose(acting, youth, typed["recipient"], typed["municipality"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken:
            form.add_error(None, "Quelqu’un vient de proposer ce dossier à une Mission Locale.")
            status = 409
        else:
            messages.success(
                request, "La Mission Locale est prévenue. Le dossier reste le vôtre jusqu’à sa réponse."
            )
            return back_to(request, "youths:transfer_detail", made.uuid)
    return render(request, "youths/merging/transfer.html", {"youth": youth, "form": form}, status=status)


@reads
@may("read_transfer")
def transfer_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A transfer: where it stands; for its recipient, who it is about and the two answers."""
    return _page(request, transfer_or_404(request, uuid))


def _page(
    request: PortalRequest, found: Transfer, form: RegisterForm | None = None, status: int = 200
) -> HttpResponse:
    acting: Acting = request.acting
    mine = found.sender_id == acting.organisation_id
    who: Youth | transfers.Identity | None
    who = (
        Youth.objects.openable_by(acting).filter(pk=found.youth_id).first()
        if mine
        else transfers.read_identity(found.identity)  # type: ignore[attr-defined]
    )
    known = []
    answers = isinstance(who, transfers.Identity)
    if isinstance(who, transfers.Identity):
        about_to_list(request)
        known = transfers.known_here(acting, found, who)
        request.marks.listed(acting, "youth", len(known))
    return render(
        request,
        "youths/merging/transfer_detail.html",
        {
            "transfer": found,
            "mine": mine,
            "who": who,
            "candidates": known,
            "waiting": found.state == Transfer.State.PENDING,
            "form": (form or RegisterForm(acting)) if answers else None,
            "refusal": RefusalForm() if answers else None,
        },
        status=status,
    )


def _asked(request: PortalRequest, uuid: UUID) -> Transfer:
    """A transfer that this manager's organisation is asked about."""
    found = transfer_or_404(request, uuid)
    if found.recipient_id != request.acting.organisation_id:
        raise Http404
    return found


@writes
@may("answer_transfer")
def transfer_accept(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Take the record over, or attach it (``dossier``) to the one that this Mission Locale has of the same youth."""
    acting: Acting = request.acting
    found = _asked(request, uuid)
    if request.method != "POST":
        return back_to(request, "youths:transfer_detail", found.uuid)
    who = transfers.read_identity(found.identity)  # type: ignore[attr-defined]
    if who is None:
        return _answered(request, found)
    own = None
    if wanted := request.POST.get("dossier", ""):
        known = [one for one in transfers.known_here(acting, found, who) if str(one.uuid) == wanted]
        own = Youth.objects.listed_for(acting).filter(pk__in=[one.pk for one in known]).first()
        if own is None:
            return _page(request, found)
    form = RegisterForm(acting, {"lead": acting.user_id, "file_number": ""} if own else request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        youth = transfers.accept(
            acting,
            found,
            lead_id=form.cleaned_data["lead"],
            file_number=form.cleaned_data["file_number"],
            attach_to=own,
        )
    except Overtaken:
        return _answered(request, found)
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        form.add_error("file_number", NUMBER_TAKEN)
        return _page(request, found, form)
    messages.success(request, "Le jeune est inscrit dans votre Mission Locale.")
    return back_to(request, "youths:detail", youth.uuid)


@writes
@may("answer_transfer")
def transfer_refuse(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Refuse a transfer, with a coded reason."""
    found = _asked(request, uuid)
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        if request.method == "POST":
            messages.error(request, "Indiquez le motif du refus.")
        return back_to(request, "youths:transfer_detail", found.uuid)
    return _close(
        request, found, lambda: transfers.refuse(request.acting, found, form.cleaned_data["reason"])
    )


@writes
@may("take_back_transfer")
def transfer_take_back(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Keep the record after all."""
    found = transfer_or_404(request, uuid)
    if found.sender_id != request.acting.organisation_id:
        raise Http404
    if request.method != "POST":
        return back_to(request, "youths:transfer_detail", found.uuid)
    return _close(request, found, lambda: transfers.take_back(request.acting, found))


def _close(request: PortalRequest, found: Transfer, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except Overtaken:
        return _answered(request, found)
    messages.success(request, "C’est noté, et l’autre Mission Locale le voit.")
    return back_to(request, "youths:transfer_detail", found.uuid)


def _answered(request: PortalRequest, found: Transfer) -> HttpResponse:
    """Somebody answered meanwhile: the page as it stands now."""
    found.refresh_from_db(fields=["state", "reason", "answered_at"])
    found.identity = None  # type: ignore[attr-defined]
    messages.error(request, ANSWERED)
    return _page(request, found, status=409)
