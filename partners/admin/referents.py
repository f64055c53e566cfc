"""Designated referents in the administration."""

from django.contrib import admin

from accounts.admin import NamesPeople
from partners.admin.base import RoomAdmin
from partners.admin.choices import NamesConventions
from partners.designations.forms import DesignationAdminForm
from partners.models import Designation


@admin.register(Designation)
class DesignationAdmin(NamesConventions, NamesPeople, RoomAdmin):
    """Who answers for what."""

    form = DesignationAdminForm
    list_display = ["topic", "organisation", "person", "department", "starts_on", "ends_on"]
    list_display_links = ["topic", "organisation"]
    list_filter = ["topic", "organisation__network", "organisation__region"]
    list_select_related = ["organisation", "user", "department"]
    search_fields = ["organisation__name", "user__last_name"]
    autocomplete_fields = ["organisation", "department"]
    date_hierarchy = "starts_on"

    @admin.display(description="référent", ordering="user__last_name")
    def person(self, designation: Designation) -> str:
        """The name of the referent."""
        return designation.user.get_full_name()
