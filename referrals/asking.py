"""What one asks and another confirms (``models.MoveRequest``).

A cancellation after the acceptance is confirmed by the other side, or by the clock after five working days. A
reopening, and an error said after a day, are confirmed by a second person of the organisation that asks; one of the
two is a manager. Nothing moves before.
"""

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import CharField, F, OuterRef, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, JSONObject
from django.utils.dateparse import parse_date

from core import clock, todo
from core.acting import Acting
from core.functions import call
from core.working_days import add_days, add_working_days
from notifications.notices import notify
from partners.people.members import manager_ids
from referrals.models import MoveRequest, Referral
from referrals.moves import Move
from referrals.transitions import Transition

# How long a second person has to confirm.
WORKING_DAYS = 5
Kind, Answer = MoveRequest.Kind, MoveRequest.Answer
# The task of the second person; a cancellation is what the clock of the referral is about.
TASKS = {Kind.REOPEN: "confirm_reopen", Kind.ERROR: "confirm_error"}
WORDS = {Kind.REOPEN: "réouverture", Kind.ERROR: "erreur de saisie"}
ASKED = "Une demande attend votre confirmation : {what} ({programme})."
DONE = "Votre demande est confirmée : {what} ({programme})."
NOT_DONE = "Votre demande n’a pas été confirmée : {what} ({programme})."
# Their moves, which the other side is told once they are carried out.
WITHIN = frozenset({"ask_reopen", "drop_reopen", "ask_error", "drop_error"})
# What the answers that carry out a request take from it.
_CARRIED = ("reason", "reason_detail")


class Pending(NamedTuple):
    """A request that waits for its answer."""

    kind: str
    organisation_id: int
    asked_by_id: int
    asked_by: str
    by_manager: bool
    reason: str
    reason_detail: str
    answer_by: date


_ROW: dict[str, str | Combinable] = {
    "kind": "kind",
    "organisation_id": "organisation_id",
    "asked_by_id": "asked_by_id",
    "asked_by": Concat(
        F("asked_by__first_name"), Value(" "), F("asked_by__last_name"), output_field=CharField()
    ),
    "by_manager": "by_manager",
    "reason": "reason",
    "reason_detail": "reason_detail",
    "answer_by": "answer_by",
}


def of_page() -> ArraySubquery:
    """What waits for an answer on the referrals of a query, for the page that shows it without another one."""
    waiting = MoveRequest.objects.filter(referral=OuterRef("pk"), answered_at__isnull=True).order_by("number")
    return ArraySubquery(waiting.values(row=JSONObject(**_ROW)))


def pending(referral: Referral) -> list[Pending]:
    """What waits for an answer on a referral: as its page was read, else as the database has it now."""
    rows = getattr(referral, "request_rows", None)
    if rows is None:
        waiting = MoveRequest.objects.filter(referral=referral, answered_at__isnull=True)
        rows = waiting.order_by("number").values_list(JSONObject(**_ROW), flat=True)
    return [Pending(**row | {"answer_by": parse_date(row["answer_by"])}) for row in rows]


def asked(referral: Referral, kind: str, acting: Acting | None) -> Pending | None:
    """The request of a kind that the acting organisation asked, or, of a cancellation, was asked."""
    for request in pending(referral):
        if request.kind == kind and (
            kind == Kind.CANCEL or (acting is not None and request.organisation_id == acting.organisation_id)
        ):
            return request
    return None


def refusal(referral: Referral, row: Transition, acting: Acting) -> str:
    """Why what is asked, or its answer, is refused to somebody, in a French sentence; empty when it is not."""
    if row.asks and asked(referral, row.asks, acting):
        return "Cette demande attend déjà une réponse."
    if not row.settles:
        return ""
    request = asked(referral, row.settles, acting)
    if request is None:
        return "Rien n’a été demandé, ou la réponse est déjà donnée."
    if row.answer != Answer.CONFIRMED or row.settles == Kind.CANCEL:
        return ""
    if request.asked_by_id == acting.user_id:
        return "Une autre personne de votre structure doit confirmer ce que vous avez demandé."
    if not (request.by_manager or acting.is_manager):
        return "Un responsable de votre structure doit confirmer cette demande."
    return ""


def carried(referral: Referral, row: Transition, acting: Acting | None) -> Mapping[str, Any]:
    """The reason of a request, for the move that carries it out."""
    if row.answer != Answer.CONFIRMED:
        return {}
    request = asked(referral, row.settles, acting)
    assert request is not None, "refused before"
    return {name: getattr(request, name) for name in _CARRIED}


def reason_of_event(move: Move) -> str:
    """The reason that the event of a move keeps, for both sides.

    What is asked inside one organisation keeps its own there (``MoveRequest``), until it is carried out.
    """
    return "" if move.row.asks in TASKS else move.get("reason") or ""


