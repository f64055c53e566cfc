"""Entrusting referrals of one's organisation to a colleague: what would pass, then all of it in one go.

Who followed them keeps reading the answer (``…_former``). What a referral opened for its recipient passes with it; the
lead of a youth is passed on by the pages of youths, never here.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import NullIf
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.models import Task
from notifications.notices import notify
from partners.people.members import team_id_of
from referrals import programmes
from referrals.links import OF_REFERRALS
from referrals.models import CLOSED_BY_OUTCOME, OPEN_STATES, Referral
from referrals.states import State
from youths.accompanying.passing import pass_on
from youths.models import Accompaniment
from youths.records import Overtaken

MOST = 200
TOLD = "referral.entrusted"
_ALIVE = Q(state__in=[State.DRAFT, *OPEN_STATES]) | ~Q(clock_kind="") | Q(wake_on__isnull=False)


class Row(NamedTuple):
    """A referral of the preview."""

    pk: int
    uuid: UUID
    programme: str
    state: str
    first_name: str
    last_name: str
    sender_id: int
    sender_professional_id: int
    recipient_professional_id: int | None

    @property
    def words(self) -> str:
        return f"{self.last_name} {self.first_name}, {programmes.get(self.programme).short_label}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What entrusting some referrals to somebody would do."""

    rows: list[Row]
    successor_id: int

    def counted(self, organisation_id: int) -> list[tuple[str, int]]:
        """How many there are of each sort, in words; the sorts that there are."""
        sorts = {"reçue": 0, "envoyée": 0, "brouillon": 0}
        for row in self.rows:
            draft, sent = row.state == State.DRAFT, row.sender_id == organisation_id
            sorts["brouillon" if draft else "envoyée" if sent else "reçue"] += 1
        return [(word if count == 1 else f"{word}s", count) for word, count in sorts.items() if count]

    @property
    def seen(self) -> str:
        """What was shown, in one mark: the same referrals, followed by the same persons, to the same colleague."""
        told = ";".join(
            f"{row.pk}:{row.sender_professional_id}:{row.recipient_professional_id}" for row in self.rows
        )
        return hashlib.sha256(f"{self.successor_id}|{told}".encode()).hexdigest()[:32]


def _side(acting: Acting, side: str, user_id: int | None) -> Q:
    """What somebody follows on a side of the acting organisation; None: what nobody does."""
    return Q(**{side: acting.organisation_id, f"{side}_professional": user_id})


def followed(acting: Acting, user_id: int | None) -> QuerySet[Referral]:
    """What somebody of the acting organisation still follows, on both sides, the oldest first."""
    mine = _side(acting, "recipient", user_id)
    if user_id is not None:
        mine |= _side(acting, "sender", user_id)
    return Referral.objects.visible_to(acting).filter(_ALIVE, mine).order_by("created_at", "pk")


def prepare(
    acting: Acting, user_id: int | None, uuids: Iterable[UUID], successor_id: int, *, lock: bool = False
) -> Plan:
    """What would pass among some referrals; ``lock`` keeps them as they are until the transaction ends."""
    found = followed(acting, user_id).filter(uuid__in=list(uuids)[:MOST])
    if lock:
        found = found.select_for_update(of=("self",))
    return Plan([Row(*row) for row in found.values_list(*_COLUMNS)], successor_id)


_COLUMNS = (
    "pk",
    "uuid",
    "programme",
    "state",
    "youth__first_name",
    "youth__last_name",
    "sender_id",
    "sender_professional_id",
    "recipient_professional_id",
)


def rows_of(found: QuerySet[Referral]) -> list[Row]:
    """The first referrals of a choice, as the pages show them."""
    return [Row(*row) for row in found.values_list(*_COLUMNS)[:MOST]]


@transaction.atomic
def carry_out(
    acting: Acting, user_id: int | None, uuids: Sequence[UUID], successor_id: int, seen: str
) -> int:
    """Do what was shown; returns how many passed.

    Raises Overtaken when somebody changed one of these referrals since the preview: nothing passed.
    """
    plan = prepare(acting, user_id, uuids, successor_id, lock=True)
    if plan.seen != seen:
        raise Overtaken
    passed = [row.pk for row in plan.rows]
    sent = [row.pk for row in plan.rows if row.sender_id == acting.organisation_id]
    received = [pk for pk in passed if pk not in set(sent)]
    team_id = team_id_of(successor_id, acting.organisation_id)
    Referral.objects.filter(pk__in=sent).update(
        sender_former=user_id, sender_professional=successor_id, sender_team=team_id
    )
    Referral.objects.filter(pk__in=received).update(
        recipient_former=user_id or F("recipient_former"),
        recipient_professional=successor_id,
        recipient_team=team_id,
        recipient_substitute=NullIf(F("recipient_substitute"), Value(successor_id)),
    )
    _pass_links(acting, user_id, received, successor_id)
    tasks = Task.objects.open().filter(subject_kind="referral", subject_id__in=passed, user_id=user_id)
    tasks.filter(organisation_id=acting.organisation_id).update(user_id=successor_id)
    if passed and successor_id != acting.user_id:
        _tell(acting, successor_id, passed)
    return len(passed)


def _pass_links(acting: Acting, user_id: int | None, received: list[int], successor_id: int) -> None:
    """The access that these referrals opened, unless another one of the same youth still needs it where it is."""
    of_these = Referral.objects.filter(pk__in=received, state__in=[*OPEN_STATES, *CLOSED_BY_OUTCOME])
    left = Referral.objects.filter(
        _side(acting, "recipient", user_id), state__in=OPEN_STATES, youth__in=of_these.values("youth")
    )
    links = (
        Accompaniment.objects.active()
        .filter(
            organisation=acting.organisation_id,
            professional=user_id,
            youth__in=of_these.values("youth"),
            reason__in=OF_REFERRALS,
        )
        .exclude(role=Accompaniment.Role.LEAD)
        .exclude(youth__in=left.values("youth"))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    pass_on(links, acting.organisation_id, successor_id)


def _tell(acting: Acting, successor_id: int, passed: list[int]) -> None:
    count = len(passed)
    words = "1 orientation vous est confiée" if count == 1 else f"{count} orientations vous sont confiées"
    notify(
        [successor_id],
        organisation_id=acting.organisation_id,
        kind=TOLD,
        text=f"{words} par un responsable.",
        path=reverse("referrals:list"),
        effect_key=f"entrusted:{passed[0]}:{count}:{clock.now().timestamp():.0f}",
    )
