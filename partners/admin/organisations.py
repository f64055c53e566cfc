"""Organisations, their teams, the municipalities they serve and the professional branches, in the administration."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from partners import closures
from partners.admin.base import RoomAdmin, RoomInline
from partners.admin.exports import Exports, resource
from partners.admin.succession import Succeeds
from partners.directory.exporting import COLUMNS, RELATED
from partners.forms import OrganisationForm
from partners.models import Branch, Catchment, Closure, Organisation, Team


class TeamInline(RoomInline):
    """The teams of an organisation."""

    model = Team
    add_label = "Ajouter une équipe"


class ClosureInline(RoomInline):
    """The days on which an organisation is closed."""

    model = Closure
    fields = ("starts_on", "ends_on", "label")
    add_label = "Ajouter une fermeture"


@admin.register(Organisation)
class OrganisationAdmin(Exports, Succeeds, RoomAdmin):
    """The structures of the networks."""

    form = OrganisationForm
    list_display = ["name", "acronym", "network", "level", "region", "department", "ends_on"]
    list_filter = ["network", "level", "is_sensitive", "region"]
    list_select_related = ["region", "department"]
    search_fields = ["name", "acronym", "code", "siret"]
    autocomplete_fields = ["parent", "region", "department", "municipality", "successor"]
    date_hierarchy = "ends_on"
    inlines = [TeamInline, ClosureInline]
    actions = ["declare_succession"]
    resource_classes = [resource(COLUMNS)]
    export_name = "annuaire"
    fieldsets = [
        (None, {"fields": ["name", "acronym", "network", "code", "level", "parent", "is_sensitive"]}),
        ("Territoire", {"fields": ["region", "department", "municipality"]}),
        ("Coordonnées", {"fields": ["address", "postcode", "phone", "email", "website", "siret"]}),
        ("Personnes", {"fields": ["email_domains"]}),
        ("Existence", {"fields": ["starts_on", "ends_on", "successor"]}),
    ]

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """The list as it is filtered, with what its lines name."""
        return super().get_export_queryset(request).select_related(*RELATED)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A closure puts off what is due on its days, whoever declares it."""
        super().save_formset(request, form, formset, change)
        if formset.model is Closure:
            for closure in [*formset.new_objects, *(one for one, _ in formset.changed_objects)]:
                closures.told(closure)


@admin.register(Team)
class TeamAdmin(RoomAdmin):
    """The teams."""

    list_display = ["name", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name"]
    autocomplete_fields = ["organisation"]


@admin.register(Catchment)
class CatchmentAdmin(RoomAdmin):
    """The municipalities that each organisation serves; a whole list is loaded with import_directory."""

    list_display = ["municipality", "organisation"]
    list_display_links = ["municipality", "organisation"]
    list_select_related = ["municipality", "organisation"]
    list_filter = ["organisation__region"]
    search_fields = ["organisation__name", "municipality__search_name__startswith", "municipality__code"]
    autocomplete_fields = ["organisation", "municipality"]
    show_full_result_count = False


@admin.register(Branch)
class BranchAdmin(RoomAdmin):
    """The professional branches, with none, one or several collective agreements."""

    list_display = ["name", "code", "idcc"]
    search_fields = ["name", "code", "idcc"]
    fields = ["name", "code", "idcc", "note"]
    prepopulated_fields = {"code": ["name"]}
