"""What a pack says beside its figures: what earlier meetings left to do, sessions held, what the members bring."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q

from core import clock
from core.charts import format_number
from partners.committees import contributions
from partners.models import CommitteeAction, CommitteeMeeting, Convention, Session
from reporting.perimeter import OWN
from reporting.rendering.data import Contribution, Decision, Sessions, scrub

COMMON = "Toutes les parties"
# The sessions that a pack names, the last ones; the others are counted.
SHOWN_SESSIONS = 12
_OWN = f"WITH RECURSIVE {OWN} SELECT id FROM own"  # noqa: S608 - a constant


def pending_actions(meeting: CommitteeMeeting, last: date) -> list[Decision]:
    """The actions of earlier meetings that were open at the end of a day: they come back, oldest promise first."""
    actions = (
        CommitteeAction.objects.filter(committee=meeting.committee_id)
        .filter(meeting__held_on__lt=meeting.held_on, meeting__held_on__lte=last)
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=last))
        .select_related("organisation")
        .order_by("due_on", "pk")
    )
    return [
        {
            "text": scrub(action.wording),
            "owner": action.organisation.outward_name,
            "due": action.due_on.isoformat(),
        }
        for action in actions
    ]


def pending_decisions(meeting: CommitteeMeeting) -> list[Decision]:
    """The decisions of the last earlier meeting that took some: they come back at this one."""
    earlier = (
        CommitteeMeeting.objects.filter(
            committee=meeting.committee_id, held_on__lt=meeting.held_on, cancelled=False
        )
        .exclude(decisions="")
        .order_by("-held_on")
        .first()
    )
    taken = lines(earlier.decisions) if earlier else []
    return [{"text": text, "owner": COMMON, "due": None} for text in taken]


def lines(text: str) -> list[str]:
    return [scrub(line.strip()) for line in text.splitlines() if line.strip()]


def sessions_of(convention: Convention, first: date, last: date) -> Sessions:
    """The sessions of a convention and of its declinations held from ``first`` to ``last``. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"convention": convention.pk})
        own = [row[0] for row in cursor.fetchall()]
    begin, end = clock.start_of(first), clock.start_of(last + timedelta(days=1))
    found = list(
        Session.objects.filter(convention__in=own)
        .filter(
            Q(state=Session.State.HELD, starts_at__gte=begin, starts_at__lt=end)
            | Q(state=Session.State.PLANNED, starts_at__gte=end)
        )
        .select_related("organiser")
        .order_by("-starts_at", "-pk")
    )
    held = [session for session in found if session.state == Session.State.HELD]
    kinds = Counter(Session.Kind(session.kind).label for session in held)
    return {
        "held": len(held),
        "planned": len(found) - len(held),
        "kinds": [
            {"label": label, "held": count}
            for label, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        ],
        "rows": [
            {
                "date": clock.day_of(session.starts_at).isoformat(),
                "kind": Session.Kind(session.kind).label,
                "title": scrub(session.title),
                "place": scrub(session.place),
                "organiser": session.organiser.outward_name,
            }
            for session in held[:SHOWN_SESSIONS]
        ],
    }


def contributions_to(meeting: CommitteeMeeting) -> list[Contribution]:
    """What the members brought, in the order in which they wrote. One query."""
    return [
        {
            "organisation": one.organisation.outward_name,
            # The name of somebody would name a structure that is not named.
            "author": "" if one.organisation.is_sensitive else one.author.get_full_name(),
            "date": clock.day_of(one.written_at).isoformat(),
            "text": scrub(one.text),
        }
        for one in contributions.of_meeting(meeting)
    ]


def decisions_of(convention: Convention, first: date, last: date) -> list[Decision]:
    """What the committees of a convention decided in a year, actions with what was done of them by its end."""
    found: list[Decision] = []
    meetings = CommitteeMeeting.objects.filter(
        committee__convention=convention, cancelled=False, held_on__range=(first, last)
    )
    for meeting in meetings.exclude(decisions="").order_by("held_on", "pk"):
        found += [{"text": text, "owner": COMMON, "due": None} for text in lines(meeting.decisions)]
    actions = CommitteeAction.objects.filter(meeting__in=meetings).select_related("organisation")
    for action in actions.order_by("due_on", "pk"):
        done = action.closed_on is not None and action.closed_on <= last
        note = f" – {action.closing_note}" if done else ""
        found.append(
            {
                "text": scrub(f"{action.wording}{note}"),
                "owner": action.organisation.outward_name,
                "due": None if done else action.due_on.isoformat(),
            }
        )
    return found


def meetings_in(convention: Convention, first: date, last: date) -> str:
    """How many meetings the committees held in a year, in a sentence."""
    days = CommitteeMeeting.objects.filter(
        committee__convention=convention, cancelled=False, held_on__range=(first, last)
    ).count()
    if not days:
        return "Aucune réunion de comité enregistrée dans l’année."
    return f"{format_number(days)} réunion{'s' if days > 1 else ''} de comité dans l’année."
