"""Sessions and shared resources in the administration: found and read; the parties write them in their own pages."""

from django.contrib import admin

from partners.admin.base import ReadOnly, RoomAdmin
from partners.models import Resource, Session


@admin.register(Session)
class SessionAdmin(ReadOnly, RoomAdmin):
    """What partners hold together: the hours are those of the place, which the page of a session knows."""

    list_display = ["title", "kind", "organiser", "convention", "starts_at", "state"]
    list_filter = ["kind", "state", "organiser__network", "department__region"]
    list_select_related = ["organiser", "convention"]
    search_fields = ["title", "place", "organiser__name", "convention__code"]
    search_help_text = "Un titre, un lieu, la structure qui organise, le code d’une convention."
    date_hierarchy = "starts_at"


@admin.register(Resource)
class ResourceAdmin(ReadOnly, RoomAdmin):
    """What the parties of a convention share."""

    list_display = ["title", "kind", "theme", "convention", "organisation", "added_at"]
    list_filter = ["kind", "theme", "organisation__network"]
    list_select_related = ["convention", "organisation"]
    search_fields = ["title", "description", "convention__code", "organisation__name"]
    search_help_text = "Un titre, un mot de la description, le code d’une convention, une structure."
    date_hierarchy = "added_at"
