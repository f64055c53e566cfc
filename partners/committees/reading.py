"""Committees as pages show them: where each stands, who may steer one, who may close what it decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.prepared import Prepared
from partners.committees.rhythm import Rhythm, rhythm_on
from partners.conventions.reading import (
    bare_facts,
    committee_rows,
    meetings_of,
    state_of,
    with_bare_facts,
)
from partners.conventions.state import binds
from partners.models import Committee, CommitteeAction, CommitteeMember, Convention, ConventionParty

_RECKONING = dict(Committee.Reckoning.choices)
OVERDUE, PLANNED, NOTHING = "en_retard", "prevue", "rien"
STANDINGS = {
    OVERDUE: "En retard",
    PLANNED: "Réunion prévue",
    NOTHING: "Rien de prévu, pas encore en retard",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A committee in the list of them all."""

    uuid: str
    name: str
    convention: Convention
    every: str
    rhythm: Rhythm


def with_seat(queryset: QuerySet[Any], acting: Acting, path: str = "") -> QuerySet[Any]:
    """Annotate ``has_seat``: the acting organisation is a member of the committee, or a party of its convention.

    ``path`` leads from the rows to the committee (``"committee__"``).
    """
    seat = CommitteeMember.objects.filter(
        committee=OuterRef(f"{path}pk"), organisation=acting.organisation_id
    )
    party = ConventionParty.objects.on(clock.today()).filter(
        convention=OuterRef(f"{path}convention"),
        organisation=acting.organisation_id,
    )
    return queryset.annotate(has_seat=Exists(seat) | Exists(party))


def may_close(acting: Acting, action: CommitteeAction) -> bool:
    """Whether somebody may say what was done of an action read through :func:`with_seat`.

    Its owner, or who replaces them; without an owner, those who answer for its organisation; else those who steer.
    """
    if action.organisation_id != acting.organisation_id:
        own = False
    elif action.owner_id is None:
        own = acting.answers_for_organisation
    else:
        own = action.owner_id in acting.stands_for
    steers = acting.answers_for_organisation and action.has_seat  # type: ignore[attr-defined]
    relation = "action_owner" if own else "committee_seat" if steers else None
    return rights.action("close_action").lets_in(acting.role, relation)


def every(frequency_months: int, reckoning: str) -> str:
    """How often a committee meets, in a sentence."""
    months = frequency_months
    words = (
        "une fois par an" if months == 12 else f"tous les {months} mois" if months > 1 else "tous les mois"
    )
    return f"Se réunit au moins {words} ({_RECKONING[reckoning]})."


def rhythm_of(
    convention: Convention, frequency_months: int, reckoning: str, days: Iterable[date], today: date
) -> Rhythm:
    """Where a committee stands; the convention was read through ``with_facts``, cancelled meetings left out."""
    return rhythm_on(
        today,
        days,
        frequency_months=frequency_months,
        reckoning=reckoning,
        since=convention.starts_on or convention.signed_on,
        running=not is_over(convention, today),
    )


def is_over(convention: Convention, today: date) -> bool:
    """Whether the text binds nobody, any more or yet: no meeting of its committee is awaited."""
    return not binds(state_of(convention, today))


def standing_of(rhythm: Rhythm) -> str:
    """The code of :data:`STANDINGS`; empty when nothing is expected any more and nothing is planned."""
    if rhythm.overdue:
        return OVERDUE
    if rhythm.next:
        return PLANNED
    return NOTHING if rhythm.expected_by else ""


def badge_of(rhythm: Rhythm) -> tuple[str, str] | None:
    """The kind and the words of the badge of a committee; None when there is nothing to say."""
    if rhythm.overdue:
        return ("attente", "Prévue avec retard") if rhythm.next else ("retard", "En retard")
    return ("info", "Réunion prévue") if rhythm.next else None


def _rhythm_in(convention: Any, row: dict[str, Any], today: date) -> Rhythm:
    """The rhythm of a committee read with its convention (``committee_rows``)."""
    held_on = [meeting.held_on for meeting in meetings_of(row)]
    return rhythm_of(convention, row["frequency_months"], row["reckoning"], held_on, today)


def _held(*, conventions: list[int]) -> QuerySet[Convention]:
    """Conventions with the facts of their state and their committees, by title."""
    found = with_bare_facts(Convention.objects.filter(pk__any_of=conventions)).select_related("region")
    return found.annotate(committee_rows=committee_rows()).order_by("title", "pk")


_HELD = Prepared(_held)


def lines_of(conventions: QuerySet[Convention], today: date) -> list[Line]:
    """Every committee of some conventions, with its rhythm. Two queries."""
    having = conventions.filter(Exists(Committee.objects.filter(convention=OuterRef("pk"))))
    return [
        Line(
            row["uuid"],
            row["name"],
            convention,
            every(row["frequency_months"], row["reckoning"]),
            _rhythm_in(convention, row, today),
        )
        for convention in _HELD(None, conventions=list(having.order_by("pk").values_list("pk", flat=True)))
        for row in convention.committee_rows  # type: ignore[attr-defined]
    ]


def awaited_among(conventions: QuerySet[Convention]) -> QuerySet[Any, Any]:
    """What :func:`late_among` counts from: the conventions that have a committee, without a word of them."""
    held = conventions.filter(Exists(Committee.objects.filter(convention=OuterRef("pk"))))
    return bare_facts(held, committee_rows=committee_rows())


def late_among(held: Iterable[Any], today: date) -> tuple[int, int]:
    """How many committees are late, and how many they are. No query, and nothing to name."""
    rhythms = [_rhythm_in(convention, row, today) for convention in held for row in convention.committee_rows]
    return sum(rhythm.overdue for rhythm in rhythms), len(rhythms)


def cards_of(convention: Convention, today: date) -> list[dict[str, Any]]:
    """The committees of a convention read with its facts and its committees, for its page."""
    found = []
    for row in convention.committee_rows:  # type: ignore[attr-defined]
        meetings = meetings_of(row)
        rhythm = _rhythm_in(convention, row, today)
        found.append(
            {
                "name": row["name"],
                "url": reverse("partners:committee_detail", args=[row["uuid"]]),
                "every": every(row["frequency_months"], row["reckoning"]),
                "rhythm": rhythm,
                "badge": badge_of(rhythm),
                "past": [meeting for meeting in reversed(meetings) if meeting.held_on < today],
                "coming": [meeting for meeting in meetings if meeting.held_on >= today],
            }
        )
    return found


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The longest awaited first, then the soonest planned, then the rest by name."""

    def key(line: Line) -> tuple[Any, ...]:
        rhythm = line.rhythm
        rank = list(STANDINGS).index(standing_of(rhythm)) if standing_of(rhythm) else len(STANDINGS)
        day = rhythm.expected_by if rhythm.overdue else rhythm.next or rhythm.expected_by
        return rank, day or date.max, line.convention.title, line.name

    return sorted(lines, key=key)
