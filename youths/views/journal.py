"""Writing in the journal of a youth, withdrawing what one wrote, and the next step."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from core.acting import Acting
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, writes
from youths import journal
from youths.doors import accompanied_youth_or_404
from youths.journal_forms import OWN, READ_AGAIN, JournalForm, NextStepForm
from youths.models import NextStep, Youth
from youths.records import Overtaken

CLOSED_MEANWHILE = "Cette étape a changé entre-temps : voyez où elle en est."


@writes
@may("write_journal")
def journal_write(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A fact for all who accompany the youth, or a note for one's own organisation."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    form = JournalForm(request.POST if request.method == "POST" else None)
    words: list[str] = []
    if request.method == "POST" and form.is_valid():
        words = form.sensitive()
        if not words:
            try:
                messages.success(request, _write(acting, youth, form.cleaned_data))
            except journal.Written:
                messages.info(request, "Vous venez d’écrire ce texte : il est gardé une seule fois.")
            return back_to(request, "youths:detail", youth.uuid)
    context = {"form": form, "youth": youth, "words": words, "read_again": READ_AGAIN}
    return render(request, "youths/journal.html", context)


def _write(acting: Acting, youth: Youth, typed: dict[str, Any]) -> str:
    """Write what was typed for those who may read it; returns what to say. Raises journal.Written."""
    if typed["audience"] == OWN:
        journal.note(acting, youth, typed["text"], kind=typed["kind"], happened_on=typed["happened_on"])
        return "La note est gardée pour votre structure."
    journal.share(acting, youth, kind=typed["kind"], happened_on=typed["happened_on"], text=typed["text"])
    return "C’est écrit : toutes les structures qui l’accompagnent le lisent."


@writes
@may("write_journal")
def journal_withdraw(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Withdraw a fact or a note (``ligne``) of one's own organisation: written in the wrong record, or wrong."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    wanted = request.GET.get("ligne", "")
    item = next((one for one in journal.items_of(acting, youth) if one.get("own") == wanted and wanted), None)
    if item is None:
        messages.warning(request, "Cette ligne n’est plus là, ou n’est pas de votre structure.")
        return back_to(request, "youths:detail", youth.uuid)
    if request.method == "POST":
        journal.withdraw(acting, youth, UUID(wanted))
        messages.success(request, "C’est retiré. Le journal dit seulement que votre structure l’a retiré.")
        return back_to(request, "youths:detail", youth.uuid)
    return render(request, "youths/journal_withdraw.html", {"youth": youth, "item": item})


@writes
@may("write_journal")
def step_propose(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Propose what comes next; the step open until then is replaced."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    form = NextStepForm(request.POST if request.method == "POST" else None)
    words: list[str] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        words = form.sensitive()
        if not words:
            try:
                journal.propose(acting, youth, **form.cleaned_data)
            except Overtaken:
                form.add_error(
                    None, "Quelqu’un vient de proposer une étape : voyez-la avant d’en proposer une autre."
                )
                status = 409
            else:
                messages.success(request, "L’étape est proposée. Une autre structure peut donner son accord.")
                return back_to(request, "youths:detail", youth.uuid)
    context = {
        "form": form,
        "youth": youth,
        "words": words,
        "read_again": READ_AGAIN,
        "step": journal.step_of(acting, youth),
    }
    return render(request, "youths/step.html", context, status=status)


@writes
@may("write_journal")
def step_agree(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Agree to the step (``etape``) that another organisation proposed."""
    return _on_step(request, uuid, journal.agree, "L’accord est noté.")


@writes
@may("write_journal")
def step_close(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say that a step (``etape``) is done, or given up (``suite``)."""
    given_up = request.POST.get("suite") == NextStep.Closing.DROPPED
    closing = NextStep.Closing.DROPPED if given_up else NextStep.Closing.DONE
    said = "L’étape est abandonnée." if given_up else "L’étape est faite. Proposez la suivante."
    return _on_step(request, uuid, partial(journal.close, closing=closing), said)


def _on_step(request: PortalRequest, uuid: UUID, act: Callable[..., None], said: str) -> HttpResponse:
    youth = accompanied_youth_or_404(request, uuid)
    if request.method == "POST":
        try:
            act(request.acting, youth, UUID(request.POST.get("etape", "")))
        except (Overtaken, ValueError):
            messages.warning(request, CLOSED_MEANWHILE)
        else:
            messages.success(request, said)
    return back_to(request, "youths:detail", youth.uuid)
