"""Finding a youth inside one's own organisation: the beginning of any word of the name, a file or telephone number."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from partners.models import Network
from youths.merging.likeness import PARTICLES
from youths.models import Reach, Youth, is_followed_by, is_opened_by
from youths.models.reach import ReachQuerySet
from youths.near_names import pattern_near, ways_near

MINIMUM = 3
# Fewer digits would be found in thousands of telephone numbers.
DIGITS = 6
# Words tried together as well as apart ("la tour", "latour"); what follows them is taken as it is.
_JOINED = 5
# After every name.
_LAST = "\U0010ffff"
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
    told = [word for word in words if word not in PARTICLES] or words
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


def matching(acting: Acting, *, pattern: str) -> QuerySet[Youth]:
    """The youths that fit, among those whose name this person may read.

    A Mission Locale asks the index for those that it keeps; elsewhere people ask for those that their organisation
    has a link with.
    """
    find = "tu_find_youths" if acting.network == Network.ML else "tu_find_linked"
    return Youth.objects.listed_for(acting).filter(pk__in=RawSQL(f"SELECT {find}(%s)", [pattern]))  # noqa: S611


def _readable(acting: Acting) -> ReachQuerySet:
    """Whose name this person may read: nothing of the records is read but what says who opens them."""
    of_ml = acting.network == Network.ML
    found = Reach.objects.of(acting, kept=of_ml)
    if not of_ml and not acting.is_manager:
        found = found.filter(is_followed_by(acting, "youth_id") | is_opened_by(acting, "youth_id"))
    return found


def _in_order(acting: Acting, *, pattern: str, begin: str, end: str) -> QuerySet[Reach, Any]:
    """As :func:`matching`, by name: those whose name begins with what was typed, then the others."""
    find = "tu_find_youths" if acting.network == Network.ML else "tu_find_linked"
    found = _readable(acting).filter(youth_id__in=RawSQL(f"SELECT {find}(%s)", [pattern]))  # noqa: S611
    return found.annotate(after=_after(begin, end)).order_by("after", "search_name", "youth_id")


def _after(begin: str, end: str) -> Case:
    """0 for a name that begins with what was typed."""
    begins = When(search_name__gte=begin, search_name__lt=end, then=Value(0))
    return Case(begins, default=Value(1), output_field=IntegerField())


def _keys(acting: Acting, **asked: str) -> QuerySet[Reach, int]:
    return _in_order(acting, **asked).values_list("youth_id", flat=True)


def _first(acting: Acting, most: int, *, pattern: str, begin: str, end: str) -> QuerySet[Reach, Any]:
    """Those whose name begins so stand together in the order of names: the others are not looked for without need."""
    begins = _readable(acting).filter(search_name__gte=begin, search_name__lt=end)
    begins = begins.order_by("search_name", "youth_id")[:most]
    known = Func(
        ArraySubquery(begins.values("youth_id")), function="cardinality", output_field=IntegerField()
    )
    whole = _in_order(acting, pattern=pattern, begin=begin, end=end).alias(known=known).filter(known__lt=most)
    columns = ("after", "search_name", "youth_id")
    fits = begins.annotate(after=Value(0)).values_list(*columns)
    # Nothing else keeps the rows of a union in the order of its parts.
    return fits.union(whole.values_list(*columns), all=True).order_by(*columns)


def _named(acting: Acting, **asked: str) -> QuerySet[Reach, UUID]:
    return _in_order(acting, **asked).values_list("youth__uuid", flat=True)


_KEYS, _FIRST, _NAMED = Prepared(_keys), Prepared(_first), Prepared(_named)


def _asked(typed: str) -> dict[str, str]:
    """What the questions take of what was typed: its pattern, and between which names those stand that begin so.

    The names between fit the pattern: the whole of what was typed, joined, is one of its ways.
    """
    words = normalise(typed).split()
    begin = " ".join(words) if len(words) <= _JOINED else ""
    return {"pattern": pattern_of(typed), "begin": begin, "end": f"{begin}{_LAST}" if begin else ""}


def keys(acting: Acting, typed: str) -> list[int]:
    """The identifiers of the youths that fit what was typed, among those whose name this person may read.

    By name, those first whose name begins with it.
    """
    asked = _asked(typed)
    return _KEYS(acting, **asked) if asked["pattern"] and acting.accompanies else []


def first(acting: Acting, typed: str, most: int) -> list[int]:
    """The first of :func:`keys`: ``most`` of them or more, or all when they are fewer."""
    asked = _asked(typed)
    if not asked["pattern"] or not acting.accompanies:
        return []
    return list(dict.fromkeys(pk for _, _, pk in _FIRST(acting, most, **asked)))


def named(acting: Acting, typed: str) -> list[UUID]:
    """The same youths as :func:`keys`, as the address of a record names them."""
    asked = _asked(typed)
    return _NAMED(acting, **asked) if asked["pattern"] and acting.accompanies else []


# Names at one letter are shown beside few that fit, and there are few of them: a name is looked for, not a list.
FEW, MOST = 5, 20


class FitsAll(Func):
    """Whether the words of a record fit regular expressions, all of them."""

    template = "%(expressions)s)"
    arg_joiner = " ~ ALL ("
    output_field = BooleanField()


def _near(acting: Acting, *, pattern: str, **ways: list[str]) -> QuerySet[Youth, tuple[int, UUID]]:
    fitting = Q()
    for way in ways.values():
        fitting |= Q(FitsAll(Cast("search_words", TextField()), Value(way, ArrayField(TextField()))))
    return (
        matching(acting, pattern=pattern)
        .filter(fitting)
        .order_by("search_name", "pk")
        .values_list("pk", "uuid")[: MOST + FEW]
    )


_NEAR = Prepared(_near)


def near(acting: Acting, typed: str, found: list[int]) -> list[int]:
    """The youths whose name is one letter away from what was typed, when few fit it: of the same ones, by name.

    One more than ``MOST`` when there are more.
    """
    pattern = pattern_near(typed) if len(found) < FEW else ""
    if not pattern:
        return []
    ways = {f"way_{number}": way for number, way in enumerate(ways_near(typed))}
    others = _NEAR(acting, pattern=pattern, **ways)
    return [pk for pk, _ in others if pk not in found][: MOST + 1]
