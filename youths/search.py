"""Finding a youth inside one's own organisation: names without accents, hyphens nor apostrophes."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from partners.models import Network
from youths.models import Accompaniment, Youth, kept_by, opened_by

MINIMUM = 3
PAGE = 50
# Sorts after every letter in the collation of the search columns: the end of a prefix.
_LAST = "\uffff"


def bounds(typed: str) -> dict[str, str]:
    """Where the names that begin with what was typed stand, and the file number it may be."""
    start = normalise(typed)
    return {"start": start, "end": start + _LAST, "number": typed.strip()[:20]}


def matching(youths: QuerySet[Youth], *, start: str, end: str, number: str) -> QuerySet[Youth]:
    """The youths whose last or first name stands within bounds, or who bear that file number.

    Ranges, not LIKE: under row-level security LIKE does not reach the index (STACK §6).
    """
    return youths.filter(
        Q(search_name__gte=start, search_name__lt=end)
        | Q(search_first__gte=start, search_first__lt=end)
        | Q(file_number=number)
    )


def _named(acting: Acting, *, start: str, end: str, number: str) -> QuerySet[Youth, tuple[int, UUID]]:
    found = matching(Youth.objects.listed_for(acting), start=start, end=end, number=number)
    return found.order_by("search_name", "pk").values_list("pk", "uuid")


_NAMED = Prepared(_named)


def named(acting: Acting, typed: str) -> list[tuple[int, UUID]]:
    """The youths that fit what was typed, among those whose name this person may read, by name."""
    return _NAMED(acting, **bounds(typed))


class Line(NamedTuple):
    """What a list shows of a youth, and whether the person who asks may open the record."""

    pk: int
    uuid: UUID
    first_name: str
    last_name: str
    birth_date: date
    lead_name: str | None
    may_open: bool


def lines(youths: QuerySet[Youth], acting: Acting, *, check: bool) -> QuerySet[Youth, tuple[Any, ...]]:
    """The lines of some youths, by name.

    ``check`` asks, youth by youth, whether this person may open them; otherwise they may: asking again would read
    every record of the organisation.
    """
    lead = Accompaniment.objects.active().filter(youth=OuterRef("pk"), role=Accompaniment.Role.LEAD)
    name = Concat(
        F("professional__first_name"), Value(" "), F("professional__last_name"), output_field=CharField()
    )
    may_open = Exists(Youth.objects.visible_to(acting).filter(pk=OuterRef("pk"))) if check else Value(True)
    return youths.order_by("search_name", "pk").values_list(
        "pk", "uuid", "first_name", "last_name", "birth_date", Subquery(lead.values_list(name)[:1]), may_open
    )


def page_of(youths: QuerySet[Youth], acting: Acting) -> QuerySet[Youth, tuple[Any, ...]]:
    """The first lines of the youths that this person may open."""
    # What a line says is looked up for the page alone, not for all those that are sorted.
    wanted = youths.order_by("search_name", "pk").values("pk")[: PAGE + 1]
    return lines(Youth.objects.filter(pk__in=wanted), acting, check=False)


def _first(acting: Acting) -> QuerySet[Youth, tuple[Any, ...]]:
    return page_of(Youth.objects.visible_to(acting), acting)


def _some(acting: Acting, check: bool, *, youths: list[int]) -> QuerySet[Youth, tuple[Any, ...]]:
    return lines(Youth.objects.filter(pk__any_of=youths), acting, check=check)


def _visible(acting: Acting) -> QuerySet[Any, Any]:
    opened = Youth.objects.filter(pk__in=opened_by(acting).values("youth")).values("pk")
    return kept_by(acting).union(opened)


_FIRST, _SOME, _VISIBLE = Prepared(_first), Prepared(_some), Prepared(_visible)


def first_lines(acting: Acting) -> list[Line]:
    """The first page of the youths that this person may open."""
    return [Line(*row) for row in _FIRST(acting)]


def found_lines(acting: Acting, youths: list[int]) -> list[Line]:
    """The lines of youths found by name: in a Mission Locale, a professional may not open all those they find."""
    check = acting.network == Network.ML and not acting.is_manager
    return [Line(*row) for row in _SOME(acting, check, youths=youths)]


def count_visible_to(acting: Acting) -> int:
    """How many youths this person may open, counted on the links: some people have thousands.

    A record that one's organisation keeps or has a live link with is one that the database shows, so that nothing
    else needs reading; an opening alone is no such link.
    """
    return _VISIBLE.count(acting)
