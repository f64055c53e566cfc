"""What administrators do to conventions from their list or their page: prepare what follows, declare caduque."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from core.validators import PlainDateField
from core.views import writes
from partners.admin.declinations import warn_of_children
from partners.conventions.acts import Refused, declare_lapsed
from partners.conventions.family import living_children
from partners.conventions.reading import state_of, with_facts
from partners.conventions.renewal import renew
from partners.models import Convention

WIDE = {"class": "vTextField"}
MOST = 50


class RenewalForm(forms.Form):
    """The text that will follow: its code, its title, its dates."""

    code = forms.CharField(
        label="Code", max_length=40, help_text="Jamais réutilisé, par exemple UNML-SMV-2027.",
        widget=forms.TextInput(attrs=WIDE),
    )  # fmt: skip
    title = forms.CharField(label="Titre", max_length=200, widget=forms.TextInput(attrs=WIDE))
    starts_on = PlainDateField(
        label="Prend effet le", required=False, help_text="Vide : le lendemain du terme de l’ancien texte."
    )
    ends_on = PlainDateField(
        label="Arrive à échéance le",
        required=False,
        help_text="Vide : pour la même durée que l’ancien texte.",
    )


class LapseForm(forms.Form):
    """The day from which some conventions no longer have an object, and why."""

    on = PlainDateField(label="Caduque depuis le", help_text="Premier jour sans la convention.")
    at_latest = forms.BooleanField(
        label="Au plus tard ce jour-là",
        required=False,
        help_text="Cochez quand le jour exact n’est pas établi.",
    )
    reason = forms.CharField(
        label="Motif", max_length=300, widget=forms.TextInput(attrs=WIDE),
        help_text="Par exemple : le CNML, partie à l’accord, a été dissous.",
    )  # fmt: skip


class Acts:
    """Mixin: the actions of conventions, and the pages that they lead to."""

    actions = ["prepare_renewal", "declare_lapsed"]

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses, and those of the actions."""
        site = self.admin_site  # type: ignore[attr-defined]
        return [
            path(
                "<int:pk>/renouveler/",
                writes(site.admin_view(self.renewal_view)),
                name="partners_convention_renew",
            ),
            path("caducite/", writes(site.admin_view(self.lapse_view)), name="partners_convention_lapse"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @admin.action(description="Préparer le renouvellement…", permissions=["change"])
    def prepare_renewal(self, request: HttpRequest, queryset: QuerySet[Convention]) -> HttpResponse | None:
        """One at a time: each text has its own code."""
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[:2])
        if len(chosen) != 1:
            messages.error(request, "Choisissez une seule convention : chaque nouveau texte a son code.")
            return None
        return HttpResponseRedirect(reverse("admin:partners_convention_renew", args=chosen))

    @admin.action(description="Déclarer caduque…", permissions=["change"])
    def declare_lapsed(self, request: HttpRequest, queryset: QuerySet[Convention]) -> HttpResponse | None:
        """Several at once, when what they rest on disappears."""
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(chosen) > MOST:
            messages.error(request, f"Choisissez {MOST} conventions au plus à la fois.")
            return None
        query = urlencode({"c": chosen}, doseq=True)
        return HttpResponseRedirect(f"{reverse('admin:partners_convention_lapse')}?{query}")

    def renewal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The code, the title and the dates of what follows; lands on its draft."""
        self._let_in(request)
        old = with_facts(Convention.objects.filter(pk=pk)).first()
        if old is None:
            raise Http404
        form = RenewalForm(request.POST or None, initial={"title": old.title})
        if form.is_valid():
            try:
                with transaction.atomic():
                    new = renew(old.pk, **form.cleaned_data)
            except IntegrityError:
                form.add_error("code", "Une autre convention porte déjà ce code.")
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            except ValidationError as error:
                _say(form, error)
            else:
                messages.success(
                    request,
                    "Le projet est prêt : parties, engagements et comités sont repris de l’ancien texte, sans les "
                    "signatures. Relisez-le avec chaque partie.",
                )
                return HttpResponseRedirect(reverse("admin:partners_convention_change", args=[new.pk]))
        context = {
            "title": "Préparer le renouvellement",
            "lead": "Un projet que personne n’a encore signé : il ne remplace rien tant qu’il ne l’est pas.",
            "conventions": [(old, state_of(old), [])],
            "submit": "Préparer le projet",
            "form": form,
            "back": reverse("admin:partners_convention_change", args=[old.pk]),
        }
        return self._page(request, context)

    def lapse_view(self, request: HttpRequest) -> HttpResponse:
        """The day and the reason, what hangs on these texts; then each convention is told."""
        self._let_in(request)
        asked = {int(one) for one in request.GET.getlist("c")[:MOST] if one.isascii() and one.isdigit()}
        chosen = list(with_facts(Convention.objects.filter(pk__in=asked)).order_by("code"))
        if not chosen:
            raise Http404
        form = LapseForm(request.POST or None)
        if form.is_valid() and self._lapse(request, chosen, form):
            return HttpResponseRedirect(reverse("admin:partners_convention_changelist"))
        children = living_children(asked)
        context = {
            "title": "Déclarer caduque",
            "lead": "Une convention est caduque quand une partie ou son objet disparaît. Ses déclinaisons sont "
            "prévenues, jamais closes.",
            "conventions": [(one, state_of(one), children[one.pk]) for one in chosen],
            "submit": "Déclarer caduque",
            "form": form,
            "back": reverse("admin:partners_convention_changelist"),
        }
        return self._page(request, context)

    def _lapse(self, request: HttpRequest, chosen: list[Convention], form: LapseForm) -> bool:
        """Whether at least one was declared; the others say why they were not."""
        done = []
        assert request.user.pk is not None
        for convention in chosen:
            try:
                with transaction.atomic():
                    declare_lapsed(convention.pk, by=request.user.pk, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, f"{convention.code} : {refusal}")
            else:
                done.append(convention)
        for convention in done:
            messages.success(request, f"{convention.code} est caduque.")
        if done:
            warn_of_children(request, [one.pk for one in done])
            for error in form.non_field_errors():
                messages.error(request, str(error))
        return bool(done)

    def _let_in(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied

    def _page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "opts": self.opts}  # type: ignore[attr-defined]
        return TemplateResponse(request, "admin/partners/convention/act.html", context)


def _say(form: forms.Form, error: ValidationError) -> None:
    """The messages of a model beside the fields of this form."""
    for name, sentences in getattr(error, "message_dict", {"__all__": error.messages}).items():
        form.add_error(name if name in form.fields else None, sentences)
