"""How many tasks await somebody, by the groups of "À faire": the home page shows them, the digest tells them."""

from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet, Value

from core import clock
from core.acting import MANAGER, NATIONAL, REGIONAL, Acting
from core.models import Task
from core.prepared import Prepared
from partners.models import Absence
from referrals.effects import SILENT
from referrals.todo import GROUP_KINDS, GROUPS

# The kinds of tasks of each group; what no room puts elsewhere is to be dealt with.
GROUP = {group: Q(kind__in=kinds) for group, kinds in GROUP_KINDS.items() if group != "todo"}
GROUP = {"todo": ~reduce(or_, GROUP.values())} | GROUP
# What others owe me is not my delay.
MINE = ~Q(kind=SILENT)
# Those that a mail tells: what is to come awaits nobody yet.
_TOLD = [group for group in GROUPS if group != "coming"]


def _counts() -> dict[str, Count]:
    awaited = Q(awaited_on__lte=clock.today())
    return {
        "total": Count("pk", filter=awaited),
        "coming": Count("pk", filter=~awaited),
        "late": Count("pk", filter=Q(due_on__lt=clock.today()) & MINE),
        **{group: Count("pk", filter=awaited & kinds) for group, kinds in GROUP.items()},
    }


def _counted(acting: Acting, whole: bool) -> QuerySet[Task, tuple[int, ...]]:
    tasks = Task.objects.visible_to(acting) if whole else Task.objects.mine(acting)
    counts = _counts()
    return tasks.open().order_by().values(all=Value(1)).annotate(**counts).values_list(*counts)


_COUNTED = Prepared(_counted)


def counted(acting: Acting, *, whole: bool) -> dict[str, int]:
    """How many tasks each group holds, for one person or for the ``whole`` organisation, in one query."""
    names = _counts()
    (found,) = _COUNTED(acting, whole) or [(0,) * len(names)]
    return dict(zip(names, found, strict=True))


def told(user_id: int, roles: dict[int, str]) -> list[tuple[str, int]]:
    """What awaits a person in the organisations where they are, as words and counts (two queries, in a system scope).

    As their home page counts it: their own, those of the absent whom they replace, and what falls to nobody in
    particular where they answer for the organisation.
    """
    absent = Absence.objects.on(clock.today()).filter(
        substitute=user_id, membership__organisation__in=list(roles), membership__revoked_at__isnull=True
    )
    mine = Q(user_id=user_id, organisation_id__in=list(roles))
    for gone, organisation in absent.order_by("pk").values_list(
        "membership__user", "membership__organisation"
    ):
        mine |= Q(user_id=gone, organisation_id=organisation)
    answering = [one for one, role in roles.items() if role in (MANAGER, REGIONAL, NATIONAL)]
    mine |= Q(user_id__isnull=True, organisation_id__in=answering)
    counts = Task.objects.filter(mine).open().aggregate(**_counts())
    return [(GROUPS[group], counts[group]) for group in _TOLD if counts[group]]
