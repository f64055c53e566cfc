"""Changing a link, inviting a partner, answering an invitation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, writes
from youths.accompanying import inviting, leaving, passing
from youths.accompanying.forms import (
    AcceptForm,
    AspectsForm,
    DeclineForm,
    EndForm,
    InvitationForm,
    PassForm,
)
from youths.agreements.forms import agreement_values
from youths.agreements.purposes import CO_ACCOMPANIMENT, purposes
from youths.doors import accompanied_youth_or_404, kept_youth_or_404, youth_or_404
from youths.models import Accompaniment, Youth
from youths.records import Overtaken, Refused

ASPECTS, PASS, END = "sujets", "relais", "fin"


@writes
@may("change_link")
def link(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """What a link (``lien``) is for, whom it passes to, how it ends: each form says which one it is (``acte``)."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    try:
        pk = int(request.GET.get("lien", ""))
        found = leaving.active_link(youth, pk, lock=request.method == "POST")
    except (Overtaken, ValueError, OverflowError):
        found = None
    forms = _forms(acting, youth, found, request) if found else {}
    if found is None or not forms:
        messages.warning(request, "Ce lien n’est plus en cours, ou n’est pas à vous.")
        return back_to(request, "youths:detail", youth.uuid)
    status = 200
    act = request.POST.get("acte", "")
    if request.method == "POST" and act in forms and forms[act].is_valid():
        status = _act(request, youth, found, act, forms[act])
        if status == 302:
            return _back(request, youth)
    kept = acting.organisation_id in youth.keepers
    context = {"youth": youth, "link": found, "forms": forms, "kept": kept}
    return render(request, "youths/accompanying/link.html", context, status=status)


def _back(request: PortalRequest, youth: Youth) -> HttpResponse:
    """To the record; to the list when it is no longer theirs to read: passed to another team, or left."""
    if Youth.objects.openable_by(request.acting).filter(pk=youth.pk).exists():
        return back_to(request, "youths:detail", youth.uuid)
    return redirect("youths:list")


def _forms(acting: Acting, youth: Youth, found: Accompaniment, request: PortalRequest) -> dict[str, Any]:
    """What this person may do with a link, as forms; nothing for a link that is not theirs."""
    posted = request.POST if request.method == "POST" else None
    asked = request.POST.get("acte", "")

    def data(act: str) -> Any:
        return posted if asked == act else None

    forms: dict[str, Any] = {}
    if found.role == Accompaniment.Role.CONTACTED:
        return forms
    if passing.may_describe(acting, youth, found):
        forms[ASPECTS] = AspectsForm(data(ASPECTS), initial={"aspects": found.aspects})
    if passing.may_change(acting, found):
        others = [
            one for one in passing.colleagues(acting.organisation_id) if one[0] != found.professional_id
        ]
        forms[PASS] = PassForm(others, data(PASS))
    if leaving.may_end(acting, youth, found) and found.role != Accompaniment.Role.LEAD:
        forms[END] = EndForm(data(END))
    return forms


def _act(request: PortalRequest, youth: Youth, found: Accompaniment, act: str, form: Any) -> int:
    """Do it: 302 once done, 200 with what is refused beside the form."""
    acting: Acting = request.acting
    typed = form.cleaned_data
    try:
        if act == ASPECTS:
            passing.describe(found, typed["aspects"])
            said = "C’est noté : tous lisent qui fait quoi."
        elif act == PASS:
            passing.pass_these(acting, [found], typed["successor"])
            successor = dict(form.fields["successor"].choices)[typed["successor"]]
            said = f"Le dossier de {youth.full_name} est confié à {successor}, qui est prévenu."
        else:
            leaving.end_link(acting, youth, found.pk, reason=typed["reason"], until=typed["until"])
            said = "L’accompagnement est terminé."
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 200
    messages.success(request, said)
    return 302


@writes
@may("invite_partner")
def invite(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask a partner to accompany a youth whose record one keeps."""
    acting: Acting = request.acting
    youth = kept_youth_or_404(request, uuid)
    form = InvitationForm(
        youth, inviting.candidates(acting, youth), request.POST if request.method == "POST" else None
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            agreed = agreement_values(form.cleaned_data)
            invitation = inviting.invite(acting, youth, **form.asked, agreed=agreed)
        except Refused as refusal:
            form.add_error("organisation", str(refusal))
        except Overtaken:
            form.add_error("organisation", "Quelqu’un vient d’inviter cette structure.")
            status = 409
        else:
            whom = "Son référent est prévenu" if invitation.invited_id else "Ses responsables sont prévenus"
            messages.success(request, f"L’invitation est partie. {whom}.")
            return back_to(request, "youths:detail", youth.uuid)
    text = purposes[CO_ACCOMPANIMENT].text.format(sender=acting.label, recipient="[la structure choisie]")
    context = {"form": form, "youth": youth, "agreement_text": text}
    return render(request, "youths/accompanying/invite.html", context, status=status)


@writes
@may("invite_partner")
def invitation_take_back(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Take back an invitation (to ``structure``) that is not answered yet."""
    youth = kept_youth_or_404(request, uuid)
    if request.method == "POST":
        try:
            inviting.take_back(request.acting, youth, int(request.POST.get("structure", "")))
        except (Overtaken, ValueError, OverflowError):
            messages.warning(request, "Cette invitation n’attend plus de réponse : voyez où elle en est.")
        else:
            messages.success(request, "L’invitation est reprise : cette structure ne lit plus rien.")
    return back_to(request, "youths:detail", youth.uuid)


@writes
@may("answer_accompaniment")
def invitation(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The invitation that one's organisation received for a youth: accept, with who and for what; or decline."""
    acting: Acting = request.acting
    youth = youth_or_404(request, uuid)
    found = inviting.received(acting, youth)
    if found is None:
        messages.info(request, "Aucune invitation n’attend votre réponse pour ce jeune.")
        return back_to(request, "youths:detail", youth.uuid)
    posted = request.POST if request.method == "POST" else None
    says_no = posted is not None and "refuser" in posted
    colleagues = passing.colleagues(acting.organisation_id)
    accepting = AcceptForm(
        colleagues,
        None if says_no else posted,
        # The referent who was asked, unless somebody else is chosen; else the one who answers.
        initial={"aspects": found.aspects, "professional": found.invited_id or acting.user_id},
    )
    declining = DeclineForm(posted if says_no else None)
    form, status = (declining if says_no else accepting), 200
    if posted is not None and form.is_valid():
        act: Callable[..., None] = inviting.decline if says_no else inviting.accept
        try:
            act(acting, youth, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except Overtaken:
            form.add_error(None, "Quelqu’un vient de répondre à cette invitation : voyez ce qui est décidé.")
            status = 409
        else:
            return _answered(request, youth, says_no)
    context = {"youth": youth, "invitation": found, "accepting": accepting, "declining": declining}
    return render(request, "youths/accompanying/invitation.html", context, status=status)


def _answered(request: PortalRequest, youth: Youth, says_no: bool) -> HttpResponse:
    if says_no:
        messages.success(
            request,
            "C’est noté. La structure qui vous invitait est prévenue ; vous ne lisez plus ce dossier.",
        )
        return redirect("youths:list")
    messages.success(request, "Votre structure accompagne ce jeune : le journal partagé vous est ouvert.")
    return back_to(request, "youths:detail", youth.uuid)
