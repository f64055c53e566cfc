"""Which Mission Locale for this municipality? A page of its own, by a link that can be kept."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from partners.forms import MunicipalityForm
from partners.models import Municipality, Organisation
from partners.territory.serving import MATCHES, municipalities_like, serving
from partners.views.organisations import place_in_words


@reads
@may("find_mission_locale")
def municipality(request: PortalRequest) -> HttpResponse:
    """The Mission Locale of a municipality: certain when its territory is known, else the nearest ones."""
    code = request.GET.get("code", "")
    form = MunicipalityForm(request.GET if "commune" in request.GET else None)
    found: list[Municipality] = []
    if code:
        found = list(Municipality.objects.select_related("department").filter(pk=code[:5]))
    elif form.is_valid():
        found = municipalities_like(form.cleaned_data["commune"])
    if not found and (code or form.is_valid()):
        if not form.is_bound:
            form = MunicipalityForm({"commune": code})
        form.add_error(
            "commune", "Aucune commune ne porte ce nom ou ce code postal : vérifiez l’orthographe."
        )
    context: dict[str, Any] = {"form": form, "chosen": None, "choices": []}
    if len(found) == 1:
        context |= _answer(found[0], request)
        if not form.is_bound:
            context["form"] = MunicipalityForm(initial={"commune": found[0].name})
    elif found:
        context["choices"] = [
            Row(f"{reverse('partners:municipality')}?code={one.pk}", one.name, _where(one)) for one in found
        ]
        context["cut"] = len(found) == MATCHES
    return render(request, "partners/municipality.html", context)


def _answer(chosen: Municipality, request: PortalRequest) -> dict[str, Any]:
    answer = serving(chosen, request.acting)
    return {
        "chosen": chosen,
        "where": _where(chosen),
        "known": [_row(organisation, "") for organisation in answer.known],
        "suggested": [
            _row(
                one.organisation, "Distance inconnue" if one.km is None else f"À {one.km or 'moins de 1'} km"
            )
            for one in answer.suggested
        ],
    }


def _row(organisation: Organisation, distance: str) -> Row:
    """A Mission Locale as a line: where it is, how to reach it; ``distance`` in words when it is a suggestion."""
    reach = " · ".join(part for part in (organisation.phone, organisation.email) if part)
    return Row(
        reverse("partners:organisation_detail", args=[organisation.uuid]),
        organisation.name,
        " · ".join(part for part in (distance, place_in_words(organisation)) if part),
        reach,
        ("attente", "À confirmer") if distance else ("ok", "Dessert cette commune"),
    )


def _where(one: Municipality) -> str:
    """The department and the postcodes, which tell two municipalities of one name apart."""
    postcodes = ", ".join(one.postcodes[:3]) + ("…" if len(one.postcodes) > 3 else "")
    return " · ".join(part for part in (str(one.department), postcodes) if part)
