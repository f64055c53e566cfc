"""Erasing what an organisation holds about a youth: the whole record, or its own part of it (ADR 0023).

The record goes when nobody keeps it any more: while another organisation keeps it or accompanies the youth, what is
the first one's own goes, and the record passes on. Facts become counts first; the history is blanked; tasks,
notifications, messages waiting and files go too. What stays is the sealed trail (identifiers only) and a proof.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from core import documents, history
from core.functions import call
from core.hooks import hindrances, part_erased, youth_erased
from core.models import Document, OpenedFile, OutboxMessage, Task
from core.personal import of_youths
from core.scope import system_scope
from notifications.models import Notification
from youths.merging import transfers
from youths.merging.joining import former_keys
from youths.models import Accompaniment, Erasure, Obstacle, Youth
from youths.rights.standing import forbids_erasing


class Hindered(Exception):
    """Something stands in the way; the message is French."""


def record_hash(uuid: UUID, key: str = "") -> str:
    """The keyed hash of a record's identifier: the same for the same record, and nothing to who lacks the key."""
    return hmac.new((key or settings.SEAL_KEYS[0]).encode(), uuid.bytes, hashlib.sha256).hexdigest()


def hindrance(
    youth_id: int, organisation_id: int, reason: Erasure.Reason | str = Erasure.Reason.REQUEST
) -> str:
    """Why an organisation may not erase what it holds about a youth now, in French; "" when nothing stands in the way.

    In a system scope.
    """
    if words := forbids_erasing(youth_id, organisation_id, reason):
        return words
    found = (ask(youth_id, organisation_id) for _, ask in hindrances.items())
    return next((words for words in found if words), "")


def erase(
    youth_id: int, organisation_id: int, *, by: int | None, reason: Erasure.Reason | str
) -> Erasure | None:
    """Erase what an organisation holds about a youth, and keep the proof; None when it holds nothing (any more).

    On the worker's login. Raises Hindered.
    """
    with system_scope("erase what an organisation holds about a youth"):
        youth = Youth.objects.select_for_update().filter(pk=youth_id).first()
        if youth is None or not _holds(youth, organisation_id):
            return None
        if words := hindrance(youth_id, organisation_id, reason):
            raise Hindered(words)
        heir = _heir(youth, organisation_id)
        whole = heir is None
        counts = _erase_whole(youth) if heir is None else _erase_part(youth, organisation_id, heir)
        return Erasure.objects.create(
            organisation_id=organisation_id,
            by_id=by,
            reason=reason,
            whole=whole,
            counts=counts,
            record_hash=record_hash(youth.uuid),
        )


def erase_again(youth_id: int, proof: Erasure) -> bool:
    """Erase what a proof says was erased, and that a restored backup brought back; False when it is gone already.

    Nothing stands in the way: it was decided. The proof, which the backup may have lost, is written again.
    """
    with system_scope("erase again what a backup brought back"):
        youth = Youth.objects.select_for_update().filter(pk=youth_id).first()
        if youth is None or not _holds(youth, proof.organisation_id):
            return False
        heir = None if proof.whole else _heir(youth, proof.organisation_id)
        proof.counts = (
            _erase_whole(youth) if heir is None else _erase_part(youth, proof.organisation_id, heir)
        )
        proof.save(force_insert=True)
        return True


def _holds(youth: Youth, organisation_id: int) -> bool:
    if organisation_id in youth.keepers:
        return True
    return any(
        found.of(youth.pk).filter(found.named(organisation_id)).exists() for found in of_youths() if found.own
    )


@dataclass(frozen=True, slots=True)
class _Heir:
    """Who keeps the record afterwards: those who already did, or the first that accompanies."""

    held_by_id: int
    registered_with_id: int | None


def _heir(youth: Youth, organisation_id: int) -> _Heir | None:
    keepers = [
        one for one in (youth.held_by_id, youth.registered_with_id) if one not in (None, organisation_id)
    ]
    registered = youth.registered_with_id if youth.registered_with_id != organisation_id else None
    if keepers:
        return _Heir(youth.held_by_id if youth.held_by_id != organisation_id else keepers[0], registered)
    following = (
        Accompaniment.objects.accompanying()
        .active()
        .filter(youth=youth)
        .exclude(organisation=organisation_id)
        .order_by("started_on", "pk")
        .values_list("organisation_id", flat=True)
        .first()
    )
    return _Heir(following, None) if following else None


