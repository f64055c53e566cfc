"""Put the territory into the database: COPY into temporary tables, then one upsert per table."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from partners.territory.dataset import normalise_name, read_territory

Progress = Callable[[int, int, str], None]

# table -> (columns with their SQL type, French label for the progress line); the first column is the key
TABLES: dict[str, tuple[dict[str, str], str]] = {
    "partners_region": ({"code": "text", "name": "text"}, "régions"),
    "partners_department": (
        {"code": "text", "name": "text", "region_id": "text", "kind": "text", "timezone": "text"},
        "départements",
    ),
    "partners_municipality": (
        {
            "code": "text",
            "name": "text",
            "department_id": "text",
            "postcodes": "text[]",
            "population": "integer",
            "longitude": "double precision",
            "latitude": "double precision",
            "search_name": "text",
        },
        "communes",
    ),
}


def load_territory(connection: BaseDatabaseWrapper, progress: Progress | None = None) -> dict[str, int]:
    """Insert or update regions, departments and municipalities; return the rows changed per table.

    Running it twice changes nothing the second time. A code that left the official list stays: people and
    referrals may still name it. ``progress(done, total, label)`` is called after each table.
    Needs a PostgreSQL connection whose login may write these tables and create temporary ones.
    """
    territory = read_territory()
    content: dict[str, Iterable[tuple[Any, ...]]] = {
        "partners_region": ((r.code, r.name) for r in territory.regions),
        "partners_department": (
            (d.code, d.name, d.region, d.kind, d.timezone) for d in territory.departments
        ),
        "partners_municipality": (
            (
                m.code,
                m.name,
                m.department,
                list(m.postcodes),
                m.population,
                m.longitude,
                m.latitude,
                normalise_name(m.name),
            )
            for m in territory.municipalities
        ),
    }
    changed = {}
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for done, (table, (columns, label)) in enumerate(TABLES.items(), start=1):
            changed[table] = _upsert(cursor, table, columns, content[table])
            if progress:
                progress(done, len(TABLES), label)
    return changed


def _upsert(
    cursor: CursorWrapper, table: str, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]
) -> int:
    """Copy the rows beside the table, then write those that are new or different; return their number."""
    # names come from the constant above, never from outside
    staging = f"staging_{table}"
    names = ", ".join(columns)
    others = [name for name in columns if name != "code"]
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(f"CREATE TEMPORARY TABLE {staging} ({definition}) ON COMMIT DROP")
    with cursor.copy(f"COPY {staging} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    updates = ", ".join(f"{name} = excluded.{name}" for name in others)
    old = ", ".join(f"target.{name}" for name in others)
    new = ", ".join(f"excluded.{name}" for name in others)
    # the comparison keeps an unchanged row from being rewritten (and its triggers from firing)
    cursor.execute(
        f"INSERT INTO {table} AS target ({names}) SELECT {names} FROM {staging} "  # noqa: S608 - names of models
        f"ON CONFLICT (code) DO UPDATE SET {updates} WHERE ({old}) IS DISTINCT FROM ({new})"
    )
    changed = cursor.rowcount
    cursor.execute(f"DROP TABLE {staging}")
    return changed
