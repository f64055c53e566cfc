"""Finding a youth inside one's own organisation: the beginning of any word of the name, a file or telephone number."""

import re
from collections.abc import Iterator
from itertools import product
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from core.acting import Acting
from core.names import normalise
from core.prepared import Prepared
from partners.models import Network
from youths.merging.likeness import PARTICLES
from youths.models import Reach, Youth, is_followed_by, is_opened_by
from youths.near_names import pattern_near, ways_near

MINIMUM = 3
# Fewer digits would be found in thousands of telephone numbers.
DIGITS = 6
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


def _keys(acting: Acting, *, pattern: str) -> QuerySet[Reach, int]:
    """As :func:`matching`, in the order of names: nothing of the records is read but what says who opens them."""
    of_ml = acting.network == Network.ML
    find = "tu_find_youths" if of_ml else "tu_find_linked"
    found = Reach.objects.of(acting, kept=of_ml).filter(
        youth_id__in=RawSQL(f"SELECT {find}(%s)", [pattern])  # noqa: S611
    )
    if not of_ml and not acting.is_manager:
        found = found.filter(is_followed_by(acting, "youth_id") | is_opened_by(acting, "youth_id"))
    return found.order_by("search_name", "youth_id").values_list("youth_id", flat=True)


_KEYS = Prepared(_keys)


def keys(acting: Acting, pattern: str) -> list[int]:
    """The identifiers of the youths that fit a pattern, among those whose name this person may read, by name."""
    return _KEYS(acting, pattern=pattern) if pattern and acting.accompanies else []


def _named(acting: Acting, *, pattern: str) -> QuerySet[Reach, UUID]:
    return _keys(acting, pattern=pattern).values_list("youth__uuid", flat=True)


_NAMED = Prepared(_named)


def named(acting: Acting, pattern: str) -> list[UUID]:
    """The same youths, as the address of a record names them."""
    return _NAMED(acting, pattern=pattern) if pattern and acting.accompanies else []


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
