"""Conventions, structures, referents."""

from django.urls import path

from partners.views import conventions, designations, organisations

app_name = "partners"
urlpatterns = [
    path("conventions/", conventions.convention_list, name="convention_list"),
    path("conventions/<uuid:uuid>/", conventions.convention_detail, name="convention_detail"),
    path("structures/", organisations.organisation_list, name="organisation_list"),
    path("structures/<uuid:uuid>/", organisations.organisation_detail, name="organisation_detail"),
    path("referents/", designations.designation_list, name="designation_list"),
    path("referents/designer/", designations.designation_create, name="designation_create"),
    path("referents/<int:pk>/terminer/", designations.designation_end, name="designation_end"),
]
