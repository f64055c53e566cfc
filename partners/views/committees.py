"""Committees and their meetings, read: where each stands, who came, what was decided, what remains to be done."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.documents import hand_over
from core.hooks import meeting_links
from core.prepared import Prepared
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from partners.calendars import Entry, as_calendar
from partners.committees.actions import on_the_table
from partners.committees.contributions import contribution_lines
from partners.committees.forms import seat_name
from partners.committees.reading import (
    OVERDUE,
    Line,
    badge_of,
    every,
    in_order,
    is_over,
    lines_of,
    may_close,
    rhythm_of,
    standing_of,
    with_seat,
)
from partners.conventions.reading import read_with_facts
from partners.filters import CommitteeFilter
from partners.models import (
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    Convention,
    MeetingAttendance,
    MeetingContribution,
)
from partners.outward import may_open, shown_name
from partners.views.listing import chosen, listing


@reads
@may("read_directory")
def committee_list(request: PortalRequest) -> HttpResponse:
    """Every committee of every convention: those that are late first, then what is planned."""
    today = clock.today()
    filters = CommitteeFilter(request.GET, Convention.objects.all())
    lines = in_order(lines_of(filters.qs, today))
    late = sum(standing_of(line.rhythm) == OVERDUE for line in lines)
    wanted = chosen(filters, "etat")
    if wanted:
        lines = [line for line in lines if standing_of(line.rhythm) == wanted]
    found = listing(request, filters, lines)
    rows = [_row(line) for line in found.page]
    context = {"lines": rows, "late": late, "filtered": bool(wanted), **found.context}
    return render(request, "partners/committee_list.html", context)


def _row(line: Line) -> Row:
    place = line.convention.region.name if line.convention.region else line.convention.get_level_display()
    return Row(
        reverse("partners:committee_detail", args=[line.uuid]),
        line.name,
        f"{line.convention.title} · {place}",
        f"{line.rhythm.sentence} {line.every}",
        badge_of(line.rhythm),
    )


@reads
@may("read_committee")
def committee_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A committee: who sits, how often it meets, its meetings, what is still to be done."""
    acting: Acting = request.acting
    today = clock.today()
    committee = next(iter(_ONE(acting, uuid=uuid)), None)
    if committee is None:
        raise Http404
    convention = read_with_facts(committee.convention_id)
    meetings = _MEETINGS(None, committee=committee.pk)
    standing = [meeting for meeting in meetings if not meeting.cancelled]
    rhythm = rhythm_of(
        convention,
        committee.frequency_months,
        committee.reckoning,
        [meeting.held_on for meeting in standing],
        today,
    )
    actions = _OPEN(acting, committee=committee.pk)
    members = _MEMBERS(None, committee=committee.pk)
    context = {
        "committee": committee,
        "convention": convention,
        "every": every(committee.frequency_months, committee.reckoning),
        "rhythm": rhythm,
        "badge": badge_of(rhythm),
        "over": is_over(convention, today),
        "coming": [meeting for meeting in standing if meeting.held_on >= today],
        "past": [meeting for meeting in reversed(standing) if meeting.held_on < today],
        "cancelled": [meeting for meeting in meetings if meeting.cancelled],
        "actions": action_lines(acting, actions, today),
        "members": [_member(acting, member) for member in members],
        "may_plan": may_steer(acting, committee),
    }
    return render(request, "partners/committee_detail.html", context)


def _one(acting: Acting, *, uuid: UUID) -> QuerySet[Committee]:
    return with_seat(Committee.objects.filter(uuid=uuid), acting).order_by("pk")


def _meetings(*, committee: int) -> QuerySet[CommitteeMeeting]:
    return CommitteeMeeting.objects.filter(committee=committee).order_by("held_on", "pk")


def _open(acting: Acting, *, committee: int) -> QuerySet[CommitteeAction]:
    return _to_show(acting, CommitteeAction.objects.open().filter(committee=committee))


def _members(*, committee: int) -> QuerySet[CommitteeMember]:
    found = CommitteeMember.objects.filter(committee=committee)
    return found.select_related("organisation", "user").order_by("pk")


def _to_show(acting: Acting, actions: QuerySet[CommitteeAction]) -> QuerySet[CommitteeAction]:
    """What :func:`action_lines` reads of each, the first due first."""
    found = with_seat(actions, acting, "committee__").select_related("organisation", "owner", "meeting")
    return found.order_by("due_on", "pk")


_ONE, _MEETINGS = Prepared(_one), Prepared(_meetings)
_OPEN, _MEMBERS = Prepared(_open), Prepared(_members)


def may_steer(acting: Acting, seated: Any) -> bool:
    """Whether this person plans and records: by their role, and by the seat of their organisation."""
    return seated.has_seat and rights.may(acting, "hold_meeting")


def _member(acting: Acting, member: CommitteeMember) -> dict[str, Any]:
    return {
        "name": shown_name(acting, member.organisation),
        "url": reverse("partners:organisation_detail", args=[member.organisation.uuid])
        if may_open(acting, member.organisation)
        else "",
        "function": member.get_function_display(),
        "person": member.user.get_full_name()
        if member.user and may_open(acting, member.organisation)
        else "",
    }


