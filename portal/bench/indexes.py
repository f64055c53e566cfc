"""Loading many rows: indexes and foreign keys are taken off, and made again from the whole table.

Row by row, each foreign key would be asked and each index descended: ten times slower than one sort at the end.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

_CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname, c.contype::text, pg_get_constraintdef(c.oid)
FROM pg_constraint c
WHERE c.contype IN ('p', 'u', 'f')
  AND (c.conrelid = ANY (%(tables)s::regclass[]) OR (c.contype = 'f' AND c.confrelid = ANY (%(tables)s::regclass[])))
ORDER BY position(c.contype::text IN 'puf'), c.conname
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = ANY (%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1
"""


@contextmanager
def bare(tables: Sequence[str]) -> Iterator[None]:
    """Empty some tables and leave them without keys nor indexes for a block, in the current transaction.

    On the owner's login. The owner is also let through row-level security and the tables' own triggers meanwhile
    (both let it pass anyway): each would be asked for each row, and a foreign key is only checked as a whole on a
    table whose security does not bind the owner.
    Whatever breaks a constraint makes the end of the block raise IntegrityError.
    """
    names = ", ".join(tables)
    with connection.cursor() as cursor:
        # A table with checks left for the end of the transaction cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_CONSTRAINTS, {"tables": list(tables)})
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, {"tables": list(tables)})
        indexes = cursor.fetchall()
        for table, name, _, _ in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        # A table that is emptied and filled in one transaction needs no journal (wal_level minimal).
        cursor.execute(f"TRUNCATE {names}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        keys = [row for row in constraints if row[2] != "f"]
        for table, name, _, definition in keys:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for _, definition in indexes:
            cursor.execute(definition)
        # Foreign keys are checked by joins, which need to know the sizes.
        cursor.execute(f"ANALYZE {names}")
        for table, name, kind, definition in constraints:
            if kind == "f":
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
