"""The doors of the data-protection delegate: a request, a decision, an announced erasure of their own organisation."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from core.acting import Acting
from core.doors import pass_through
from core.prepared import Prepared
from core.requests import PortalRequest
from youths.models import DelegateDecision, RetentionNotice, RightsRequest


def _find(acting: Acting, *, uuid: UUID) -> QuerySet[RightsRequest]:
    return RightsRequest.objects.visible_to(acting).filter(uuid=uuid)


_FIND = Prepared(_find)


def rights_request_or_404(request: PortalRequest, uuid: UUID) -> RightsRequest:
    """A request addressed to the delegate's organisation; the reading is marked. Raises Http404 and TooManyFiles."""
    return pass_through(request, _FIND, "rights_request", uuid)


def decision_or_404(request: PortalRequest, pk: int) -> DelegateDecision:
    """A decision that stands in the acting organisation. Raises Http404."""
    found = DelegateDecision.objects.filter(
        pk=pk, organisation=request.acting.organisation_id, ended_at__isnull=True
    ).first()
    if found is None:
        raise Http404
    return found


def notice_or_404(request: PortalRequest, uuid: UUID) -> RetentionNotice:
    """An erasure announced to the acting organisation. Raises Http404."""
    found = RetentionNotice.objects.filter(uuid=uuid, organisation=request.acting.organisation_id).first()
    if found is None:
        raise Http404
    return found