def action_lines(acting: Acting, actions: Iterable[CommitteeAction], today: date) -> list[dict[str, Any]]:
    """Actions read through :func:`_to_show` as pages show them, in their order."""
    return [
        {
            "action": action,
            "who": shown_name(acting, action.organisation),
            "person": action.owner.get_full_name()
            if action.owner and may_open(acting, action.organisation)
            else "",
            "late": action.state == CommitteeAction.State.OPEN and action.due_on < today,
            "open": action.state == CommitteeAction.State.OPEN,
            "done": action.state == CommitteeAction.State.DONE,
            "may_close": action.state == CommitteeAction.State.OPEN and may_close(acting, action),
        }
        for action in actions
    ]


def _meeting(acting: Acting, *, uuid: UUID) -> QuerySet[CommitteeMeeting]:
    own = MeetingContribution.objects.filter(meeting=OuterRef("pk"), organisation=acting.organisation_id)
    found = with_seat(CommitteeMeeting.objects.filter(uuid=uuid), acting, "committee__")
    found = found.annotate(contributed=Exists(own)).order_by("pk")
    return found.select_related("committee__convention", "minutes_document")


def _around(acting: Acting, *, meeting: int, committee: int, held_on: date) -> QuerySet[CommitteeAction]:
    """What a meeting decided, and what earlier ones had left to do."""
    before = on_the_table(CommitteeMeeting(committee_id=committee, held_on=held_on))
    found = CommitteeAction.objects.filter(Q(meeting=meeting) | Q(pk__in=before.values("pk")))
    return _to_show(acting, found)


def _came(*, meeting: int) -> QuerySet[MeetingAttendance]:
    found = MeetingAttendance.objects.filter(meeting=meeting)
    return found.select_related("member__organisation").order_by("member")


_MEETING, _AROUND, _CAME = Prepared(_meeting), Prepared(_around), Prepared(_came)


def meeting_or_404(acting: Acting, uuid: UUID) -> CommitteeMeeting:
    """A meeting with its committee, its convention, and ``has_seat``."""
    for meeting in _MEETING(acting, uuid=uuid):
        return meeting
    raise Http404


@reads
@may("read_meeting")
def meeting_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A meeting: its agenda, who came, what was said and decided, what earlier meetings had left to do."""
    acting: Acting = request.acting
    today = clock.today()
    meeting = meeting_or_404(acting, uuid)
    steers = may_steer(acting, meeting)
    actions = _AROUND(acting, meeting=meeting.pk, committee=meeting.committee_id, held_on=meeting.held_on)
    lines = action_lines(acting, actions, today)
    began = meeting.held_on <= today
    context = {
        "meeting": meeting,
        "committee": meeting.committee,
        "agenda": _points(meeting.agenda),
        "decisions": _points(meeting.decisions),
        "presences": _presences(acting, meeting) if began else [],
        "decided": [line for line in lines if line["action"].meeting_id == meeting.pk],
        "before": [line for line in lines if line["action"].meeting_id != meeting.pk],
        "began": began,
        "contributions": contribution_lines(acting, meeting),
        "contributed": meeting.contributed,  # type: ignore[attr-defined]
        "may_contribute": steers and not meeting.cancelled and not meeting.is_past,
        "may_change": steers and not meeting.cancelled,
        "may_record": steers and not meeting.cancelled and began,
        "links": [pair for _, of in meeting_links.items() for pair in of(acting, meeting.pk)],
    }
    return render(request, "partners/meeting_detail.html", context)


def _points(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _presences(acting: Acting, meeting: CommitteeMeeting) -> list[dict[str, Any]]:
    """Who came, by presence, in the order of the form. One query."""
    by_presence: dict[str, list[str]] = {}
    for one in _CAME(None, meeting=meeting.pk):
        by_presence.setdefault(one.presence, []).append(seat_name(acting, one.member))
    labels = {"present": "Étaient présents", "excuse": "Excusés", "absent": "Absents"}
    return [
        {"label": label, "names": by_presence[code]} for code, label in labels.items() if code in by_presence
    ]


@reads
@may("read_meeting")
def meeting_calendar(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The file by which a meeting enters a calendar."""
    meeting = meeting_or_404(request.acting, uuid)
    start, end = _moment(meeting, meeting.starts_at), _moment(meeting, meeting.ends_at)
    entry = Entry(
        uuid=meeting.uuid,
        version=meeting.version,
        summary=f"{meeting.committee.name} – {meeting.committee.convention.title}",
        start=start or meeting.held_on,
        end=end,
        place=meeting.place,
        path=meeting.get_absolute_url(),
        cancelled=meeting.cancelled,
    )
    return as_calendar(entry, f"reunion-{meeting.held_on:%Y-%m-%d}")


def _moment(meeting: CommitteeMeeting, hour: time | None) -> datetime | None:
    return datetime.combine(meeting.held_on, hour, clock.PARIS) if hour else None


@reads
@may("read_meeting")
def meeting_minutes(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The minutes that were brought as a file; a line in the trail."""
    meeting = meeting_or_404(request.acting, uuid)
    if meeting.minutes_document is None:
        raise Http404
    return hand_over(request, meeting.minutes_document, "meeting", meeting.uuid)


def known_members(acting: Acting, members: Iterable[CommitteeMember]) -> list[CommitteeMember]:
    """The members in the order in which a form asks for them: by name."""
    return sorted(members, key=lambda member: (seat_name(acting, member), member.pk))
