"""The succession of an organisation in the administration: what would change, then the confirmation."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from core.validators import PlainDateField
from core.views import writes
from partners import succession
from partners.models import Organisation

_MOVED = "La situation a changé depuis l’aperçu : relisez ce qui changerait, puis confirmez de nouveau."


class SuccessionForm(forms.Form):
    """Who takes the place, from when, and why."""

    heir = forms.ModelChoiceField(
        label="Structure qui lui succède",
        queryset=Organisation.objects.all(),
        widget=AutocompleteSelect(Organisation._meta.get_field("successor"), admin.site),
    )
    on = PlainDateField(
        label="À partir du",
        widget=AdminDateWidget,
        help_text="Premier jour sans l’ancienne structure ; sa veille est son dernier jour dans les conventions.",
    )
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        widget=forms.TextInput(attrs={"size": 90}),
        help_text="Écrit dans chaque convention, en face de l’ancienne structure.",
    )


class Succeeds:
    """Mixin: an action on one organisation, which leads to a page of its own."""

    def get_urls(self) -> list[Any]:
        """Django's pages, and the one of the succession."""
        page = path(
            "<int:pk>/succession/",
            writes(self.admin_site.admin_view(self.succession_view)),  # type: ignore[attr-defined]
            name="partners_organisation_succession",
        )
        return [page, *super().get_urls()]  # type: ignore[misc]

    @admin.action(description="Déclarer la structure qui lui succède…", permissions=["change"])
    def declare_succession(
        self, request: HttpRequest, queryset: QuerySet[Organisation]
    ) -> HttpResponse | None:
        """One at a time: each succession has its own date and its own reason."""
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[:2])
        if len(chosen) != 1:
            messages.error(
                request, "Choisissez une seule structure : chaque succession a sa date et son motif."
            )
            return None
        return HttpResponseRedirect(reverse("admin:partners_organisation_succession", args=chosen))

    def succession_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form, what would change, then the confirmation of what was shown."""
        if not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        old = Organisation.objects.filter(pk=pk).first()
        if old is None:
            raise Http404
        form = SuccessionForm(request.POST or None)
        plan, status = None, 200
        if form.is_valid():
            try:
                if "seal" in request.POST:
                    return self._confirmed(request, old, form)
                plan = succession.plan(old, form.cleaned_data["heir"], form.cleaned_data["on"])
            except succession.Refused as error:
                form.add_error(error.field, str(error))
            except succession.Changed:
                # The other one is there: the plan is made again on what stands now.
                status = 409
                form.add_error(None, _MOVED)
                plan = self._again(old, form)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": f"Succession de {old.name}",
            "opts": Organisation._meta,
            "original": old,
            "form": form,
            "plan": plan,
            "media": self.media + form.media,  # type: ignore[attr-defined]
        }
        return TemplateResponse(
            request, "admin/partners/organisation/succession.html", context, status=status
        )

    def _confirmed(self, request: HttpRequest, old: Organisation, form: SuccessionForm) -> HttpResponse:
        """Apply what was shown, and say what remains. Raises what the operation raises."""
        heir, on, reason = (form.cleaned_data[name] for name in ("heir", "on", "reason"))
        done = succession.succeed(old.pk, heir.pk, on, reason, by=request.user.pk, seen=request.POST["seal"])
        self.log_change(request, old, f"Succession : {heir}, à partir du {on:%d/%m/%Y}.")  # type: ignore[attr-defined]
        messages.success(
            request,
            f"Succession enregistrée. Conventions touchées : {len(done.substitutions)}.",
        )
        for one in done.remaining:
            messages.warning(request, f"Reste à faire – {one.kind} : {' ; '.join(one.lines)}.")
        return HttpResponseRedirect(reverse("admin:partners_organisation_change", args=[old.pk]))

    def _again(self, old: Organisation, form: SuccessionForm) -> succession.Plan | None:
        old.refresh_from_db()
        try:
            return succession.plan(old, form.cleaned_data["heir"], form.cleaned_data["on"])
        except succession.Refused as error:
            form.add_error(error.field, str(error))
            return None
