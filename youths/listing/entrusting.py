"""Entrusting many youths to a colleague at once: what would pass and what would not, then all of it in one go."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from core.acting import Acting
from youths.accompanying.passing import may_change, pass_these, principal_links
from youths.models import Accompaniment, Youth
from youths.records import Overtaken

MOST = 500
NO_LINK = "votre structure ne l’accompagne pas aujourd’hui"
THEIRS = "cette personne l’accompagne déjà"
NOT_YOURS = "un autre professionnel l’accompagne : lui ou un responsable peut le confier"


@dataclass(frozen=True, slots=True)
class Row:
    """A youth of the preview; ``refusal``: why it would not pass, empty when it would."""

    youth: Youth
    link: Accompaniment | None
    refusal: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What entrusting some youths to somebody would do."""

    rows: list[Row]
    successor_id: int

    @property
    def passing(self) -> list[Row]:
        return [row for row in self.rows if not row.refusal]

    @property
    def staying(self) -> list[Row]:
        return [row for row in self.rows if row.refusal]

    @property
    def done(self) -> bool:
        """Whether all of it is done already: the same form sent twice."""
        return bool(self.rows) and all(row.refusal == THEIRS for row in self.rows)

    @property
    def seen(self) -> str:
        """What was shown, in one mark: the same links, passing or not, to the same person."""
        told = ";".join(f"{row.youth.pk}:{row.link and row.link.pk}:{row.refusal}" for row in self.rows)
        return hashlib.sha256(f"{self.successor_id}|{told}".encode()).hexdigest()[:32]


def chosen(acting: Acting, uuids: Sequence[UUID]) -> list[Youth]:
    """The youths of a choice that this person may open, by name."""
    found = Youth.objects.openable_by(acting).filter(uuid__in=list(uuids)[:MOST])
    return list(
        found.only("pk", "uuid", "first_name", "last_name", "birth_date").order_by("search_name", "pk")
    )


def prepare(acting: Acting, youths: Sequence[Youth], successor_id: int, *, lock: bool = False) -> Plan:
    """What would pass, and what would not; ``lock`` keeps the links as they are until the transaction ends."""
    links = principal_links(acting, [youth.pk for youth in youths], lock=lock)
    return Plan(
        [
            Row(youth, links.get(youth.pk), _refusal(acting, links.get(youth.pk), successor_id))
            for youth in youths
        ],
        successor_id,
    )


def _refusal(acting: Acting, link: Accompaniment | None, successor_id: int) -> str:
    if link is None:
        return NO_LINK
    if link.professional_id == successor_id:
        return THEIRS
    return "" if may_change(acting, link) else NOT_YOURS


@transaction.atomic
def carry_out(acting: Acting, youths: Sequence[Youth], successor_id: int, seen: str) -> int:
    """Do what was shown; returns how many passed. Sent twice, it passes nothing more.

    Raises Overtaken when somebody changed one of these links since the preview: nothing passed.
    """
    plan = prepare(acting, youths, successor_id, lock=True)
    if plan.done:
        return 0
    if plan.seen != seen:
        raise Overtaken
    links = [row.link for row in plan.passing if row.link is not None]
    return len(pass_these(acting, links, successor_id))
