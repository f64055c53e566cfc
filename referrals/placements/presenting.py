"""What pages say about a period in a company: its state in words, its line on the record, its part of the story."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from core import clock
from core.acting import Acting
from core.working_days import long_date
from partners.models import outward_name
from referrals.models import WorkPlacement
from referrals.placements import codes, rules
from referrals.placements.schedule import hours_words
from youths.models import Youth

State = codes.State
_BADGES = {
    State.PLANNED: "attente",
    State.SIGNED: "info",
    State.DONE: "ok",
    State.PARTLY_DONE: "attente",
}
TITLE = "Périodes en entreprise (PMSMP)"
SHOWN = 30


def rows(acting: Acting) -> QuerySet[WorkPlacement, Any]:
    """The periods of a youth (``OuterRef``), as the question that finds the record reads them (``record_rows``)."""
    found = WorkPlacement.objects.filter(youth=OuterRef("pk")).order_by("-starts_on", "-pk")
    return found.values(row=_row())[:SHOWN]


def rows_of_referral(acting: Acting) -> QuerySet[WorkPlacement, Any]:
    """The periods of a referral (``OuterRef``), as the acting organisation reads them."""
    found = WorkPlacement.objects.shared_with(acting).filter(referral=OuterRef("pk"))
    return found.order_by("-starts_on", "-pk").values(row=_row())[:SHOWN]


def _row() -> JSONObject:
    names = (
        "uuid", "state", "host_name", "starts_on", "ends_on", "declared_at", "signed_on", "closed_at", "cancel_reason",
        "last_day_on", "done_minutes", "suite", "to_check", "renewal_of_id", "organisation_id", "followed_by_id",
    )  # fmt: skip
    return JSONObject(
        **{name: F(name) for name in names},
        actor=F("organisation__name"),
        hidden=F("organisation__is_sensitive"),
    )


def badge_of(state: str, starts_on: date, ends_on: date) -> tuple[str, str]:
    """The kind and the words of a badge; what is late says so."""
    today = clock.today()
    if state == State.PLANNED and starts_on <= today:
        return "retard", "Convention à signer"
    if state == State.SIGNED and ends_on < today:
        return "retard", "Bilan attendu"
    if state == State.SIGNED and starts_on <= today:
        return "info", "En cours"
    return _BADGES.get(State(state), "neutre"), State(state).label


def dates_words(starts_on: date, ends_on: date) -> str:
    """The days of a period, in words."""
    if starts_on == ends_on:
        return f"le {long_date(starts_on)}"
    return f"du {long_date(starts_on)} au {long_date(ends_on)}"


def _days(row: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])


def lines(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The periods as lines with a link."""
    shown = []
    for row in found:
        days = _days(row)
        kind, words = badge_of(row["state"], *days)
        shown.append(
            {
                "title": row["host_name"],
                "url": reverse("referrals:placement", args=[row["uuid"]]),
                "badge": kind,
                "state": words,
                "next": dates_words(*days).capitalize()
                + (" · renouvellement" if row["renewal_of_id"] else "")
                + (" · à vérifier" if row["to_check"] else ""),
            }
        )
    return shown


def of_youth(acting: Acting, youth: Youth) -> dict[str, list[dict[str, Any]]]:
    """What the periods put on a youth's record (registry ``timeline_sources``), read with it."""
    share, me = youth.share, acting.organisation_id  # type: ignore[attr-defined]
    mine = {"organisation_id": me, "followed_by_id": me}
    if not share.reads:
        return {"items": [], "current": []}
    found = [
        row
        for row in youth.placement_rows  # type: ignore[attr-defined]
        if any(row[name] == pk for name, pk in mine.items())
        or share.holds(row["declared_at"], row["closed_at"])
    ]
    named = me in youth.keepers
    block = {
        "id": "periodes",
        "title": TITLE,
        "cards": lines(found),
        "empty": "Aucune période notée.",
        "add_url": reverse("referrals:placement_declare", args=[youth.uuid]) if share.writes else "",
        "add_label": "Noter une période en entreprise",
    }
    items = [
        item | {"actor_org": outward_name(row["actor"], is_sensitive=row["hidden"] and not named)}
        for row in found
        for item in _items(row)
    ]
    return {"items": items, "current": [], "blocks": [block]}


def _items(row: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """A period in the story: the day it was declared, and the day it was closed."""
    yield {
        "at": parse_datetime(row["declared_at"]),
        "title": f"Période en entreprise {'renouvelée' if row['renewal_of_id'] else 'prévue'} : {row['host_name']}",
        "text": f"{dates_words(*_days(row)).capitalize()}.",
        "kind": "",
    }
    if row["closed_at"] is None:
        return
    if row["state"] == State.CANCELLED:
        title, text = "annulée", codes.CancelReason(row["cancel_reason"]).label
    else:
        title, text = State(row["state"]).label.lower(), bilan_words(row["done_minutes"], row["suite"])
    yield {
        "at": parse_datetime(row["closed_at"]),
        "title": f"Période en entreprise, {row['host_name']} : {title}",
        "text": f"{text}.",
        "kind": "alert" if row["state"] in (State.CANCELLED, State.NO_SHOW) else "",
    }


def bilan_words(done_minutes: int, suite: str) -> str:
    """The hours done and what follows."""
    return f"{hours_words(done_minutes)} faites ; suite : {codes.Suite(suite).label}"


def of_referral(referral: Any) -> list[dict[str, Any]]:
    """The periods of a referral that was fetched through its door."""
    return lines(referral.placement_rows)


def limits_of(placement: WorkPlacement) -> list[rules.Rule]:
    """The limits that a period passes, as the record names them."""
    return [rules.RULES[code] for code in placement.to_check if code in rules.RULES]


def identifiers_of(acting: Acting, youth: Youth) -> list[Any]:
    """The identifiers of a youth's periods that this person may open, as the trail knows them."""
    found = WorkPlacement.objects.visible_to(acting).filter(youth=youth)
    return list(found.order_by("pk").values_list("uuid", flat=True))
