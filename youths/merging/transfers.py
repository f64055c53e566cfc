"""A youth moves: the record passes from a Mission Locale to another one, when both agree."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.urls import reverse

from core import clock, todo
from core.acting import Acting
from core.functions import call
from core.models import Task
from core.scope import system_scope
from core.todo import Card
from notifications.notices import notify
from partners.models import Level, Municipality, Network, Organisation
from partners.people.members import manager_ids, team_ids_of
from youths.accompanying.settling import settle_invitations
from youths.merging import joining
from youths.merging.adoption import become_lead
from youths.models import Accompaniment, Merge, Transfer, Youth
from youths.records import Overtaken
from youths.rights.standing import check_sharing

KIND = SUBJECT = "transfer"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a transfer is about, as its recipient reads it until it answers."""

    first_name: str
    last_name: str
    birth_date: date

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def possible_recipients(acting: Acting) -> list[tuple[int, str, str]]:
    """The other Missions Locales that exist today: number, name, department."""
    found = (
        Organisation.objects.existing_on(clock.today())
        .filter(network=Network.ML, level=Level.LOCAL)
        .exclude(pk=acting.organisation_id)
        .order_by("department__name", "name", "pk")
    )
    return [
        (pk, name, department or "Autres")
        for pk, name, department in found.values_list("pk", "name", "department__name")
    ]


