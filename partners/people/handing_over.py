"""What this room and the ground floor put in the procedure of those who leave.

Tasks, designations, replacements, and what they hold on committees: actions and seats.
"""

from django.db.models import Q

from core import clock
from core.handovers import Held, Holding, Pass
from core.hooks import handovers
from core.models import Task
from partners.committees import actions as committee_actions
from partners.designations.routing import pass_on
from partners.models import Absence, Designation


def register() -> None:
    """Fill the registry (at start). Rooms above add theirs."""
    handovers.register("task", Holding("Tâches à faire", _tasks, _pass_tasks))
    handovers.register("designation", Holding("Désignations de référent", _designations, _pass_designations))
    handovers.register(
        "replacement", Holding("Collègues absents remplacés", _replacements, _pass_replacements)
    )
    handovers.register(
        "committee_action",
        Holding("Actions de comité", committee_actions.held_actions, committee_actions.pass_actions),
    )
    handovers.register(
        "committee_seat",
        Holding("Sièges en comité", committee_actions.held_seats, committee_actions.pass_seats),
    )


def _open_tasks(user_id: int, organisation_id: int):
    return (
        Task.objects.open().filter(user_id=user_id, organisation_id=organisation_id).order_by("due_on", "pk")
    )


def _tasks(user_id: int, organisation_id: int) -> list[Held]:
    # The words of a task belong to the room of its subject, whose own lines say them already.
    return [
        Held(task.pk, f"À faire pour le {task.due_on:%d/%m/%Y}")
        for task in _open_tasks(user_id, organisation_id)
    ]


def _pass_tasks(one: Pass) -> list[int]:
    tasks = _open_tasks(one.leaver_id, one.organisation_id)
    passed = list(tasks.values_list("pk", flat=True))
    Task.objects.filter(pk__in=passed).update(user_id=one.successor_id)
    return passed


def _running(user_id: int, organisation_id: int):
    """The designations that run or are to come, as referent or as substitute."""
    return (
        Designation.objects.not_over(clock.today())
        .filter(organisation=organisation_id)
        .filter(Q(user=user_id) | Q(substitute=user_id))
        .order_by("topic", "pk")
    )


def _designations(user_id: int, organisation_id: int) -> list[Held]:
    return [
        Held(one.pk, one.get_topic_display() + ("" if one.user_id == user_id else " (suppléant)"))
        for one in _running(user_id, organisation_id)
    ]


def _pass_designations(one: Pass) -> list[int]:
    """A referent's designation passes on today; a substitute is replaced in place."""
    passed = []
    for designation in _running(one.leaver_id, one.organisation_id).select_for_update(of=("self",)):
        if designation.user_id == one.leaver_id:
            designation = pass_on(designation, one.successor_id, clock.today())
        else:
            # A referent is not their own substitute.
            own = designation.user_id == one.successor_id
            designation.substitute_id = None if own else one.successor_id
            designation.save(update_fields=["substitute"])
        passed.append(designation.pk)
    return passed


def _standing(user_id: int, organisation_id: int):
    return (
        Absence.objects.standing()
        .filter(substitute=user_id, membership__organisation=organisation_id)
        .select_related("membership__user")
        .order_by("until", "pk")
    )


def _replacements(user_id: int, organisation_id: int) -> list[Held]:
    return [Held(one.pk, one.membership.user.get_full_name()) for one in _standing(user_id, organisation_id)]


def _pass_replacements(one: Pass) -> list[int]:
    passed = list(_standing(one.leaver_id, one.organisation_id).values_list("pk", flat=True))
    Absence.objects.filter(pk__in=passed).update(substitute=one.successor_id)
    return passed
