"""Invitations: one person invites, a second one approves, the newcomer accepts (SECURITY §3.4, ADR 0008).

The link of the mail carries a token that is nowhere in the database: the invitation keeps its hash, and the outbox a
seed that is worth nothing without the key of the portal.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from core import clock, links, mails, outbox
from core.acting import MANAGER, NATIONAL, REGIONAL, Acting
from notifications.notices import notify
from partners.models import Invitation, Level, Membership, Organisation, Role, Team
from partners.people.members import manager_ids

KIND = "people.invitation"
SUBJECT = "Trait d’union : une structure vous invite"
# How far up the networks an approver is looked for.
_HEADS = 4
_ROLES = {
    Level.LOCAL: [Role.PROFESSIONAL, Role.MANAGER, Role.DPO],
    Level.REGIONAL: [Role.PROFESSIONAL, Role.MANAGER, Role.DPO, Role.REGIONAL],
    Level.NATIONAL: [Role.PROFESSIONAL, Role.MANAGER, Role.DPO, Role.NATIONAL],
}


class Refused(Exception):
    """What was asked is not possible. ``field`` is the field of the form it speaks of; the message is French."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class OwnInvitation(Exception):
    """The person who invites, or somebody who is not an approver, wanted to decide."""


class AlreadyDecided(Exception):
    """Somebody decided first, or time did. Carries the invitation as it is now."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__("Cette invitation n’attend plus de décision.")
        self.invitation = invitation


def roles_of(organisation: Organisation) -> list[Role]:
    """The roles that somebody may have in an organisation of this level."""
    return _ROLES[Level(organisation.level)]


# --- Inviting ---------------------------------------------------------------------------------


@transaction.atomic
def invite(
    inviter_id: int,
    organisation_id: int,
    *,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    team: Team | None = None,
) -> Invitation:
    """Invite somebody into an organisation; approvers and managers are told. Raises Refused.

    The organisation is locked, so that two people at once do not pass the limits together.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    lapse(organisation_id=organisation_id)
    email = email.strip().lower()
    check(inviter_id, organisation, email=email, role=role, team=team)
    now = clock.now()
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        first_name=first_name,
        last_name=last_name,
        role=role,
        team=team,
        invited_by_id=inviter_id,
        invited_at=now,
        expires_at=now + Invitation.LASTS,
    )
    _ask_approval(invitation)
    return invitation


def check(inviter_id: int, organisation: Organisation, *, email: str, role: str, team: Team | None) -> None:
    """Raise Refused, with the field it speaks of, when somebody may not be invited so."""
    _check_limits(inviter_id, organisation)
    _check_address(organisation, email)
    check_place(organisation, role, team)


def check_place(organisation: Organisation, role: str, team: Team | None) -> None:
    """Raise Refused when an organisation has no such role, or no such team."""
    if role not in roles_of(organisation):
        raise Refused("Ce rôle n’existe pas dans cette structure.", "role")
    if team is not None and team.organisation_id != organisation.pk:
        raise Refused("Cette équipe appartient à une autre structure.", "team")


def _check_limits(inviter_id: int, organisation: Organisation) -> None:
    waiting = Invitation.objects.open().filter(organisation=organisation).count()
    if waiting >= settings.INVITATIONS_WAITING:
        raise Refused(
            f"Votre structure a déjà {waiting} invitations en cours : attendez une réponse, ou annulez-en une."
        )
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.PARIS)
    written = Invitation.objects.filter(invited_by=inviter_id, invited_at__gte=midnight).count()
    if written >= settings.INVITATIONS_PER_DAY:
        raise Refused(f"Vous avez déjà écrit {written} invitations aujourd’hui : continuez demain.")


def _check_address(organisation: Organisation, email: str) -> None:
    domain = email.rpartition("@")[2]
    if not organisation.email_domains:
        raise Refused(
            "Aucun domaine de messagerie n’est déclaré pour votre structure : demandez à l’administration du "
            "portail de l’ajouter.",
            "email",
        )
    if domain not in organisation.email_domains:
        raise Refused(
            f"Une adresse invitée finit par {_listed('@' + name for name in organisation.email_domains)}.",
            "email",
        )
    if Invitation.objects.open().filter(organisation=organisation, email=email).exists():
        raise Refused("Cette personne est déjà invitée dans cette structure.", "email")
    if Membership.objects.current().filter(organisation=organisation, user__email=email).exists():
        raise Refused("Cette personne est déjà rattachée à cette structure.", "email")
    user = User.objects.filter(email=email, is_active=False).first()
    if user is not None and not closed_by_sleep(user):
        raise Refused(
            "Ce compte a été fermé par l’administration du portail : adressez-vous à elle.", "email"
        )


