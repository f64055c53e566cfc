"""Private files: whole or absent, random names, checked when served."""

from pathlib import Path

import pytest

from core import documents
from core.models import Document


@pytest.fixture
def stored(db, settings, tmp_path):
    settings.PRIVATE_FILES = tmp_path
    return documents.store(b"contenu", filename="dossier.pdf", media_type="application/pdf")


def test_what_is_stored_is_read(stored):
    assert documents.read(stored) == b"contenu"
    assert stored.size == 7
    assert "dossier" not in stored.path


def test_it_is_handed_over_as_an_attachment(stored):
    answer = documents.as_attachment(stored)
    assert answer["Content-Disposition"] == 'attachment; filename="dossier.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_damaged_file_is_refused(stored, settings, harm):
    path = Path(settings.PRIVATE_FILES) / stored.path
    if harm == "changed":
        path.write_bytes(b"autre")
    else:
        path.unlink()
    with pytest.raises(documents.DamagedDocument):
        documents.read(stored)


def test_no_half_file_is_left(stored, settings):
    names = [path.name for path in Path(settings.PRIVATE_FILES).rglob("*") if path.is_file()]
    assert len(names) == Document.objects.count() == 1
    assert not names[0].startswith(".")
