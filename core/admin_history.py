"""The page "Historique" of the administration: who changed what, from what to what, lines included (ADR 0016).

It reads the history that triggers write (``core.history``), not Django's log of its own forms: a change made by a page,
by a command or by hand is there too. Only objects that lead to no youth are registered in the administration.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.forms.models import _get_foreign_key
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core import history
from core.models import Change
from core.rights import ADMINISTRATOR
from core.scope import apply_scope
from core.templatetags.portal_ui import fr_datetime

PAGE = 50
NOTHING = "–"

type Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Field:
    """A field that changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change of one row: what it is, what happened to it, which fields."""

    operation: str
    what: str
    label: str
    fields: list[Field]
    own: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything that one person did in one go."""

    at: datetime
    person: str
    changes: list[Told]


@dataclass(frozen=True, slots=True)
class Lines:
    """A model whose rows are lines of an object: their foreign key to it."""

    model: type[models.Model]
    key: models.ForeignKey


class ReadsHistory:
    """Mixin of admin classes: their page "Historique".

    ``history_lines`` names further models shown with their object, beside those of the inlines, as (model, key).
    """

    history_lines: tuple[tuple[type[models.Model], str], ...] = ()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The changes of an object and of its lines, the latest first, page by page."""
        found: Any = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_or_change_permission(request, found):  # type: ignore[attr-defined]
            raise PermissionDenied
        lines = self._lines(found)
        kept = history.of_label(found._meta.label) is not None
        number = _number(request.GET.get("page", ""))
        entries, more = read(request.user.pk, found, lines, number) if kept else ([], False)
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": "Historique",
            "subtitle": str(found),
            "entries": entries,
            "kept": kept,
            "earlier": number + 1 if more else 0,
            "later": number - 1,
            "object": found,
            "opts": self.opts,  # type: ignore[attr-defined]
            "module_name": str(self.opts.verbose_name_plural).capitalize(),  # type: ignore[attr-defined]
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    history_view.access_mode = "reads"  # type: ignore[attr-defined]

    def _lines(self, found: models.Model) -> list[Lines]:
        """The models of the lines of the form, and those of ``history_lines``."""
        named = [
            *((inline.model, inline.fk_name) for inline in self.inlines),  # type: ignore[attr-defined]
            *self.history_lines,
        ]
        lines = [Lines(model, _get_foreign_key(type(found), model, name)) for model, name in named]  # type: ignore[arg-type]
        return [line for line in lines if history.of_label(line.model._meta.label)]


def read(
    user_id: int | None, found: models.Model, lines: list[Lines], number: int
) -> tuple[list[Entry], bool]:
    """A page of the history of an object, and whether there is an earlier one."""
    with transaction.atomic():
        apply_scope((str(user_id or ""), "", ADMINISTRATOR, ""))
        asked = _asked(found, lines)
        start = (number - 1) * PAGE
        changes = list(Change.objects.filter(asked).order_by("-at", "-number")[start : start + PAGE + 1])
        page = changes[:PAGE]
        values = _initial_values(page)
        # Undone with the savepoint, the scope of the request comes back as it was.
        transaction.set_rollback(True)
    return _told(page, values, found, lines), len(changes) > PAGE


def _number(typed: str) -> int:
    return max(1, min(int(typed), 10_000)) if typed.isascii() and typed.isdigit() else 1


def _asked(found: models.Model, lines: list[Lines]) -> Q:
    """The changes of an object, of its lines, and of the lines that were deleted since."""
    asked = Q(model=found._meta.label, object_id=found.pk)
    for line in lines:
        label, column = line.model._meta.label, line.key.column
        own = line.model._default_manager.filter(**{line.key.name: found.pk}).order_by("pk")
        asked |= Q(model=label, object_id__in=list(own.values_list("pk", flat=True)))
        # The values of a deleted row went with its line of history, its object among them.
        asked |= Q(model=label, operation="delete", **{f"values__{column}__0": found.pk})
    return asked


def _initial_values(page: Iterable[Change]) -> dict[Row, dict[str, Any]]:
    """What the rows created in this page held at first: for each column, what its first change replaced.

    A creation keeps no value (they are in the row): columns that never changed since are read from the row itself.
    """
    made: dict[str, set[int]] = {}
    for change in page:
        if change.operation == Change.Operation.INSERT:
            made.setdefault(change.model, set()).add(change.object_id)
    if not made:
        return {}
    asked = Q()
    for model, ids in made.items():
        asked |= Q(model=model, object_id__in=ids)
    initial: dict[Row, dict[str, Any]] = {(model, pk): {} for model, ids in made.items() for pk in ids}
    for change in Change.objects.filter(asked).exclude(operation="insert").order_by("at", "number"):
        for column, (before, _) in (change.values or {}).items():
            initial[change.model, change.object_id].setdefault(column, before)
    return initial


@dataclass(slots=True)
class _Names:
    """What keys stand for, read in one query for each model."""

    wanted: dict[type[models.Model], set[Any]] = field(default_factory=dict)
    found: dict[type[models.Model], dict[Any, str]] = field(default_factory=dict)

    def want(self, column: models.Field | None, *values: Any) -> None:
        if isinstance(column, models.ForeignKey):
            keys = {value for value in values if value is not None}
            self.wanted.setdefault(_target(column), set()).update(keys)

    def read(self) -> None:
        for model, keys in self.wanted.items():
            rows = _with_what_names(model).in_bulk(list(keys))
            self.found[model] = {key: _name(row) for key, row in rows.items()}

    def of(self, model: type[models.Model], key: Any) -> str:
        return self.found.get(model, {}).get(key, f"n° {key}, supprimé depuis")


def _with_what_names(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows of a model with those that their names are usually made of: the keys they always hold."""
    keys = [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and not one.null and one.editable
    ]
    found = model._default_manager.all()
    return found.select_related(*keys) if keys else found


