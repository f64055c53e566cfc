"""The missions of a referral: both sides read them, the recipient notes and corrects them."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from referrals.again import Reused, say_reused
from referrals.doors import referral_or_404
from referrals.missions import noting
from referrals.missions.forms import MissionForm
from referrals.missions.reading import missions_of
from referrals.models import Mission, Referral
from referrals.transitions import NotAllowed
from youths.records import Overtaken

OVERTAKEN = "Quelqu’un a corrigé ou retiré cette mission entre-temps : voici où en sont les missions."


@writes
@may("follow_missions")
def missions(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The missions of a referral; the one named in the address is corrected."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if not referral.rules.has_missions:
        return redirect(referral)
    if request.method != "POST":
        corrected = _named(referral, request.GET.get("mission", ""))
        return _page(
            request, referral, MissionForm(referral, mission=corrected), opened=corrected is not None
        )
    form = MissionForm(referral, request.POST)
    if not form.is_valid():
        return _page(request, referral, form, opened=True)
    try:
        told = _write(acting, uuid, form, removing="remove" in request.POST)
    except Overtaken:
        fresh = referral_or_404(request, uuid)
        return _page(request, fresh, MissionForm(fresh), told=OVERTAKEN, status=409)
    except NotAllowed as refusal:
        return _page(request, referral, form, told=str(refusal), status=409)
    except Reused:
        say_reused(form, "Cette mission est déjà notée.")
        return _page(request, referral, form, opened=True, status=409)
    messages.success(request, told)
    return redirect(reverse("referrals:missions", args=[uuid]))


def _write(acting: Acting, uuid: UUID, form: MissionForm, *, removing: bool) -> str:
    """Add, correct or remove; what the person is told."""
    cleaned = form.cleaned_data
    if not cleaned["mission"]:
        noting.add(acting, uuid, form.values, submission=cleaned["submission"])
        return "La mission est notée. La mission locale la voit."
    if removing:
        noting.remove(acting, uuid, cleaned["mission"], version=cleaned["version"])
        return "La mission est retirée."
    noting.correct(acting, uuid, cleaned["mission"], form.values, version=cleaned["version"])
    return "La mission est corrigée."


def _named(referral: Referral, identifier: str) -> Mission | None:
    """The mission to correct; None when the address names none. Raises Http404 for another's."""
    if not identifier:
        return None
    with suppress(ValueError):
        if (found := Mission.objects.filter(referral=referral, uuid=UUID(identifier)).first()) is not None:
            return found
    raise Http404


def _page(
    request: PortalRequest,
    referral: Referral,
    form: MissionForm,
    *,
    opened: bool = False,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    why_not = noting.refusal(referral, request.acting.organisation_id)
    context: dict[str, Any] = {
        "referral": referral,
        "missions": missions_of(referral),
        "form": None if why_not else form,
        "correcting": bool(form["mission"].value()),
        "opened": opened,
        "why_not": why_not,
        "told": told,
    }
    return render(request, "referrals/missions/page.html", context, status=status)
