"""What the parties of a convention share: links and files, put there by one of them and taken away by the same."""

from typing import Any

from django.db import transaction

from core.acting import Acting
from core.documents import store_checked
from core.uploads import CheckedFile
from partners.models import Resource


@transaction.atomic
def add(acting: Acting, *, file: CheckedFile | None, **fields: Any) -> Resource:
    """Share a link, or a file that a person brought."""
    document = store_checked(file, label="ressource") if file is not None else None
    return Resource.objects.create(
        document=document, organisation_id=acting.organisation_id, added_by_id=acting.user_id, **fields
    )


@transaction.atomic
def remove(resource: Resource) -> None:
    """Take a resource away; its file goes with it (the worker sweeps files without a row)."""
    document = resource.document
    resource.delete()
    if document is not None:
        document.delete()
