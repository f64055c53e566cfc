"""The door: the one way to an object that concerns a person.

Each room that holds such objects has one function built on :func:`pass_through`; a view has no other way to
get them. The door checks who asks, counts, and leaves its marks.
"""

import uuid

from django.db import models
from django.db.models import Count, Q
from django.http import Http404

from core import clock
from core.models import OpenedFile
from core.requests import PortalRequest

# Distinct files one person may open in a day (SECURITY §3.4).
DAILY_FILES = 200


class TooManyFiles(Exception):
    """The day's limit of opened files is reached: the next file is not fetched."""


def check_daily_files(user_id: int, subject_kind: str, subject_uuid: uuid.UUID) -> None:
    """Refuse the file that would pass the day's limit. A file already opened today stays open.

    Raises TooManyFiles.
    """
    today = OpenedFile.objects.filter(user_id=user_id, day=clock.today())
    seen = today.aggregate(
        files=Count("pk"),
        this=Count("pk", filter=Q(subject_kind=subject_kind, subject_uuid=subject_uuid)),
    )
    if not seen["this"] and seen["files"] >= DAILY_FILES:
        raise TooManyFiles


def pass_through[M: models.Model](
    request: PortalRequest, visible: models.QuerySet[M], subject_kind: str, subject_uuid: uuid.UUID
) -> M:
    """The object with this uuid among those the acting person may see.

    ``visible`` comes from ``visible_to(acting)``. Raises Http404 when there is none, with the same answer
    whether the object exists or not, and TooManyFiles before the 201st file is fetched.
    """
    acting, marks = request.acting, request.marks
    if acting is None:
        marks.denied(None, subject_kind, subject_uuid)
        raise Http404
    try:
        check_daily_files(acting.user_id, subject_kind, subject_uuid)
    except TooManyFiles:
        marks.denied(acting, subject_kind, subject_uuid)
        raise
    found = visible.filter(uuid=subject_uuid).first()
    if found is None:
        marks.denied(acting, subject_kind, subject_uuid)
        raise Http404
    marks.read(acting, subject_kind, subject_uuid)
    return found
