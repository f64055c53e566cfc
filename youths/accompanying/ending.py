"""Two years without news: the lead is told thirty days before, then every link ends (DOMAIN §5, ITOU "gps")."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from core import clock, todo
from core.models import Task
from core.scope import system_scope
from core.working_days import add_months
from youths.accompanying import leaving
from youths.accompanying.todo import NO_NEWS, SUBJECT
from youths.models import Accompaniment, Youth

MONTHS = 24
WARNED = timedelta(days=30)
BATCH = 500


def ends_on(last_contact_on: date) -> date:
    """The day from which the links of a youth end, when nothing is heard until then."""
    return add_months(last_contact_on, MONTHS)


def ended_by(day: date) -> date:
    """The latest last contact whose links end that day or before: the reverse of :func:`ends_on`, 29 February too."""
    eve = add_months(day + timedelta(days=1), -MONTHS) - timedelta(days=1)
    return max(add_months(day, -MONTHS), eve)


def run() -> tuple[int, int]:
    """Warn the leads, then end what is due; returns how many of each. Twice changes nothing, a missed day neither."""
    return warn(), end()


def warn() -> int:
    """Open the task of each lead whose youth was not heard of for nearly two years, once for each silence."""
    first, warned = 0, 0
    while True:
        with system_scope("leads told before two years without news"):
            links = _leads(first)
            for link in links:
                due_on = ends_on(link.youth.last_contact_on)
                todo.open_task(
                    NO_NEWS,
                    subject_kind=SUBJECT,
                    subject_id=link.youth_id,
                    organisation_id=link.organisation_id,
                    counterpart_id=None,
                    user_id=link.professional_id,
                    due_on=due_on,
                    awaited_on=due_on - WARNED,
                )
        if not links:
            return warned
        warned += len(links)
        first = links[-1].pk


def _leads(after: int) -> list[Accompaniment]:
    told = Task.objects.filter(
        kind=NO_NEWS, subject_kind=SUBJECT, subject_id=OuterRef("youth_id"), done_at__isnull=True
    )
    found = (
        Accompaniment.objects.active()
        .filter(
            ~Exists(told),
            pk__gt=after,
            role=Accompaniment.Role.LEAD,
            youth__last_contact_on__lte=ended_by(clock.today() + WARNED),
            youth__last_contact_on__gt=ended_by(clock.today()),
        )
        .select_related("youth")
        .only("pk", "organisation_id", "professional_id", "youth__last_contact_on")
    )
    return list(found.order_by("pk")[:BATCH])


def end() -> int:
    """End the links of the youths of whom nobody heard for two years, but those that something under way needs."""
    first, ended = 0, 0
    while True:
        with system_scope("links ended after two years without news"):
            youths = _silent(first)
            if not youths:
                return ended
            kept = leaving.needed(None, [youth.pk for youth in youths])
            links = (
                Accompaniment.objects.active()
                .filter(youth__in=youths)
                .order_by("pk")
                .select_for_update(of=("self",), skip_locked=True)
            )
            over = [link.pk for link in links if (link.youth_id, link.organisation_id) not in kept]
            ended += Accompaniment.objects.filter(pk__in=over).update(
                ended_on=clock.today(),
                end_reason=Accompaniment.EndReason.NO_NEWS,
                access_until=clock.now(),
            )
        first = youths[-1].pk


def _silent(after: int) -> list[Youth]:
    """Locked: news that arrive meanwhile wait, and what they reached first is left alone."""
    linked = Accompaniment.objects.active().filter(youth=OuterRef("pk"))
    found = Youth.objects.filter(Exists(linked), pk__gt=after, last_contact_on__lte=ended_by(clock.today()))
    locked = found.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(locked.only("pk").order_by("pk")[:BATCH])
