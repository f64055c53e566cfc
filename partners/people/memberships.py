"""Roles and teams of those who belong to an organisation, as its managers change them."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts import sessions
from core import clock
from core.acting import MANAGER, Acting
from notifications.notices import notify
from partners.models import Membership, MembershipReview, Organisation, Team
from partners.people import holdings, reviews
from partners.people.invitations import Refused, check_place


class StillHolds(Refused):
    """The role that was asked for accompanies nobody, and the person still holds something."""


def lock_for_manager(acting: Acting, roles: Collection[str] = (MANAGER,)) -> Organisation:
    """Lock the organisation of a manager, and make sure that they still are one (or have one of ``roles``).

    Raises Refused.

    Two managers who act at once take turns: the second one finds what the first one did, even to them.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=acting.organisation_id)
    if not Membership.objects.live().filter(pk=acting.membership_id, role__in=roles).exists():
        raise Refused("Vous n’êtes plus responsable de cette structure.")
    return organisation


def of_organisation(acting: Acting):
    """The people of the acting organisation today, those whose account sleeps included, by name."""
    return (
        Membership.objects.current()
        .filter(organisation=acting.organisation_id)
        .select_related("user", "team")
        .order_by("user__last_name", "user__first_name", "pk")
    )


@transaction.atomic
def change(acting: Acting, uuid: UUID, *, role: str, team: Team | None) -> Membership:
    """Change the role and the team of a colleague, never one's own. Raises Refused, Membership.DoesNotExist."""
    organisation = lock_for_manager(acting)
    membership = of_organisation(acting).select_for_update(of=("self",)).get(uuid=uuid)
    if membership.user_id == acting.user_id:
        raise Refused("Un autre responsable change votre rôle ou votre équipe.")
    check_place(organisation, role, team)
    if role != membership.role and (refusal := holdings.why_role_stays(membership, role)):
        raise StillHolds(refusal, "role")
    promoted = role == MANAGER and membership.role != MANAGER
    if role != membership.role:
        # Other rights, another session: a cookie taken before does not follow.
        sessions.end_all(membership.user_id)
    membership.role, membership.team = role, team  # type: ignore[assignment]
    membership.save(update_fields=["role", "team"])
    reviews.record(acting, membership, MembershipReview.Decision.CHANGED)
    if promoted:
        _tell_managers(acting, membership)
    return membership


def _tell_managers(acting: Acting, membership: Membership) -> None:
    others = Membership.objects.live().filter(organisation=acting.organisation_id, role=MANAGER)
    notify(
        others.exclude(user=acting.user_id).order_by("pk").values_list("user_id", flat=True),
        organisation_id=acting.organisation_id,
        kind="people.manager",
        text="Votre structure a un nouveau responsable.",
        path=reverse("partners:team"),
        effect_key=f"manager:{membership.pk}:{clock.now():%Y%m%d%H%M%S}",
    )
