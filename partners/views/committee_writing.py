"""Committees, written: planning, changing, cancelling and recording a meeting; adding and closing an action."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock, uploads
from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from core.working_days import long_date
from partners.committees import actions as committee_actions
from partners.committees import contributions, meetings
from partners.committees.forms import (
    CONTRIBUTION_OVERTAKEN,
    DAY_TAKEN,
    OVERTAKEN,
    ActionCloseForm,
    ActionForm,
    ContributionForm,
    MeetingForm,
    RecordForm,
)
from partners.committees.reading import may_close, with_seat
from partners.models import Committee, CommitteeAction, CommitteeMeeting
from partners.outward import may_open, shown_name
from partners.views.committees import known_members, meeting_or_404

_NOT_YET = "Cette réunion n’a pas encore eu lieu : présences et décisions s’écrivent à partir du jour dit."


def _own_meeting(acting: Acting, uuid: UUID) -> CommitteeMeeting:
    """A meeting of a committee on which the acting organisation sits; those of the others are read, not written."""
    meeting = meeting_or_404(acting, uuid)
    if not meeting.has_seat:  # type: ignore[attr-defined]
        raise PermissionDenied
    return meeting


def _said_cancelled(request: PortalRequest, meeting: CommitteeMeeting) -> HttpResponse:
    messages.warning(request, "Cette réunion est annulée : elle ne change plus.")
    return redirect(meeting)


@writes
@may("plan_meeting")
def meeting_plan(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The next meeting of a committee, or one that was held and not written down."""
    acting: Acting = request.acting
    committees = with_seat(Committee.objects.select_related("convention"), acting)
    committee = get_object_or_404(committees, uuid=uuid)
    if not committee.has_seat:  # type: ignore[attr-defined]
        raise PermissionDenied
    form = MeetingForm(request.POST or None, instance=CommitteeMeeting(committee=committee))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            meeting = meetings.plan(acting, committee, **form.written())
        except meetings.DayTaken:
            form.add_error("held_on", DAY_TAKEN)
            status = 409
        else:
            messages.success(request, f"La réunion du {long_date(meeting.held_on)} est enregistrée.")
            return redirect(meeting)
    return render(
        request, "partners/meeting_form.html", {"form": form, "committee": committee}, status=status
    )


