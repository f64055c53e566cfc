"""The clock of the periods in a company: outcomes still awaited, and tasks whose owner reads the record no more.

Asked of the database at each run; a missed night loses nothing, and a second run sends nothing twice.
"""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.models import Task
from core.scope import system_scope
from referrals.models import WorkPlacement
from referrals.placements.codes import State
from referrals.placements.operations import tell_people
from referrals.placements.todo import SUBJECT
from youths.models import Accompaniment

# Days after the last one on which who follows the period is reminded (DOMAIN §1.3), and when one stops.
AFTER = (3, 10)
STOPS = timedelta(days=60)


def run(today: date | None = None) -> None:
    """Remind of the outcomes that are late, and give the tasks that nobody can do to those who keep the record."""
    today = today or clock.today()
    with system_scope("outcomes of periods in a company"):
        _remind(today)
        _settle()


def _remind(today: date) -> None:
    late = WorkPlacement.objects.filter(
        state=State.SIGNED, ends_on__lte=today - timedelta(days=AFTER[0]), ends_on__gt=today - STOPS
    )
    for placement in late.order_by("pk").iterator(chunk_size=200):
        days = max(step for step in AFTER if placement.ends_on + timedelta(days=step) <= today)
        tell_people(
            placement,
            placement.followed_by_id,
            kind="placement.bilan_late",
            text="Rappel : le bilan d’une période en entreprise est attendu.",
            effect_key=f"placement:{placement.pk}:bilan:{placement.ends_on}:{days}",
        )


def _settle() -> None:
    """Who no longer reads the record can neither sign nor tell: those who keep it are asked instead."""
    period = WorkPlacement.objects.under_way().filter(pk=OuterRef("subject_id"))
    asked = OuterRef("organisation_id")
    links = Accompaniment.objects.accompanying().filter(youth=OuterRef("youth"), organisation=OuterRef(asked))
    reads = Q(youth__held_by=asked) | Q(youth__registered_with=asked) | Exists(links)
    stray = Task.objects.open().filter(Exists(period), ~Exists(period.filter(reads)), subject_kind=SUBJECT)
    for task in stray.order_by("pk").iterator(chunk_size=200):
        youth = WorkPlacement.objects.select_related("youth").get(pk=task.subject_id).youth
        lead = (
            Accompaniment.objects.active()
            .filter(youth=youth, organisation=youth.keeper_id, role=Accompaniment.Role.LEAD)
            .values_list("professional_id", flat=True)
            .first()
        )
        task.organisation_id, task.counterpart_id, task.user_id = youth.keeper_id, None, lead
        task.save(update_fields=["organisation_id", "counterpart_id", "user_id"])
