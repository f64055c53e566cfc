"""The way to the records that are adopted, joined, transferred; and to a transfer."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core.acting import Acting
from core.doors import ask_at_door, pass_through
from core.prepared import Prepared
from core.requests import PortalRequest
from youths.accompanying.reading import lead_name
from youths.models import Transfer, Youth

_PLACES = ("municipality", "held_by", "registered_with")


def _received(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    return Youth.objects.registrable_for(acting).filter(uuid=uuid).select_related(*_PLACES)


def _joinable(acting: Acting, *, uuid: UUID) -> QuerySet[Youth]:
    found = Youth.objects.joinable_for(acting).filter(uuid=uuid).select_related(*_PLACES)
    return found.annotate(lead_name=lead_name(acting))


def _transfer(acting: Acting, *, uuid: UUID) -> QuerySet[Transfer]:
    found = Transfer.objects.visible_to(acting).filter(uuid=uuid)
    # Who it is about, as its recipient may read it until it answers.
    who = RawSQL("(SELECT to_jsonb(who) FROM tu_transferred(youths_transfer.id) AS who)", [])
    return found.select_related("sender", "recipient", "municipality").annotate(identity=who)


_RECEIVED, _JOINABLE, _TRANSFER = Prepared(_received), Prepared(_joinable), Prepared(_transfer)


def received_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """The record of a youth that a Mission Locale may open, and register if nobody did.

    Raises Http404 (the same for a foreign youth and an unknown one) and TooManyFiles.
    """
    return pass_through(request, _RECEIVED, "youth", uuid)


def joinable_youth_or_404(request: PortalRequest, uuid: UUID) -> Youth:
    """As above, among the records that one's organisation keeps and that this person accompanies, or manages."""
    return pass_through(request, _JOINABLE, "youth", uuid)


def other_joinable(request: PortalRequest, uuid: UUID) -> Youth | None:
    """The second record of a pair, through the same door; None when this person may not join it."""
    return ask_at_door(request, _JOINABLE, "youth", uuid)


def transfer_or_404(request: PortalRequest, uuid: UUID) -> Transfer:
    """A transfer that this person proposed, or that its organisation proposed or received (managers)."""
    return pass_through(request, _TRANSFER, "transfer", uuid)
