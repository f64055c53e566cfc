"""The export of the list on screen: why, who asks (the password again), what it holds, and the line of the trail."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.views.common import fresh
from core import clock, exports
from core.acting import Acting
from core.doors import about_to_export
from core.hooks import list_sources
from core.requests import PortalRequest
from core.views import may, writes
from youths.listing import asked as asking
from youths.listing import rows
from youths.listing.asked import Asked
from youths.listing.forms import around, words_of
from youths.listing.rows import Line

MOST = 500
# Codes alone: words about a list of youths would stay for a year in a trail that nobody may change.
REASONS = [
    ("reunion", "préparer une réunion d’équipe"),
    ("relance", "relancer les jeunes sans nouvelles"),
    ("suivi", "rapprocher la liste du logiciel de la structure"),
    ("controle", "répondre à un contrôle"),
]
_WHO = ["Nom", "Prénom", "Naissance", "Référent"]


class ExportForm(forms.Form):
    motif = forms.ChoiceField(
        label="Pourquoi exporter cette liste ?", choices=REASONS, widget=forms.RadioSelect
    )


@writes
@may("export_youths")
@fresh
def export(request: PortalRequest) -> HttpResponse:
    """Ask why, then give the file; what leaves is what the lines of the screen say, and no more."""
    acting: Acting = request.acting
    asked = asking.read(acting, request.GET)
    count = rows.count(acting, asked)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and 0 < count <= MOST:
        about_to_export(request, count)
        lines = rows.all_of(acting, asked, MOST)
        request.marks.exported(
            acting, "youth", None, len(lines), f"{form.cleaned_data['motif']}?{asked.query}"
        )
        return exports.workbook_response(
            f"jeunes-{clock.today():%Y-%m-%d}.xlsx", "Jeunes", *_sheet(acting, asked, lines)
        )
    context: dict[str, Any] = {
        "form": form,
        "count": count,
        "most": MOST,
        "told": [
            asking.VIEWS[asked.view],
            *(words for _, words in words_of(asked, around(acting).colleagues)),
        ],
        "list_url": f"{reverse('youths:list')}?{asked.query}",
    }
    return render(request, "youths/listing/export.html", context)


def _sheet(acting: Acting, asked: Asked, lines: list[Line]) -> tuple[list[str], list[list[exports.Cell]]]:
    """The header and the rows. Of those whom one does not accompany: what the screen says of them."""
    if asking.is_plain(acting, asked.view):
        return _WHO, [_who(line) for line in lines]
    header = [
        *_WHO, *(source.label for _, source in list_sources.items()), "Freins en cours", "Dernières nouvelles",
    ]  # fmt: skip
    return header, [
        [
            *_who(line),
            *(
                ", ".join(source.words(code) for code in codes)
                for (_, source), codes in zip(list_sources.items(), line.sources, strict=True)
            ),
            line.obstacles,
            _day(line.news),
        ]
        for line in lines
    ]


def _who(line: Line) -> list[exports.Cell]:
    return [line.last_name, line.first_name, _day(line.birth_date), line.lead_name]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
