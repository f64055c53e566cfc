"""Many rows at once: COPY into a temporary table, then one INSERT (COPY itself refuses protected tables)."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection, models
from django.db.models.fields.generated import GeneratedField
from psycopg.types.json import Jsonb


def first_free(model: type[models.Model]) -> "count[int]":
    """Identifiers for new rows of a model, from the first free one on; ``insert`` moves the sequence."""
    highest = model._base_manager.aggregate(highest=models.Max("pk"))["highest"]
    return count((highest or 0) + 1)


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert rows as they are, with the identifiers they carry (or that the database gives).

    A row is an unsaved instance, or anything that has the columns as attributes. Every column must be set:
    defaults of the database are not looked for.
    """
    if not rows:
        return
    table, key = model._meta.db_table, model._meta.pk
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, GeneratedField)
        and (field is not key or vars(rows[0])[key.attname] is not None)
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staging AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
        adapt = [Jsonb if isinstance(field, models.JSONField) else None for field in fields]
        attributes = [field.attname for field in fields]
        with cursor.copy(f"COPY staging ({names}) FROM STDIN") as copy:
            for row in rows:
                values = vars(row)
                copy.write_row(
                    [
                        values[name] if wrap is None else wrap(values[name])
                        for name, wrap in zip(attributes, adapt, strict=True)
                    ]
                )
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM staging")  # noqa: S608
        cursor.execute("DROP TABLE staging")
        if key in fields and isinstance(key, models.AutoField):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key.column}'), max({key.column}))"  # noqa: S608
                f" FROM {table}"
            )
