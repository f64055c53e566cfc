"""The territory in the administration: reference data, looked at."""

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin_history import ReadsHistory
from partners.admin.base import ReadOnly
from partners.models import Department, Municipality, Region
from partners.territory.dataset import normalise_name


@admin.register(Region)
class RegionAdmin(ReadOnly, ReadsHistory, admin.ModelAdmin):
    """The regions."""

    list_display = ["code", "name"]
    search_fields = ["name", "code"]


@admin.register(Department)
class DepartmentAdmin(ReadOnly, ReadsHistory, admin.ModelAdmin):
    """The departments and the collectivities overseas."""

    list_display = ["code", "name", "region", "kind", "timezone"]
    list_filter = ["kind", "region"]
    list_select_related = ["region"]
    search_fields = ["name", "code"]


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnly, ReadsHistory, admin.ModelAdmin):
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
