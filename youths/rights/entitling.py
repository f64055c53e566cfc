"""Whom the delegate entitles to note and read a restricted obstacle, while the decision stands."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from core import clock
from core.acting import Acting
from youths.accompanying.passing import colleagues
from youths.models import DelegateDecision, EntitledPerson


class AlreadyDone(Exception):
    """The person is entitled already, or no longer is: nothing was written."""


def entitled(decision: DelegateDecision) -> QuerySet[EntitledPerson]:
    """Those entitled by the organisation of a decision, by name."""
    found = EntitledPerson.objects.filter(
        organisation=decision.organisation_id, subject=decision.subject, ended_at__isnull=True
    )
    return found.select_related("user").order_by(F("user__last_name"), F("user__first_name"), "pk")


def candidates(decision: DelegateDecision, already: Iterable[EntitledPerson]) -> list[tuple[int, str]]:
    """The members of the organisation who accompany youths and are not entitled yet: (user, name)."""
    known = {one.user_id for one in already}
    return [one for one in colleagues(decision.organisation_id) if one[0] not in known]


@transaction.atomic
def entitle(acting: Acting, decision: DelegateDecision, user_id: int) -> EntitledPerson:
    """Name a person. Raises AlreadyDone when somebody named them meanwhile."""
    try:
        with transaction.atomic():
            return EntitledPerson.objects.create(
                organisation_id=acting.organisation_id,
                user_id=user_id,
                subject=decision.subject,
                given_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_entitled_once" not in str(error):
            raise
        raise AlreadyDone from error


@transaction.atomic
def withdraw(acting: Acting, decision: DelegateDecision, pk: int) -> None:
    """End what a person was entitled to: they read nothing restricted from now on. Raises AlreadyDone."""
    found = entitled(decision).filter(pk=pk)
    if not found.update(ended_at=clock.now(), ended_by_id=acting.user_id):
        raise AlreadyDone
