"""The people of an organisation: its team page, roles and teams, and the organisation one acts for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts import entry, sessions
from accounts.own import acting_alone
from accounts.requests import SignedInRequest
from core import clock
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.models import Absence, Invitation, Membership, Team
from partners.people import dormancy, memberships, reviews
from partners.people.forms import MembershipChangeForm, TeamForm
from partners.people.invitations import Refused
from partners.views.listing import ticked


@reads
@may("see_team")
def team(request: PortalRequest) -> HttpResponse:
    """ "Équipe de la structure": the people, their roles and teams, the invitations under way."""
    acting = request.acting
    absences = Absence.objects.on(clock.today()).filter(membership=OuterRef("pk"))
    people = list(
        memberships.of_organisation(acting).annotate(away_until=Subquery(absences.values("until")[:1]))
    )
    invitations = (
        Invitation.objects.open()
        .filter(organisation=acting.organisation_id)
        .select_related("team", "invited_by")
        .order_by("invited_at", "pk")
    )
    context = {
        "people": [_line(member, acting.user_id) for member in people],
        "invitations": invitations,
        "teams": _teams(people, acting.organisation_id),
        "many": len(people),
    }
    return render(request, "partners/team.html", context)


def _line(member: Any, me: int) -> dict[str, Any]:
    return {
        "uuid": member.uuid,
        "name": member.user.get_full_name(),
        "role": member.get_role_display(),
        "team": member.team.name if member.team else "",
        "me": member.user_id == me,
        "asleep": member.suspended_at,
        "away_until": member.away_until,
        "last_sign_in": member.user.last_login,
    }


def _teams(people: list[Membership], organisation_id: int) -> list[dict[str, Any]]:
    return [
        {"uuid": one.uuid, "name": one.name, "size": sum(member.team_id == one.pk for member in people)}
        for one in Team.objects.filter(organisation=organisation_id).order_by("name")
    ]


def colleague_or_404(request: PortalRequest, uuid: UUID) -> Membership:
    """The membership of somebody in one's own organisation today."""
    found = memberships.of_organisation(request.acting).select_related("user", "team", "organisation")
    return get_object_or_404(found, uuid=uuid)


@writes
@may("change_member")
def membership_edit(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A manager changes the role or the team of a colleague."""
    membership = colleague_or_404(request, uuid)
    if membership.user_id == request.acting.user_id:
        raise PermissionDenied
    form = MembershipChangeForm(membership, request.POST if request.method == "POST" else None)
    holds = False
    if request.method == "POST" and form.is_valid():
        try:
            memberships.change(request.acting, uuid, **form.cleaned_data)
        except Membership.DoesNotExist:
            raise Http404 from None
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
            holds = isinstance(refusal, memberships.StillHolds)
        else:
            messages.success(request, "Le rôle et l’équipe sont enregistrés.")
            return redirect("partners:team")
    context = {
        "form": form,
        "person": membership.user.get_full_name(),
        "holder": membership.uuid if holds else None,
    }
    return render(request, "partners/membership_form.html", context)


@writes
@may("create_team")
def team_create(request: PortalRequest) -> HttpResponse:
    """A manager adds a team to their organisation."""
    return _team_form(request, Team(organisation_id=request.acting.organisation_id))


@writes
@may("rename_team")
def team_rename(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A manager renames a team of their organisation."""
    teams = Team.objects.filter(organisation=request.acting.organisation_id)
    return _team_form(request, get_object_or_404(teams, uuid=uuid))


def _team_form(request: PortalRequest, team: Team) -> HttpResponse:
    known = team.pk is not None
    form = TeamForm(request.POST if request.method == "POST" else None, instance=team)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "L’équipe est renommée." if known else "L’équipe est créée.")
        return redirect("partners:team")
    return render(request, "partners/team_form.html", {"form": form, "known": known})


@writes
@may("review_team")
def review(request: PortalRequest) -> HttpResponse:
    """The quarterly review: each membership, when its person was last here, and what to do of it."""
    acting = request.acting
    if request.method == "POST":
        count = reviews.confirm(acting, ticked(request, "membership"))
        if count:
            messages.success(request, f"{count} accès confirmé{'s' if count > 1 else ''}.")
        else:
            messages.error(request, "Cochez au moins un accès à confirmer.")
        return redirect("partners:review")
    awaiting = set(
        reviews.to_review().filter(organisation=acting.organisation_id).values_list("pk", flat=True)
    )
    members = list(
        reviews.with_review()
        .filter(organisation=acting.organisation_id)
        .select_related("user", "team")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    activity = reviews.activity_of(acting.organisation_id, [member.user_id for member in members])
    lines = [
        {
            "uuid": member.uuid,
            "name": member.user.get_full_name(),
            "role": member.get_role_display(),
            "team": member.team.name if member.team else "",
            "me": member.user_id == acting.user_id,
            "asleep": member.suspended_at,
            "last_sign_in": member.user.last_login,
            "activity": activity.get(member.user_id, 0),
            "reviewed_at": member.reviewed_at,  # type: ignore[attr-defined]
            "awaiting": member.pk in awaiting,
        }
        for member in members
    ]
    waiting = sum(line["awaiting"] and not line["me"] for line in lines)
    return render(request, "partners/review.html", {"lines": lines, "waiting": waiting})


@writes
@may("wake_account")
def wake(request: SignedInRequest) -> HttpResponse:
    """Wake one's own sleeping account: its sessions ended when it fell asleep, so this one is fresh."""
    if request.method != "POST" or not dormancy.is_asleep(request.user.pk):
        return redirect("home")
    if not request.session.get(entry.PROVEN):
        messages.error(
            request, "Ajoutez d’abord une seconde protection à votre compte, puis reconnectez-vous."
        )
        return redirect("accounts:account")
    with acting_alone(request.user.pk):
        dormancy.wake(request.user.pk)
    sessions.rotate(request)
    messages.success(request, "Votre compte est réactivé.")
    return redirect("home")


@writes
@may("switch_organisation")
def switch(request: PortalRequest) -> HttpResponse:
    """Act for another of one's organisations; the key of the session changes with one's rights."""
    wanted = request.POST.get("membership", "")
    if request.method != "POST" or not wanted:
        return redirect("home")
    try:
        live = Membership.objects.live().filter(user=request.acting.user_id)
        membership = live.select_related("organisation").get(uuid=UUID(wanted))
    except (ValueError, Membership.DoesNotExist):
        raise Http404 from None
    sessions.act_for(request, membership.pk)
    messages.success(request, f"Vous agissez maintenant pour {membership.organisation}.")
    return redirect("home")
