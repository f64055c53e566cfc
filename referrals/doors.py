"""The one way to a referral."""

from typing import cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from core import clock
from core.doors import pass_through
from core.requests import PortalRequest
from referrals import workflow
from referrals.models import Outcome, Referral
from referrals.states import State


def referral_or_404(request: PortalRequest, uuid: UUID) -> Referral:
    """The referral that the acting person may open; the reading is marked.

    The first opening by the recipient is a fact of its own (``received``), written after the page was made;
    the object already shows it, with the version that the page's forms must carry.
    Raises Http404 (the same for a foreign referral and an unknown one) and TooManyFiles.
    """
    acting = request.acting
    outcomes = Outcome.objects.filter(referral=OuterRef("pk")).order_by("at")
    returns = Referral.objects.filter(returned_from=OuterRef("pk")).order_by("pk")
    visible = (
        Referral.objects.visible_to(acting)
        .with_people()
        .select_related("returned_from", "youth__registered_with")
        .annotate(
            outcome_rows=ArraySubquery(
                outcomes.values(row=JSONObject(moment="moment", code="code", on="on"))
            ),
            return_rows=ArraySubquery(returns.values(row=JSONObject(uuid="uuid", state="state"))),
        )
    )
    referral = cast("Referral", pass_through(request, visible, "referral", uuid))
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
