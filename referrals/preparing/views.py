"""The page where a side notes what it has prepared, and reads what the other one has."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from referrals.doors import referral_or_404
from referrals.models import Referral
from referrals.preparing import noting
from referrals.preparing.forms import PreparationForm
from referrals.transitions import NotAllowed
from youths.records import Overtaken

OVERTAKEN = "Quelqu’un de votre structure a noté autre chose entre-temps : voici où en est la préparation."


@writes
@may("prepare_referral")
def prepare(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """What is to be got ready, side by side; each one writes its own."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    side = referral.side_of(acting.organisation_id)
    if request.method != "POST":
        return _page(request, referral, PreparationForm(referral, side))
    form = PreparationForm(referral, side, request.POST)
    if not form.is_valid():
        return _page(request, referral, form)
    try:
        noting.note(acting, uuid, form.states, seen=form.cleaned_data["seen"])
    except Overtaken:
        fresh = referral_or_404(request, uuid)
        return _page(request, fresh, PreparationForm(fresh, side), told=OVERTAKEN, status=409)
    except NotAllowed as refusal:
        return _page(request, referral, form, told=str(refusal), status=409)
    messages.success(request, "La préparation est notée. L’autre structure la voit.")
    return redirect(referral)


def _page(
    request: PortalRequest, referral: Referral, form: PreparationForm, *, told: str = "", status: int = 200
) -> HttpResponse:
    side = referral.side_of(request.acting.organisation_id)
    context = {
        "referral": referral,
        "preparing": noting.shown(referral, side),
        "form": form,
        "told": told,
    }
    return render(request, "referrals/preparing/page.html", context, status=status)
