"""The page of what is restricted: to everybody else, an address that leads back to the record."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render

from core import clock
from core.place import back_to
from core.requests import PortalRequest
from core.validators import PlainDateField
from core.views import may, writes
from youths.accompanying import restricted
from youths.doors import accompanied_youth_or_404
from youths.models import Youth
from youths.records import Overtaken, Refused


class RestrictedForm(forms.Form):
    """A code and a day: no text, and nothing of what is done about it."""

    code = forms.ChoiceField(label="Frein réservé")
    since = PlainDateField(label="Depuis le")

    def __init__(self, youth: Youth, choices: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data, initial={"since": clock.today()})
        self.youth = youth
        self.fields["code"].choices = [("", "Choisissez"), *choices]  # type: ignore[attr-defined]

    def clean_since(self) -> date:
        since = self.cleaned_data["since"]
        if since > clock.today():
            raise ValidationError("Cette date est dans le futur : notez ce qui est là aujourd’hui.")
        if since < self.youth.birth_date:
            raise ValidationError("Cette date précède la naissance : vérifiez l’année.")
        return since


@writes
@may("note_restricted")
def restricted_obstacles(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Note health or justice by its code, or say that it no longer stands in the way (``frein``)."""
    youth = accompanied_youth_or_404(request, uuid)
    shown = restricted.of_record(youth)
    if shown is None:
        return back_to(request, "youths:detail", youth.uuid)
    lifting = request.POST.get("frein") if request.method == "POST" else None
    if lifting is not None:
        return _close(request, youth, lifting)
    form = RestrictedForm(youth, shown["choices"], request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            restricted.note(request.acting, youth, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(
                request, "C’est noté pour les personnes habilitées de votre structure, et elles seules."
            )
            return back_to(request, "youths:detail", youth.uuid)
    context = {"form": form, "youth": youth, "shown": shown}
    return render(request, "youths/accompanying/restricted.html", context)


def _close(request: PortalRequest, youth: Youth, wanted: str) -> HttpResponse:
    try:
        restricted.close(request.acting, youth, UUID(wanted))
    except (Overtaken, ValueError):
        messages.warning(request, "Cette ligne n’est plus en cours.")
    else:
        messages.success(request, "C’est noté.")
    return back_to(request, "youths:detail", youth.uuid)
