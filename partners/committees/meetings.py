"""Meetings of a committee: planned, changed, cancelled, then recorded. Two people at once: one wins."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from core.documents import store_checked
from core.uploads import CheckedFile
from core.working_days import long_date
from notifications.notices import notify
from partners.models import Committee, CommitteeMeeting, CommitteeMember, MeetingAttendance

NOTICE = "committee.meeting"
TOLD = ("held_on", "starts_at", "ends_at", "place")


class Overtaken(Exception):
    """Somebody changed the meeting since it was read."""


class DayTaken(Exception):
    """The committee has another meeting on that day."""


class NotYet(Exception):
    """What is asked belongs to a meeting that took place."""


@transaction.atomic
def plan(
    acting: Acting,
    committee: Committee,
    *,
    held_on: date,
    starts_at: time | None = None,
    ends_at: time | None = None,
    place: str = "",
    agenda: str = "",
) -> CommitteeMeeting:
    """Plan a meeting, and tell those who sit. Raises DayTaken."""
    meeting = CommitteeMeeting(
        committee=committee, held_on=held_on, starts_at=starts_at, ends_at=ends_at, place=place, agenda=agenda
    )
    _save(meeting)
    if held_on >= clock.today():
        _tell(acting, meeting, f"une réunion est prévue le {long_date(held_on)}.")
    return meeting


@transaction.atomic
def change(acting: Acting, meeting_id: int, version: int, **fields: Any) -> CommitteeMeeting:
    """Move a meeting, or change its hours, its place or its agenda. Raises Overtaken, DayTaken."""
    meeting = _locked(meeting_id, version)
    before = {name: getattr(meeting, name) for name in TOLD}
    for name, value in fields.items():
        setattr(meeting, name, value)
    _save(meeting)
    moved = before != {name: getattr(meeting, name) for name in TOLD}
    if moved and meeting.held_on >= clock.today():
        words = f"la réunion est maintenant le {long_date(meeting.held_on)} ; vérifiez son heure et son lieu."
        _tell(acting, meeting, words)
    return meeting


@transaction.atomic
def cancel(acting: Acting, meeting_id: int, version: int) -> CommitteeMeeting:
    """Cancel a meeting that was not recorded. Raises Overtaken."""
    meeting = _locked(meeting_id, version)
    if is_recorded(meeting):
        raise Overtaken
    meeting.cancelled = True
    _save(meeting)
    if meeting.held_on >= clock.today():
        _tell(acting, meeting, f"la réunion du {long_date(meeting.held_on)} est annulée.")
    return meeting


@transaction.atomic
def record(
    meeting_id: int,
    version: int,
    *,
    presences: Mapping[int, str],
    minutes: str,
    decisions: str,
    file: CheckedFile | None = None,
) -> CommitteeMeeting:
    """Write who came (by member, "" for not noted), the minutes and the decisions of a meeting.

    A file replaces the one that was there. Raises Overtaken, and NotYet before the day of the meeting.
    """
    meeting = _locked(meeting_id, version)
    if meeting.held_on > clock.today():
        raise NotYet
    noted = dict(meeting.attendances.values_list("member_id", "presence"))
    members = meeting.committee.members.filter(pk__in=list(presences)).order_by("pk")
    for member in members.values_list("pk", flat=True):
        wanted = presences[member]
        if wanted and wanted != noted.get(member):
            MeetingAttendance.objects.update_or_create(
                meeting=meeting, member_id=member, defaults={"presence": wanted}
            )
        elif not wanted and member in noted:
            meeting.attendances.filter(member=member).delete()
    meeting.minutes, meeting.decisions = minutes, decisions
    if file is not None:
        meeting.minutes_document = store_checked(file, label="compte-rendu")
    _save(meeting)
    return meeting


def is_recorded(meeting: CommitteeMeeting) -> bool:
    """Whether something was written about how the meeting went."""
    written = meeting.decisions or meeting.minutes or meeting.minutes_document_id
    return bool(written) or meeting.attendances.exists() or meeting.actions.exists()


def _locked(meeting_id: int, version: int) -> CommitteeMeeting:
    """The meeting under a lock, as it was read. Raises Overtaken."""
    meetings = CommitteeMeeting.objects.select_for_update(of=("self",)).select_related("committee")
    meeting = meetings.get(pk=meeting_id)
    if meeting.version != version or meeting.cancelled:
        raise Overtaken
    return meeting


def _save(meeting: CommitteeMeeting) -> None:
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError as error:
        if "partners_meeting_once" not in str(error):
            raise
        raise DayTaken from error


def _tell(acting: Acting, meeting: CommitteeMeeting, text: str) -> None:
    """Tell the persons who sit on the committee, but the one who acts. A mail names no committee."""
    seats = CommitteeMember.objects.filter(committee=meeting.committee_id, user__is_active=True)
    by_organisation: dict[int, list[int]] = {}
    for organisation, user in seats.exclude(user=acting.user_id).values_list("organisation_id", "user_id"):
        by_organisation.setdefault(organisation, []).append(user)
    for organisation, users in sorted(by_organisation.items()):
        notify(
            users,
            organisation_id=organisation,
            kind=NOTICE,
            text=f"Comité de suivi : {text}",
            path=meeting.get_absolute_url(),
            effect_key=f"meeting:{meeting.pk}:{meeting.version}",
        )
