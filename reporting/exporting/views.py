"""The exports of figures: a file that names nobody, made from the page, with a line in the trail."""

from collections.abc import Sequence

from django.http import HttpResponse

from core import exporting
from core.doors import about_to_export
from core.exporting import Table
from core.requests import PortalRequest
from core.views import may, reads
from partners.exporting.saying import figures
from reporting.exporting import tables


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
) -> HttpResponse:
    about_to_export(request, 1, nominative=False)
    request.marks.exported(request.acting, "figures", None, 1, f"{stem}?{request.GET.urlencode()}")
    contents = figures(request.acting, stem, title, found, asked, terms)
    return exporting.as_answer(contents, exporting.form_of(request.GET))
