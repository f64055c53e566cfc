"""The door: the one way to an object that concerns a person.

Each room that holds such objects has one function built on :func:`pass_through`; a view has no other way to
get them. The door checks who asks, counts, and leaves its marks.
"""

import uuid
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import connection, models
from django.http import Http404

from core import clock
from core.requests import PortalRequest

_SEEN = """
SELECT count(*), count(*) FILTER (WHERE subject_kind = %s AND subject_uuid = %s)
FROM core_openedfile WHERE user_id = %s AND day = %s
"""


class LimitReached(Exception):
    """A limit on what one person takes out in a day is reached (SECURITY §3.4).

    ``title`` and ``told`` are what the person reads: what is limited, and until when.
    """

    title = told = ""


class TooManyFiles(LimitReached):
    """Opened files: the next one is not fetched."""

    title = "Vous avez ouvert beaucoup de dossiers aujourd’hui"
    told = (
        "Une personne n’ouvre qu’un nombre limité de dossiers par jour. Ceux que vous avez ouverts aujourd’hui le "
        "restent ; les autres s’ouvriront demain."
    )


class TooManyNames(LimitReached):
    """Names in lists: the next list is not fetched."""

    title = "Vous avez lu beaucoup de noms aujourd’hui"
    told = (
        "Les listes montrent à une personne un nombre limité de noms par jour. Elles se rouvriront demain, l’accueil "
        "aussi ; vos notifications et les dossiers ouverts aujourd’hui restent ouverts."
    )


class TooManyExports(LimitReached):
    """Lines of exports: the next file is not made."""

    title = "Cet export est trop grand pour aujourd’hui"
    told = (
        "Il dépasserait ce qu’une personne sort du portail en une journée. Ajoutez des filtres à la liste, ou "
        "revenez demain."
    )


class TooEarly(TooManyExports):
    """Somebody who has just arrived takes no names out."""

    title = "Pas encore d’export"
    told = (
        "Pendant les trois premiers jours dans une structure, aucun fichier avec des noms n’est remis. Les listes, "
        "elles, se lisent à l’écran."
    )


def check_daily_files(user_id: int, subject_kind: str, subject_uuid: uuid.UUID) -> None:
    """Refuse the file that would pass the day's limit. A file already opened today stays open.

    Raises TooManyFiles.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, (subject_kind, subject_uuid, user_id, clock.today()))
        files, this = cursor.fetchone()
    if not this and files >= settings.TRAIL_LIMITS["files_day"]:
        raise TooManyFiles


def pass_through[M: models.Model](
    request: PortalRequest, find: Callable[..., Iterable[M]], subject_kind: str, subject_uuid: uuid.UUID
) -> M:
    """The object with this uuid among those the acting person may see.

    ``find`` asks ``visible_to(acting)`` for one ``uuid``. Raises Http404 when there is none, with the same answer
    whether the object exists or not, and TooManyFiles before the 201st file is fetched.
    """
    found = ask_at_door(request, find, subject_kind, subject_uuid)
    if found is None:
        raise Http404
    return found


def ask_at_door[M: models.Model](
    request: PortalRequest, find: Callable[..., Iterable[M]], subject_kind: str, subject_uuid: uuid.UUID
) -> M | None:
    """As ``pass_through``, for a second object that a page may do without: None when it is not to be seen."""
    acting, marks = request.acting, request.marks
    if acting is None:
        marks.denied(None, subject_kind, subject_uuid)
        return None
    try:
        check_daily_files(acting.user_id, subject_kind, subject_uuid)
    except TooManyFiles:
        marks.denied(acting, subject_kind, subject_uuid)
        raise
    found = next(iter(find(acting, uuid=subject_uuid)), None)
    if found is None:
        marks.denied(acting, subject_kind, subject_uuid)
        return None
    marks.read(acting, subject_kind, subject_uuid)
    return found


def about_to_list(request: PortalRequest) -> None:
    """To be passed before the rows of a list with names are fetched; ``marks.listed`` asks for it.

    Raises TooManyNames once the day's limit is reached; that of a newcomer is far lower.
    """
    acting, marks = request.acting, request.marks
    limit = settings.TRAIL_LIMITS["names_day_newcomer" if acting.is_new else "names_day"]
    if acting.names_listed >= limit:
        marks.denied(acting, "list", None)
        raise TooManyNames
    marks.may_list = True


def about_to_export(
    request: PortalRequest, lines: int, *, nominative: bool = True, answered_for: bool = False
) -> None:
    """To be passed before the lines of an export are fetched, with how many there are to be.

    Raises TooManyExports when they would pass the day's limit, and TooEarly for a newcomer when they name people;
    ``marks.exported`` asks for it. ``answered_for``: a second person answered for these very lines. They leave
    whatever was taken out before, and count for what is asked next.
    """
    acting, marks = request.acting, request.marks
    if nominative and acting.is_new:
        marks.denied(acting, "export", None)
        raise TooEarly
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tu_extracted(%s, 'export', %s)", [acting.user_id, clock.start_of(clock.today())]
        )
        (taken,) = cursor.fetchone()
    if not answered_for and taken + lines > settings.TRAIL_LIMITS["exported_day"]:
        marks.denied(acting, "export", None)
        raise TooManyExports
    marks.may_export = True
