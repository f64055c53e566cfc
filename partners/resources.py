"""What the parties of a convention share: links and files, put there by one of them and taken away by the same."""

from typing import Any

from django.db import transaction

from core.acting import Acting
from core.documents import store_checked
from core.gestures import just_written, one_at_a_time
from core.uploads import CheckedFile
from partners.models import Resource


@transaction.atomic
def add(acting: Acting, *, file: CheckedFile | None, **fields: Any) -> Resource:
    """Share a link, or a file that a person brought; sent twice, it is one."""
    own = {"organisation_id": acting.organisation_id, "added_by_id": acting.user_id} | fields
    one_at_a_time("resource", acting.user_id)
    same = Resource.objects.filter(document__sha256=file.sha256 if file else None)
    if found := just_written(same, "added_at", **own):
        return found
    document = store_checked(file, label="ressource") if file is not None else None
    return Resource.objects.create(document=document, **own)


@transaction.atomic
def remove(resource: Resource) -> None:
    """Take a resource away; its file goes with it (the worker sweeps files without a row)."""
    document = resource.document
    resource.delete()
    if document is not None:
        document.delete()
