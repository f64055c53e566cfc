"""The one way to a referral."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from core import clock
from core.acting import Acting
from core.doors import pass_through
from core.prepared import Prepared
from core.requests import PortalRequest
from referrals import asking, chains, workflow
from referrals.models import Outcome, Preparation, Referral
from referrals.models.offers import PlacesTaken
from referrals.placements import presenting as placements
from referrals.states import State
from referrals.thread import reading, usual


def _find(acting: Acting, *, uuid: UUID) -> QuerySet[Referral]:
    outcomes = Outcome.objects.filter(referral=OuterRef("pk")).order_by("at")
    prepared = Preparation.objects.filter(referral=OuterRef("pk")).order_by("code")
    return (
        Referral.objects.visible_to(acting)
        .filter(uuid=uuid)
        .with_people()
        .annotate(
            returned_from_uuid=F("returned_from__uuid"),
            places_taken=PlacesTaken(F("offer")),
            waiting_rank=Func(F("pk"), function="tu_waiting_rank", output_field=IntegerField()),
            request_rows=asking.of_page(),
            chain_rows=chains.of_page(acting),
            outcome_rows=ArraySubquery(
                outcomes.values(row=JSONObject(moment="moment", code="code", on="on"))
            ),
            preparation_rows=ArraySubquery(
                prepared.values(
                    row=JSONObject(organisation="organisation", code="code", state="state", at="at")
                )
            ),
            placement_rows=ArraySubquery(placements.rows_of_referral(acting)),
            thread_seen_at=reading.seen_on_page(acting),
            note_rows=reading.notes_of_page(acting),
            usual_rows=usual.of_page(acting),
        )
    )


_FIND = Prepared(_find)


def referral_or_404(request: PortalRequest, uuid: UUID) -> Referral:
    """The referral that the acting person may open; the reading is marked.

    The first opening by the recipient is a fact of its own (``received``), written after the page was made;
    the object already shows it, with the version that the page's forms must carry.
    Raises Http404 (the same for a foreign referral and an unknown one) and TooManyFiles.
    """
    acting = request.acting
    referral = pass_through(request, _FIND, "referral", uuid)
    if (
        referral.state == State.SENT
        and referral.recipient_id == acting.organisation_id
        and request.method in ("GET", "HEAD")
    ):
        request.marks.effect(lambda: workflow.open_first(acting, uuid))
        referral.state = State.RECEIVED
        referral.state_since = referral.received_at = clock.now()
        referral.version += 1
    return referral
