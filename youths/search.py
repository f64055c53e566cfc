"""Finding a youth inside one's own organisation: the beginning of any word of the name, a file or telephone number."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, CharField, Exists, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from partners.models import Network
from youths.models import Accompaniment, Youth, kept_by, opened_by

MINIMUM = 3
PAGE = 50
# Fewer digits would be found in thousands of telephone numbers.
DIGITS = 6
# Words that some write and others leave out, when something else is written.
_PARTICLES = frozenset(
    (
        "d",
        "de",
        "des",
        "du",
        "la",
        "le",
        "les",
        "l",
        "el",
        "al",
        "ben",
        "bin",
        "da",
        "di",
        "dos",
        "van",
        "von",
    )
)
# Words tried together as well as apart ("la tour", "latour"); what follows them is taken as it is.
_JOINED = 5
_COUNTRY = re.compile(r"^(?:33|262|590|594|596)0?")
_NATIONAL = re.compile(r"^(?:00)?(?:33|262|590|594|596)0?([1-9][0-9]{8})$")


def phone_of(typed: str) -> str:
    """The digits of a telephone number, or of its beginning, as France dials it (``tu_search_phone`` in SQL)."""
    digits = re.sub(r"[^0-9]", "", typed)
    if typed.strip().startswith("+") or digits.startswith("00"):
        return _COUNTRY.sub("0", digits.removeprefix("00"))
    return _NATIONAL.sub(r"0\1", digits)


def pattern_of(typed: str) -> str:
    """What the search asks for, for the words of an organisation ("@"); "" when too little was typed.

    The beginning of one word or more, in any order and however they are cut; a whole file number; the beginning of
    a telephone number.
    """
    words = normalise(typed).split()
    if len("".join(words)) < MINIMUM:
        return ""
    told = [word for word in words if word not in _PARTICLES] or words
    cut = {tuple(one) for written in (words, told) for one in _cuttings(written)}
    ways = [" & ".join(f"'@{part}':*" for part in parts) for parts in sorted(cut)]
    ways.append(f"'@={''.join(words)}'")
    digits = phone_of(typed)
    if len(digits) >= DIGITS and set(typed) <= set("0123456789+ .-()/"):
        ways.append(f"'@#{digits}':*")
    return " | ".join(ways)


def _cuttings(words: list[str]) -> Iterator[list[str]]:
    """The ways to join neighbouring words; those whose every part is too short would find half of the records."""
    first, rest = words[:_JOINED], words[_JOINED:]
    for gaps in product((True, False), repeat=max(len(first) - 1, 0)):
        parts = first[:1]
        for apart, word in zip(gaps, first[1:], strict=True):
            if apart:
                parts.append(word)
            else:
                parts[-1] += word
        if max(map(len, parts + rest)) >= MINIMUM:
            yield parts + rest


class Fits(Func):
    """Whether the words of a record fit a pattern: for records found otherwise (``youths.search_sql``)."""

    function = "tu_search_fits"
    output_field = BooleanField()


def matching(acting: Acting, *, pattern: str) -> QuerySet[Youth]:
    """The youths that fit, among those whose name this person may read.

    A Mission Locale asks the index for its own; elsewhere people look among those they may open, already few.
    """
    mine = Youth.objects.listed_for(acting)
    if acting.network == Network.ML:
        return mine.filter(pk__in=RawSQL("SELECT tu_find_youths(%s)", [pattern]))
    return mine.filter(Fits(F("search_words"), F("held_by"), Value(pattern)))


def _named(acting: Acting, *, pattern: str) -> QuerySet[Youth, tuple[int, UUID]]:
    return matching(acting, pattern=pattern).order_by("search_name", "pk").values_list("pk", "uuid")


_NAMED = Prepared(_named)


def named(acting: Acting, pattern: str) -> list[tuple[int, UUID]]:
    """The youths that fit a pattern, among those whose name this person may read, by name."""
    return _NAMED(acting, pattern=pattern) if pattern else []


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
