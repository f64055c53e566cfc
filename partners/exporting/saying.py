"""What a file says of itself: what was asked for, by whom, when; and, of people, why."""

from collections.abc import Sequence
from datetime import datetime

from core import clock
from core.acting import Acting
from core.exporting import Contents, Table
from core.exports import Cell
from partners.exporting.lists import REASONS, Asked, ListExport
from partners.models import Membership

KEEP_LITTLE = "Supprimez ce fichier quand il ne sert plus."


def contents_of(
    export: ListExport,
    acting: Acting,
    asked: Asked,
    rows: list[list[Cell]],
    reason: str,
    *,
    whole: int | None = None,
) -> Contents:
    """What the file of a list of people holds: its lines, and who asked for what, when and why.

    ``whole``: how many lines the list has, when the file may hold fewer.
    """
    made_at = clock.now()
    author, when = _author(acting), _words(made_at)
    return Contents(
        stem=export.code,
        title=export.title,
        tables=[Table(export.title, asked.columns, rows)],
        asked=[
            *asked.told,
            ("Lignes", f"{len(rows)} sur {whole}" if whole and whole > len(rows) else str(len(rows))),
            ("Pourquoi", REASONS[reason]),
            ("Exporté par", author),
            ("Exporté le", when),
            ("À savoir", f"Ce fichier nomme des personnes. {KEEP_LITTLE}"),
        ],
        made_at=made_at,
        mark=f"Exporté par {author} le {when}. {KEEP_LITTLE}",
    )


def figures(
    acting: Acting,
    stem: str,
    title: str,
    tables: Sequence[Table],
    asked: Sequence[tuple[str, str]],
    terms: Sequence[tuple[str, str]] = (),
) -> Contents:
    """What a file that names nobody holds: the tables of a page as they are shown, and what they mean."""
    made_at = clock.now()
    return Contents(
        stem=stem,
        title=title,
        tables=tables,
        asked=[*asked, ("Exporté par", _author(acting)), ("Exporté le", _words(made_at))],
        made_at=made_at,
        terms=terms,
    )


def _author(acting: Acting) -> str:
    """The person, and their organisation as it is named outside: a file travels."""
    member = Membership.objects.select_related("user", "organisation").get(pk=acting.membership_id)
    return f"{member.user.get_full_name()}, {member.organisation.outward_name}"


def _words(moment: datetime) -> str:
    return f"{moment.astimezone(clock.PARIS):%d/%m/%Y à %H:%M}"
