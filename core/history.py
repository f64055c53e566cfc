"""The history of changes: who changed what, written by a trigger in the transaction of the change (ADR 0009).

Each room says in its ``AppConfig.ready()`` what is tracked; :func:`sync` makes the triggers say the same after each
migration, as the owner. What a change held before and after can be blanked for one subject
(:func:`blank`); nothing else ever changes a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.fields.generated import GeneratedField

from core.hooks import Registry
from core.models import Change
from core.rights import ADMINISTRATOR
from core.scope import apply_scope

TRIGGER = "tu_history"


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the history keeps of a model."""

    model: type[models.Model]
    # Whose data the row is: "youth", "user", or nobody's.
    subject_kind: str = ""
    # The field that holds the subject, and those that hold the organisations that may read the line; they are those
    # of the parent when ``through`` names a foreign key.
    subject: str = ""
    organisations: tuple[str, ...] = ()
    through: str = ""
    # Fields whose change is told without the values; fields whose change is not told.
    masked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> list[str]:
        """The columns whose changes are told."""
        return [
            str(field.column)
            for field in self.model._meta.concrete_fields
            if not isinstance(field, GeneratedField) and field.name not in self.ignored
        ]

    def field_label(self, column: str) -> str:
        """The name that people know of a column; the column itself when it no longer exists."""
        for field in self.model._meta.concrete_fields:
            if field.column == column:
                return str(field.verbose_name)
        return column

    def arguments(self) -> list[str]:
        """What the trigger is created with, in the order in which its function reads it."""
        own = self.model._meta
        parent = own.get_field(self.through).related_model if self.through else self.model
        assert isinstance(parent, type)

        def columns(names: tuple[str, ...], meta: Any) -> list[str]:
            return [meta.get_field(name).column for name in names]

        return [
            own.label,
            self.subject_kind,
            *(columns((self.subject,), parent._meta) if self.subject else [""]),
            _array(columns(self.organisations, parent._meta)),
            *(columns((self.through,), own) if self.through else [""]),
            parent._meta.db_table if self.through else "",
            _array(self.columns),
            _array(columns(self.masked, own)),
        ]


def _array(names: list[str]) -> str:
    return "{" + ",".join(names) + "}"


# Table -> what the history keeps of it.
tracked: Registry[Tracked] = Registry("tracked")
# Kind of subject -> the SQL condition, on ``subject_id``, under which its history may be read at all.
readable_while: Registry[str] = Registry("readable_while")


def track(model: type[models.Model], **how: Any) -> None:
    """Keep the history of a model (at start only)."""
    found = Tracked(model, **how)
    if found.table not in tracked:
        tracked.register(found.table, found)


def of_label(label: str) -> Tracked | None:
    """What the history keeps of a model, by its label ("youths.Youth")."""
    return next((found for _, found in tracked.items() if found.model._meta.label == label), None)


# The catalogue ends each argument with a zero byte, which no text may hold: hence the hexadecimal.
_EXISTING = """
SELECT c.relname, encode(t.tgargs, 'hex'), t.tgenabled <> 'D'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = %s AND c.relnamespace = 'public'::regnamespace
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def differences() -> dict[str, Tracked | None]:
    """The tables whose trigger is not what the code wants, with what it wants (None: no trigger).

    A trigger that was switched off by hand is different too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXISTING, [TRIGGER])
        existing = {
            table: bytes.fromhex(arguments).decode().split("\0")[:-1] if enabled else []
            for table, arguments, enabled in cursor.fetchall()
        }
        cursor.execute(_TABLES)
        present = {name for (name,) in cursor.fetchall()}
    wanted = dict(tracked.items())
    return {
        table: wanted.get(table)
        for table in sorted((wanted.keys() | existing.keys()) & present)
        if table not in wanted or wanted[table].arguments() != existing.get(table)
    }


def sync(**kwargs: Any) -> None:
    """Make the triggers and the policies of the history what the code wants (after each migration, as the owner)."""
    with connection.cursor() as cursor:
        for table, found in differences().items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {TRIGGER} ON {table}")
            if found is not None:
                arguments = ", ".join("'" + one.replace("'", "''") + "'" for one in found.arguments())
                cursor.execute(
                    f"CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {table}"
                    f" FOR EACH ROW EXECUTE FUNCTION tu_record_change({arguments})"
                )
        for kind, condition in readable_while.items():
            name = f"core_change_{kind}"
            cursor.execute(f"DROP POLICY IF EXISTS {name} ON core_change")
            cursor.execute(
                f"CREATE POLICY {name} ON core_change AS RESTRICTIVE FOR SELECT TO tu_app, tu_worker"
                f" USING (subject_kind <> '{kind}' OR {condition}"
                " OR (current_user = 'tu_worker' AND tu_system()))"
            )


def blank(subject_kind: str, subject_id: int, why: str) -> int:
    """Take the values out of a subject's history, in a system scope; returns how many lines had some.

    ``why`` goes to the trail: a code, never a name.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_blank_history(%s, %s, %s)", [subject_kind, subject_id, why])
        (blanked,) = cursor.fetchone()
    return blanked


def first_filled(
    user_id: int | None, model: type[models.Model], keys: Iterable[int], column: str
) -> dict[int, datetime]:
    """When a field of some rows, filled in today, was filled in for the first time; those that the history tells.

    Cleared and filled in again, it is the first time that counts. A creation keeps no value: the field was filled in
    then unless the first change of it replaced nothing. The rows are those of nobody (conventions, for instance).
    """
    told = Q(operation=Change.Operation.INSERT) | Q(
        operation=Change.Operation.UPDATE, columns__contains=[column]
    )
    with transaction.atomic():
        apply_scope((str(user_id or ""), "", ADMINISTRATOR, ""))
        changes = list(
            Change.objects.filter(told, model=model._meta.label, object_id__in=list(keys)).order_by(
                "at", "number"
            )
        )
        # Undone with the savepoint, the scope of the request comes back as it was.
        transaction.set_rollback(True)
    made: dict[int, datetime] = {}
    filled: dict[int, datetime | None] = {}
    for change in changes:
        if change.operation == Change.Operation.INSERT:
            made[change.object_id] = change.at
        elif change.object_id not in filled:
            before = (change.values or {}).get(column, [None])[0]
            filled[change.object_id] = change.at if before is None else made.get(change.object_id)
    return {key: at for key, at in (made | filled).items() if at is not None}
