"""The worker's part: prepare what was approved, delete what has expired.

The row is the queue. A worker claims it for a while, reads the list a part at a time for the person who asked (what
they may read today, no more), says how far it is, and writes the file in one last transaction. Killed anywhere, it
leaves the request as it was; the claim lapses and the next run begins again.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from core import clock, documents, exporting, rights
from core.acting import Acting
from core.checkpoints import checkpoint
from core.exports import Cell
from core.models import Document
from core.scope import acting_as, system_scope
from partners.exporting.lists import CHUNK, ListExport
from partners.exporting.requests import READY, list_of, tell
from partners.exporting.saying import contents_of
from partners.models import Export, Membership
from partners.people.members import acting_from

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
ATTEMPTS = 5
# How long a request that is over can still be looked at.
KEPT = timedelta(days=30)


class Moved(Exception):
    """Somebody whom the file names left what its author may read while it was made: it is made again later."""


class Lost(Exception):
    """The request is no longer this worker's: taken back, ended, or claimed by another one."""


def run() -> int:
    """Delete what has expired, prepare what was approved; returns how many files became ready."""
    expire()
    ready = 0
    while (found := _claim()) is not None:
        try:
            ready += _prepare(found)
        except Lost:
            logger.info("export %s is no longer ours", found.pk)
        except Moved:
            logger.info("export %s is to be read again", found.pk)
        except Exception:
            # One export that cannot be made must not keep the others from being ready; its claim lapses by itself.
            logger.exception("export %s was not prepared", found.pk)
    return ready


def _claim() -> Export | None:
    """The next request that nobody has, for a while."""
    now = clock.now()
    with system_scope("claim an export"):
        free = Export.objects.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now))
        found = (
            free.select_for_update(of=("self",), skip_locked=True)
            .filter(status=Export.Status.APPROVED)
            .order_by("pk")
            .first()
        )
        if found is None:
            return None
        found.attempts += 1
        found.claimed_until = now + LEASE
        found.save(update_fields=["attempts", "claimed_until"])
    if found.attempts > ATTEMPTS:
        _end(Q(pk=found.pk), Export.Ending.FAILED)
        return _claim()
    return found


def _prepare(found: Export) -> bool:
    """Make the file of a request; False when the person may not have it any more."""
    export = list_of(found)
    with system_scope("who asked for an export"):
        member = (
            Membership.objects.live()
            .select_related("organisation__department")
            .filter(pk=found.membership_id)
            .first()
        )
        acting = acting_from(member) if member else None
    if acting is None or not rights.may(acting, export.action) or acting.is_new:
        _end(Q(pk=found.pk), Export.Ending.RIGHTS)
        return False
    with acting_as(acting):
        asked = export.read(acting, found.query)
        # A second person answered for so many lines, whatever the list has become.
        most = min(found.lines, settings.EXPORT_MOST)
        keys = export.keys(acting, asked.query, most)
        whole = export.count(acting, asked.query) if len(keys) == most else None
    subjects = sorted({youth for _, youth in keys})
    rows = _read(export, acting, found, [line for line, _ in keys])
    with acting_as(acting):
        contents = contents_of(export, acting, asked, rows, found.reason, whole=whole)
    content = contents.bytes(found.form)
    with acting_as(acting):
        if export.readable(acting, asked.query, subjects) != len(subjects):
            raise Moved
    with system_scope("the file of an export"):
        ours = _ours(found).select_for_update(of=("self",)).first()
        if ours is None:
            raise Lost
        ours.document = documents.store(
            content, filename=contents.name(found.form), media_type=exporting.MEDIA_TYPES[found.form]
        )
        # The file is on the disk and its row is not sure: swept with those that no row knows.
        checkpoint("export:stored")
        ours.subjects = subjects
        ours.lines = ours.done = len(rows)
        ours.status, ours.ready_at = Export.Status.READY, clock.now()
        ours.expires_at = ours.ready_at + timedelta(hours=settings.EXPORT_LINK_HOURS)
        ours.claimed_until = None
        ours.save()
        tell(
            ours,
            READY,
            f"Votre export est prêt : il peut être téléchargé pendant {settings.EXPORT_LINK_HOURS} heures.",
        )
    return True


def _read(export: ListExport, acting: Acting, found: Export, keys: list[int]) -> list[list[Cell]]:
    """The lines, a part at a time; the request says how many are read."""
    rows: list[list[Cell]] = []
    for start in range(0, len(keys), CHUNK):
        with acting_as(acting):
            rows += export.lines(acting, found.query, keys[start : start + CHUNK])
        with system_scope("how far an export is"):
            if not _ours(found).update(done=len(rows), claimed_until=clock.now() + LEASE):
                raise Lost
        checkpoint("export:part")
    return rows


def _ours(found: Export) -> QuerySet[Export]:
    """The request, as long as it is to be prepared by this claim of it."""
    return Export.objects.filter(pk=found.pk, status=Export.Status.APPROVED, attempts=found.attempts)


def expire() -> int:
    """Delete the files whose link has expired, and forget the requests that are long over; returns how many ended."""
    now = clock.now()
    ended = _end(Q(status=Export.Status.READY, expires_at__lte=now), Export.Ending.EXPIRED)
    with system_scope("forget the exports that are over"):
        over = Export.objects.filter(status__in=[Export.Status.ENDED, Export.Status.REFUSED])
        over.filter(created_at__lt=now - KEPT).delete()
    return ended


def forget_youth(youth_id: int, organisation_id: int | None = None) -> None:
    """Somebody is erased, from everywhere or from an organisation: the files that name them go first."""
    condition = Q(subjects__contains=[youth_id])
    if organisation_id is not None:
        condition &= Q(organisation=organisation_id)
    _end(condition, Export.Ending.ERASED)


def _end(condition: Q, ending: Export.Ending) -> int:
    with system_scope("exports that end"):
        found = list(Export.objects.select_for_update(of=("self",)).filter(condition).order_by("pk"))
        files = [one.document_id for one in found if one.document_id]
        Export.objects.filter(pk__in=[one.pk for one in found]).update(
            status=Export.Status.ENDED, ending=ending, document=None, subjects=[], claimed_until=None
        )
        documents.remove(Document.objects.filter(pk__in=files))
    return len(found)