# --- The whole record -----------------------------------------------------------------------------


def _erase_whole(youth: Youth) -> dict[str, int]:
    # The records that were merged into it are the same person's: their rows lead to this one, their traces are theirs.
    former = former_keys(youth)
    keys = [youth.pk, *(key for key, _ in former)]
    named = [one for key in keys for one in _identifiers(key)] + [str(address) for _, address in former]
    subjects = [one for key in keys for one in _subjects(key)]
    papers = [one for key in keys for one in _papers(key)]
    youth_erased(youth.pk)
    around = _erase_around(named, subjects)
    counts: dict[str, int] = call("tu_erase_youth", youth.pk)
    documents.remove(Document.objects.filter(pk__in=papers))
    counts |= {name: count for name, count in around.items() if count}
    counts["core_change"] = sum(history.blank("youth", key, "erased") for key in keys)
    if papers:
        counts["core_document"] = len(papers)
    return counts


def _identifiers(youth_id: int) -> list[str]:
    """The public identifiers of everything about a youth, as addresses and messages carry them."""
    return [
        str(uuid)
        for found in of_youths()
        if any(field.name == "uuid" for field in found.model._meta.concrete_fields)
        for uuid in found.of(youth_id).order_by("pk").values_list("uuid", flat=True)
    ]


def _subjects(youth_id: int) -> list[tuple[str, list[int]]]:
    """Under which kinds and keys the tasks know what is about a youth."""
    return [
        (kind, list(found.of(youth_id).order_by("pk").values_list("pk", flat=True)))
        for found in of_youths()
        for kind in found.subjects
    ]


def _papers(youth_id: int) -> list[int]:
    return [paper for found in of_youths() for paper in _papers_of(found.of(youth_id), found.files)]


def _papers_of(rows: QuerySet[Any], files: list[str]) -> Iterator[int]:
    for name in files:
        yield from rows.exclude(**{name: None}).order_by("pk").values_list(name, flat=True)


def _erase_around(named: list[str], subjects: list[tuple[str, list[int]]]) -> dict[str, int]:
    """What speaks of the youth by identifier, without a foreign key."""
    about = Q(pk__in=[])
    for kind, keys in subjects:
        about |= Q(subject_kind=kind, subject_id__in=keys)
    # One pass over each table, whatever the number of identifiers.
    said = "|".join(named)
    waiting = OutboxMessage.objects.annotate(said=Cast("payload", TextField())).filter(
        Q(said__regex=said) | Q(effect_key__regex=said)
    )
    return {
        "core_task": Task.objects.filter(about).delete()[0],
        "notifications_notification": Notification.objects.filter(path__regex=said).delete()[0],
        "core_outboxmessage": waiting.delete()[0],
        "core_openedfile": OpenedFile.objects.filter(subject_uuid__in=named).delete()[0],
    }


# --- One organisation's part ----------------------------------------------------------------------


def _erase_part(youth: Youth, organisation_id: int, heir: _Heir) -> dict[str, int]:
    """What is the organisation's own goes; the record, if it kept it, passes to who stays."""
    part_erased(youth.pk, organisation_id)
    counts: dict[str, int] = {}
    for found in of_youths():
        if not found.own:
            continue
        rows = found.of(youth.pk).filter(found.named(organisation_id))
        papers = list(_papers_of(rows, found.files))
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Task.objects.filter(subject_kind__in=found.subjects, subject_id__in=keys).delete()
        if gone := rows.delete()[0]:
            counts[found.model._meta.db_table] = gone
        documents.remove(Document.objects.filter(pk__in=papers))
    gone = Task.objects.filter(
        subject_kind__in=("youth", "accompaniment"), subject_id=youth.pk, organisation_id=organisation_id
    ).delete()[0]
    told = Notification.objects.filter(organisation_id=organisation_id, path__contains=str(youth.uuid))
    counts |= {
        name: count
        for name, count in {"core_task": gone, "notifications_notification": told.delete()[0]}.items()
        if count
    }
    transfers.let_fall(youth, organisation_id)
    Obstacle.objects.filter(youth=youth, taken_by=organisation_id, closing="").update(
        taken_by=heir.registered_with_id or heir.held_by_id
    )
    Youth.objects.filter(pk=youth.pk).update(
        held_by=heir.held_by_id,
        registered_with=heir.registered_with_id,
        # The number is that of the Mission Locale that goes.
        **({"file_number": ""} if heir.registered_with_id is None else {}),
    )
    return counts
