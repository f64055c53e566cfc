"""Files of the size of a page, over the whole territory."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from partners.loading import load_founding
from partners.territory.loader import load_territory
from tests.conftest import as_owner
from tests.keeping import staged

# Where the real directories are (beside the project, unless told otherwise); they are never part of it.
_ROOT = Path(__file__).resolve().parents[3]
REAL = Path(os.environ.get("DIRECTORY_FILES") or _ROOT.parent / "shared" / "data")


@staged
def territory(world):
    """The regions, departments and municipalities of France, and the organisations that the product ships with."""
    with as_owner():
        load_territory(connection)
        load_founding()


@pytest.fixture
def imported(tmp_path):
    """``imported(content, **options)``: (what the command said, its error) for a file of this content."""

    def run(content: str | bytes | Path, **options) -> tuple[str, str]:
        path = content
        if not isinstance(content, Path):
            path = tmp_path / "annuaire.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        out = io.StringIO()
        try:
            with as_owner():
                call_command("import_directory", str(path), stdout=out, **options)
        except CommandError as error:
            return out.getvalue(), str(error)
        return out.getvalue(), ""

    return run