@transaction.atomic
def propose(acting: Acting, youth: Youth, recipient_id: int, municipality: Municipality | None) -> Transfer:
    """Propose a record to another Mission Locale; its managers are told, without a name.

    Raises Overtaken, and Refused while the youth objects to new sharing.
    """
    check_sharing(acting, youth.pk)
    try:
        with transaction.atomic():
            transfer = Transfer.objects.create(
                youth=youth,
                sender_id=acting.organisation_id,
                recipient_id=recipient_id,
                municipality=municipality,
                proposed_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_one_transfer" not in str(error):
            raise
        raise Overtaken from error
    today = clock.today()
    todo.open_task(
        KIND,
        subject_kind=SUBJECT,
        subject_id=transfer.pk,
        organisation_id=recipient_id,
        counterpart_id=acting.organisation_id,
        user_id=None,
        due_on=today + timedelta(days=14),
        awaited_on=today,
    )
    _tell(
        transfer,
        recipient_id,
        manager_ids(recipient_id),
        "proposed",
        "Une Mission Locale vous propose de reprendre le dossier d’un jeune qui a déménagé.",
    )
    return transfer


def read_identity(found: str | None) -> Identity | None:
    """As the database writes it (JSON)."""
    if found is None:
        return None
    who = json.loads(found)
    return Identity(who["first_name"], who["last_name"], date.fromisoformat(who["birth_date"]))


def pending_of(youth: Youth) -> Transfer | None:
    """The transfer of a record that waits for an answer, for those who proposed it."""
    return Transfer.objects.pending().filter(youth=youth).select_related("recipient").first()


def known_here(acting: Acting, transfer: Transfer, who: Identity) -> list[joining.Candidate]:
    """The records of one's own organisation that may be of the same person."""
    return joining.candidates(acting, who.first_name, who.last_name, who.birth_date, of=transfer.youth_id)


@transaction.atomic
def accept(
    acting: Acting, transfer: Transfer, *, lead_id: int, file_number: str, attach_to: Youth | None = None
) -> Youth:
    """Take the record over; or take it over and attach it to the one that this Mission Locale has of the same youth.

    The other Mission Locale reads it thirty days more; whoever has a referral under way goes on with it. Raises
    Overtaken, and IntegrityError when the file number is taken.
    """
    number = "" if attach_to else file_number
    if not call("tu_accept_transfer", transfer.pk, number):
        raise Overtaken
    youth = Youth.objects.get(pk=transfer.youth_id)
    _let_go(youth, transfer.sender_id)
    if attach_to is None:
        become_lead(acting, youth.pk, lead_id, Accompaniment.Reason.TRANSFER)
    else:
        youth = joining.merge(acting, attach_to, youth, take=[], how=Merge.Kind.ATTACH).youth
    settle_invitations(acting, youth.pk)
    todo.close_tasks(SUBJECT, transfer.pk)
    _tell_sender(transfer, "accepted", "Le transfert d’un dossier que vous aviez proposé est accepté.")
    return youth


def _let_go(youth: Youth, organisation_id: int) -> None:
    """The links of the one that passes the record on end; its access lasts thirty days, or what it has under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_under_way(%s, %s)", [youth.pk, organisation_id])
        going_on = [professional for (professional,) in cursor.fetchall()]
    teams = team_ids_of(going_on, organisation_id)
    today, until = clock.today(), clock.now() + Transfer.GRACE
    links = Accompaniment.objects.filter(youth=youth, organisation=organisation_id)
    links.active().update(ended_on=today, end_reason=Accompaniment.EndReason.TRANSFERRED)
    links.filter(Q(access_until__isnull=True) | Q(access_until__gt=until)).update(access_until=until)
    Accompaniment.objects.bulk_create(
        [
            Accompaniment(
                youth=youth,
                organisation_id=organisation_id,
                professional_id=professional,
                team_id=teams.get(professional),
                role=Accompaniment.Role.PARTNER,
                reason=Accompaniment.Reason.REFERRAL,
                started_on=today,
            )
            for professional in going_on
        ]
    )


@transaction.atomic
def refuse(acting: Acting, transfer: Transfer, reason: str) -> None:
    """Refuse a transfer, with a coded reason. Raises Overtaken."""
    if not call("tu_close_transfer", transfer.pk, Transfer.State.REFUSED, reason):
        raise Overtaken
    todo.close_tasks(SUBJECT, transfer.pk)
    _tell_sender(
        transfer,
        "refused",
        "Le transfert d’un dossier que vous aviez proposé est refusé. Sa page dit pourquoi.",
    )


@transaction.atomic
def take_back(acting: Acting, transfer: Transfer) -> None:
    """Keep the record after all. Raises Overtaken when it was answered meanwhile."""
    if not call("tu_close_transfer", transfer.pk, Transfer.State.WITHDRAWN, ""):
        raise Overtaken
    todo.close_tasks(SUBJECT, transfer.pk)


def let_fall(youth: Youth, sender_id: int) -> None:
    """In a system scope: what was proposed by an organisation that keeps the record no more is over."""
    proposed = Transfer.objects.pending().filter(youth=youth, sender=sender_id)
    for transfer in proposed.order_by("pk"):
        todo.close_tasks(SUBJECT, transfer.pk)
    proposed.update(state=Transfer.State.WITHDRAWN, answered_at=clock.now())


def expire() -> int:
    """The worker: what nobody answered in thirty days is over; the one that proposed it is told. Returns how many."""
    expired = 0
    with system_scope("transfers that nobody answered"):
        late = Transfer.objects.pending().filter(proposed_at__lte=clock.now() - Transfer.VALIDITY)
        for transfer in late.order_by("pk"):
            if call("tu_close_transfer", transfer.pk, Transfer.State.EXPIRED, ""):
                todo.close_tasks(SUBJECT, transfer.pk)
                _tell_sender(
                    transfer,
                    "expired",
                    "Le transfert d’un dossier que vous aviez proposé est resté sans réponse.",
                )
                expired += 1
    return expired


def _tell_sender(transfer: Transfer, event: str, text: str) -> None:
    _tell(transfer, transfer.sender_id, [transfer.proposed_by_id], event, text)


def _tell(transfer: Transfer, organisation_id: int, users: Iterable[int], event: str, text: str) -> None:
    notify(
        users,
        organisation_id=organisation_id,
        kind="youth.transfer",
        text=text,
        path=reverse("youths:transfer_detail", args=[transfer.uuid]),
        effect_key=f"transfer:{transfer.pk}:{organisation_id}:{event}",
    )


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, Card]:
    """The cards of "À faire" (registry ``todo_sources``); one query, none without a task. No youth is named."""
    waiting = Transfer.objects.visible_to(acting).pending().select_related("sender")
    return todo.cards_of(tasks, waiting.in_bulk, _card)


def _card(task: Task, transfer: Transfer) -> Card:
    return todo.card(
        task,
        who="Un jeune qui a déménagé",
        expected="Un transfert de dossier attend votre réponse",
        context=transfer.sender.name,
        button="Répondre",
        url=reverse("youths:transfer_detail", args=[transfer.uuid]),
    )
