"""The administration of the partners' room: what administrators edit. No youth is ever registered here."""

from datetime import date
from importlib import import_module
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import NamesPeople
from core import clock
from core.hooks import measures
from core.working_days import add_months
from partners.admin_base import ReadOnly, SafeDelete
from partners.convention_reading import in_state, state_of, with_facts, with_next_meeting
from partners.convention_state import ConventionState
from partners.convention_words import why
from partners.designation_forms import DesignationAdminForm
from partners.forms import (
    CommitteeForm,
    ConventionForm,
    DecisionForm,
    PartyForm,
)
from partners.models import (
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionDecision,
    ConventionParty,
    Department,
    Designation,
    Municipality,
    Network,
    Region,
    Theme,
)
from partners.territory.dataset import normalise_name

admin.site.site_header = "Administration de Trait d’union"
admin.site.site_title = "Administration de Trait d’union"
admin.site.index_title = "Structures, personnes et conventions"

import_module("partners.admin_organisations")
import_module("partners.admin_people")

# --- Territory ------------------------------------------------------------------------------


@admin.register(Region)
class RegionAdmin(ReadOnly, admin.ModelAdmin):
    """The regions."""

    list_display = ["code", "name"]
    search_fields = ["name", "code"]


@admin.register(Department)
class DepartmentAdmin(ReadOnly, admin.ModelAdmin):
    """The departments and the collectivities overseas."""

    list_display = ["code", "name", "region", "kind", "timezone"]
    list_filter = ["kind", "region"]
    list_select_related = ["region"]
    search_fields = ["name", "code"]


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnly, admin.ModelAdmin):
    """The municipalities, found by the beginning of their name."""

    list_display = ["name", "department", "code", "population"]
    list_select_related = ["department"]
    search_fields = ["search_name__startswith", "code__exact"]
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Municipality], search_term: str
    ) -> tuple[QuerySet[Municipality], bool]:
        """The whole of what was typed, without accents: "st etienne" finds Saint-Étienne."""
        term = normalise_name(search_term)
        if not term:
            return queryset, False
        return queryset.filter(
            models.Q(search_name__startswith=term) | models.Q(code=search_term.strip())
        ), False


# --- Organisations and people ---------------------------------------------------------------


@admin.register(Designation)
class DesignationAdmin(SafeDelete, NamesPeople, admin.ModelAdmin):
    """Who answers for what."""

    form = DesignationAdminForm
    list_display = ["topic", "organisation", "person", "department", "starts_on", "ends_on"]
    list_display_links = ["topic", "organisation"]
    list_filter = ["topic", "organisation__network", "organisation__region"]
    list_select_related = ["organisation", "user", "department"]
    search_fields = ["organisation__name", "user__last_name"]
    autocomplete_fields = ["organisation", "convention", "department"]
    date_hierarchy = "starts_on"

    @admin.display(description="référent", ordering="user__last_name")
    def person(self, designation: Designation) -> str:
        """The name of the referent."""
        return designation.user.get_full_name()


# --- Conventions ----------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    """The state, computed today for each convention: it is nowhere in a column."""

    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state."""
        return [(state.value, state.label) for state in ConventionState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those in the chosen state."""
        if self.value() is None:
            return queryset
        return queryset.filter(pk__in=in_state(queryset.order_by("pk"), str(self.value())))


class PartyNetworkFilter(admin.SimpleListFilter):
    """The network of a party."""

    title = "réseau"
    parameter_name = "reseau"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every network."""
        return list(Network.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those with a party of the chosen network."""
        if self.value() is None:
            return queryset
        parties = ConventionParty.objects.filter(organisation__network=self.value())
        return queryset.filter(pk__in=parties.values("convention_id"))


