"""Who accompanies a youth, as the record shows it: the lead first, then the partners, then who is asked."""

from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from core import clock
from core.acting import Acting
from core.prepared import Prepared
from partners.models import outward_name
from youths.accompanying import aspects
from youths.models import Accompaniment, Youth

_COLUMNS = (
    "pk",
    "organisation",
    "organisation__name",
    "organisation__is_sensitive",
    "professional",
    "professional__first_name",
    "professional__last_name",
    "professional__phone",
    "professional__email",
    "role",
    "aspects",
    "reason",
    "started_on",
    "ended_on",
    "end_reason",
    "access_until",
)
_RANK = {
    Accompaniment.Role.LEAD: 0,
    Accompaniment.Role.PARTNER: 1,
    Accompaniment.Role.CONTACTED: 2,
    Accompaniment.Role.CLOSING: 3,
}
_ROLES, _ENDS = dict(Accompaniment.Role.choices), dict(Accompaniment.EndReason.choices)


def _rows(*, youth: int) -> QuerySet[Accompaniment, tuple[Any, ...]]:
    links = Accompaniment.objects.filter(youth=youth).order_by("ended_on", "started_on", "pk")
    return links.values_list(*_COLUMNS)


_ROWS = Prepared(_rows)


def lead_name(acting: Acting) -> Subquery:
    """The name of the lead referent, for a question about youths.

    Of a sensitive structure, it is told to its own people and to who keeps the record.
    """
    me = acting.organisation_id
    told = Q(organisation__is_sensitive=False) | Q(organisation=me)
    told |= Q(youth__held_by=me) | Q(youth__registered_with=me)
    lead = Accompaniment.objects.active().filter(told, youth=OuterRef("pk"), role=Accompaniment.Role.LEAD)
    name = Concat(
        F("professional__first_name"), Value(" "), F("professional__last_name"), output_field=CharField()
    )
    return Subquery(lead.values_list(name)[:1])


def links_of(acting: Acting, youth: Youth) -> list[dict[str, Any]]:
    """Who accompanies a youth, and who did (one query); to who is solicited, itself and those who keep the record.

    Those whose access is over are told to who keeps the record alone: the story of who followed is theirs.
    """
    keeps = acting.organisation_id in youth.keepers
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _ROWS(None, youth=youth.pk)]
    if not keeps:
        rows = [row for row in rows if row["access_until"] is None or row["access_until"] > clock.now()]
    if not youth.share.reads:  # type: ignore[attr-defined]
        rows = [row for row in rows if row["organisation"] in {acting.organisation_id, *youth.keepers}]
    own, knew = acting.organisation_id, youth.share.knew  # type: ignore[attr-defined]
    rows = [row for row in rows if knew(row["ended_on"], own=row["organisation"] == own)]
    return [_link(acting, row, keeps=keeps) for row in sorted(rows, key=lambda row: _RANK[row["role"]])]


def _link(acting: Acting, row: dict[str, Any], *, keeps: bool) -> dict[str, Any]:
    own = row["organisation"] == acting.organisation_id
    # A sensitive structure is named, and its people, to its own and to those who keep the record.
    hidden = row["organisation__is_sensitive"] and not keeps and not own
    named = row["professional__last_name"] is not None and not hidden
    theirs = acting.is_manager or row["professional"] in acting.stands_for
    contacted = row["role"] == Accompaniment.Role.CONTACTED
    invited = contacted and row["reason"] == Accompaniment.Reason.INVITATION and row["ended_on"] is None
    return {
        "pk": row["pk"],
        "organisation_id": row["organisation"],
        "organisation": outward_name(row["organisation__name"], is_sensitive=hidden),
        "hidden": hidden,
        "professional": f"{row['professional__first_name']} {row['professional__last_name']}"
        if named
        else "",
        # The work contact of a colleague or a partner: the two seconds in which one reads whom to call.
        "phone": (named and row["professional__phone"]) or "",
        "email": (named and row["professional__email"]) or "",
        "code": row["role"],
        "role": _ROLES[row["role"]],
        "aspects": aspects.in_words(row["aspects"]),
        "started_on": row["started_on"],
        "ended_on": row["ended_on"],
        "end": _ENDS.get(row["end_reason"], ""),
        "may_change": row["ended_on"] is None and not contacted and (keeps or (own and theirs)),
        "may_answer": invited and own,
        "may_take_back": invited and keeps and not own,
    }
