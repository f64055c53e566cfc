"""What youths ask about their data: received, answered within a month, and passed on to who else holds something.

The delegate handles a request and sees no record. What another organisation holds is its own affair: it is told that a
request awaits its answer, never by whom it was received nor who else is told.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from core import clock, documents, outbox, todo
from core.acting import DPO, MANAGER, Acting
from core.hooks import render_person_file
from core.models import Document, Task
from core.names import normalise
from core.scope import system_scope
from core.working_days import add_months
from notifications.notices import notify
from partners.models import Membership
from youths.models import Accompaniment, Erasure, RightsRequest, Youth
from youths.rights import erasure, gathering

SPREAD, GATHER, ERASE = "rights.spread", "rights.gather", "rights.erase"
TASK, CORRECT = "rights_request", "rights_correct"
# An archive holds a life: it does not stay longer than it takes to hand it over.
ARCHIVE_DAYS = 7
Kind, State = RightsRequest.Kind, RightsRequest.State
# What concerns whoever else holds something; what concerns who keeps the record.
FOR_ALL, FOR_KEEPERS = (Kind.ACCESS, Kind.ERASURE), (Kind.RECTIFICATION,)


class AlreadyOpen(Exception):
    """The same request of the same youth awaits its answer already."""


class Settled(Exception):
    """The request was answered, or extended, in the meantime: nothing was written."""


def find(first_name: str, last_name: str, birth_date: date | None, file_number: str) -> list[int]:
    """The youths of whom the acting organisation holds something, by exact name and birth date, or file number."""
    with connection.cursor() as cursor:
        cursor.execute(
            # A record that was merged into another one is that one.
            "SELECT DISTINCT tu_kept(found) FROM tu_find_person(%s, %s, %s) AS found",
            [normalise(last_name, first_name), birth_date, file_number.strip()],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def person_of(request: RightsRequest) -> dict[str, Any] | None:
    """The name and the birth date of who made a request; None once they were erased."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tu_person_of_request(%s)", [request.pk])
        row = cursor.fetchone()
    return dict(zip(("first_name", "last_name", "birth_date"), row, strict=True)) if row else None


def with_initials(found: Iterable[RightsRequest]) -> list[RightsRequest]:
    """Requests, each with ``who``: initials and birth date, enough to tell one from another (one query)."""
    requests = list(found)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.id, who.* FROM unnest(%s::bigint[]) AS asked (id), tu_person_of_request(asked.id) AS who",
            [[request.pk for request in requests]],
        )
        known = {
            pk: f"{first[0]}. {last[0]}., {born:%d/%m/%Y}" for pk, first, last, born in cursor.fetchall()
        }
    for request in requests:
        request.who = known.get(request.pk, "")  # type: ignore[attr-defined]
    return requests


