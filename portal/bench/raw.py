"""The raw SQL of lists: the rows of the page and their exact count, prepared, as the web's login sees them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from core import clock
from portal.bench.pages import ROWS, Person
from portal.embedded.server import server
from portal.logins import PRODUCTION_LOGINS

FOLDER = Path(__file__).resolve().parent.parent.parent / "bench" / "raw"
_SCOPE = (
    "SELECT set_config('app.user', %s, true), set_config('app.org', %s, true),"
    " set_config('app.role', %s, true), set_config('app.system', '', true)"
)


def statements(name: str) -> list[str]:
    """The statements of a file: the rows first, then their count."""
    return [
        part for part in FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8").split(";") if part.strip()
    ]


def parameters(person: Person) -> dict[str, Any]:
    """What the statements may ask for."""
    return {
        "user": person.user,
        "org": person.organisation,
        "team": person.team,
        "region": person.region,
        "today": clock.today(),
        "rows": ROWS + 1,
    }


class Raw:
    """A session of the web's login."""

    def __init__(self, database: str) -> None:
        self.session = psycopg.connect(
            host=str(server().ensure()), dbname=database, user=PRODUCTION_LOGINS["app"], autocommit=True
        )

    def run(self, name: str, person: Person, role: str) -> tuple[float, int]:
        """Run the statements of a file in the scope of a person: seconds, and rows shown on one page."""
        wanted, values = statements(name), parameters(person)
        # Ended by COMMIT: psycopg forgets what it has prepared after a ROLLBACK.
        with self.session.transaction():
            self.session.execute(_SCOPE, (str(person.user), str(person.organisation), role))
            started = time.perf_counter()
            rows = self.session.execute(wanted[0], values, prepare=True).fetchall()
            for statement in wanted[1:]:
                self.session.execute(statement, values, prepare=True).fetchall()
            return time.perf_counter() - started, min(len(rows), ROWS)

    def explain(self, name: str, person: Person, role: str) -> str:
        """How the server runs the statements of a file."""
        said = []
        with self.session.transaction(force_rollback=True):
            self.session.execute(_SCOPE, (str(person.user), str(person.organisation), role))
            for statement in statements(name):
                plan: Mapping[Any, Any] | Any = self.session.execute(
                    f"EXPLAIN (ANALYZE, BUFFERS) {statement}",  # type: ignore[arg-type]
                    parameters(person),
                ).fetchall()
                said.append("\n".join(row[0] for row in plan))
        return "\n\n".join(said)

    def close(self) -> None:
        self.session.close()
