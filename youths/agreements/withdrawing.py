"""Withdrawing an agreement: what it ends at once, and what the partner is asked to do (DOMAIN §9, 14; ADR 0020)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from core.functions import call
from core.hooks import agreement_withdrawn
from core.working_days import add_months
from notifications.notices import notify
from partners.people.members import manager_ids
from youths.accompanying import inviting
from youths.agreements.codes import DISPOSAL, EXPIRING, OF_AGREEMENT, OF_DISPOSAL
from youths.models import Agreement, AgreementRequest, Disposal

# How long the partner has to delete what nothing makes it keep (RGPD, art. 12-3: one month).
DISPOSAL_MONTHS = 1


class AlreadyWithdrawn(Exception):
    """Somebody withdrew it first: nothing was written."""


@transaction.atomic
def withdraw(agreement: Agreement, *, how: str, by: Acting | None = None) -> None:
    """Record that a youth withdraws an agreement, and carry out what follows, in one transaction.

    Those given again for the same thing go with it. ``by`` is the professional of either side who was told; None for
    the youth's own link, in the scope of the organisation that asked. Raises AlreadyWithdrawn.
    """
    same = Agreement.objects.standing().filter(
        youth=agreement.youth_id,
        recorded_for=agreement.recorded_for_id,
        recipient=agreement.recipient_id,
        purpose=agreement.purpose,
    )
    found = {item.pk: item for item in same.select_for_update().order_by("pk")}
    if agreement.pk not in found:
        raise AlreadyWithdrawn
    # Asked before anything ends.
    concerned = _concerned(agreement)
    same.filter(pk__in=found).update(
        withdrawn_at=clock.now(),
        withdrawn_how=how,
        withdrawn_by_id=by.user_id if by else None,
        withdrawn_for_id=by.organisation_id if by else None,
    )
    waiting = AgreementRequest.objects.waiting().filter(
        youth=agreement.youth_id,
        requested_for=agreement.recorded_for_id,
        recipient=agreement.recipient_id,
        purpose=agreement.purpose,
    )
    waiting.update(cancelled_at=clock.now())
    for one in found.values():
        todo.close_tasks(OF_AGREEMENT, one.pk, kinds=[EXPIRING])
        # Before the access of the partner ends: it must still see what it declines.
        inviting.stop(one)
        agreement_withdrawn(one)
    _tell_sender(agreement, by)
    if concerned is not None:
        _ask_to_delete(agreement, concerned["professional"], by)


def _concerned(agreement: Agreement) -> dict[str, Any] | None:
    """Who followed the youth at the recipient's; None when it holds nothing but its own record, or had no access."""
    return call("tu_withdrawn_from", agreement.pk)


def _tell_sender(agreement: Agreement, by: Acting | None) -> None:
    people = {agreement.recorded_by_id} - {by.user_id if by else None}
    notify(
        people,
        organisation_id=agreement.recorded_for_id,
        kind="agreement.withdrawn",
        text="Un jeune a retiré un accord. Son dossier dit lequel, et ce qui s’arrête.",
        path=reverse("youths:detail", args=[agreement.youth.uuid])
        if by is None or by.organisation_id == agreement.recorded_for_id
        else reverse("home"),
        effect_key=f"agreement:{agreement.pk}:withdrawn",
    )


def _ask_to_delete(agreement: Agreement, professional_id: int | None, by: Acting | None) -> None:
    """The partner has a month to delete what nothing makes it keep, and says what it did."""
    # Asked by the side that was told; once the record changed hands, by who keeps it now.
    asking_id = agreement.recorded_for_id
    if by is not None and by.organisation_id != agreement.recipient_id:
        asking_id = by.organisation_id
    disposal = Disposal(
        agreement=agreement,
        organisation_id=agreement.recipient_id,
        professional_id=professional_id,
        due_on=add_months(clock.today(), DISPOSAL_MONTHS),
    )
    disposal.save()
    todo.open_task(
        DISPOSAL,
        subject_kind=OF_DISPOSAL,
        subject_id=disposal.pk,
        organisation_id=agreement.recipient_id,
        counterpart_id=asking_id,
        user_id=professional_id,
        due_on=disposal.due_on,
        awaited_on=clock.today(),
    )
    notify(
        [professional_id] if professional_id else manager_ids(agreement.recipient_id),
        organisation_id=agreement.recipient_id,
        kind="agreement.disposal",
        text="Un jeune a retiré son accord : supprimez ce que rien n’oblige à garder, d’ici un mois.",
        path=reverse("youths:disposal", args=[disposal.uuid]),
        effect_key=f"agreement:{agreement.pk}:disposal",
    )


@transaction.atomic
def answer_disposal(acting: Acting, disposal: Disposal, answer: str, duty: str) -> bool:
    """Say what was made of what the partner held, once; False when somebody said it first."""
    waiting = Disposal.objects.visible_to(acting).filter(pk=disposal.pk, answer="")
    done = waiting.update(answer=answer, duty=duty, answered_by_id=acting.user_id, answered_at=clock.now())
    if done:
        todo.close_tasks(OF_DISPOSAL, disposal.pk)
    return bool(done)


def youth_of(disposal: Disposal) -> dict[str, Any] | None:
    """Whose data is to be deleted, for the partner that has not answered yet."""
    who = call("tu_disposal_of", disposal.pk)
    return who and {**who, "birth_date": date.fromisoformat(who["birth_date"])}