def needs_password(user: User | None) -> bool:
    """Whether the person behind an invitation chooses a password: no account, one that never served, one closed
    by its sleep."""
    if user is None:
        return True
    never_used = user.is_active and user.last_login is None and not user.has_usable_password()
    return never_used or closed_by_sleep(user)


def _listed(words: Any) -> str:
    *before, last = words
    return f"{', '.join(before)} ou {last}" if before else last


def closed_by_sleep(user: User) -> bool:
    """Whether an account was closed because nobody used it for a year: a new invitation opens it again."""
    slept = Membership.objects.filter(user=user, suspended_at__isnull=False, revoked_at__isnull=False)
    return not user.is_active and slept.exists()


# --- Deciding ---------------------------------------------------------------------------------


def approvers_of(invitation: Invitation) -> list[Membership]:
    """Who may decide in the portal: the other managers, else the head of the network; nobody: an administrator."""
    organisation = invitation.organisation
    others = _people_in(organisation, [MANAGER], invitation)
    if others:
        return others
    for head in _heads_of(organisation):
        if found := _people_in(head, [MANAGER, REGIONAL, NATIONAL], invitation):
            return found
    return []


def _people_in(organisation: Organisation, roles: list[str], invitation: Invitation) -> list[Membership]:
    return list(
        Membership.objects.live()
        .filter(organisation=organisation, role__in=roles, user__is_active=True)
        .exclude(user=invitation.invited_by_id)
        .order_by("pk")
    )


def _heads_of(organisation: Organisation) -> list[Organisation]:
    """The organisations above one in its network, the nearest first."""
    found: list[Organisation] = []
    above = organisation.parent
    while above is not None and len(found) < _HEADS and above not in [organisation, *found]:
        found.append(above)
        above = above.parent
    if not found and organisation.level == Level.LOCAL:
        region = organisation.region_id or (
            organisation.department.region_id if organisation.department else None
        )
        found = list(
            Organisation.objects.existing_on(clock.today())
            .filter(network=organisation.network, level=Level.REGIONAL, region=region)
            .order_by("pk")[:_HEADS]
        )
    return found


def _ask_approval(invitation: Invitation) -> None:
    path = reverse("partners:invitation_detail", args=[invitation.uuid])
    approvers = approvers_of(invitation)
    for member in approvers:
        notify(
            [member.user_id],
            organisation_id=member.organisation_id,
            kind="people.approval",
            text="Une invitation attend votre accord.",
            path=path,
            effect_key=f"invitation:{invitation.pk}:ask",
        )
    told = {member.user_id for member in approvers} | {invitation.invited_by_id}
    notify(
        [user for user in manager_ids(invitation.organisation_id) if user not in told],
        organisation_id=invitation.organisation_id,
        kind="people.invited",
        text="Une personne est invitée dans votre structure.",
        path=path,
        effect_key=f"invitation:{invitation.pk}:told",
    )


def may_decide(acting: Acting, invitation: Invitation) -> bool:
    """Whether an acting person is one of those who may approve or refuse this invitation."""
    return acting.membership_id in {member.pk for member in approvers_of(invitation)}


@transaction.atomic
def decide(uuid: UUID, *, by: int, approve: bool, acting: Acting | None) -> Invitation:
    """Approve (the mail leaves) or refuse. ``acting`` is None for an administrator.

    Raises Invitation.DoesNotExist, OwnInvitation, AlreadyDecided.
    """
    invitation = _locked(uuid)
    if by == invitation.invited_by_id or (acting is not None and not may_decide(acting, invitation)):
        raise OwnInvitation
    if invitation.state != Invitation.State.PENDING or not invitation.is_open:
        raise AlreadyDecided(invitation)
    now = clock.now()
    invitation.decided_by_id, invitation.decided_at = by, now
    invitation.state = Invitation.State.REFUSED
    if approve:
        seed = links.new_seed()
        invitation.state = Invitation.State.SENT
        invitation.expires_at = now + Invitation.LASTS
        invitation.token_hash = links.hash_of(token_of(seed))
        outbox.post(
            KIND, {"invitation": invitation.pk, "seed": seed}, effect_key=f"invitation:{invitation.pk}:mail"
        )
    invitation.save()
    _tell_inviter(invitation)
    return invitation


def _locked(uuid: UUID) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation__parent", "organisation__department")
        .get(uuid=uuid)
    )


