"""Inviting somebody, deciding as the second person, and arriving by the link of the mail."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts import sessions
from accounts.forms import NewPasswordForm
from accounts.models import User
from core.acting import MANAGER, Acting
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.models import Invitation, Membership, Organisation
from partners.people import invitations
from partners.people.forms import InvitationForm

SHOWN = 50


@writes
@may("invite")
def invite(request: PortalRequest) -> HttpResponse:
    """A manager invites somebody into their own organisation; another person approves."""
    organisation = Organisation.objects.get(pk=request.acting.organisation_id)
    form = InvitationForm(organisation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(request.acting.user_id, organisation.pk, **form.cleaned_data)
        except invitations.Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request, "L’invitation est écrite. Elle partira quand une autre personne l’approuve."
            )
            return redirect("partners:team")
    return render(request, "partners/invitation_form.html", {"form": form})


@reads
@may("read_approvals")
def invitation_list(request: PortalRequest) -> HttpResponse:
    """The invitations that wait for my decision, in my organisation or in those that I head."""
    return render(request, "partners/invitation_list.html", {"invitations": _awaiting(request.acting)})


def _awaiting(acting: Acting) -> list[Invitation]:
    """The oldest invitations that an acting person may decide."""
    other_managers = (
        Membership.objects.live()
        .filter(organisation=OuterRef("organisation"), role=MANAGER, user__is_active=True)
        .exclude(user=OuterRef("invited_by"))
    )
    pending = (
        Invitation.objects.open()
        .filter(state=Invitation.State.PENDING, organisation__network=acting.network)
        # Heads decide for organisations that have nobody else to: a few, asked about one by one.
        .filter(Q(organisation=acting.organisation_id) | ~Exists(other_managers))
        .exclude(invited_by=acting.user_id)
        .select_related("organisation__parent", "organisation__department", "invited_by", "team")
        .order_by("invited_at", "pk")
    )
    return [one for one in pending[:SHOWN] if invitations.may_decide(acting, one)]


@writes
@may("decide_invitation")
def invitation_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """One invitation: the second person approves or refuses it, a manager cancels it."""
    acting = request.acting
    found = Invitation.objects.select_related(
        "organisation__parent", "organisation__department", "team", "invited_by", "decided_by"
    )
    invitation = get_object_or_404(found, uuid=uuid)
    may_decide = invitations.may_decide(acting, invitation)
    own = acting.is_manager and invitation.organisation_id == acting.organisation_id
    if not (may_decide or own):
        raise Http404
    status = 200
    if request.method == "POST":
        try:
            return _decided(request, invitation, request.POST.get("decision", ""))
        except invitations.AlreadyDecided:
            invitation = found.get(pk=invitation.pk)
            status = 409
    context = {
        "invitation": invitation,
        "may_decide": may_decide and invitation.is_open and invitation.state == Invitation.State.PENDING,
        "may_cancel": own and invitation.is_open,
        "waits_for_administration": own and not invitations.approvers_of(invitation),
        "too_late": status == 409,
    }
    return render(request, "partners/invitation_detail.html", context, status=status)


def _decided(request: PortalRequest, invitation: Invitation, decision: str) -> HttpResponse:
    """Carry a decision out. Raises AlreadyDecided, and PermissionDenied for what is not one's to decide."""
    acting = request.acting
    try:
        if decision == "cancel":
            invitations.cancel(acting, invitation.uuid)
            messages.success(request, "L’invitation est annulée : son lien n’ouvre plus rien.")
        elif decision in ("approve", "refuse"):
            approve = decision == "approve"
            invitations.decide(invitation.uuid, by=acting.user_id, approve=approve, acting=acting)
            messages.success(request, "L’invitation est partie." if approve else "L’invitation est refusée.")
        else:
            return redirect("partners:invitation_detail", uuid=invitation.uuid)
    except invitations.OwnInvitation:
        messages.error(request, "Une autre personne que celle qui invite doit décider.")
        return redirect("partners:invitation_detail", uuid=invitation.uuid)
    return redirect("partners:team" if acting.is_manager else "partners:invitation_list")


# --- Arriving ---------------------------------------------------------------------------------


@writes
@login_not_required
@sensitive_post_parameters("password", "again")
def invitation_accept(request: PortalRequest, token: str) -> HttpResponse:
    """The link of the mail: choose a password, or join with the account one has. 404 once it has served."""
    invitation = invitations.find(token)
    if invitation is None:
        raise Http404
    account = User.objects.filter(email=invitation.email).first()
    if not invitations.needs_password(account):
        if account is None or not account.is_active:
            raise Http404  # closed by the administration since it was invited
        return _join(request, token, invitation)
    person = account or User(
        email=invitation.email, first_name=invitation.first_name, last_name=invitation.last_name
    )
    form = NewPasswordForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invitations.accept_with_password(token, form.cleaned_data["password"])
        except Invitation.DoesNotExist:
            raise Http404 from None
        except IntegrityError:
            return redirect(request.path)  # an account was made meanwhile: this page now says so
        logout(request)
        messages.success(
            request, "Votre compte est prêt. Connectez-vous avec votre adresse et ce mot de passe."
        )
        return redirect("accounts:sign_in")
    return render(request, "partners/invitation_accept.html", {"form": form, "invitation": invitation})


def _join(request: PortalRequest, token: str, invitation: Invitation) -> HttpResponse:
    """Somebody who already has an account adds the organisation to it, once signed in as themselves."""
    user = request.user
    mine = isinstance(user, User) and user.email == invitation.email
    if request.method == "POST" and isinstance(user, User) and mine:
        try:
            membership = invitations.accept(token, user)
        except Invitation.DoesNotExist:
            raise Http404 from None
        sessions.act_for(request, membership.pk)
        messages.success(request, f"Vous avez rejoint {invitation.organisation.outward_name}.")
        return redirect("home")
    context = {
        "invitation": invitation,
        "mine": mine,
        "signed_in": user.is_authenticated,
        "sign_in_url": f"{reverse('accounts:sign_in')}?next={request.path}",
    }
    return render(request, "partners/invitation_join.html", context)
