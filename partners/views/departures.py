"""The departure of a colleague: a preview of what they hold, the choice of successors, and the end."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, writes
from partners.models import Membership
from partners.people import absences, departures, holdings
from partners.people.forms import AbsenceForm, SuccessorsForm
from partners.people.invitations import Refused
from partners.views.people import colleague_or_404


@writes
@may("end_membership")
def departure(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A manager ends the membership of a colleague; everything they hold passes on.

    With ``?reste=1`` everything passes on all the same, and the colleague stays, free to take another role.
    """
    membership = colleague_or_404(request, uuid)
    if membership.user_id == request.acting.user_id:
        raise PermissionDenied
    stays = request.GET.get("reste") == "1"
    about_to_list(request)
    parts = holdings.preview(membership)
    colleagues = departures.successors_for(membership)
    form = SuccessorsForm(parts, colleagues, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            departures.carry_out(request.acting, uuid, form.successors(), stays=stays)
        except Membership.DoesNotExist:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if stays:
                messages.success(request, "Tout a été transmis. Vous pouvez maintenant changer le rôle.")
                return redirect("partners:membership_edit", uuid)
            messages.success(
                request, f"{membership.user.get_full_name()} a quitté la structure, et tout a été transmis."
            )
            return redirect("partners:team")
    named = sum(len(part.lines) for part in parts if part.names_youths)
    request.marks.listed(request.acting, "youth", named)
    context = {
        "form": form,
        "parts": parts,
        "stays": stays,
        "person": membership.user.get_full_name(),
        "nobody": bool(parts) and not colleagues.exists(),
    }
    return render(request, "partners/departure.html", context)


@writes
@may("declare_absence")
def absence(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A manager declares a long absence, after a preview of what the substitute will open; or sees it."""
    membership = colleague_or_404(request, uuid)
    form = AbsenceForm(
        departures.successors_for(membership), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            absences.declare(request.acting, uuid, **form.cleaned_data)
        except Membership.DoesNotExist:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "L’absence est déclarée ; la personne qui remplace est prévenue.")
            return redirect("partners:team")
    context = {
        "form": form,
        "parts": holdings.preview(membership),
        "person": membership.user.get_full_name(),
        "membership": membership,
        "standing": absences.standing_of(membership),
    }
    return render(request, "partners/absence.html", context)


@writes
@may("declare_absence")
def come_back(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A manager says that somebody is back: the substitute stops replacing them at once."""
    colleague_or_404(request, uuid)
    if request.method == "POST" and absences.come_back(request.acting, uuid) is not None:
        messages.success(request, "Le retour est noté : le remplacement s’arrête.")
    return redirect("partners:team")
