"""Private files: written once under a random name, checked by their hash when served."""

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

from core.models import Document


class DamagedDocument(Exception):
    """The file on disk is missing or is not the one that was stored."""


def store(content: bytes, *, filename: str, media_type: str) -> Document:
    """Store a file; ``filename`` is what the browser will offer and never names a person."""
    name = uuid.uuid4().hex
    folder = Path(settings.PRIVATE_FILES) / name[:2]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = folder / f".{name}"
    with open(temporary, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    # A reader never sees half a file: it appears whole, or not at all.
    temporary.rename(folder / name)
    return Document.objects.create(
        media_type=media_type,
        filename=filename,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        path=f"{name[:2]}/{name}",
    )


def read(document: Document) -> bytes:
    """The content of a document. Raises DamagedDocument when it is not what was stored."""
    try:
        content = (Path(settings.PRIVATE_FILES) / document.path).read_bytes()
    except OSError as error:
        raise DamagedDocument(str(document.uuid)) from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DamagedDocument(str(document.uuid))
    return content


def as_attachment(document: Document) -> HttpResponse:
    """The answer that hands a document over; the caller's door has checked who asks."""
    response = HttpResponse(read(document), content_type=document.media_type)
    response["Content-Disposition"] = f'attachment; filename="{document.filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
