"""What the admin classes of this room share."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.forms.models import _get_foreign_key
from django.http import HttpRequest

from core.admin_history import ReadsHistory
from core.forms_ui import DateInput

SEEN = "_vu"
MOVED = (
    "Quelqu’un a enregistré cette fiche pendant que vous la remplissiez. Rien n’a été enregistré de votre côté, et "
    "rien de ce que vous avez saisi n’est perdu : ouvrez l’historique pour voir ce qui a changé, puis enregistrez "
    "de nouveau pour garder votre saisie."
)
RELIED_UPON = "Des dossiers du portail, que l’administration ne montre pas, s’y rapportent"


class SafeDelete:
    """Mixin: nothing that others rely on is deleted, even what an administrator cannot see.

    Row-level security hides the referrals from an administrator, so Django's own collector misses them. On POST
    the deletion is tried and rolled back: if the database refuses it, the page says so instead of failing later.
    """

    def get_deleted_objects(self, objs: Iterable[models.Model], request: HttpRequest) -> Any:
        """Django's answer, with what the network relies on and what the database itself would refuse."""
        objs = list(objs)
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        protected = [*protected, *self.kept(objs)]
        if request.method == "POST" and not protected and _refused(objs):
            protected = [RELIED_UPON]
        return to_delete, counts, needed, protected

    def kept(self, objs: list[Any]) -> list[str]:
        """Why some of these rows stay although no foreign key forbids it: one French sentence each."""
        return []


class _Undo(Exception):
    """Ends a trial: the deletion is possible, and rolled back."""


def _refused(objs: list[models.Model]) -> bool:
    """Whether the database refuses to delete these rows, all of one model; nothing is deleted."""
    if not objs:
        return False
    try:
        with transaction.atomic():
            type(objs[0])._default_manager.filter(pk__in=[obj.pk for obj in objs]).delete()
            with connection.cursor() as cursor:
                # Foreign keys are checked at COMMIT otherwise, far from this page.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _Undo
    except _Undo:
        return False
    except (IntegrityError, ProtectedError):
        return True


class ReadOnly:
    """Mixin: reference data, searched and looked at."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never: it comes from the official files."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ToldOfOthers:
    """Mixin: who saves a page that somebody else changed meanwhile, lines included, is told and overwrites nothing.

    The page carries the state it was made from (:func:`seen_of`). A form sent without it was not read: it is refused.
    """

    # The title of the page that adds one.
    add_title: ClassVar[str] = ""
    change_form_template: ClassVar[Any] = "admin/partners/change_form.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Django's form, which knows whether the object moved."""
        form = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]
        if obj is None or not change or request.method != "POST":
            return form
        # One at a time from here on: the second one reads what the first one wrote.
        list(type(obj)._default_manager.select_for_update(no_key=True).filter(pk=obj.pk).values_list("pk"))
        moved = request.POST.get(SEEN, "") != self.seen_of(obj)
        return type(form.__name__, (_Told, form), {"moved": moved})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The state that the page shows goes with it."""
        obj = kwargs.get("obj")
        if obj is None:
            context["title"] = self.add_title or f"Ajouter : {self.opts.verbose_name}"  # type: ignore[attr-defined]
        else:
            context["title"], context["subtitle"] = str(obj), str(self.opts.verbose_name).capitalize()  # type: ignore[attr-defined]
        if obj is not None and obj.pk and kwargs.get("change"):
            context["seen_name"], context["seen"] = SEEN, self.seen_of(obj)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Two people who write the same code or number at once: the second one is told beside the field."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        except IntegrityError:
            # What collided is there now: the form checks it again and says so.
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    def seen_of(self, obj: models.Model) -> str:
        """The versions of a row and of its lines, as one short text."""
        found = [(obj._meta.db_table, obj._meta.pk.column)]
        for inline in self.inlines:  # type: ignore[attr-defined]
            key = _get_foreign_key(type(obj), inline.model, inline.fk_name)  # type: ignore[arg-type]
            found.append((inline.model._meta.db_table, key.column))
        # Names of tables and columns come from the models; the key is a parameter.
        rows = " UNION ALL ".join(
            f"SELECT '{table}', id::bigint, xmin::text FROM {table} WHERE {column} = %s"  # noqa: S608
            for table, column in found
        )
        with connection.cursor() as cursor:
            cursor.execute(f"{rows} ORDER BY 1, 2", [obj.pk] * len(found))
            return sha256(repr(cursor.fetchall()).encode()).hexdigest()[:20]


class _Told:
    """The form of a page that may have moved."""

    moved: ClassVar[bool] = False

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        if self.moved:
            self.add_error(None, ValidationError(MOVED, code="moved"))  # type: ignore[attr-defined]
        return cleaned


class RoomAdmin(ToldOfOthers, SafeDelete, ReadsHistory, admin.ModelAdmin):
    """An object of this room: edited by one person at a time, never deleted under others, with its history."""

    formfield_overrides: ClassVar[Any] = {models.DateField: {"widget": DateInput}}
    show_facets = admin.ShowFacets.NEVER

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Django's list, named after what it holds; the last year of the calendar has no next one to stop at."""
        try:
            found = super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            if f"{self.date_hierarchy}__year" not in request.GET:
                raise
            raise IncorrectLookupParameters from error
        found.title = str(self.opts.verbose_name_plural).capitalize()
        return found

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's field; nothing beside a choice but the way to add what is missing."""
        return only_adding(super().formfield_for_dbfield(db_field, request, **kwargs))


class RoomInline(admin.StackedInline):
    """Lines of an object: each field under its label, dates in the browser's own control."""

    formfield_overrides: ClassVar[Any] = {models.DateField: {"widget": DateInput}}
    extra = 0
    template = "admin/partners/lines.html"
    add_label = "Ajouter une ligne"
    # A sentence under the title of the lines.
    lead = ""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As in :class:`RoomAdmin`."""
        return only_adding(super().formfield_for_dbfield(db_field, request, **kwargs))


class Checks(forms.CheckboxSelectMultiple):
    """Boxes in a row."""

    def __init__(self, attrs: Any = None, choices: Any = ()) -> None:
        super().__init__({"class": "checks"} | (attrs or {}), choices)


def only_adding(field: Any) -> Any:
    """A choice of rows without the icons that change, delete or open the chosen one in a small window."""
    if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = (
            False
        )
    return field


def short_list(field: Any, rows: Iterable[models.Model]) -> forms.ModelChoiceField:
    """A field that offers few rows, already read: every line of a form shows it without a query of its own."""
    rows = list(rows)
    field.queryset = field.queryset.filter(pk__in=[row.pk for row in rows])
    field.choices = [("", "–"), *((row.pk, str(row)) for row in rows)]
    return field
