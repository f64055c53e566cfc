"""Questions whose SQL is written once.

Making the SQL of a queryset costs several times what running it does, and a page asks half a dozen. A question asked
through :class:`Prepared` is written once for each kind of asker, from the querysets that everybody uses; then only
its values change.

How: the queryset is built for a stand-in, whose identifiers are found nowhere else, and these are replaced in the
parameters each time. What the stand-in does not cover (role, network, level, with or without a team, and the
positional arguments) is part of what distinguishes two kinds.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from psycopg.sql import quote

from core import clock
from core.acting import Acting

# Begins the texts that stand for others: a character that nobody writes.
_MARK = "\ue000"
# The year of the days that stand after every other.
_AFTER_ALL = 9999
_NOW = datetime(9876, 5, 4, 3, 2, 1, tzinfo=UTC)
# What stands for the fields of the acting person. ``replaces`` holds several.
_STANDING = {
    "user_id": 2**62,
    "membership_id": 2**62 + 1,
    "organisation_id": 2**62 + 2,
    "team_id": 2**62 + 3,
    "region": f"{_MARK}region",
    "label": f"{_MARK}label",
}
_COLLEAGUE = 2**62 + 1000
_VALUE = 2**62 + 2000
# Asked in Python alone: a question that put them in a query would not be written.
_LEFT_OUT = {"names_listed": None, "arrived_at": None}
_REPLACED = (int, str, UUID, date)  # a datetime is a date
_NAMED = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class _Written:
    """A question as it was written: its queryset and its compiler, which know how rows are read."""

    queryset: QuerySet[Any, Any]
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]


class Prepared[R]:
    """A question made by ``build(acting, *kinds, **values)``, which returns a queryset.

    ``values`` are identifiers, texts, moments, days or lists for ``any_of``: ``build`` gives them to the database
    and must not look at them. ``kinds`` are the rest; there must be few of them.

    ``above``: a ``WITH`` that the SQL of the queryset names (``RawSQL``), with the values as ``%(name)s``.
    """

    every: list["Prepared[Any]"] = []

    def __init__(self, build: Callable[..., QuerySet[Any, R]], above: str = "") -> None:
        self._build = build
        self._above = re.sub(_NAMED, "%s", above)
        self._names_above = _NAMED.findall(above)
        self._written: dict[Hashable, _Written | None] = {}
        self.every.append(self)

    def __call__(self, acting: Acting | None, *kinds: Hashable, **values: Any) -> list[R]:
        """The answer to the question, asked for somebody (or for nobody in particular)."""
        written = self._find(acting, kinds, values)
        if written is None:
            return []
        compiler = copy(written.compiler)
        compiler.connection = connections[written.compiler.using]
        parameters = _filled(written, acting, values)
        compiler.as_sql = lambda *args, **options: (written.sql, parameters)
        asked = written.queryset.all()
        asked.query.get_compiler = lambda *args, **options: compiler  # type: ignore[method-assign]
        return list(asked)

    def count(self, acting: Acting | None, *kinds: Hashable, most: int | None = None, **values: Any) -> int:
        """How many rows the answer has, without reading them; of more than ``most``, one more is said."""
        written = self._find(acting, kinds, values)
        if written is None:
            return 0
        counted = written.sql if most is None else f"SELECT * FROM ({written.sql}) found LIMIT {most + 1}"  # noqa: S608
        with connections[written.compiler.using].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({counted}) counted", _filled(written, acting, values))  # noqa: S608
            return cursor.fetchone()[0]

    def plain(self, acting: Acting | None, *kinds: Hashable, **values: Any) -> QuerySet[Any, R]:
        """The same question as an ordinary queryset, to be narrowed further."""
        return self._build(*([acting] if acting else []), *kinds, **values)

    def _find(
        self, acting: Acting | None, kinds: tuple[Hashable, ...], values: dict[str, Any]
    ) -> _Written | None:
        kind = _kind_of(acting) if acting else None
        key = (kind, kinds, tuple((name, type(value)) for name, value in values.items()))
        if key not in self._written:
            self._written[key] = self._write(acting, kinds, values)
        return self._written[key]

    def _write(
        self, acting: Acting | None, kinds: tuple[Hashable, ...], values: dict[str, Any]
    ) -> _Written | None:
        marks = {name: _mark(name, number, value) for number, (name, value) in enumerate(values.items())}
        with clock.standing_in(_NOW):
            queryset = self.plain(_stand_in(acting) if acting else None, *kinds, **marks)
            compiler = queryset.query.get_compiler(using=queryset.db)
            try:
                sql, parameters = compiler.as_sql()
            except EmptyResultSet:
                return None
        known = (_NOW, clock.day_of(_NOW), *marks.values())
        days = [one for one in parameters if isinstance(one, date) and one.year < _AFTER_ALL]
        if unknown := [one for one in days if one not in known]:
            # Reckoned from the clock: it would stay as it is today.
            raise ValueError(f"{self._build.__name__}: {unknown} would never change")
        above = [marks[name] for name in self._names_above]
        return _Written(queryset, compiler, *_with_constants(f"{self._above}{sql}", [*above, *parameters]))


def _with_constants(sql: str, parameters: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The texts that never change, written where they stand: a record names a hundred of them (keys, codes)."""
    written, left = [], []
    # Between two "%%" there is no place: what is cut there is put back as it was.
    pieces = re.split(r"(%s|%%)", sql)
    remaining = iter(parameters)
    for piece in pieces:
        if piece == "%s":
            value = next(remaining)
            if isinstance(value, str) and not value.startswith(_MARK):
                piece = quote(str(value)).replace("%", "%%")
            else:
                left.append(value)
        written.append(piece)
    return "".join(written), tuple(left)


