"""Private files: written once under a random name, checked by their hash when served."""

import hashlib
import os
import re
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse

from core import clock
from core.doors import about_to_export
from core.models import Document
from core.requests import PortalRequest
from core.uploads import CheckedFile

# Names offered to browsers: plain, short, and ours.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.I)


class DamagedDocument(Exception):
    """The file on disk is missing or is not the one that was stored."""


def store(content: bytes, *, filename: str, media_type: str) -> Document:
    """Store a file made by the portal; what a person brings goes through :func:`store_checked`.

    ``filename`` is what the browser will offer: at most 64 plain characters, never the name of a person. Raises
    ValueError on another name.
    """
    if not _NAME.fullmatch(filename):
        raise ValueError(f"{len(filename)} characters is no name for a document, or some are not plain")
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


def store_checked(file: CheckedFile, *, label: str) -> Document:
    """Store a file that a person brought, under a name of ours: what they called it often says whose it is."""
    name = f"{label}-{clock.today():%Y-%m-%d}.{file.extension}"
    return store(file.content, filename=name, media_type=file.media_type)


def remove(found: QuerySet[Document]) -> int:
    """Remove documents, and their files once the transaction is sure; returns how many."""
    paths = list(found.order_by("pk").values_list("path", flat=True))
    found.delete()

    def unlink() -> None:
        for path in paths:
            (Path(settings.PRIVATE_FILES) / path).unlink(missing_ok=True)

    transaction.on_commit(unlink)
    return len(paths)


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
    return attachment(read(document), filename=document.filename, media_type=document.media_type)


def hand_over(
    request: PortalRequest, document: Document, kind: str, of: uuid.UUID, *, nominative: bool = False
) -> HttpResponse:
    """The answer that hands a document over, within the day's limit, with a line in the trail about what it is of.

    Raises as ``core.doors.about_to_export``.
    """
    about_to_export(request, 1, nominative=nominative)
    request.marks.exported(request.acting, kind, of, 1)
    return as_attachment(document)


def attachment(content: bytes, *, filename: str, media_type: str) -> HttpResponse:
    """The answer that hands a file over: kept aside, never shown nor run in the portal's own origin."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
