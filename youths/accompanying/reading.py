"""Who accompanies a youth, as the record shows it: the lead first, then the partners, then who is asked."""

from typing import Any

from django.db.models import QuerySet

from core.acting import Acting
from core.prepared import Prepared
from youths.accompanying import aspects
from youths.models import Accompaniment, Youth

_COLUMNS = (
    "pk",
    "organisation",
    "organisation__name",
    "professional",
    "professional__first_name",
    "professional__last_name",
    "professional__phone",
    "professional__email",
    "role",
    "aspects",
    "started_on",
    "ended_on",
    "end_reason",
)
_RANK = {Accompaniment.Role.LEAD: 0, Accompaniment.Role.PARTNER: 1, Accompaniment.Role.CONTACTED: 2}
_ROLES, _ENDS = dict(Accompaniment.Role.choices), dict(Accompaniment.EndReason.choices)


def _rows(*, youth: int) -> QuerySet[Accompaniment, tuple[Any, ...]]:
    found = Accompaniment.objects.filter(youth=youth).live()
    return found.order_by("ended_on", "started_on", "pk").values_list(*_COLUMNS)


_ROWS = Prepared(_rows)


def links_of(acting: Acting, youth: Youth) -> list[dict[str, Any]]:
    """Who accompanies a youth, and who did (one query); to who is solicited, itself and those who keep the record."""
    known = {acting.organisation_id, youth.held_by_id, youth.registered_with_id}
    found = [
        _link(acting, youth, dict(zip(_COLUMNS, row, strict=True))) for row in _ROWS(None, youth=youth.pk)
    ]
    return sorted(
        (link for link in found if youth.share.reads or link["organisation_id"] in known),  # type: ignore[attr-defined]
        key=lambda link: _RANK[link["code"]],
    )


def _link(acting: Acting, youth: Youth, row: dict[str, Any]) -> dict[str, Any]:
    named = row["professional__last_name"] is not None
    own = row["organisation"] == acting.organisation_id
    theirs = acting.is_manager or row["professional"] in acting.stands_for
    keeps = acting.organisation_id in (youth.held_by_id, youth.registered_with_id)
    return {
        "pk": row["pk"],
        "organisation_id": row["organisation"],
        "organisation": row["organisation__name"],
        "professional": f"{row['professional__first_name']} {row['professional__last_name']}"
        if named
        else "",
        # The work contact of a colleague or a partner: the two seconds in which one reads whom to call.
        "phone": row["professional__phone"] or "",
        "email": row["professional__email"] or "",
        "code": row["role"],
        "role": _ROLES[row["role"]],
        "aspects": aspects.in_words(row["aspects"]),
        "started_on": row["started_on"],
        "ended_on": row["ended_on"],
        "end": _ENDS.get(row["end_reason"], ""),
        "may_change": row["role"] != Accompaniment.Role.CONTACTED
        and row["ended_on"] is None
        and ((own and (theirs or keeps)) or (keeps and not own)),
    }