class EndsWithinFilter(admin.SimpleListFilter):
    """Conventions whose written term comes soon."""

    title = "échéance"
    parameter_name = "echeance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One, three, six months."""
        return [("1", "dans le mois"), ("3", "dans les 3 mois"), ("6", "dans les 6 mois")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those that end between today and then."""
        if self.value() not in ("1", "3", "6"):
            return queryset
        today = clock.today()
        return queryset.filter(ends_on__range=(today, add_months(today, int(str(self.value())))))


class PartyInline(admin.TabularInline):
    """The signatories."""

    model = ConventionParty
    form = PartyForm
    autocomplete_fields = ["organisation"]
    extra = 0


def measure_choices() -> list[tuple[str, str]]:
    """The measures a commitment may have, by name: evidence first."""
    return [(code, kind.label) for code, kind in measures.items()]


class DecisionInline(admin.TabularInline):
    """The decisions that change its state."""

    model = ConventionDecision
    form = DecisionForm
    autocomplete_fields = ["party"]
    extra = 0


class CommitmentForm(forms.ModelForm):
    """A commitment, a line of its convention."""

    measure = forms.ChoiceField(label="mesure", choices=measure_choices, required=False)

    class Meta:
        widgets = {"wording": forms.Textarea(attrs={"rows": 2, "cols": 90})}


class CommitmentInline(admin.StackedInline):
    """The commitments."""

    model = Commitment
    form = CommitmentForm
    autocomplete_fields = ["party"]
    fields = [("party", "theme"), "wording", ("frequency", "due_on", "measure", "order")]
    extra = 0


class CommitteeInline(admin.TabularInline):
    """The committees, whose meetings have their own page."""

    model = Committee
    form = CommitteeForm
    show_change_link = True
    extra = 0


class ConventionAdminForm(ConventionForm):
    """A convention, its themes as boxes."""

    themes = forms.MultipleChoiceField(
        label="Thèmes", choices=Theme.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta(ConventionForm.Meta):
        widgets = {name: forms.TextInput(attrs={"size": 90}) for name in ("title", "source")}


@admin.register(Convention)
class ConventionAdmin(SafeDelete, admin.ModelAdmin):
    """Conventions: the signed text, its parties, its promises. Its state is computed, never typed in."""

    form = ConventionAdminForm
    list_display = ["title", "state", "level", "region", "signed_on", "ends_on", "next_meeting"]
    list_filter = [StateFilter, "level", "nature", PartyNetworkFilter, EndsWithinFilter, "region"]
    search_fields = ["title", "code", "parties__organisation__name"]
    autocomplete_fields = ["region", "parent", "predecessor"]
    date_hierarchy = "signed_on"
    readonly_fields = ["state", "explanation"]
    inlines = [PartyInline, DecisionInline, CommitmentInline, CommitteeInline]
    fieldsets = [
        (None, {"fields": ["code", "title", "nature", "level", "region", "themes", "state", "explanation"]}),
        ("Place parmi les autres textes", {"fields": ["parent", "parent_proven", "predecessor"]}),
        ("Signature et durée", {"fields": [
            "signed_on", "signature_known", "place", "starts_on", "ends_on", "end_known",
            "tacit_renewal", "renewal_months", "max_renewals", "notice_months",
        ]}),
        ("Sources", {"fields": ["note", "source"]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Convention]:
        """Everything the columns need, in one query."""
        return with_next_meeting(with_facts(super().get_queryset(request)), clock.today())

    @admin.display(description="état")
    def state(self, convention: Convention) -> str:
        """The state computed today; a new convention has none yet."""
        return state_of(convention).label if convention.pk else "calculé à l’enregistrement"

    @admin.display(description="pourquoi")
    def explanation(self, convention: Convention) -> str:
        """The sentence that explains the state."""
        return why(convention) if convention.pk else "–"

    @admin.display(description="prochain comité")
    def next_meeting(self, convention: Convention) -> date | None:
        """The day of the next meeting of its committees."""
        return convention.next_meeting  # type: ignore[attr-defined]


class MeetingInline(admin.StackedInline):
    """The meetings of a committee, latest first."""

    model = CommitteeMeeting
    extra = 0


@admin.register(Committee)
class CommitteeAdmin(SafeDelete, admin.ModelAdmin):
    """Follow-up committees and their meetings."""

    list_display = ["name", "convention", "frequency_months", "reckoning"]
    list_select_related = ["convention"]
    list_filter = ["reckoning"]
    search_fields = ["name", "convention__title"]
    autocomplete_fields = ["convention"]
    inlines = [MeetingInline]
    form = CommitteeForm