@writes
@may("hold_meeting")
def meeting_edit(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Move a meeting, or change its hours, its place or its agenda."""
    meeting = _own_meeting(request.acting, uuid)
    if meeting.cancelled:
        return _said_cancelled(request, meeting)
    version = meeting.version
    form = MeetingForm(request.POST or None, instance=meeting, recorded=meetings.is_recorded(meeting))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            meetings.change(request.acting, meeting.pk, form.cleaned_data["version"], **form.written())
        except meetings.Overtaken:
            form.overtaken(version, OVERTAKEN)
            status = 409
        except meetings.DayTaken:
            form.add_error("held_on", DAY_TAKEN)
            status = 409
        else:
            messages.success(request, "La réunion est à jour.")
            return redirect(meeting)
    context = {"form": form, "committee": meeting.committee, "meeting": meeting}
    if status == 409:
        context["stored"] = CommitteeMeeting.objects.get(pk=meeting.pk)
    return render(request, "partners/meeting_form.html", context, status=status)


@writes
@may("hold_meeting")
def meeting_cancel(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Cancel a meeting that was not held; it stays in the list, and in the calendars as cancelled."""
    meeting = _own_meeting(request.acting, uuid)
    if meeting.cancelled:
        return _said_cancelled(request, meeting)
    if meetings.is_recorded(meeting):
        messages.warning(request, "Cette réunion a eu lieu : elle ne s’annule plus.")
        return redirect(meeting)
    status = 200
    if request.method == "POST":
        try:
            meetings.cancel(request.acting, meeting.pk, _version(request))
        except meetings.Overtaken:
            status = 409
        else:
            messages.success(request, f"La réunion du {long_date(meeting.held_on)} est annulée.")
            return redirect(meeting)
    context = {"meeting": meeting, "committee": meeting.committee, "overtaken": status == 409}
    return render(request, "partners/meeting_cancel.html", context, status=status)


def _version(request: PortalRequest) -> int:
    """The version that a confirmation was given for; 0, which is none, when the address was written by hand."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@writes
@may("hold_meeting")
def meeting_record(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Who came, what was decided, the minutes: on one page, once the day has come."""
    acting: Acting = request.acting
    meeting = _own_meeting(acting, uuid)
    if meeting.cancelled:
        return _said_cancelled(request, meeting)
    if meeting.held_on > clock.today():
        messages.warning(request, _NOT_YET)
        return redirect(meeting)
    members = known_members(acting, meeting.committee.members.select_related("organisation").order_by("pk"))
    posted = (request.POST, uploads.brought(request)) if request.method == "POST" else (None, None)
    form = RecordForm(acting, meeting, members, *posted)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            meetings.record(
                meeting.pk,
                form.cleaned_data["version"],
                presences=form.presences(),
                minutes=form.cleaned_data["minutes"],
                decisions=form.cleaned_data["decisions"],
                file=form.cleaned_data["file"],
            )
        except meetings.Overtaken:
            form.overtaken(meeting.version, OVERTAKEN)
            status = 409
        else:
            messages.success(
                request, "La réunion est enregistrée. Inscrivez maintenant les actions décidées."
            )
            return redirect(meeting)
    context = {"form": form, "meeting": meeting, "committee": meeting.committee, "overtaken": status == 409}
    return render(request, "partners/meeting_record.html", context, status=status)


@writes
@may("contribute")
def contribution_edit(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """What one's organisation brings to a meeting, until its day."""
    acting: Acting = request.acting
    meeting = _own_meeting(acting, uuid)
    if meeting.cancelled:
        return _said_cancelled(request, meeting)
    if meeting.is_past:
        return _said_held(request, meeting)
    known = contributions.own(acting, meeting)
    form = ContributionForm(known, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            contributions.contribute(
                acting, meeting.pk, form.cleaned_data["version"], form.cleaned_data["text"]
            )
        except meetings.Overtaken:
            form.overtaken(known.version if known else 0, CONTRIBUTION_OVERTAKEN)
            status = 409
        except contributions.TooLate:
            return _said_held(request, meeting)
        else:
            messages.success(
                request,
                "La contribution est enregistrée : elle sera lue dans le dossier de la réunion."
                if form.cleaned_data["text"]
                else "Votre structure n’a plus de contribution à cette réunion.",
            )
            return redirect(meeting)
    context = {
        "form": form,
        "meeting": meeting,
        "committee": meeting.committee,
        "stored": known if status == 409 else None,
        "overtaken": status == 409,
    }
    return render(request, "partners/contribution_form.html", context, status=status)


def _said_held(request: PortalRequest, meeting: CommitteeMeeting) -> HttpResponse:
    messages.warning(request, "Cette réunion a eu lieu : ce qui s’y est dit va dans son compte rendu.")
    return redirect(meeting)


@writes
@may("hold_meeting")
def action_add(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Something that the meeting decided to do: who, what, until when."""
    acting: Acting = request.acting
    meeting = _own_meeting(acting, uuid)
    if meeting.cancelled:
        return _said_cancelled(request, meeting)
    if meeting.held_on > clock.today():
        messages.warning(request, _NOT_YET)
        return redirect(meeting)
    form = ActionForm(acting, meeting, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        organisation, person = form.owner()
        try:
            committee_actions.add(
                acting,
                meeting,
                wording=form.cleaned_data["wording"],
                organisation_id=organisation,
                owner_id=person,
                due_on=form.cleaned_data["due_on"],
            )
        except committee_actions.AlreadyThere:
            form.add_error("wording", "Cette action est déjà inscrite pour cette structure.")
            status = 409
        except meetings.Overtaken:
            return _said_cancelled(request, meeting)
        else:
            messages.success(
                request, "L’action est inscrite : elle apparaît dans « À faire » de qui la porte."
            )
            return redirect(meeting)
    context = {"form": form, "meeting": meeting, "committee": meeting.committee}
    return render(request, "partners/action_form.html", context, status=status)


@writes
@may("close_action")
def action_close(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say what was done of an action: by who carries it, or by those who steer the committee."""
    acting: Acting = request.acting
    actions = with_seat(CommitteeAction.objects.all(), acting, "committee__")
    action = get_object_or_404(
        actions.select_related("committee__convention", "meeting", "organisation", "owner"), uuid=uuid
    )
    if not may_close(acting, action):
        raise PermissionDenied
    form = ActionCloseForm(request.POST if request.method == "POST" else None)
    status = 200
    if action.state != CommitteeAction.State.OPEN:
        status = 409 if request.method == "POST" else 200
    elif request.method == "POST" and form.is_valid():
        try:
            committee_actions.close(
                acting, action.pk, state=form.cleaned_data["state"], note=form.cleaned_data["note"]
            )
        except committee_actions.AlreadyClosed:
            action.refresh_from_db(fields=["state", "closing_note", "closed_on"])
            status = 409
        else:
            messages.success(request, "L’action est close ; la suite donnée sera lue à la prochaine réunion.")
            return redirect("partners:committee_detail", action.committee.uuid)
    context: dict[str, Any] = {
        "form": form,
        # Not "action": that is the address of a form in its template.
        "decided": action,
        "who": shown_name(acting, action.organisation),
        "person": action.owner.get_full_name()
        if action.owner and may_open(acting, action.organisation)
        else "",
        "closed": action.state != CommitteeAction.State.OPEN,
        "typed": form.data.get("note", "") if status == 409 else "",
    }
    return render(request, "partners/action_close.html", context, status=status)
