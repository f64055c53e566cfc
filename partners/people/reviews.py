"""The quarterly review: each membership is looked at by a manager, who confirms, changes or ends it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from core import clock, todo
from core.acting import MANAGER, Acting
from core.models import AuditEntry, Task
from core.scope import system_scope
from partners.models import Membership, MembershipReview, Organisation

TASK = "access_review"
SUBJECT = "organisation"
# From the first day of a quarter, managers have this long.
PATIENCE = timedelta(days=30)
ACTIVITY = timedelta(days=90)


def quarter_start(day: date) -> date:
    """The first day of the civil quarter of a day."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def _since() -> datetime:
    return datetime.combine(quarter_start(clock.today()), time(), tzinfo=clock.PARIS)


def with_review() -> QuerySet[Membership]:
    """The memberships of today, with the moment of their last review (``reviewed_at``)."""
    return Membership.objects.current().annotate(reviewed_at=Max("reviews__at"))


def to_review() -> QuerySet[Membership]:
    """Those that were there before this quarter and that nobody has looked at since it began.

    A manager's own is for another manager: where there is none, nobody is asked.
    """
    others = (
        Membership.objects.live()
        .filter(organisation=OuterRef("organisation"), role=MANAGER, user__is_active=True)
        .exclude(user=OuterRef("user"))
    )
    return (
        with_review()
        .filter(Exists(others), starts_on__lt=quarter_start(clock.today()))
        .filter(Q(reviewed_at__isnull=True) | Q(reviewed_at__lt=_since()))
    )


def activity_of(organisation_id: int, users: Iterable[int]) -> dict[int, int]:
    """How many things each user read, listed or searched for an organisation in the last 90 days."""
    lines = AuditEntry.objects.filter(
        organisation_id=organisation_id, user_id__in=list(users), at__gte=clock.now() - ACTIVITY
    )
    return dict(lines.order_by().values_list("user_id").annotate(Count("id")))


def record(acting: Acting, membership: Membership, decision: str) -> None:
    """Write that a manager looked at a membership; the task of the organisation closes with the last one."""
    MembershipReview.objects.create(
        membership=membership, decision=decision, by_id=acting.user_id, at=clock.now()
    )
    if not to_review().filter(organisation=acting.organisation_id).exists():
        todo.close_tasks(SUBJECT, acting.organisation_id, kinds=[TASK])


@transaction.atomic
def confirm(acting: Acting, uuids: Iterable[UUID]) -> int:
    """Confirm the memberships of some colleagues, never one's own; returns how many."""
    found = list(
        Membership.objects.current()
        .filter(organisation=acting.organisation_id, uuid__in=list(uuids))
        .exclude(user=acting.user_id)
        .order_by("pk")
    )
    for membership in found:
        record(acting, membership, MembershipReview.Decision.CONFIRMED)
    return len(found)


def run() -> int:
    """Open the task of each organisation that has memberships to look at, and none open yet; how many opened."""
    start = quarter_start(clock.today())
    with system_scope("quarterly reviews"):
        open_tasks = Task.objects.open().filter(kind=TASK, subject_kind=SUBJECT)
        asked = list(
            Organisation.objects.filter(pk__in=to_review().values("organisation"))
            .exclude(pk__in=list(open_tasks.values_list("subject_id", flat=True)))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        for organisation in asked:
            todo.open_task(
                TASK,
                subject_kind=SUBJECT,
                subject_id=organisation,
                organisation_id=organisation,
                counterpart_id=None,
                user_id=None,
                due_on=start + PATIENCE,
                awaited_on=start,
            )
    return len(asked)


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The cards of "À faire" (registry ``todo_sources``)."""
    return {
        task.pk: todo.card(
            task,
            who="Équipe de votre structure",
            expected="Relisez qui a accès au portail : confirmez, changez ou terminez",
            context="Revue trimestrielle",
            button="Relire les accès",
            url=reverse("partners:review"),
        )
        for task in tasks
    }
