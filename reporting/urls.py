"""Routes of the reporting room."""

from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("tableau-de-bord/", views.dashboard, name="dashboard"),
    path("comites/", views.pack_list, name="pack_list"),
    path("comites/reunions/<uuid:uuid>/preparer/", views.pack_request, name="pack_request"),
    path("comites/dossiers/<uuid:uuid>/", views.pack_detail, name="pack_detail"),
    path("comites/dossiers/<uuid:uuid>/<str:kind>/", views.pack_document, name="pack_document"),
]
