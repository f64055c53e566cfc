"""The days on which organisations are closed, declared by their managers; what is due waits for the reopening."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from core.hooks import closure_declared
from core.working_days import Calendar, add_days
from partners.models import Closure, Organisation

# How long a closure that is over still matters: a promise counted from before it.
PAST = 400


def calendars(organisations: Iterable[int]) -> dict[int, Calendar]:
    """The open days of some organisations, by primary key (two queries)."""
    found = Organisation.objects.filter(pk__in=set(organisations)).order_by("pk")
    departments = dict(found.values_list("pk", "department_id"))
    closures: dict[int, list[tuple[date, date]]] = {pk: [] for pk in departments}
    since = add_days(clock.today(), -PAST)
    for pk, start, end in (
        Closure.objects.filter(organisation__in=departments, ends_on__gte=since)
        .order_by("starts_on", "pk")
        .values_list("organisation", "starts_on", "ends_on")
    ):
        closures[pk].append((start, end))
    return {pk: Calendar(department, tuple(closures[pk])) for pk, department in departments.items()}


def of_organisation(acting: Acting) -> list[Closure]:
    """The closures of the acting organisation that are not over, in order."""
    found = Closure.objects.filter(organisation=acting.organisation_id, ends_on__gte=clock.today())
    return list(found.order_by("starts_on", "pk"))


def declare(closure: Closure) -> bool:
    """Write a closure; what is due on those days waits for the reopening. False when it is there already."""
    try:
        with transaction.atomic():
            closure.save()
    except IntegrityError:
        return False
    told(closure)
    return True


def told(closure: Closure) -> None:
    """Say that a closure was declared or changed."""
    closure_declared(closure.organisation_id, closure.ends_on)


def remove(acting: Acting, uuid: UUID) -> bool:
    """Take a closure of one's own organisation away; what was put off stays put off."""
    gone, _ = Closure.objects.filter(organisation=acting.organisation_id, uuid=uuid).delete()
    return bool(gone)