@transaction.atomic
def receive(acting: Acting, youth_id: int, *, kind: str, channel: str, received_on: date) -> RightsRequest:
    """Write down a request of a youth; its answer is due in a month (RGPD art. 12-3). Raises AlreadyOpen."""
    try:
        with transaction.atomic():
            request = RightsRequest.objects.create(
                youth_id=youth_id,
                organisation_id=acting.organisation_id,
                kind=kind,
                channel=channel,
                received_on=received_on,
                due_on=add_months(received_on, 1),
                handled_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_one_open_request" not in str(error):
            raise
        raise AlreadyOpen from error
    _open_task(request, acting.user_id)
    if kind == Kind.RECTIFICATION:
        _ask_correction(request)
    if kind in (*FOR_ALL, *FOR_KEEPERS):
        outbox.post(SPREAD, {"request": request.pk}, effect_key=f"{SPREAD}:{request.pk}")
    return request


def spread(payload: dict[str, Any]) -> None:
    """Outbox handler, in the worker's system scope: who else holds something has a month to answer for it."""
    request = RightsRequest.objects.select_related("youth").filter(pk=payload["request"]).first()
    if request is None or not request.is_open or request.channel == RightsRequest.Channel.RELAYED:
        return
    youth = request.youth
    concerned = youth.keepers
    if request.kind in FOR_ALL:
        concerned |= set(Accompaniment.objects.filter(youth=youth).values_list("organisation_id", flat=True))
    elif request.kind not in FOR_KEEPERS:
        return
    for organisation_id in sorted(concerned - {request.organisation_id}):
        relayed, created = RightsRequest.objects.get_or_create(
            youth=youth,
            organisation_id=organisation_id,
            kind=request.kind,
            state=State.OPEN,
            defaults={
                "channel": RightsRequest.Channel.RELAYED,
                "received_on": clock.today(),
                "due_on": add_months(clock.today(), 1),
            },
        )
        if created:
            _open_task(relayed, delegate_of(organisation_id))
            if relayed.kind == Kind.RECTIFICATION:
                _ask_correction(relayed)
            told = "Un jeune demande une réponse sur ses données : elle est attendue d’ici un mois."
            _tell(relayed, told, "relayed")


def delegate_of(organisation_id: int) -> int | None:
    """The delegate to whom a request falls; None when the organisation has none: its managers are asked to name one."""
    return next(iter(_with_role(organisation_id, DPO)), None)


def answering_for(organisation_id: int) -> list[int]:
    """The delegates of an organisation; its managers when it has none."""
    return _with_role(organisation_id, DPO) or _with_role(organisation_id, MANAGER)


def _with_role(organisation_id: int, role: str) -> list[int]:
    members = Membership.objects.live().filter(organisation_id=organisation_id, role=role)
    return list(members.order_by("user_id").values_list("user_id", flat=True))


def _open_task(request: RightsRequest, user_id: int | None) -> None:
    todo.open_task(
        TASK,
        subject_kind=TASK,
        subject_id=request.pk,
        organisation_id=request.organisation_id,
        counterpart_id=None,
        user_id=user_id,
        due_on=request.due_on,
        awaited_on=clock.today(),
    )


def _tell(request: RightsRequest, text: str, what: str) -> None:
    notify(
        answering_for(request.organisation_id),
        organisation_id=request.organisation_id,
        kind="rights.request",
        text=text,
        path=request.get_absolute_url(),
        effect_key=f"rights:{request.pk}:{what}",
    )


@transaction.atomic
def extend(request: RightsRequest, reason: str) -> None:
    """Take two more months, once, for a complex request; the youth is told why. Raises Settled."""
    waiting = RightsRequest.objects.open().filter(pk=request.pk, extension_reason="")
    if not waiting.update(due_on=add_months(request.due_on, 2), extension_reason=reason):
        raise Settled
    waiting_tasks = Task.objects.filter(subject_kind=TASK, subject_id=request.pk).open()
    request.refresh_from_db()
    waiting_tasks.update(due_on=request.due_on)


@transaction.atomic
def answer(acting: Acting, request: RightsRequest, *, state: str, words: str, answered_on: date) -> None:
    """Say what was answered to the youth, and when. Raises Settled."""
    waiting = RightsRequest.objects.open().filter(pk=request.pk)
    if not waiting.update(state=state, answer=words, answered_on=answered_on, handled_by_id=acting.user_id):
        raise Settled
    todo.close_tasks(TASK, request.pk)


def lift(acting: Acting, request: RightsRequest, *, words: str, answered_on: date) -> None:
    """End an objection or a restriction that was granted; the history keeps what was answered. Raises Settled."""
    binding = RightsRequest.objects.filter(
        pk=request.pk, state=State.GRANTED, kind__in=(Kind.OPPOSITION, Kind.RESTRICTION)
    )
    if not binding.update(
        state=State.LIFTED, answer=words, answered_on=answered_on, handled_by_id=acting.user_id
    ):
        raise Settled


# --- Rectification --------------------------------------------------------------------------------


def _ask_correction(request: RightsRequest) -> None:
    """The lead corrects the record, within the same month; the managers when there is none."""
    links = Accompaniment.objects.active().filter(
        youth=request.youth_id, organisation=request.organisation_id
    )
    todo.open_task(
        CORRECT,
        subject_kind=TASK,
        subject_id=request.pk,
        organisation_id=request.organisation_id,
        counterpart_id=None,
        user_id=links.order_by("role", "pk").values_list("professional_id", flat=True).first(),
        due_on=request.due_on,
        awaited_on=clock.today(),
    )


# --- À faire --------------------------------------------------------------------------------------


def cards(acting: Acting, tasks: Iterable[Task]) -> dict[int, todo.Card]:
    """The cards of "À faire" (registry ``todo_sources``): what is asked, and never by whom."""
    uuids = Youth.objects.filter(pk=OuterRef("youth")).values("uuid")[:1]
    requests = RightsRequest.objects.filter(organisation=acting.organisation_id)
    return todo.cards_of(tasks, requests.annotate(youth_uuid=Subquery(uuids)).in_bulk, _card)


def _card(task: Task, request: Any) -> todo.Card:
    if task.kind == CORRECT and request.youth_uuid:
        expected, button = "Un jeune demande que son dossier soit corrigé", "Corriger le dossier"
        url = reverse("youths:correct", args=[request.youth_uuid])
    else:
        expected = "Un jeune attend une réponse sur ses données"
        expected = (
            f"{expected} : votre délégué répond" if task.user_id else f"Désigner un délégué. {expected}"
        )
        button, url = "Voir l’équipe", reverse("partners:team")
    return todo.card(
        task,
        who="Droits de la personne",
        expected=expected,
        context=f"{request.get_kind_display().split(' :')[0]}, demande du {request.received_on:%d/%m/%Y}",
        button=button,
        url=url,
    )


# --- Access ---------------------------------------------------------------------------------------


@transaction.atomic
def ask_archive(acting: Acting, request: RightsRequest) -> None:
    """Ask the worker for the archive of what the organisation holds. Raises Settled."""
    waiting = RightsRequest.objects.open().filter(pk=request.pk, gathering=False, kind=Kind.ACCESS)
    if not waiting.update(gathering=True, handled_by_id=acting.user_id):
        raise Settled
    key = f"{GATHER}:{request.pk}:{clock.now():%Y%m%d%H%M%S%f}"
    outbox.post(GATHER, {"request": request.pk}, effect_key=key)


def gather(payload: dict[str, Any]) -> None:
    """Outbox handler, in the worker's system scope: make the archive, for some days."""
    request = RightsRequest.objects.select_for_update(of=("self",)).filter(pk=payload["request"]).first()
    if request is None or not request.gathering:
        return
    held = gathering.held_by(request.organisation_id, Youth.objects.get(pk=request.youth_id))
    content = gathering.archive(held, render_person_file(held))
    former = request.archive_id
    request.archive = documents.store(
        content, filename=f"demande-acces-{request.pk}.zip", media_type="application/zip"
    )
    request.archive_until = clock.now() + timedelta(days=ARCHIVE_DAYS)
    request.gathering = False
    request.save(update_fields=["archive", "archive_until", "gathering"])
    documents.remove(Document.objects.filter(pk__in=[former] if former else []))
    _tell(
        request,
        "L’archive demandée est prête, pour sept jours.",
        f"archive:{request.archive_until:%Y%m%d%H%M%S}",
    )


def forget_archives() -> int:
    """The worker removes the archives whose days are over; returns how many. Twice changes nothing."""
    with system_scope("archives handed over"):
        old = RightsRequest.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            archive__isnull=False, archive_until__lte=clock.now()
        )
        papers = {request.pk: request.archive_id for request in old.order_by("pk") if request.archive_id}
        RightsRequest.objects.filter(pk__in=papers).update(archive=None, archive_until=None)
        return documents.remove(Document.objects.filter(pk__in=papers.values()))


# --- Erasure --------------------------------------------------------------------------------------


def ask_erasure(acting: Acting, request: RightsRequest) -> None:
    """Ask the worker to erase what the organisation holds. Raises erasure.Hindered and Settled."""
    if not request.is_open or request.kind != Kind.ERASURE:
        raise Settled
    if words := erasure.hindrance(request.youth_id, request.organisation_id):
        raise erasure.Hindered(words)
    outbox.post(
        ERASE,
        {"request": request.pk, "by": acting.user_id},
        # Asked again after the worker gave up, it is posted again.
        effect_key=f"{ERASE}:{request.pk}:{clock.now():%Y%m%d%H%M%S%f}",
    )


def erase(payload: dict[str, Any]) -> None:
    """Outbox handler, in the worker's system scope. What stands in the way since makes it try again.

    Whom to erase is what the request says, and no message: whoever writes in the outbox chooses nobody.
    """
    request = RightsRequest.objects.filter(pk=payload["request"], kind=Kind.ERASURE).first()
    if request is not None and request.is_open:
        erasure.erase(
            request.youth_id, request.organisation_id, by=payload["by"], reason=Erasure.Reason.REQUEST
        )