def _tell_inviter(invitation: Invitation) -> None:
    member = (
        Membership.objects.live()
        .filter(user=invitation.invited_by_id, organisation=invitation.organisation_id)
        .first()
    )
    if member is None:
        return  # an administrator, or somebody who has left
    sent = invitation.state == Invitation.State.SENT
    notify(
        [invitation.invited_by_id],
        organisation_id=invitation.organisation_id,
        kind="people.decided",
        text="Votre invitation est approuvée : elle est partie."
        if sent
        else "Votre invitation n’est pas approuvée.",
        path=reverse("partners:invitation_detail", args=[invitation.uuid]),
        effect_key=f"invitation:{invitation.pk}:decided",
    )


@transaction.atomic
def cancel(acting: Acting, uuid: UUID) -> Invitation:
    """A manager of the organisation takes an invitation back; its link stops at once. Raises as ``decide``."""
    invitation = _locked(uuid)
    if not acting.is_manager or invitation.organisation_id != acting.organisation_id:
        raise OwnInvitation
    if not invitation.is_open:
        raise AlreadyDecided(invitation)
    invitation.state = Invitation.State.CANCELLED
    invitation.save(update_fields=["state"])
    return invitation


def lapse(organisation_id: int | None = None) -> int:
    """Close the invitations whose time is over; how many."""
    over = Invitation.objects.filter(state__in=Invitation.OPEN, expires_at__lte=clock.now())
    if organisation_id is not None:
        over = over.filter(organisation=organisation_id)
    return over.update(state=Invitation.State.EXPIRED)


# --- The mail, and the link it carries ---------------------------------------------------------


def token_of(seed: str) -> str:
    """The token of a link, from the seed that waits in the outbox: the same at each attempt to send it."""
    return links.token_of("invitation", seed)


def send(payload: dict[str, Any]) -> None:
    """Outbox handler: the mail of an approved invitation. One that was cancelled meanwhile sends nothing."""
    invitation = (
        Invitation.objects.select_related("organisation")
        .filter(pk=payload["invitation"], state=Invitation.State.SENT)
        .first()
    )
    if invitation is None:
        return
    link = reverse("partners:invitation_accept", args=[token_of(payload["seed"])])
    body = render_to_string(
        "partners/mail_invitation.txt",
        {
            "organisation": invitation.organisation.outward_name,
            "until": invitation.expires_at,
            "url": settings.PORTAL_URL + link,
        },
    )
    mails.send(invitation.email, SUBJECT, body, f"invitation:{invitation.pk}")


def find(token: str) -> Invitation | None:
    """The approved invitation behind a link, while it may be used."""
    return (
        Invitation.objects.open()
        .filter(token_hash=links.hash_of(token), state=Invitation.State.SENT)
        .select_related("organisation", "team")
        .first()
    )


# --- Arriving ---------------------------------------------------------------------------------


@transaction.atomic
def accept(token: str, user: User) -> Membership:
    """The invited person joins with their account. Raises Invitation.DoesNotExist when the link is used up."""
    invitation = _to_accept(token)
    if user.email != invitation.email:
        raise Invitation.DoesNotExist
    return _join(invitation, user)


@transaction.atomic
def accept_with_password(token: str, password: str) -> Membership:
    """The invited person joins and gets an account, or gets back the one that slept for a year.

    Raises Invitation.DoesNotExist when the link is used up, IntegrityError when an account was made meanwhile.
    """
    invitation = _to_accept(token)
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = User.objects.create_user(
            invitation.email, password, first_name=invitation.first_name, last_name=invitation.last_name
        )
    elif needs_password(user):
        user.is_active = True
        user.set_password(password)
        user.save(update_fields=["is_active", "password"])
    else:
        raise Invitation.DoesNotExist
    return _join(invitation, user)


def _to_accept(token: str) -> Invitation:
    return (
        Invitation.objects.open()
        .select_for_update(of=("self",))
        .get(token_hash=links.hash_of(token), state=Invitation.State.SENT)
    )


def _join(invitation: Invitation, user: User) -> Membership:
    membership = Membership.objects.create(
        user=user,
        organisation_id=invitation.organisation_id,
        role=invitation.role,
        team_id=invitation.team_id,
        starts_on=clock.today(),
        arrived_at=clock.now(),
    )
    invitation.state, invitation.membership = Invitation.State.ACCEPTED, membership
    invitation.save(update_fields=["state", "membership"])
    notify(
        [manager for manager in manager_ids(invitation.organisation_id) if manager != user.pk],
        organisation_id=invitation.organisation_id,
        kind="people.arrived",
        text="Une personne invitée a rejoint votre structure.",
        path=reverse("partners:team"),
        effect_key=f"invitation:{invitation.pk}:arrived",
    )
    return membership
