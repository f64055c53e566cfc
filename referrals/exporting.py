"""The export of the lists of referrals: what their lines hold, said once for the page and for the worker."""

from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.urls import reverse

from accounts.views.common import fresh
from core import clock
from core.acting import Acting
from core.exporting import Column
from core.exports import Cell
from core.requests import PortalRequest
from core.views import may, writes
from partners.exporting.asking import ask
from partners.exporting.lists import Asked, ListExport
from referrals import programmes, tabs
from referrals.models import Referral
from referrals.presenting import Line, state_words, told_next

_COLUMNS = (
    Column("Nom", "Le nom de famille du jeune."),
    Column("Prénom"),
    Column("Dispositif", width=26),
    Column(
        "Structure", "L’autre structure : celle à qui l’orientation est envoyée, ou celle qui l’envoie.", 36
    ),
    Column("Date", "Le jour de l’envoi ; d’un brouillon, celui où il a été écrit.", 12),
    Column("État", "Où en est l’orientation, dit pour votre côté.", 26),
    Column("Et maintenant", "Ce qui se passe ensuite et qui doit agir, dit pour votre côté.", 60),
)


def _asked(acting: Acting, query: str) -> tabs.Asked:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        pairs = []
    return tabs.read(acting, dict(pairs))


def _read(acting: Acting, query: str) -> Asked:
    asked = _asked(acting, query)
    return Asked(
        query=asked.query,
        told=tabs.words_of(asked),
        columns=_COLUMNS,
        url=f"{reverse('referrals:list')}?{asked.query}",
    )


def _count(acting: Acting, query: str) -> int:
    return tabs.count(acting, _asked(acting, query))


def _keys(acting: Acting, query: str, most: int) -> list[tuple[int, int]]:
    return tabs.keys_of(acting, _asked(acting, query), most)


def _lines(acting: Acting, query: str, keys: list[int]) -> list[list[Cell]]:
    return [_row(line, acting) for line in tabs.some_of(acting, _asked(acting, query), keys)]


def _row(line: Line, acting: Acting) -> list[Cell]:
    return [
        line.last_name,
        line.first_name,
        programmes.get(line.programme).short_label,
        line.counterpart(acting.organisation_id),
        clock.day_of(line.sent_at or line.created_at),
        state_words(line, acting),
        told_next(line, acting),
    ]


def _readable(acting: Acting, query: str, youths: list[int]) -> int:
    side = tabs.side_of(_asked(acting, query).tab)
    found = Referral.objects.of_tab(acting, side).filter(youth_id__any_of=youths)
    return found.order_by().values("youth_id").distinct().count()


REFERRALS = ListExport(
    code="orientations",
    title="Orientations",
    noun=("orientation", "orientations"),
    action="export_referrals",
    subject_kind="youth",
    read=_read,
    count=_count,
    keys=_keys,
    lines=_lines,
    readable=_readable,
)


@writes
@may("export_referrals")
@fresh
def export(request: PortalRequest) -> HttpResponse:
    """The list on screen as a file."""
    return ask(request, REFERRALS)
