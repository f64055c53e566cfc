"""The administration of the partners' room: what administrators edit. No youth is ever registered here."""

from importlib import import_module

from django.contrib import admin

admin.site.site_header = "Administration de Trait d’union"
admin.site.site_title = "Administration de Trait d’union"
admin.site.index_title = "Structures, personnes et conventions"
admin.site.empty_value_display = "–"
# The lists are few: the header and the breadcrumbs lead everywhere.
admin.site.enable_nav_sidebar = False

for _part in (
    "people",
    "territory",
    "organisations",
    "referents",
    "conventions",
    "amendments",
    "committees",
    "gatherings",
):
    import_module(f"partners.admin.{_part}")
