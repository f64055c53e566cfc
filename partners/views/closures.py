"""The closures of one's organisation: a manager declares them and takes them away."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core import clock
from core.requests import PortalRequest
from core.validators import FreeTextField, PlainDateField
from core.views import may, writes
from core.working_days import add_months
from partners import closures
from partners.models import Closure

FAR = 24  # months
FUTURE = "Indiquez un jour à venir, dans les deux ans."


class ClosureForm(forms.ModelForm):
    """The first and the last day of a closure, and its name."""

    starts_on = PlainDateField(label="Fermée du")
    ends_on = PlainDateField(label="Jusqu’au", help_text="Dernier jour de fermeture.")
    label = FreeTextField(label="Nom", max_length=80, help_text="Par exemple : congés d’été.")

    class Meta:
        model = Closure
        fields = ["starts_on", "ends_on", "label"]

    def clean_ends_on(self):
        """A closure that is over changes nothing any more."""
        day = self.cleaned_data["ends_on"]
        if not clock.today() <= day <= add_months(clock.today(), FAR):
            raise ValidationError(FUTURE)
        return day


@writes
@may("declare_closures")
def closure_list(request: PortalRequest) -> HttpResponse:
    """The closures to come, one more, one less."""
    acting = request.acting
    if request.method == "POST" and "retirer" in request.POST:
        try:
            gone = closures.remove(acting, UUID(request.POST["retirer"]))
        except ValueError:
            raise Http404 from None
        if not gone:
            raise Http404
        messages.success(request, "La fermeture est retirée. Ce qui avait été reporté le reste.")
        return redirect("partners:closures")
    closure = Closure(organisation_id=acting.organisation_id)
    form = ClosureForm(request.POST if request.method == "POST" else None, instance=closure)
    if request.method == "POST" and form.is_valid():
        if closures.declare(form.save(commit=False)):
            messages.success(request, "La fermeture est déclarée : ce qui est attendu ces jours-là attendra.")
        else:
            messages.info(request, "Cette fermeture est déjà déclarée.")
        return redirect("partners:closures")
    found = closures.of_organisation(acting)
    return render(request, "partners/closures.html", {"closures": found, "form": form})
