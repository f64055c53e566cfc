"""The journal of a youth: facts shared by those who accompany, notes of one organisation, the next step agreed on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from core import clock
from core.acting import Acting
from core.gestures import just_written, one_at_a_time
from core.working_days import long_date
from youths.accompanying import todo
from youths.models import JournalEntry, NextStep, PrivateNote, Youth
from youths.records import Overtaken

WITHDRAWN = "Retiré par la structure qui l’avait écrit."


class Written(Exception):
    """The same person just wrote the same text about this youth: it is there once."""


def _refuse_again(model: type[JournalEntry | PrivateNote], acting: Acting, youth: Youth, text: str) -> None:
    one_at_a_time("journal", acting.user_id)
    same = model.objects.filter(youth=youth, withdrawn_at__isnull=True)
    if just_written(same, "at", author_id=acting.user_id, text=text):
        raise Written


@transaction.atomic
def share(acting: Acting, youth: Youth, *, kind: str, happened_on: date, text: str) -> JournalEntry:
    """Write a fact that every organisation that accompanies the youth reads. Raises Written."""
    _refuse_again(JournalEntry, acting, youth, text)
    return JournalEntry.objects.create(
        youth=youth,
        organisation_id=acting.organisation_id,
        author_id=acting.user_id,
        kind=kind,
        happened_on=happened_on,
        text=text,
    )


@transaction.atomic
def note(
    acting: Acting,
    youth: Youth,
    text: str,
    *,
    kind: str = PrivateNote.Kind.INFORMATION,
    happened_on: date | None = None,
) -> PrivateNote:
    """Write a note that one's own organisation alone reads (of today by default). Raises Written."""
    _refuse_again(PrivateNote, acting, youth, text)
    return PrivateNote.objects.create(
        youth=youth,
        organisation_id=acting.organisation_id,
        author_id=acting.user_id,
        kind=kind,
        happened_on=happened_on or clock.today(),
        text=text,
    )


@transaction.atomic
def withdraw(acting: Acting, youth: Youth, uuid: UUID) -> bool:
    """Withdraw a fact or a note of one's own organisation; False when there is none by that identifier."""
    own = {"youth": youth, "uuid": uuid, "organisation": acting.organisation_id, "withdrawn_at": None}
    return any(
        model.objects.filter(**own).update(withdrawn_at=clock.now()) for model in (JournalEntry, PrivateNote)
    )


@transaction.atomic
def propose(acting: Acting, youth: Youth, *, wording: str, due_on: date) -> NextStep:
    """Propose what comes next; the step open until then is replaced. Raises Overtaken."""
    try:
        with transaction.atomic():
            _close(NextStep.objects.filter(youth=youth), acting, NextStep.Closing.REPLACED)
            return NextStep.objects.create(
                youth=youth,
                wording=wording,
                due_on=due_on,
                proposed_for_id=acting.organisation_id,
                proposed_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_one_next_step" not in str(error):
            raise
        raise Overtaken from error


@transaction.atomic
def agree(acting: Acting, youth: Youth, uuid: UUID) -> None:
    """Agree to the step that another organisation proposed: both find it in "À faire" at its date.

    Raises Overtaken when it is no longer to be agreed on.
    """
    waiting = NextStep.objects.filter(youth=youth, uuid=uuid, closing="", agreed_for__isnull=True)
    agreed = waiting.exclude(proposed_for=acting.organisation_id).update(
        agreed_for=acting.organisation_id, agreed_by=acting.user_id, agreed_at=clock.now()
    )
    if not agreed:
        raise Overtaken
    step = NextStep.objects.get(youth=youth, uuid=uuid)
    todo.open_steps(youth, (step.proposed_for_id, acting.organisation_id), step.due_on)


@transaction.atomic
def close(acting: Acting, youth: Youth, uuid: UUID, closing: str) -> None:
    """Say that a step is done, or given up. Raises Overtaken when somebody closed it already."""
    if not _close(NextStep.objects.filter(youth=youth, uuid=uuid), acting, closing):
        raise Overtaken


def _close(steps: Any, acting: Acting, closing: str) -> int:
    return steps.filter(Q(closing="")).update(
        closing=closing, closed_at=clock.now(), closed_for=acting.organisation_id
    )


def items_of(acting: Acting, youth: Youth) -> list[dict[str, Any]]:
    """The journal as items of a timeline. The record was read through ``whole_youth_or_404``."""
    return [
        *(_entry(acting, youth, row) for row in youth.journal_rows),  # type: ignore[attr-defined]
        *(_note(acting, youth, row) for row in youth.note_rows),  # type: ignore[attr-defined]
        *(_closed_step(row) for row in youth.step_rows if row["closing"]),  # type: ignore[attr-defined]
    ]


def step_of(acting: Acting, youth: Youth) -> dict[str, Any] | None:
    """The open step, in words, with what this organisation may say of it; None when nothing is proposed."""
    row = next((row for row in youth.step_rows if not row["closing"]), None)  # type: ignore[attr-defined]
    if row is None:
        return None
    due_on = date.fromisoformat(row["due_on"])
    own = row["proposed_for_id"] == acting.organisation_id
    agreed = row["agreed_name"]
    return {
        "uuid": row["uuid"],
        "wording": row["wording"],
        "due_on": due_on,
        "late": due_on < clock.today(),
        "proposed": row["proposed_name"],
        "agreed": agreed or "",
        "may_agree": not own and not agreed,
    }


def _entry(acting: Acting, youth: Youth, row: dict[str, Any]) -> dict[str, Any]:
    happened_on = date.fromisoformat(row["happened_on"])
    at = _moment(row["at"])
    told_later = "" if happened_on == clock.day_of(at) else f"Le {long_date(happened_on)}. "
    return {
        "at": at,
        "title": JournalEntry.Kind(row["kind"]).label,
        "text": WITHDRAWN if row["withdrawn"] else told_later + row["text"],
        "actor_org": row["organisation_name"],
        "kind": "",
        **_withdrawing(acting, youth, row),
    }


def _note(acting: Acting, youth: Youth, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": _moment(row["at"]),
        "title": f"Note de votre structure, par {row['author']}",
        "text": WITHDRAWN if row["withdrawn"] else row["text"],
        "actor_org": "",
        "kind": "private",
        **_withdrawing(acting, youth, row),
    }


def _closed_step(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": _moment(row["closed_at"]),
        "title": f"Étape : {row['wording']}",
        "text": f"{NextStep.Closing(row['closing']).label.capitalize()}.",
        "actor_org": row["closed_name"],
        "kind": "",
    }


def _withdrawing(acting: Acting, youth: Youth, row: dict[str, Any]) -> dict[str, Any]:
    """What an organisation may withdraw is its own, with the link that does; nothing for the rest."""
    if row["withdrawn"] or row.get("organisation_id", acting.organisation_id) != acting.organisation_id:
        return {}
    address = reverse("youths:journal_withdraw", args=[youth.uuid])
    return {"own": row["uuid"], "link": (f"{address}?ligne={row['uuid']}", "Retirer")}


def _moment(value: str) -> datetime:
    found = parse_datetime(value)
    assert found is not None
    return found
