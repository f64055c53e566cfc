"""Leaving an organisation, or its youths: everything somebody holds is shown, then passes to colleagues, at once.

Nothing is lost: the procedure refuses to end while something stays with the one who leaves. Sessions die with it.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts import sessions
from accounts.models import User
from core import clock, outbox
from core.acting import Acting
from core.handovers import Pass
from core.hooks import handovers
from notifications import mail
from notifications.notices import notify
from partners.forms import colleagues_of
from partners.models import Absence, Handover, HandoverLine, Membership, MembershipReview
from partners.people import reviews
from partners.people.invitations import Refused
from partners.people.memberships import lock_for_manager


class SomethingLeft(Exception):
    """A kind of thing did not pass whole: the whole procedure is undone."""


def successors_for(membership: Membership) -> QuerySet[User]:
    """The colleagues who may take over: professionals and managers who are here today."""
    away = Absence.objects.on(clock.today()).filter(membership__organisation=membership.organisation_id)
    return (
        colleagues_of(membership.organisation_id)
        .exclude(pk=membership.user_id)
        .exclude(pk__in=away.values("membership__user"))
    )


def may_leave(acting: Acting, membership: Membership) -> None:
    """Raise Refused when this manager does not end this membership."""
    if membership.user_id == acting.user_id:
        raise Refused("Un autre responsable organise votre départ : nommez-le d’abord s’il n’y en a pas.")


@transaction.atomic
def carry_out(acting: Acting, uuid: UUID, successors: Mapping[str, int], *, stays: bool = False) -> Handover:
    """Hand everything over and end the membership at once, unless its person ``stays`` (in another role, later).

    ``successors`` gives a user for each kind that is held. Raises Refused (with the kind as its field),
    Membership.DoesNotExist, SomethingLeft.
    """
    lock_for_manager(acting)
    # Whatever else is left of a membership that has ended may still be handed over.
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "organisation")
        .get(uuid=uuid, organisation=acting.organisation_id, revoked_at__isnull=True)
    )
    may_leave(acting, membership)
    handover = Handover.objects.create(membership=membership, done_by_id=acting.user_id, at=clock.now())
    received: dict[int, int] = {}
    allowed = set(successors_for(membership).values_list("pk", flat=True))
    for kind, holding in handovers.items():
        held = holding.held(membership.user_id, membership.organisation_id)
        if not held:
            continue
        successor = successors.get(kind)
        if successor not in allowed:
            raise Refused("Choisissez qui prend la suite.", kind)
        passed = holding.hand_over(Pass(membership.organisation_id, membership.user_id, successor))
        if len(passed) != len(held) or holding.held(membership.user_id, membership.organisation_id):
            raise SomethingLeft(kind)
        _write_lines(handover, kind, passed, successor)
        handover.counts[kind] = len(passed)
        received[successor] = received.get(successor, 0) + len(passed)
    handover.save(update_fields=["counts"])
    _tell_successors(handover, received)
    if not stays:
        _end(membership)
        reviews.record(acting, membership, MembershipReview.Decision.ENDED)
        _tell_leaver(handover)
    return handover


def _write_lines(handover: Handover, kind: str, passed: list[int], successor_id: int) -> None:
    # Without RETURNING nor a read back: append-only, under the policy of the organisation.
    HandoverLine.objects.bulk_create(
        [
            HandoverLine(
                handover=handover,
                organisation_id=handover.membership.organisation_id,
                kind=kind,
                subject_id=subject,
                successor_id=successor_id,
            )
            for subject in dict.fromkeys(passed)
        ]
    )


def _end(membership: Membership) -> None:
    """End a membership now, whatever the hour of its last day; its sessions end with it."""
    now = clock.now()
    membership.ends_on = max(min(membership.ends_on or clock.today(), clock.today()), membership.starts_on)
    membership.revoked_at = now
    membership.save(update_fields=["ends_on", "revoked_at"])
    Absence.objects.standing().filter(membership=membership).update(ended_at=now)
    sessions.end_all(membership.user_id)


def _tell_successors(handover: Handover, received: Mapping[int, int]) -> None:
    organisation = handover.membership.organisation
    for successor, count in received.items():
        notify(
            [successor],
            organisation_id=organisation.pk,
            kind="people.handed_over",
            text=f"Un collègue vous passe la suite : {count} élément{'s' if count > 1 else ''} à retrouver dans "
            "vos listes.",
            path=reverse("home"),
            effect_key=f"handover:{handover.pk}",
        )


def _tell_leaver(handover: Handover) -> None:
    organisation = handover.membership.organisation
    # By mail only: there is no page left for them in this organisation.
    outbox.post(
        mail.KIND,
        {
            "user": handover.membership.user_id,
            "text": f"Votre accès au portail pour {organisation.outward_name} a pris fin.",
            "path": reverse("home"),
            "effect": f"left:{handover.pk}",
        },
        effect_key=f"left:{handover.pk}",
        organisation_id=organisation.pk,
    )
