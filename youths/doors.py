"""The one way to a youth."""

from uuid import UUID

from core.doors import pass_through
from core.requests import PortalRequest
from youths.models import Youth


def youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """The record of a youth that the acting person may open; the reading is marked.

    Raises Http404 (the same for a foreign youth and an unknown one) and TooManyFiles.
    """
    visible = Youth.objects.visible_to(request.acting)
    return pass_through(request, visible.select_related("municipality", "registered_with"), "youth", uuid)


def listed_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """The line of a youth of one's own organisation (name, birth date): what "ouvrir avec motif" starts from."""
    listed = Youth.objects.listed_for(request.acting)
    return pass_through(
        request, listed.only("pk", "uuid", "first_name", "last_name", "birth_date"), "youth_line", uuid
    )
