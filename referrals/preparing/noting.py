"""Noting what is ready, side by side: what the pages show, and the one operation that writes it."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from core import clock
from core.acting import Acting
from referrals import agreements
from referrals.models import Preparation, Referral
from referrals.preparing import exits
from referrals.programmes.base import EXIT, ToPrepare
from referrals.states import other_side
from referrals.transitions import NotAllowed
from youths.records import Overtaken

TITLES = {"entry": "Préparer l’entrée", "exit": "Préparer la sortie"}
_BADGES = {"todo": "attente", "done": "ok", "not_needed": "neutre"}
OVER = "Cette orientation n’en est plus là : il n’y a plus rien à préparer."


def own_items(referral: Referral, side: str) -> tuple[ToPrepare, ...]:
    """What a side is to prepare in the present state of a referral."""
    return tuple(item for item in referral.rules.preparing(referral.state) if item.side == side)


def rows_of(referral: Referral, side: str) -> dict[str, dict[str, Any]]:
    """What a side noted, by code, of a referral fetched through its door, which reads ``preparation_rows`` with it."""
    whose = getattr(referral, f"{side}_id")
    rows = referral.preparation_rows  # type: ignore[attr-defined]
    return {row["code"]: row for row in rows if row["organisation"] == whose}


def stamp(rows: list[dict[str, Any]]) -> str:
    """What the form of one side was made from: the moment of the latest note."""
    return max((str(row["at"]) for row in rows), default="")


def shown(referral: Referral, side: str) -> dict[str, Any] | None:
    """What is to be prepared, side by side, for one of them; None when nothing is."""
    items = referral.rules.preparing(referral.state)
    if not items:
        return None
    sides = []
    for one in (side, other_side(side)):
        rows = rows_of(referral, one)
        lines = [_line(item, rows.get(item.code)) for item in items if item.side == one]
        if lines:
            sides.append({"who": getattr(referral, one).name, "ours": one == side, "lines": lines})
    return {
        "title": TITLES[items[0].moment],
        "exit_on": exits.exit_of(referral) if items[0].moment == EXIT else None,
        "sides": sides,
        "ours": any(item.side == side for item in items) and referral.sharing_stopped_at is None,
    }


def _line(item: ToPrepare, row: dict[str, Any] | None) -> dict[str, Any]:
    state = Preparation.State(row["state"]) if row else Preparation.State.TODO
    on = parse_datetime(row["at"]) if row and state != Preparation.State.TODO else None
    return {"label": item.label, "state": state.label, "badge": _BADGES[state], "on": on}


@transaction.atomic
def note(acting: Acting, uuid: UUID, states: Mapping[str, str], *, seen: str) -> Referral:
    """Write where the things that the acting side prepares stand.

    ``seen`` is the stamp of the page that was shown. Raises Referral.DoesNotExist, Overtaken, NotAllowed.
    """
    referral = Referral.objects.visible_to(acting).select_for_update(of=("self",)).get(uuid=uuid)
    side = referral.side_of(acting.organisation_id)
    items = own_items(referral, side)
    if referral.sharing_stopped_at:
        raise NotAllowed(agreements.STOPPED)
    if not items or set(states) != {item.code for item in items}:
        raise NotAllowed(OVER)
    known = Preparation.objects.filter(
        referral=referral, organisation=acting.organisation_id, code__in=states
    )
    rows = {row.code: row for row in known.order_by("pk")}
    if stamp([{"at": as_text(row.at)} for row in rows.values()]) != seen:
        raise Overtaken
    for code, state in states.items():
        row = rows.get(code)
        if (row.state if row else Preparation.State.TODO) == state:
            continue
        Preparation.objects.update_or_create(
            referral=referral,
            organisation_id=acting.organisation_id,
            code=code,
            defaults={"state": state, "recorded_by_id": acting.user_id, "at": clock.now()},
        )
    exits.follow(referral, side)
    return referral


def as_text(at: Any) -> str:
    """A moment, written the same whether it comes from a row or from JSON."""
    moment = parse_datetime(at) if isinstance(at, str) else at
    return moment.astimezone(UTC).isoformat() if moment else ""
