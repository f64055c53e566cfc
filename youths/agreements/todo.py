"""What "À faire" says about agreements, and what the clock asks: those about to end that something needs."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Exists, Model, OuterRef
from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from core.hooks import agreement_needs
from core.models import Task
from core.scope import system_scope
from core.todo import Card
from youths.agreements.codes import EXPIRING, OF_AGREEMENT
from youths.agreements.purposes import CO_ACCOMPANIMENT, label_of
from youths.models import Accompaniment, Agreement, AgreementRequest, Disposal, Youth

# How long before its end an agreement is asked again.
BEFORE_THE_END = timedelta(days=30)
BATCH = 500


def needed_to_accompany(agreements: list[int]) -> set[int]:
    """Those of some agreements under which the recipient accompanies the youth today (registry ``agreement_needs``)."""
    links = Accompaniment.objects.accompanying().active()
    its_own = links.filter(youth=OuterRef("youth"), organisation=OuterRef("recipient"))
    found = Agreement.objects.filter(Exists(its_own), pk__in=agreements, purpose=CO_ACCOMPANIMENT)
    return set(found.order_by("pk").values_list("pk", flat=True))


def open_expiring() -> int:
    """Ask again what ends within thirty days and something needs; returns how many tasks. Twice changes nothing."""
    today, opened, last = clock.today(), 0, 0
    while True:
        with system_scope("agreements about to end"):
            soon = list(
                Agreement.objects.live()
                .filter(pk__gt=last, expires_on__lte=today + BEFORE_THE_END)
                .select_related("youth")
                .order_by("pk")[:BATCH]
            )
            ids = [item.pk for item in soon]
            needed = set().union(*(needs(ids) for _, needs in agreement_needs.items())) if ids else set()
            asked = set(
                Task.objects.filter(kind=EXPIRING, subject_kind=OF_AGREEMENT, subject_id__in=ids).values_list(
                    "subject_id", flat=True
                )
            )
            for item in soon:
                if item.pk not in needed or item.pk in asked:
                    continue
                organisation_id, user_id = _who_asks(item)
                if organisation_id != item.recipient_id and not _given_again(item, organisation_id):
                    todo.open_task(
                        EXPIRING,
                        subject_kind=OF_AGREEMENT,
                        subject_id=item.pk,
                        organisation_id=organisation_id,
                        counterpart_id=item.recipient_id,
                        user_id=user_id,
                        due_on=item.expires_on,
                        awaited_on=today,
                    )
                    opened += 1
            _close_ended(today)
        if len(soon) < BATCH:
            return opened
        last = soon[-1].pk


def _who_asks(item: Agreement) -> tuple[int, int | None]:
    """The organisation and the person who ask again: who recorded it, else the lead, once the record changed hands."""
    if item.purpose != CO_ACCOMPANIMENT or item.recorded_for_id in item.youth.keepers:
        return item.recorded_for_id, item.recorded_by_id
    keeper = item.youth.keeper_id
    leads = Accompaniment.objects.active().filter(
        youth=item.youth_id, organisation=keeper, role=Accompaniment.Role.LEAD
    )
    return keeper, leads.values_list("professional", flat=True).first()


def _given_again(item: Agreement, organisation_id: int) -> bool:
    later = Agreement.objects.live().filter(
        youth=item.youth_id,
        recorded_for=organisation_id,
        recipient=item.recipient_id,
        purpose=item.purpose,
        expires_on__gt=item.expires_on,
    )
    return later.exists()


def _close_ended(today: date) -> None:
    """Once the agreement has ended, there is nothing to keep from ending."""
    ended = Task.objects.open().filter(kind=EXPIRING, subject_kind=OF_AGREEMENT, due_on__lt=today)
    ended.update(done_at=clock.now())


def cards_of_agreements(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of an agreement about to end (one query, none without a task)."""
    return todo.cards_of(tasks, lambda ids: _of_youths_of(acting, Agreement, ids), _card_of_agreement)


def _card_of_agreement(task: Task, agreement: Agreement) -> Card:
    asked = f"?pour={agreement.purpose}&structure={agreement.recipient_id}"
    return todo.card(
        task,
        who=agreement.youth.full_name,
        expected="Un accord du jeune se termine : lui redemander",
        context=f"{label_of(agreement.purpose)} · {agreement.recipient.outward_name}",
        button="Redemander l’accord",
        url=reverse("youths:agreement_give", args=[agreement.youth.uuid]) + asked,
    )


def cards_of_requests(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of an answer that came by a link (one query, none without a task)."""
    return todo.cards_of(tasks, lambda ids: _of_youths_of(acting, AgreementRequest, ids), _card_of_request)


def _card_of_request(task: Task, request: AgreementRequest) -> Card:
    return todo.card(
        task,
        who=request.youth.full_name,
        expected="Le jeune a répondu à votre lien",
        context=f"{label_of(request.purpose)} · {request.recipient.outward_name}",
        button="Lire sa réponse",
        url=f"{reverse('youths:agreement_ask', args=[request.youth.uuid])}?demande={request.uuid}",
    )


def _of_youths_of[M: Model](acting: Acting, model: type[M], ids: list[int]) -> dict[int, M]:
    rows = model._default_manager.filter(youth__in=Youth.objects.visible_to(acting))
    return rows.select_related("youth", "recipient").in_bulk(ids)


def cards_of_disposals(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The card of a deletion asked of a partner: it names nobody (one query, none without a task)."""
    return todo.cards_of(
        tasks, lambda ids: Disposal.objects.visible_to(acting).in_bulk(ids), _card_of_disposal
    )


def _card_of_disposal(task: Task, disposal: Disposal) -> Card:
    return todo.card(
        task,
        who="Un jeune qui a retiré son accord",
        expected="Supprimer ce que rien n’oblige à garder",
        context="Dites ensuite ce qui est fait",
        button="Dire ce qui est fait",
        url=reverse("youths:disposal", args=[disposal.uuid]),
    )
