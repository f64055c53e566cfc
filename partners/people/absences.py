"""Long absences: the person stays a member, a colleague replaces them, and it all stops on the day of return.

Who replaces whom is read on each request (``Acting.replaces``): the substitute opens what the absent person opens,
from the first day to the last, and nothing has to be undone. Designations alone are written, because the routing of
a new referral reads them.
"""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from core import clock
from core.acting import Acting
from core.scope import system_scope
from core.working_days import long_date
from notifications.notices import notify
from partners.models import Absence, Designation, Membership
from partners.people.departures import successors_for
from partners.people.invitations import Refused
from partners.people.memberships import lock_for_manager, of_organisation


@transaction.atomic
def declare(acting: Acting, uuid: UUID, *, substitute: User, starts_on: date, until: date) -> Absence:
    """Declare an absence, both days included. Raises Refused, Membership.DoesNotExist."""
    lock_for_manager(acting)
    membership = of_organisation(acting).get(uuid=uuid)
    if until < starts_on or until < clock.today():
        raise Refused("L’absence ne peut pas finir avant de commencer, ni être déjà finie.", "until")
    if not successors_for(membership).filter(pk=substitute.pk).exists():
        raise Refused("Choisissez un collègue présent.", "substitute")
    absence = Absence(
        membership=membership,
        substitute=substitute,
        starts_on=starts_on,
        until=until,
        declared_by_id=acting.user_id,
        declared_at=clock.now(),
    )
    absence.designations = _mark_designations(absence)
    try:
        with transaction.atomic():
            absence.save()
    except IntegrityError:
        raise Refused("Une absence de cette personne est déjà déclarée.", "starts_on") from None
    _tell(absence)
    return absence


def _designations_of(absence: Absence):
    """The designations that the absent person holds at some day of the absence."""
    membership = absence.membership
    return (
        Designation.objects.not_over(absence.starts_on)
        .select_for_update(of=("self",))
        .filter(
            organisation=membership.organisation_id, user=membership.user_id, starts_on__lte=absence.until
        )
        .order_by("pk")
    )


def _mark_designations(absence: Absence) -> list[int]:
    """Write the absence on the designations; those that had no substitute get this one, and are returned."""
    lent = []
    for designation in _designations_of(absence):
        designation.absent_from, designation.absent_until = absence.starts_on, absence.until
        if designation.substitute_id is None:
            designation.substitute_id = absence.substitute_id
            lent.append(designation.pk)
        designation.save(update_fields=["absent_from", "absent_until", "substitute"])
    return lent


def _tell(absence: Absence) -> None:
    notify(
        [absence.substitute_id],
        organisation_id=absence.membership.organisation_id,
        kind="people.replacing",
        text=f"Vous remplacez un collègue du {long_date(absence.starts_on)} au {long_date(absence.until)}.",
        path=reverse("home"),
        effect_key=f"absence:{absence.pk}",
    )


@transaction.atomic
def come_back(acting: Acting, uuid: UUID) -> Absence | None:
    """A manager says that somebody is back; None when nothing was declared. Raises Refused."""
    lock_for_manager(acting)
    absence = (
        Absence.objects.standing()
        .select_for_update(of=("self",))
        .select_related("membership")
        .filter(membership__uuid=uuid, membership__organisation=acting.organisation_id)
        .first()
    )
    if absence is not None:
        end(absence)
    return absence


def end(absence: Absence) -> None:
    """Close an absence, and give the designations back as they were."""
    membership = absence.membership
    held = Designation.objects.filter(organisation=membership.organisation_id, user=membership.user_id)
    held.filter(absent_from=absence.starts_on, absent_until=absence.until).update(
        absent_from=None, absent_until=None
    )
    held.filter(pk__in=absence.designations, substitute=absence.substitute_id).update(substitute=None)
    absence.ended_at = clock.now()
    absence.save(update_fields=["ended_at"])


def close_past() -> int:
    """The worker closes what time has ended; running twice changes nothing. Returns how many were closed."""
    with system_scope("absences that are over"):
        over = list(
            Absence.objects.standing()
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("membership")
            .filter(until__lt=clock.today())
            .order_by("pk")[:200]
        )
        for absence in over:
            end(absence)
    return len(over)


def standing_of(membership: Membership) -> Absence | None:
    """The declared absence of somebody, running or to come."""
    return membership.absences.filter(ended_at__isnull=True).select_related("substitute").first()


def standing_absence(designation: Designation) -> Absence | None:
    """The declared absence of a lead from the organisation of their designation, running or to come."""
    return (
        Absence.objects.standing()
        .filter(
            membership__user=designation.user_id,
            membership__organisation=designation.organisation_id,
            until__gte=clock.today(),
        )
        .select_related("membership", "substitute")
        .first()
    )
