"""The page that exports a list: why, in which form, then the file; or the request, when the list is a large one."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core import exporting
from core.acting import Acting
from core.doors import TooEarly, about_to_export
from core.exports import Cell
from core.requests import PortalRequest
from partners.exporting import requests
from partners.exporting.lists import CHUNK, REASONS, Asked, ListExport
from partners.exporting.saying import contents_of


class ExportForm(forms.Form):
    motif = forms.ChoiceField(
        label="Pourquoi exporter cette liste ?", choices=list(REASONS.items()), widget=forms.RadioSelect
    )
    format = forms.ChoiceField(
        label="Sous quelle forme ?",
        choices=list(exporting.FORMS.items()),
        initial=exporting.XLSX,
        required=False,
        widget=forms.RadioSelect,
        help_text="Le classeur dit en plus, dans une seconde feuille, ce qui a été demandé et ce que veut dire "
        "chaque colonne.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].obvious = True  # type: ignore[attr-defined]

    def clean_format(self) -> str:
        return self.cleaned_data["format"] or exporting.XLSX


def ask(request: PortalRequest, export: ListExport) -> HttpResponse:
    """Ask why, then give the file; what leaves is what the lines of the screen say, and no more."""
    acting: Acting = request.acting
    asked = export.read(acting, request.GET.urlencode())
    count = export.count(acting, asked.query)
    form = ExportForm(request.POST if request.method == "POST" else None)
    large = count > settings.EXPORT_AT_ONCE
    possible = 0 < count <= settings.EXPORT_MOST
    if request.method == "POST" and possible and form.is_valid():
        reason, kind = form.cleaned_data["motif"], form.cleaned_data["format"]
        if large:
            return redirect("partners:export_detail", _requested(request, export, asked, count, reason, kind))
        return _handed_over(request, export, asked, count, reason, kind)
    context: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "export": export,
        "count": count,
        "what": export.many(count),
        "told": [words for _, words in asked.told],
        "large": large,
        "possible": possible,
        "early": TooEarly.told if acting.is_new else "",
        "at_once": settings.EXPORT_AT_ONCE,
        "most": settings.EXPORT_MOST,
        "deciders": requests.has_decider(acting) if large and possible else True,
    }
    return render(request, "partners/exporting/ask.html", context)


def _handed_over(
    request: PortalRequest, export: ListExport, asked: Asked, count: int, reason: str, kind: str
) -> HttpResponse:
    acting: Acting = request.acting
    about_to_export(request, count)
    rows: list[list[Cell]] = []
    keys = [line for line, _ in export.keys(acting, asked.query, settings.EXPORT_AT_ONCE)]
    for start in range(0, len(keys), CHUNK):
        rows += export.lines(acting, asked.query, keys[start : start + CHUNK])
    request.marks.exported(acting, export.subject_kind, None, len(rows), f"{reason}?{asked.query}")
    return exporting.as_answer(contents_of(export, acting, asked, rows, reason), kind)


def _requested(
    request: PortalRequest, export: ListExport, asked: Asked, count: int, reason: str, kind: str
) -> UUID:
    # Nothing leaves yet, and a newcomer would get nothing later.
    about_to_export(request, 0)
    return requests.ask_for(request.acting, export, asked.query, count, reason, kind).uuid
