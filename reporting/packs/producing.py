"""Committee packs and annual reports: prepared when due, in named steps that a killed worker leaves whole.

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

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.text import slugify

from core import clock, housekeeping
from core.checkpoints import checkpoint
from core.documents import store
from core.exporting import MEDIA_TYPES, XLSX
from core.models import Document, Heartbeat
from core.scope import system_scope
from notifications.notices import notify
from partners.conventions.reading import state_of, with_facts
from partners.conventions.state import binds
from partners.models import CommitteeMeeting, Convention, Membership, Role
from reporting.models import CommitteePack
from reporting.packs.data import build
from reporting.rendering.data import data_hash, upgrade
from reporting.rendering.pdf import render_pdf
from reporting.rendering.xlsx import render_xlsx

logger = logging.getLogger(__name__)

# How far back a missed meeting is caught up.
CATCH_UP_DAYS = 60
# Month and day on which the reports of the year before are prepared.
REPORTS_ON = (1, 15)
PDF = "application/pdf"
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


def report_due_on(year: int) -> date:
    """The day on which the reports of a year are to be prepared: in January, once December has been entered."""
    return date(year + 1, *REPORTS_ON)


def due_reports(today: date) -> Iterable[Convention]:
    """The conventions whose report on the last year is due and does not exist. In a system scope."""
    year = today.year - 1
    if not report_due_on(year) <= today <= report_due_on(year) + timedelta(days=CATCH_UP_DAYS):
        return []
    there = CommitteePack.objects.filter(convention=OuterRef("pk"), year=year)
    without = with_facts(Convention.objects.exclude(Exists(there))).order_by("title", "pk")
    return [convention for convention in without if bound_in(convention, year)]


def bound_in(convention: Convention, year: int) -> bool:
    """Whether a convention read through ``with_facts`` bound somebody in a year."""
    days = (date(year, 1, 1), date(year, 7, 1), date(year, 12, 31))
    return any(binds(state_of(convention, day)) for day in days)


def prepare_due(today: date | None = None) -> int:
    """Prepare what is due, check what was asked, go on with what was interrupted; returns how many became ready."""
    today = today or clock.today()
    with system_scope("packs that are due"):
        meetings, conventions = list(due_meetings(today)), list(due_reports(today))
    for meeting in meetings:
        claim(meeting, today)
    for convention in conventions:
        claim_report(convention, today.year - 1, today)
    with system_scope("packs that wait"):
        waiting = list(CommitteePack.objects.to_prepare().order_by("pk"))
    ready = 0
    for pack in waiting:
        try:
            if pack.status == CommitteePack.Status.READY:
                new = regenerate(pack)
                ready += new is not None and advance(new.pk)
            else:
                ready += advance(pack.pk)
        except Exception:
            # One pack that cannot be made must not keep the others from being ready.
            logger.exception("pack %s was not prepared", pack.pk)
            with system_scope("a pack that could not be made"):
                CommitteePack.objects.filter(pk=pack.pk).update(failed_at=clock.now())
    sweep()
    return ready


def claim(meeting: CommitteeMeeting, today: date | None = None) -> None:
    """Write the row of a pack, once. Its figures are those of the eve of the due day: a day that is over.

    Before the due day (on demand) they are those of yesterday; after it, the pack is marked as caught up.
    """
    with system_scope("claim a pack"):
        _claim(_of_meeting(meeting, today or clock.today()))
        checkpoint("pack:claimed")


def claim_report(convention: Convention, year: int, today: date | None = None) -> None:
    """Write the row of the report of a convention on a year that is over, once; marked when January is over."""
    with system_scope("claim a report"):
        _claim(_of_year(convention, year, today or clock.today()))
        checkpoint("pack:claimed")


def ask(meeting: CommitteeMeeting) -> CommitteePack:
    """Ask for the pack of a meeting: its row, or that its figures be looked at again. The work waits for the worker."""
    return _ask(_of_meeting(meeting, clock.today()), CommitteePack.objects.filter(meeting=meeting))


def ask_report(convention: Convention, year: int) -> CommitteePack:
    """Ask for the report of a convention on a year that is over."""
    return _ask(
        _of_year(convention, year, clock.today()),
        CommitteePack.objects.filter(convention=convention, year=year),
    )


def _of_meeting(meeting: CommitteeMeeting, today: date) -> CommitteePack:
    due = due_on(meeting)
    return CommitteePack(meeting=meeting, figures_on=min(due, today) - timedelta(days=1), late=today > due)


def _of_year(convention: Convention, year: int, today: date) -> CommitteePack:
    # Asked for later, it is not late: nobody waited for it.
    late = report_due_on(year).replace(day=31) < today <= report_due_on(year) + timedelta(days=CATCH_UP_DAYS)
    return CommitteePack(convention=convention, year=year, figures_on=date(year, 12, 31), late=late)


def _claim(pack: CommitteePack) -> None:
    CommitteePack.objects.bulk_create([pack], ignore_conflicts=True)


def _ask(pack: CommitteePack, versions: QuerySet[CommitteePack]) -> CommitteePack:
    latest = versions.order_by("-version").first()
    if latest is None:
        _claim(pack)
        return versions.order_by("-version")[0]
    if latest.status == CommitteePack.Status.READY and not latest.awaits_check:
        latest.asked_at = clock.now()
        latest.save(update_fields=["asked_at"])
    return latest


def advance(pack_id: int) -> bool:
    """Take a pack through the steps it has not passed; True when this call made it ready."""
    for name, is_done, step in _STEPS:
        with system_scope(f"prepare a pack: {name}"):
            pack = (
                CommitteePack.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("meeting__committee__convention", "convention", "pdf", "xlsx")
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
            pack.versions.select_for_update(of=("self",))
            .select_related("meeting__committee__convention", "convention")
            .first()
        )
        if latest is None or latest.status != CommitteePack.Status.READY:
            return None
        latest.checked_at, latest.failed_at = clock.now(), None
        latest.save(update_fields=["checked_at", "failed_at"])
        corrected = upgrade(latest.data)
        data = build(latest, corrected=corrected)
        if data["meeting"]["version"] == latest.version:
            return None
        return CommitteePack.objects.create(
            meeting=latest.meeting,
            convention=latest.convention,
            year=latest.year,
            version=data["meeting"]["version"],
            figures_on=latest.figures_on,
            late=latest.late,
            data=data,
            data_hash=data_hash(data),
        )


def _freeze(pack: CommitteePack) -> list[str]:
    pack.data = build(pack)
    pack.data_hash = data_hash(pack.data)
    return ["data", "data_hash"]


def _print(pack: CommitteePack) -> list[str]:
    pack.pdf = store(render_pdf(pack.data), filename=_filename(pack, "pdf"), media_type=PDF)
    return ["pdf"]


def _tabulate(pack: CommitteePack) -> list[str]:
    pack.xlsx = store(render_xlsx(pack.data), filename=_filename(pack, "xlsx"), media_type=MEDIA_TYPES[XLSX])
    return ["xlsx"]


def _publish(pack: CommitteePack) -> list[str]:
    pack.status = CommitteePack.Status.READY
    pack.ready_at, pack.failed_at = clock.now(), None
    tell_members(pack)
    return ["status", "ready_at", "failed_at"]


_STEPS: tuple[tuple[str, Callable[[CommitteePack], bool], Callable[[CommitteePack], list[str]]], ...] = (
    ("frozen", lambda pack: bool(pack.data_hash), _freeze),
    ("pdf", lambda pack: pack.pdf_id is not None, _print),
    ("xlsx", lambda pack: pack.xlsx_id is not None, _tabulate),
    ("ready", lambda pack: pack.status == CommitteePack.Status.READY, _publish),
)
_STEP_LABELS = {
    "frozen": "Chiffres arrêtés",
    "pdf": "Document PDF composé",
    "xlsx": "Tableur composé",
    "ready": "Remis aux membres",
}


def _filename(pack: CommitteePack, suffix: str) -> str:
    code = slugify(pack.subject.code)[:32]
    version = f"-v{pack.version}" if pack.version > 1 else ""
    about = f"dossier-{code}-{pack.of_day:%Y-%m-%d}" if pack.meeting else f"bilan-{code}-{pack.year}"
    return f"{about}{version}.{suffix}"


def progress_of(pack: CommitteePack) -> list[tuple[str, bool]]:
    """The steps of a pack as people read them, each with whether it is done."""
    done = {name: is_done(pack) for name, is_done, _ in _STEPS}
    return [("Demande enregistrée", True), *((label, done[name]) for name, label in _STEP_LABELS.items())]


def tell_members(pack: CommitteePack) -> None:
    """Tell the managers and the national staff of the parties that a pack is ready."""
    convention = pack.subject
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
    about = (
        f"Le dossier du comité du {pack.of_day:%d/%m/%Y}"
        if pack.meeting
        else f"Le bilan de l’année {pack.year}"
    )
    text = f"{about} est prêt ({convention.code})."
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
