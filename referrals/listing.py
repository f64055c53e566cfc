"""The programmes in progress, in the lists of youths (``core.list_sources``)."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from core.acting import Acting
from core.list_sources import ListSource
from referrals import programmes
from referrals.models import OPEN_STATES, Referral, programme_choices


def _holding(acting: Acting, code: str) -> QuerySet[Any, Any]:
    """A union of both sides: an OR of two conditions would read the whole table."""
    sent, received = (
        Referral.objects.of_tab(acting, side).filter(state__in=OPEN_STATES, programme=code).values("youth")
        for side in ("sender", "recipient")
    )
    return sent.union(received)


def _shown(acting: Acting) -> ArraySubquery:
    found = Referral.objects.visible_to(acting).filter(youth=OuterRef("pk"), state__in=OPEN_STATES)
    return ArraySubquery(found.order_by("programme").values("programme").distinct())


PROGRAMME = ListSource(
    label="Dispositif en cours",
    anything="Tous",
    choices=programme_choices,
    holding=_holding,
    shown=_shown,
    words=lambda code: programmes.get(code).short_label,
)
