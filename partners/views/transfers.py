"""Passing designations in bulk: who, to whom, when; what it would do; then doing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from partners.designations import transfer as transfers
from partners.designations.forms import TransferForm
from partners.people.invitations import Refused

OVERTAKEN = "Ces désignations viennent d’être changées par une autre personne : relisez, puis confirmez."


@writes
@may(transfers.ACTION)
def designation_transfer(request: PortalRequest) -> HttpResponse:
    """Show what passing the designations of a colleague to another would do, then do it in one go."""
    acting: Acting = request.acting
    asked_in = request.POST if request.method == "POST" else request.GET if "de" in request.GET else None
    form = TransferForm(acting, asked_in)
    plan: transfers.Plan | None = None
    overtaken, status = "", 200
    if asked_in is not None and form.is_valid():
        asked = form.asked()
        if request.method == "POST":
            try:
                count = transfers.carry_out(acting, asked, request.POST.get("seen", ""))
            except transfers.Overtaken as late:
                plan, overtaken, status = late.plan, OVERTAKEN, 409
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                what = (
                    "1 désignation est transmise" if count == 1 else f"{count} désignations sont transmises"
                )
                messages.success(request, f"{what} à {asked.successor.get_full_name()}.")
                return redirect("partners:designation_list")
        else:
            plan = transfers.prepare(acting.organisation_id, asked)
    context: dict[str, Any] = {"form": form, "plan": plan, "overtaken": overtaken}
    if plan is not None:
        context |= {
            "asked": form.asked(),
            "hidden": [
                ("de", form.cleaned_data["de"]),
                ("vers", form.cleaned_data["vers"]),
                ("le", form.cleaned_data["le"].isoformat()),
                *(("sujets", topic) for topic in form.cleaned_data["sujets"]),
                ("seen", plan.seen),
            ],
        }
    return render(request, "partners/designation_transfer.html", context, status=status)