def forget() -> None:
    """Write every question again when it is next asked (tests that change what a queryset does)."""
    for question in Prepared.every:
        question._written.clear()


def _kind_of(acting: Acting) -> tuple[Hashable, ...]:
    """What the SQL depends on: each field that nothing stands for, and whether there is a team, and how many replaced.

    A field added to the acting person is here until somebody says otherwise: the questions stay right.
    """
    kept = [
        getattr(acting, field.name)
        for field in fields(acting)
        if field.name not in _STANDING and field.name not in _LEFT_OUT and field.name != "replaces"
    ]
    return (*kept, *(getattr(acting, name) is None for name in _STANDING), len(acting.replaces))


def _stand_in(acting: Acting) -> Acting:
    standing = {name: None if getattr(acting, name) is None else mark for name, mark in _STANDING.items()}
    colleagues = tuple(_COLLEAGUE + number for number in range(len(acting.replaces)))
    changes: dict[str, Any] = {**standing, **_LEFT_OUT, "replaces": colleagues}
    return replace(acting, **changes)


def _mark(name: str, number: int, value: Any) -> Any:
    """What stands for a value while the question is written."""
    if isinstance(value, bool):
        raise TypeError(f"{name}: a choice is a kind, not a value")
    if isinstance(value, int):
        return _VALUE + number
    if isinstance(value, UUID):
        return UUID(int=2**120 + number)
    if isinstance(value, datetime):
        return _NOW.replace(year=9000 + number)
    if isinstance(value, date):
        return clock.day_of(_NOW).replace(year=9000 + number)
    if isinstance(value, str | list):
        return f"{_MARK}{name}"
    raise TypeError(f"{name}: a {type(value).__name__} cannot stand in a question")


def _filled(written: _Written, acting: Acting | None, values: dict[str, Any]) -> tuple[Any, ...]:
    """The parameters of a question for those who ask it now."""
    now = clock.now()
    actual: dict[Any, Any] = {_NOW: now, clock.day_of(_NOW): clock.day_of(now)}
    if acting:
        actual |= {mark: getattr(acting, name) for name, mark in _STANDING.items()}
        actual |= {_COLLEAGUE + number: user_id for number, user_id in enumerate(acting.replaces)}
    for number, (name, value) in enumerate(values.items()):
        actual[_mark(name, number, value)] = value
    return tuple(actual.get(one, one) if isinstance(one, _REPLACED) else one for one in written.parameters)
