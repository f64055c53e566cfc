"""The obstacles of a youth: noting one, saying who takes it in charge, what was done, and that it is lifted."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from core import clock
from core.acting import Acting
from core.gestures import just_written
from core.working_days import long_date
from partners.models import Organisation, outward_name
from youths import obstacle_codes
from youths.models import Accompaniment, Obstacle, ObstacleStep, Youth
from youths.records import Overtaken, Refused

_STEPS = dict(obstacle_codes.STEPS)


def who_may_take(acting: Acting, youth: Youth) -> list[tuple[int, str]]:
    """Who may take an obstacle in charge, by name: the organisations that accompany the youth today, and one's own.

    A sensitive structure is named to its own people and to those who keep the record.
    """
    links = Accompaniment.objects.accompanying().active().filter(youth=youth)
    found = Organisation.objects.filter(Q(pk__in=links.values("organisation")) | Q(pk=acting.organisation_id))
    named = acting.organisation_id in youth.keepers
    return [
        (pk, outward_name(name, is_sensitive=hidden and not named and pk != acting.organisation_id))
        for pk, name, hidden in found.order_by("name", "pk").values_list("pk", "name", "is_sensitive")
    ]


def _check_taker(acting: Acting, youth: Youth, taken_by: int) -> None:
    if taken_by not in dict(who_may_take(acting, youth)):
        raise Refused("Cette structure n’accompagne pas ce jeune : choisissez qui s’en charge.")


@transaction.atomic
def note(acting: Acting, youth: Youth, *, category: str, since: date, taken_by: int) -> Obstacle:
    """Note an obstacle and who takes it in charge. Raises Refused when it is noted already."""
    _check_taker(acting, youth, taken_by)
    try:
        with transaction.atomic():
            return Obstacle.objects.create(
                youth=youth,
                category=category,
                since=since,
                organisation_id=acting.organisation_id,
                taken_by_id=taken_by,
            )
    except IntegrityError as error:
        if "youths_obstacle_once" not in str(error):
            raise
        raise Refused("Ce frein est déjà noté : dites plutôt ce qui a été fait.") from error


@transaction.atomic
def act(acting: Acting, youth: Youth, uuid: UUID, *, code: str, on: date, taken_by: int) -> None:
    """Say what was done, and who takes it in charge from now on; some steps close it. Sent twice, it is one step.

    Raises Overtaken when the obstacle is no longer open, Refused on a day before it was noted.
    """
    obstacle = (
        Obstacle.objects.select_for_update(of=("self",)).filter(youth=youth, uuid=uuid, closing="").first()
    )
    if obstacle is None:
        raise Overtaken
    if on < obstacle.since:
        raise Refused(
            f"Ce frein est noté depuis le {obstacle.since:%d/%m/%Y} : indiquez un jour plus récent."
        )
    own = {"code": code, "on": on, "organisation_id": acting.organisation_id, "author_id": acting.user_id}
    if obstacle.taken_by_id == taken_by and just_written(obstacle.steps.all(), "at", **own):
        return
    if code not in obstacle_codes.CLOSING or taken_by != obstacle.taken_by_id:
        _check_taker(acting, youth, taken_by)
    ObstacleStep.objects.create(youth=youth, obstacle=obstacle, **own)
    obstacle.taken_by_id = taken_by
    if code in obstacle_codes.CLOSING:
        obstacle.closing, obstacle.closed_on = code, on
    obstacle.save(update_fields=["taken_by", "closing", "closed_on"])


def open_of(youth: Youth) -> list[dict[str, Any]]:
    """The open obstacles, in words. The record was read through ``whole_youth_or_404``."""
    return [
        {
            "uuid": row["uuid"],
            "label": obstacle_codes.BY_CODE[row["category"]].label,
            "since": date.fromisoformat(row["since"]),
            "taken_by": row["taken_by_name"],
            "taken_by_id": row["taken_by_id"],
            # Past the last day of who no longer accompanies, what was done is not theirs to read.
            "last": _STEPS[row["last"]] if row["last"] and youth.share.writes else "",  # type: ignore[attr-defined]
        }
        for row in youth.obstacle_rows  # type: ignore[attr-defined]
        if not row["closing"]
    ]


def lifted_of(youth: Youth) -> list[dict[str, Any]]:
    """The obstacles that were lifted, the latest first (read with the record)."""
    rows = [row for row in youth.obstacle_rows if row["closing"] == obstacle_codes.LIFTED]  # type: ignore[attr-defined]
    return [
        {
            "label": obstacle_codes.BY_CODE[row["category"]].label,
            "on": date.fromisoformat(row["closed_on"]),
        }
        for row in sorted(rows, key=lambda row: row["closed_on"], reverse=True)
    ]


def _told_later(on: date, at: str) -> str:
    """The day of what was done, when it was written another day."""
    moment = parse_datetime(at)
    return "" if moment is None or on == clock.day_of(moment) else f"Le {long_date(on)}."


def items_of(youth: Youth) -> list[dict[str, Any]]:
    """What was done about the obstacles, as items of a timeline (read with the record)."""
    return [
        {
            "at": parse_datetime(row["at"]),
            "title": f"{obstacle_codes.BY_CODE[row['category']].label} : {_STEPS[row['code']].lower()}",
            "text": _told_later(date.fromisoformat(row["on"]), row["at"]),
            "actor_org": row["organisation_name"],
            "kind": "",
        }
        for row in youth.obstacle_step_rows  # type: ignore[attr-defined]
    ]
