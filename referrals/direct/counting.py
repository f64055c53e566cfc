"""Counting those who came by themselves: a month, a department, what was done; no name, no municipality."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Sum

from core import clock
from core.acting import Acting
from referrals.models import DirectCount


@transaction.atomic
def count(acting: Acting, department: str, what: str, *, submission: UUID) -> bool:
    """Count one more, this month. False when this very form was the last one counted."""
    row, _ = DirectCount.objects.get_or_create(
        organisation_id=acting.organisation_id,
        month=clock.today().replace(day=1),
        department_id=department,
        what=what,
    )
    fresh = Q(last_submission__isnull=True) | ~Q(last_submission=submission)
    found = DirectCount.objects.filter(fresh, pk=row.pk)
    return bool(found.update(count=F("count") + 1, last_submission=submission))


def this_month(acting: Acting) -> dict[str, int]:
    """How many were counted this month in the acting organisation, by what was done."""
    found = DirectCount.objects.filter(
        organisation_id=acting.organisation_id, month=clock.today().replace(day=1)
    )
    sums = dict(found.order_by("what").values_list("what").annotate(total=Sum("count")))
    return {what: sums.get(what, 0) for what in DirectCount.What.values}
