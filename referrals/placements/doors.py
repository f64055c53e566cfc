"""The one way to a period in a company."""

from uuid import UUID

from django.db.models import F, QuerySet

from core.acting import Acting
from core.doors import pass_through
from core.prepared import Prepared
from core.requests import PortalRequest
from referrals.models import WorkPlacement

_YOUTH = [
    f"youth__{name}"
    for name in ("uuid", "first_name", "last_name", "birth_date", "held_by", "registered_with")
]
_NAMED = [
    f"{side}__{name}"
    for side in ("organisation", "followed_by")
    for name in ("name", "is_sensitive", "uuid", "network")
]


def _find(acting: Acting, *, uuid: UUID) -> QuerySet[WorkPlacement]:
    own = [field.name for field in WorkPlacement._meta.concrete_fields]
    return (
        WorkPlacement.objects.visible_to(acting)
        .filter(uuid=uuid)
        .select_related("youth", "organisation", "followed_by")
        .only(*own, *_YOUTH, *_NAMED)
        .annotate(
            referral_uuid=F("referral__uuid"),
            first_uuid=F("renewal_of__uuid"),
            delegation_title=F("delegation__title"),
        )
    )


_FIND = Prepared(_find)


def placement_or_404(request: PortalRequest, uuid: UUID) -> WorkPlacement:
    """The period that the acting person may open; the reading is marked.

    Raises Http404 (the same for a foreign period and an unknown one) and TooManyFiles.
    """
    return pass_through(request, _FIND, "placement", uuid)
