"""Routes of the reporting room."""

from django.urls import path

from reporting import views
from reporting.dashboards import views as dashboards
from reporting.exporting import views as exports
from reporting.funding import views as funding
from reporting.packs import views as packs

app_name = "reporting"

urlpatterns = [
    path("tableau-de-bord/", dashboards.dashboard, name="dashboard"),
    path("tableau-de-bord/indicateurs/", dashboards.dashboard_indicators, name="dashboard_indicators"),
    path("tableau-de-bord/export/", exports.dashboard_export, name="dashboard_export"),
    path("tableau-de-bord/indicateurs/export/", exports.indicators_export, name="indicators_export"),
    path("tableau-de-bord/actualiser/", dashboards.figures_refresh, name="figures_refresh"),
    path("tableau-de-bord/commenter/", dashboards.figure_comment, name="figure_comment"),
    path("indicateurs/", views.indicator_list, name="indicators"),
    path("comites/", packs.pack_list, name="pack_list"),
    path("comites/reunions/<uuid:uuid>/preparer/", packs.pack_request, name="pack_request"),
    path("comites/bilans/<uuid:uuid>/preparer/", packs.report_request, name="report_request"),
    path("comites/dossiers/<uuid:uuid>/", packs.pack_detail, name="pack_detail"),
    path("comites/dossiers/<uuid:uuid>/situations/", packs.pack_cases, name="pack_cases"),
    path("comites/dossiers/<uuid:uuid>/<str:kind>/", packs.pack_document, name="pack_document"),
    path("indicateurs/export/", exports.definitions_export, name="definitions_export"),
    path("repartition/", funding.funding_list, name="funding_list"),
    path("repartition/donnees/ajouter/", funding.funding_file_add, name="funding_file_add"),
    path("repartition/donnees/modele/", funding.funding_template, name="funding_template"),
    path("repartition/donnees/<uuid:uuid>/", funding.funding_file, name="funding_file"),
    path("repartition/nouvelle/", funding.funding_create, name="funding_create"),
    path("repartition/comparer/", funding.funding_compare, name="funding_compare"),
    path("repartition/<uuid:uuid>/", funding.funding_detail, name="funding_detail"),
    path("repartition/<uuid:uuid>/tableur/", funding.funding_xlsx, name="funding_xlsx"),
    path("repartition/<uuid:uuid>/csv/", funding.funding_csv, name="funding_csv"),
]
