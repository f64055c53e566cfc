"""Somebody came without a Mission Locale and is not taken: where they live, then one of three ways."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.acting import Acting
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, writes
from partners.forms import MunicipalityForm
from partners.models import Municipality
from partners.territory.serving import MATCHES, municipalities_like, serving
from referrals.direct import counting
from referrals.models import DirectCount
from referrals.returns import RETURN

TOLD = {
    DirectCount.What.INVITED: "C’est compté. Rien n’est gardé de cette personne.",
    DirectCount.What.COUNTED: "C’est compté, sans rien garder de cette personne.",
}


class CountForm(forms.Form):
    """What was done, for somebody of a municipality."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(widget=forms.HiddenInput, max_length=5)
    what = forms.ChoiceField(choices=DirectCount.What.choices)


@writes
@may("count_direct_candidates")
def direct(request: PortalRequest) -> HttpResponse:
    """The Mission Locale of somebody who came by themselves, and what to do for them."""
    acting: Acting = request.acting
    if request.method != "POST":
        return _page(request, request.GET.get("code", ""))
    form = CountForm(request.POST)
    if not form.is_valid():
        return _page(request, "", told="Dites d’abord où habite cette personne.")
    chosen = Municipality.objects.filter(pk=form.cleaned_data["code"]).first()
    if chosen is None:
        return _page(request, "", told="Cette commune n’existe pas : cherchez-la de nouveau.")
    what = form.cleaned_data["what"]
    counting.count(acting, chosen.department_id, what, submission=form.cleaned_data["submission"])
    messages.success(request, TOLD[what])
    return redirect("referrals:direct")


def _page(request: PortalRequest, code: str, told: str = "") -> HttpResponse:
    typed = "commune" in request.GET and request.method != "POST"
    search = MunicipalityForm(request.GET if typed else None)
    search.fields["commune"].label = "Où habite cette personne ?"
    found: list[Municipality] = []
    if code:
        found = list(Municipality.objects.select_related("department").filter(pk=code[:5]))
    elif search.is_valid():
        found = municipalities_like(search.cleaned_data["commune"])
        if not found:
            search.add_error("commune", "Aucune commune ne porte ce nom ou ce code postal.")
    context: dict[str, Any] = {
        "search": search,
        "told": told,
        "month": counting.this_month(request.acting),
        "way_back": RETURN,
    }
    if len(found) == 1:
        context |= {"chosen": found[0], "submission": uuid4(), **_missions_locales(found[0], request.acting)}
    elif found:
        here = reverse("referrals:direct")
        context["choices"] = [
            Row(f"{here}?code={one.pk}", one.name, f"{one.department} · {', '.join(one.postcodes[:3])}")
            for one in found
        ]
        context["cut"] = len(found) == MATCHES
    return render(request, "referrals/direct/page.html", context)


def _missions_locales(chosen: Municipality, acting: Acting) -> dict[str, Any]:
    """Those known to serve the municipality, else the nearest one, to be confirmed."""
    answer = serving(chosen, acting)
    return {
        "known": answer.known or [one.organisation for one in answer.suggested[:1]],
        "certain": bool(answer.known),
    }
