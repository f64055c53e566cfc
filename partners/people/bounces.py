"""A mail that comes back: somebody has to mend the address, or to ask for another one (ADR 0031)."""

from collections.abc import Iterable
from datetime import timedelta

from django.urls import reverse

from accounts.models import User
from core import clock, todo
from core.acting import Acting
from core.models import Change, Task
from core.scope import system_scope
from core.working_days import add_working_days
from notifications.notices import notify
from partners.models import Invitation, Membership

TASK = SUBJECT = "address"
PATIENCE_DAYS = 5
# A month without another mail that comes back: the address was mended where it is kept.
SETTLED_AFTER = timedelta(days=30)


def tell(address: str) -> None:
    """Open a task for the managers of who has this address, and tell who invited it (``core.hooks.mail_bounced``)."""
    address = address.strip().lower()
    user = User.objects.filter(email=address, is_active=True).first()
    if user is not None:
        _open_tasks(user.pk)
    for invitation in (
        Invitation.objects.open().filter(email=address, state=Invitation.State.SENT).order_by("pk")
    ):
        notify(
            [invitation.invited_by_id],
            organisation_id=invitation.organisation_id,
            kind="people.unreached",
            text="Une invitation n’a pas pu être remise : vérifiez l’adresse, puis invitez de nouveau.",
            path=reverse("partners:invitation_detail", args=[invitation.uuid]),
            effect_key=f"invitation-unreached:{invitation.pk}",
        )


def _open_tasks(user_id: int) -> None:
    open_ones = set(
        Task.objects.open()
        .filter(subject_kind=SUBJECT, subject_id=user_id)
        .order_by("pk")
        .values_list("organisation_id", flat=True)
    )
    live = Membership.objects.live().filter(user=user_id).select_related("organisation").order_by("pk")
    for organisation in {one.organisation_id: one.organisation for one in live}.values():
        if organisation.pk in open_ones:
            continue
        todo.open_task(
            TASK,
            subject_kind=SUBJECT,
            subject_id=user_id,
            organisation_id=organisation.pk,
            counterpart_id=None,
            user_id=None,
            due_on=add_working_days(clock.today(), PATIENCE_DAYS, organisation.department_id),
            awaited_on=clock.today(),
        )


def settle() -> int:
    """Close what facts have settled: another address, a departure, a month without a mail that comes back."""
    closed = 0
    with system_scope("addresses that were mended"):
        for task in list(Task.objects.open().filter(subject_kind=SUBJECT).order_by("pk")):
            if _settled(task):
                closed += Task.objects.open().filter(pk=task.pk).update(done_at=clock.now())
    return closed


def _settled(task: Task) -> bool:
    if task.opened_at <= clock.now() - SETTLED_AFTER:
        return True
    there = Membership.objects.live().filter(user=task.subject_id, organisation=task.organisation_id)
    changed = Change.objects.filter(
        model=User._meta.label,
        object_id=task.subject_id,
        columns__contains=["email"],
        at__gte=task.opened_at,
    )
    return not there.exists() or changed.exists()


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The cards of "À faire" (registry ``todo_sources``): who cannot be reached, and the team where it is mended."""
    return todo.cards_of(tasks, User.objects.in_bulk, _card)


def _card(task: Task, user: User) -> todo.Card:
    return todo.card(
        task,
        who=user.get_full_name(),
        expected="Ses courriels reviennent : faites corriger son adresse",
        context="Adresse électronique",
        button="Voir l’équipe",
        url=reverse("partners:team"),
    )
