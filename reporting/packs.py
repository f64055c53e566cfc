"""Committee packs: prepared ahead of each meeting, in named steps that a killed worker leaves whole.

Each step is one short transaction that re-reads the pack under a row lock and does nothing when it is done
already. So any number of workers may prepare the same packs, and a worker killed anywhere leaves either the step
before or the step after; the next run goes on from there. Documents are files under random names: the one that a
killed worker wrote without its row is swept later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.text import slugify

from core import clock, housekeeping
from core.checkpoints import checkpoint
from core.documents import store
from core.models import Document, Heartbeat
from core.scope import system_scope
from notifications.notices import notify
from partners.models import CommitteeMeeting, Membership, Role
from reporting.models import CommitteePack
from reporting.pack_data import build, correction_note, same_figures
from reporting.rendering.data import data_hash
from reporting.rendering.pdf import render_pdf
from reporting.rendering.xlsx import render_xlsx

logger = logging.getLogger(__name__)

# How far back a missed meeting is caught up.
CATCH_UP_DAYS = 60
# The outbox message by which somebody asks for a pack.
REQUEST = "pack.prepare"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS = ("claimed", "frozen", "pdf", "xlsx", "ready")
_SWEPT = "document-sweep"
_ORPHAN_AGE = timedelta(hours=1)


def due_on(meeting: CommitteeMeeting) -> date:
    """The day on which the pack of a meeting is to be prepared."""
    return meeting.held_on - timedelta(days=settings.PACK_LEAD_DAYS)


def due_meetings(today: date) -> Iterable[CommitteeMeeting]:
    """The meetings whose pack is due and does not exist, missed ones included. In a system scope."""
    return (
        CommitteeMeeting.objects.filter(
            cancelled=False,
            held_on__lte=today + timedelta(days=settings.PACK_LEAD_DAYS),
            held_on__gte=today - timedelta(days=CATCH_UP_DAYS),
        )
        .exclude(Exists(CommitteePack.objects.filter(meeting=OuterRef("pk"))))
        .order_by("held_on", "pk")
    )


def prepare_due(today: date | None = None) -> int:
    """Prepare what is due and go on with what was interrupted; returns how many packs became ready."""
    today = today or clock.today()
    with system_scope("packs that are due"):
        meetings = list(due_meetings(today))
    for meeting in meetings:
        claim(meeting, today)
    with system_scope("packs that wait"):
        waiting = CommitteePack.objects.filter(status=CommitteePack.Status.PREPARING)
        identifiers = list(waiting.order_by("pk").values_list("pk", flat=True))
    ready = 0
    for identifier in identifiers:
        try:
            ready += advance(identifier)
        except Exception:
            # One pack that cannot be made must not keep the others from being ready.
            logger.exception("pack %s was not prepared", identifier)
    sweep()
    return ready


def claim(meeting: CommitteeMeeting, today: date | None = None) -> None:
    """Write the row of a pack, once. Its figures are those of the eve of the due day: a day that is over.

    Before the due day (on demand) they are those of yesterday; after it, the pack is marked as caught up.
    """
    today = today or clock.today()
    due = due_on(meeting)
    with system_scope("claim a pack"):
        CommitteePack.objects.bulk_create(
            [
                CommitteePack(
                    meeting=meeting, figures_on=min(due, today) - timedelta(days=1), late=today > due
                )
            ],
            ignore_conflicts=True,
        )
        checkpoint("pack:claimed")


def advance(pack_id: int) -> bool:
    """Take a pack through the steps it has not passed; True when this call made it ready."""
    for name, is_done, step in _STEPS:
        with system_scope(f"prepare a pack: {name}"):
            pack = (
                CommitteePack.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("meeting__committee__convention", "pdf", "xlsx")
                .filter(pk=pack_id, status=CommitteePack.Status.PREPARING)
                .first()
            )
            if pack is None:
                return False  # another worker has it, or it is ready
            if not is_done(pack):
                pack.save(update_fields=step(pack))
                # The work of the step is done and not committed: the most that a killed worker can lose.
                checkpoint(f"pack:{name}")
    return True


def regenerate(pack: CommitteePack) -> CommitteePack | None:
    """Compute a ready pack again for the same day; a new version only when something differs.

    Returns the new version (to be advanced), or None when the figures are the same. On the worker's login.
    """
    with system_scope("regenerate a pack"):
        latest = (
            CommitteePack.objects.select_for_update(of=("self",))
            .select_related("meeting__committee__convention")
            .filter(meeting=pack.meeting_id)
            .order_by("-version")
            .first()
        )
        if latest is None or latest.status != CommitteePack.Status.READY:
            return None
        data = build(latest, version=latest.version, correction=latest.data["meeting"]["correction"])
        if data_hash(data) == latest.data_hash or same_figures(latest.data, data):
            return None
        version = latest.version + 1
        note = correction_note(latest.data, data)
        data["meeting"] |= {"version": version, "correction": note}
        return CommitteePack.objects.create(
            meeting=latest.meeting,
            version=version,
            figures_on=latest.figures_on,
            late=latest.late,
            data=data,
            data_hash=data_hash(data),
        )


def request(payload: dict[str, Any]) -> None:
    """Outbox handler: somebody asked for the pack of a meeting. The steps themselves wait for the next run."""
    meeting = CommitteeMeeting.objects.filter(uuid=payload["meeting"], cancelled=False).first()
    if meeting is None:
        return
    latest = CommitteePack.objects.filter(meeting=meeting).order_by("-version").first()
    if latest is None:
        claim(meeting)
    else:
        regenerate(latest)


def _freeze(pack: CommitteePack) -> list[str]:
    pack.data = build(pack, version=pack.version)
    pack.data_hash = data_hash(pack.data)
    return ["data", "data_hash"]


def _print(pack: CommitteePack) -> list[str]:
    pack.pdf = store(render_pdf(pack.data), filename=_filename(pack, "pdf"), media_type=PDF)
    return ["pdf"]


def _tabulate(pack: CommitteePack) -> list[str]:
    pack.xlsx = store(render_xlsx(pack.data), filename=_filename(pack, "xlsx"), media_type=XLSX)
    return ["xlsx"]


def _publish(pack: CommitteePack) -> list[str]:
    pack.status = CommitteePack.Status.READY
    pack.ready_at = clock.now()
    tell_members(pack)
    return ["status", "ready_at"]


_STEPS: tuple[tuple[str, Callable[[CommitteePack], bool], Callable[[CommitteePack], list[str]]], ...] = (
    ("frozen", lambda pack: bool(pack.data_hash), _freeze),
    ("pdf", lambda pack: pack.pdf_id is not None, _print),
    ("xlsx", lambda pack: pack.xlsx_id is not None, _tabulate),
    ("ready", lambda pack: False, _publish),
)


def _filename(pack: CommitteePack, suffix: str) -> str:
    code = slugify(pack.meeting.committee.convention.code)[:32]
    version = f"-v{pack.version}" if pack.version > 1 else ""
    return f"dossier-{code}-{pack.meeting.held_on:%Y-%m-%d}{version}.{suffix}"


def tell_members(pack: CommitteePack) -> None:
    """Tell the managers and the national staff of the parties that a pack is ready."""
    convention = pack.meeting.committee.convention
    members = (
        Membership.objects.live()
        .filter(
            organisation__convention_parties__convention=convention, role__in=[Role.MANAGER, Role.NATIONAL]
        )
        .order_by("organisation_id", "user_id")
        .values_list("organisation_id", "user_id")
    )
    by_organisation: dict[int, list[int]] = {}
    for organisation_id, user_id in members:
        by_organisation.setdefault(organisation_id, []).append(user_id)
    text = f"Le dossier du comité du {pack.meeting.held_on:%d/%m/%Y} est prêt ({convention.code})."
    for organisation_id, users in by_organisation.items():
        notify(
            users,
            organisation_id=organisation_id,
            kind="pack.ready",
            text=text,
            path=reverse("reporting:pack_detail", args=[pack.uuid]),
            effect_key=f"pack:{pack.pk}",
        )


def sweep(*, at_once: bool = False) -> int:
    """Remove the private files that no row knows, once an hour; returns how many.

    A file older than an hour without its row was left by a worker killed between the two.
    """
    now = clock.now()
    with system_scope("sweep the private files"):
        last = Heartbeat.objects.filter(name=_SWEPT).first()
        if last is not None and now - last.at < _ORPHAN_AGE and not at_once:
            return 0
        housekeeping.beat(_SWEPT)
        known = set(Document.objects.order_by("pk").values_list("path", flat=True))
    root = Path(settings.PRIVATE_FILES)
    old = (now - _ORPHAN_AGE).timestamp()
    removed = 0
    for path in root.glob("??/*"):
        if str(path.relative_to(root)) not in known and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
