"""The exports of figures: a file that names nobody, made from the page, with a line in the trail."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse

from core import exporting
from core.doors import about_to_export
from core.exporting import Table
from core.requests import PortalRequest
from core.views import may, reads
from partners.exporting.saying import figures
from reporting.dashboards import views as boards
from reporting.exporting import tables


@reads
@may("export_figures")
def dashboard_export(request: PortalRequest) -> HttpResponse:
    """The dashboard that the address asks for, as its page shows it: the same cells, hidden ones included."""
    return _board(request, "tableau-de-bord", boards.dashboard_context(request))


@reads
@may("export_figures")
def indicators_export(request: PortalRequest) -> HttpResponse:
    """Every indicator of the perimeter, as its page shows them."""
    return _board(request, "indicateurs", boards.indicators_context(request))


def _board(request: PortalRequest, stem: str, context: Mapping[str, Any]) -> HttpResponse:
    asked = [
        ("Territoire", context.get("place") or context["title"]),
        ("Période", f"{context['period'].label}, mois en cours compris"),
        *(("Filtre", chip["label"]) for chip in context["chips"]),
        ("Chiffres", context["freshness"]),
        *(("À savoir", note) for note in context.get("notes") or ()),
    ]
    title = str(context.get("title") or "Tous les indicateurs")
    found = tables.tables_of(context)
    return _given(request, stem, title, found, asked, tables.meanings_of(context), context["said"])


@reads
@may("export_definitions")
def definitions_export(request: PortalRequest) -> HttpResponse:
    """The definitions of every indicator."""
    return _given(request, "definitions", "Définitions des indicateurs", [tables.definitions()], [])


def _given(
    request: PortalRequest,
    stem: str,
    title: str,
    found: Sequence[Table],
    asked: Sequence[tuple[str, str]],
    terms: Sequence[tuple[str, str]] = (),
    said: str = "",
) -> HttpResponse:
    """The file; the trail keeps what was understood of the address (``said``), in codes."""
    about_to_export(request, 1, nominative=False)
    request.marks.exported(request.acting, "figures", None, 1, f"{stem}?{said}")
    contents = figures(request.acting, stem, title, found, asked, terms)
    return exporting.as_answer(contents, exporting.form_of(request.GET))