def after(referral: Referral, move: Move, before: str) -> None:
    """Write what a move asks, or what it answers; what the referral has left behind lapses."""
    row, acting = move.row, move.acting
    if row.settles:
        waiting = referral.requests.filter(kind=row.settles, answered_at__isnull=True)
        if row.settles != Kind.CANCEL and acting is not None:
            waiting = waiting.filter(organisation=acting.organisation_id)
        own = acting is not None and waiting.filter(asked_by=acting.user_id).exists()
        answer = Answer.TAKEN_BACK if own and row.answer == Answer.REFUSED else row.answer
        _answer(waiting, answer, acting)
    if referral.state != before:
        # By the owner's function: what the other side asked of its own people is not read here.
        call("tu_requests_lapse", referral.pk)
    if row.asks and acting is not None:
        MoveRequest.objects.create(
            referral=referral,
            number=referral.version,
            kind=row.asks,
            organisation_id=acting.organisation_id,
            asked_by_id=acting.user_id,
            by_manager=acting.is_manager,
            reason=move.get("reason"),
            reason_detail=move.get("reason_detail") or "",
            answer_by=last_day(referral, row.asks, acting),
        )


def last_day(referral: Referral, kind: str, acting: Acting) -> date:
    """Until when an answer is awaited: the eve of what the clock would do, else working days of who asks."""
    if kind == Kind.CANCEL:
        assert referral.expires_on is not None  # referrals.clocks: the clock of a cancellation has an end
        return add_days(referral.expires_on, -1)
    asking = getattr(referral, referral.side_of(acting.organisation_id))
    return add_working_days(clock.today(), WORKING_DAYS, asking.department_id)


def _answer(waiting: Any, answer: str, acting: Acting | None) -> None:
    waiting.update(
        answer=answer,
        answered_by_id=acting.user_id if acting else None,
        answered_for_id=acting.organisation_id if acting else None,
        answered_at=clock.now(),
    )


def second_persons(referral: Referral, request: Pending) -> list[int]:
    """Who may confirm in the organisation that asks: its managers, and who follows the referral when one asked."""
    people = manager_ids(request.organisation_id)
    if request.by_manager:
        people = [*people, getattr(referral, f"{referral.side_of(request.organisation_id)}_professional_id")]
    return [person for person in dict.fromkeys(people) if person and person != request.asked_by_id]


def _within(referral: Referral) -> list[Any]:
    """What waits for a second person, on both sides: who must be asked, and nothing of why."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tu_requests_waiting(%s)", [referral.pk])
        columns = [column.name for column in cursor.description or ()]
        return [SimpleNamespace(**dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]


def open_tasks(referral: Referral) -> None:
    """The tasks of the second persons, beside the one of the clock."""
    for request in _within(referral):
        side = referral.side_of(request.organisation_id)
        professional = getattr(referral, f"{side}_professional_id")
        todo.open_task(
            TASKS[Kind(request.kind)],
            subject_kind="referral",
            subject_id=referral.pk,
            organisation_id=request.organisation_id,
            # Whatever the other side does may close it.
            counterpart_id=referral.recipient_id if side == "sender" else referral.sender_id,
            user_id=professional if request.by_manager and professional != request.asked_by_id else None,
            due_on=request.answer_by,
            awaited_on=clock.today(),
        )


def tell(referral: Referral, move: Move) -> None:
    """What is asked inside one organisation: its second persons are told, then who asked."""
    row, acting = move.row, move.acting
    if acting is None or (row.asks or row.settles) not in TASKS:
        return
    if row.asks:
        request = asked(referral, row.asks, acting)
        assert request is not None, "written by after()"
        _notify(referral, second_persons(referral, request), acting.organisation_id, row.asks, ASKED)
    else:
        settled = referral.requests.filter(kind=row.settles, organisation=acting.organisation_id)
        latest = settled.order_by("-number").values_list("asked_by", flat=True)[:1]
        people = [person for person in latest if person != acting.user_id]
        text = DONE if row.answer == Answer.CONFIRMED else NOT_DONE
        _notify(referral, people, acting.organisation_id, row.settles, text)


def _notify(referral: Referral, people: list[int], organisation_id: int, kind: str, text: str) -> None:
    notify(
        people,
        organisation_id=organisation_id,
        kind=f"referral.by_two_{kind}",
        text=text.format(what=WORDS[Kind(kind)], programme=referral.rules.short_label),
        path=referral.get_absolute_url(),
        effect_key=f"by_two_{kind}:{referral.pk}:{referral.version}:{text[:12]}",
    )


def lapse(today: date) -> None:
    """Nobody confirmed in time: nothing moves, the task goes, and who asked is told (in a system scope)."""
    over = MoveRequest.objects.filter(answered_at__isnull=True, answer_by__lt=today).exclude(kind=Kind.CANCEL)
    over = over.select_related("referral").select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    for request in over:
        _answer(MoveRequest.objects.filter(pk=request.pk), Answer.LAPSED, None)
        todo.close_tasks(
            "referral",
            request.referral_id,
            kinds=[TASKS[Kind(request.kind)]],
            organisation_id=request.organisation_id,
        )
        _notify(request.referral, [request.asked_by_id], request.organisation_id, request.kind, NOT_DONE)