def _target(column: models.ForeignKey) -> type[models.Model]:
    target = column.related_model
    assert isinstance(target, type)
    return target


def _name(row: models.Model) -> str:
    """A row in words; a professional by name, which ``str(user)`` never shows."""
    return row.get_full_name() if isinstance(row, get_user_model()) else str(row)  # type: ignore[attr-defined]


def _told(
    page: list[Change], initial: dict[Row, dict[str, Any]], found: models.Model, lines: list[Lines]
) -> list[Entry]:
    """The changes in words, those of one person at one moment together."""
    parents = {line.model._meta.label: line.key.column for line in lines}
    rows = _rows(page)
    names = _Names()
    users = {change.user_id for change in page if change.user_id}
    names.wanted[get_user_model()] = set(users)
    pairs: dict[int, list[tuple[str, models.Field | None, Any, Any]]] = {}
    for change in page:
        pairs[change.number] = list(_values(change, initial, rows, parents))
        for _, column, before, after in pairs[change.number]:
            names.want(column, before, after)
    names.read()
    entries = []
    for (at, user, _), changes in groupby(page, lambda one: (one.at, one.user_id, one.request_id)):
        told = [
            Told(
                operation=change.get_operation_display(),
                what=_what(change.model),
                label=_label(change, rows),
                fields=[
                    Field(label, _words(column, before, names), _words(column, after, names))
                    for label, column, before, after in pairs[change.number]
                ],
                own=(change.model, change.object_id) == (found._meta.label, found.pk),
            )
            for change in changes
        ]
        # Names of people come from the users read with the keys.
        entries.append(Entry(at=at, person=_person(user, names), changes=told))
    return entries


def _person(user: int | None, names: _Names) -> str:
    if user is None:
        return "Le portail"
    return names.found[get_user_model()].get(user, "Compte inconnu")


def _rows(page: list[Change]) -> dict[Row, models.Model]:
    """The rows that these changes are about, as they are today."""
    asked: dict[str, set[int]] = {}
    for change in page:
        asked.setdefault(change.model, set()).add(change.object_id)
    rows: dict[Row, models.Model] = {}
    for label, ids in asked.items():
        if tracked := history.of_label(label):
            held = _with_what_names(tracked.model).in_bulk(list(ids))
            rows |= {(label, pk): row for pk, row in held.items()}
    return rows


def _values(
    change: Change, initial: dict[Row, dict[str, Any]], rows: dict[Row, models.Model], parents: dict[str, str]
) -> Iterator[tuple[str, models.Field | None, Any, Any]]:
    """The columns of a change that people know: label, field, before, after."""
    tracked = history.of_label(change.model)
    if tracked is None:
        return
    columns = {str(one.column): one for one in tracked.model._meta.concrete_fields}
    values = change.values or {}
    if change.operation == Change.Operation.INSERT:
        row = rows.get((change.model, change.object_id))
        known = initial[change.model, change.object_id]
        values = {
            name: [None, known[name] if name in known else row and row.serializable_value(one.attname)]
            for name, one in columns.items()
            if name in tracked.columns
        }
    shown = [*columns, *(name for name in values if name not in columns)]
    for name in shown:
        column: Any = columns.get(name)
        if name not in values or name == parents.get(change.model):
            continue
        if column is not None and (column.primary_key or not column.editable):
            continue
        before, after = values[name]
        if (before or None) != (after or None) or change.operation == Change.Operation.UPDATE:
            yield tracked.field_label(name), column, before, after


def _what(label: str) -> str:
    tracked = history.of_label(label)
    return str(tracked.model._meta.verbose_name) if tracked else label


def _label(change: Change, rows: dict[Row, models.Model]) -> str:
    row = rows.get((change.model, change.object_id))
    return _name(row) if row else ""


def _words(column: models.Field | None, value: Any, names: _Names) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(column, models.ForeignKey):
        return names.of(_target(column), value)
    if isinstance(column, ArrayField):
        return ", ".join(_words(column.base_field, one, names) for one in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if column is not None and column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.DateTimeField):
        return fr_datetime(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if isinstance(column, models.DateField):
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return f"{day:%d/%m/%Y}"
    return str(value)
