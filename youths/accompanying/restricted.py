"""Noting health or justice: a code and a day, by persons whom the delegate of their organisation named.

Nothing here goes anywhere else: not to the shared story, tasks, mails, lists, counts, exports nor packs. The record is
read through ``whole_youth_or_404`` or ``accompanied_youth_or_404``, which ask what the acting person is entitled to.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from core import clock
from core.acting import Acting
from youths.models import DelegateDecision, EntitledPerson, RestrictedObstacle, RestrictedSubject, Youth
from youths.records import Overtaken, Refused


def entitlements(acting: Acting) -> QuerySet[EntitledPerson]:
    """What the acting person is entitled to, while the delegate's decision stands. Personal: nobody stands in."""
    stands = DelegateDecision.objects.filter(
        organisation=OuterRef("organisation"), subject=OuterRef("subject"), ended_at__isnull=True
    )
    own = EntitledPerson.objects.filter(organisation=acting.organisation_id, user=acting.user_id)
    return own.filter(Exists(stands), ended_at__isnull=True).order_by("subject")


def rows_for(acting: Acting) -> QuerySet[RestrictedObstacle]:
    """What the acting person reads of a youth (``OuterRef("pk")``): the open ones of the organisation."""
    return RestrictedObstacle.objects.filter(
        youth=OuterRef("pk"),
        organisation=acting.organisation_id,
        closed_on__isnull=True,
        code__in=entitlements(acting).values("subject"),
    ).order_by("since", "pk")


def of_record(youth: Youth) -> dict[str, Any] | None:
    """What the record shows the entitled of what is restricted; None to everybody else."""
    codes: list[str] = youth.entitled_codes  # type: ignore[attr-defined]
    if not codes:
        return None
    rows = youth.restricted_rows  # type: ignore[attr-defined]
    noted = [
        {
            "uuid": row["uuid"],
            "label": RestrictedSubject(row["code"]).label,
            "since": date.fromisoformat(row["since"]),
        }
        for row in rows
    ]
    known = {row["code"] for row in rows}
    choices = [(code, RestrictedSubject(code).label) for code in codes if code not in known]
    return {"noted": noted, "choices": choices}


@transaction.atomic
def note(acting: Acting, youth: Youth, *, code: str, since: date) -> None:
    """Note one. Raises Refused to who is not entitled, or when it is noted already."""
    if not entitlements(acting).filter(subject=code).exists():
        raise Refused("Vous n’êtes pas habilité à noter ce frein.")
    try:
        with transaction.atomic():
            RestrictedObstacle.objects.create(
                youth=youth,
                organisation_id=acting.organisation_id,
                code=code,
                since=since,
                recorded_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_restricted_once" not in str(error):
            raise
        raise Refused("Ce frein est déjà noté.") from error


@transaction.atomic
def close(acting: Acting, youth: Youth, uuid: UUID) -> None:
    """Say that it no longer stands in the way. Raises Overtaken when it is not there to be closed."""
    found = RestrictedObstacle.objects.filter(
        youth=youth,
        uuid=uuid,
        organisation=acting.organisation_id,
        closed_on__isnull=True,
        code__in=entitlements(acting).values("subject"),
    )
    if not found.update(closed_on=clock.today(), closed_by=acting.user_id):
        raise Overtaken
