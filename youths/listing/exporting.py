"""The export of the list of youths: what its lines hold, said once for the page and for the worker."""

from django.http import HttpResponse
from django.urls import reverse

from accounts.views.common import fresh
from core.acting import Acting
from core.exporting import Column
from core.exports import Cell
from core.hooks import list_sources
from core.requests import PortalRequest
from core.views import may, writes
from partners.exporting.asking import ask
from partners.exporting.lists import Asked, ListExport
from youths.listing import asked as asking
from youths.listing import rows
from youths.listing.forms import around, words_of
from youths.listing.rows import Line

_WHO = (
    Column("Nom", "Le nom de famille du jeune."),
    Column("Prénom"),
    Column("Naissance", "La date de naissance.", 12),
    Column("Référent", "La personne de votre structure qui suit le jeune en premier."),
)
_NOT_READ = "Vide pour un jeune que votre structure n’accompagne pas."


def _read(acting: Acting, query: str) -> Asked:
    asked = asking.read_query(acting, query)
    words = words_of(asked, around(acting).colleagues)
    columns: tuple[Column, ...] = _WHO
    if not asking.is_plain(acting, asked.view):
        columns += (
            *(
                Column(source.label, "Ce qui est en cours pour le jeune, parmi ce que vous pouvez lire.")
                for _, source in list_sources.items()
            ),
            Column(
                "Freins en cours", f"Combien ne sont pas levés, santé et justice non comptées. {_NOT_READ}", 12,
            ),
            Column("Dernières nouvelles", f"Le jour du dernier contact. {_NOT_READ}", 14),
        )  # fmt: skip
    return Asked(
        query=asked.query,
        told=[
            ("Liste", asking.VIEWS[asked.view]),
            *(("Filtre", said) for _, said in words),
            ("Ordre", asking.ORDERS[asked.sort]),
        ],
        columns=columns,
        url=f"{reverse('youths:list')}?{asked.query}",
    )


def _count(acting: Acting, query: str) -> int:
    return rows.count(acting, asking.read_query(acting, query))


def _keys(acting: Acting, query: str, most: int) -> list[tuple[int, int]]:
    return [(pk, pk) for pk in rows.keys_of(acting, asking.read_query(acting, query), most)]


def _lines(acting: Acting, query: str, keys: list[int]) -> list[list[Cell]]:
    """Of those whom one does not accompany: what the screen says of them."""
    asked = asking.read_query(acting, query)
    plain = asking.is_plain(acting, asked.view)
    return [_who(line) + ([] if plain else _story(line)) for line in rows.some_of(acting, asked, keys)]


def _who(line: Line) -> list[Cell]:
    return [line.last_name, line.first_name, line.birth_date, line.lead_name]


def _story(line: Line) -> list[Cell]:
    told = [
        ", ".join(source.words(code) for code in codes)
        for (_, source), codes in zip(list_sources.items(), line.sources, strict=True)
    ]
    return [*told, line.obstacles, line.news]


def _readable(acting: Acting, query: str, youths: list[int]) -> int:
    view = asking.read_query(acting, query).view
    return rows.everybody(acting, view).filter(pk__any_of=youths).count()


YOUTHS = ListExport(
    code="jeunes",
    title="Jeunes",
    noun=("jeune", "jeunes"),
    action="export_youths",
    subject_kind="youth",
    read=_read,
    count=_count,
    keys=_keys,
    lines=_lines,
    readable=_readable,
)


@writes
@may("export_youths")
@fresh
def export(request: PortalRequest) -> HttpResponse:
    """The list on screen as a file."""
    return ask(request, YOUTHS)
