"""Facts: one row per referral, kept exact in the transaction that changes it (ADR 0038)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import connection

from core import clock
from core.working_days import add_months, working_days_between
from partners.models import Network, Organisation
from referrals.models import Outcome, Referral, ReferralEvent
from referrals.states import TERMINAL, State
from reporting import counting, facts_sql
from reporting.models import AgeBand, Area, Direction, DirtyCell, ReferralFact, Result

NEVER_COUNTED = (State.DRAFT, State.ENTERED_IN_ERROR)
# The states that a referral passes only once it was accepted, once it was started.
ACCEPTED = (State.ACCEPTED, State.STARTED, State.COMPLETED, State.DROPPED_OUT)
STARTED = (State.STARTED, State.COMPLETED, State.DROPPED_OUT)
# The columns that the database writes, for who copies rows whole: every column is named there.
LEFT_TO_THE_DATABASE: Mapping[str, object] = {
    **dict.fromkeys(facts_sql.AROUND_COLUMNS, 0),
    "age_band": AgeBand.YOUNG,
    "level": None,
    "rebounded": False,
    "area": Area.UNKNOWN,
}


def record(referral: Referral, event: ReferralEvent | None) -> None:
    """Write the fact of a referral as it stands, and mark its cells of the summaries (hook ``transition_applied``)."""
    if referral.sent_at is None:
        return
    before = ReferralFact.objects.select_for_update(of=("self",)).filter(referral=referral).first()
    cells = cells_of(before) if before is not None else set()
    if referral.state in NEVER_COUNTED:
        mark(cells)
        if before is not None:
            before.delete()
        return
    fact = ReferralFact(referral=referral, **fact_values(referral))
    mark(cells | cells_of(fact))
    fact.save(force_insert=before is None, force_update=before is not None)


def mend(referral_ids: Collection[int]) -> None:
    """Write the facts of some referrals again, whatever they said; remove those of no referral. In a system scope."""
    sides = ("sender__department", "recipient__department", "youth")
    for referral in Referral.objects.select_related(*sides).filter(pk__in=referral_ids).order_by("pk"):
        if referral.sent_at is None:
            for fact in ReferralFact.objects.filter(referral=referral):
                mark(cells_of(fact))
                fact.delete()
        record(referral, None)


def fact_values(referral: Referral) -> dict[str, object]:
    """The columns of a fact, computed from a referral and its events."""
    outcomes = dict(referral.outcomes.order_by().values_list("moment", "code"))
    return values_from(referral, set(referral.events.values_list("to_state", flat=True)), outcomes)


def values_from(
    referral: Referral, passed: Collection[str], outcomes: Mapping[str, str]
) -> dict[str, object]:
    """The columns of a fact, from a referral with its two sides, the states it passed, its outcomes by moment.

    Asks nothing of the database once the sides and their departments are there. The columns of
    ``facts_sql.AROUND_COLUMNS`` are not among them: the database writes them.
    """
    home = home_of(referral)
    assert referral.sent_at is not None
    sent_on = clock.day_of(referral.sent_at)
    states = {referral.state, *passed}
    ended = referral.state in (State.COMPLETED, State.DROPPED_OUT)
    code = outcomes.get(Outcome.Moment.EXIT, "")

    def days(until: date | datetime | None) -> int | None:
        if until is None:
            return None
        day = clock.day_of(until) if isinstance(until, datetime) else until
        # None that passed: 0. A course that was written down afterwards began before the portal knew of it.
        return working_days_between(sent_on, day, home.department_id)

    return {
        "sender_id": referral.sender_id,
        "recipient_id": referral.recipient_id,
        "convention_id": referral.convention_id,
        "programme": referral.programme,
        "topic": referral.rules.topic_for(referral.sender.network),
        "direction": direction_of(referral),
        "sent_on": sent_on,
        "month": sent_on.replace(day=1),
        "department_id": home.department_id,
        "region_id": region_of(home),
        "recipient_department_id": referral.recipient.department_id,
        "recipient_region_id": region_of(referral.recipient),
        "state": referral.state,
        "reason": referral.rules.public_reason(referral.reason) if referral.reason else "",
        "outcome": code,
        "at_exit": result_of(referral, code),
        "at_m3": result_of(referral, outcomes.get(Outcome.Moment.M3, "")),
        "at_m6": result_of(referral, outcomes.get(Outcome.Moment.M6, "")),
        "ended_on": referral.ended_on if ended else None,
        "answered": referral.answered_at is not None,
        "accepted": bool(states & set(ACCEPTED)),
        "started": bool(states & set(STARTED)),
        "completed": referral.state == State.COMPLETED,
        "info_requested": State.INFO_REQUESTED in states,
        "acknowledged": referral.acknowledged_at is not None,
        "is_return": referral.returned_from_id is not None,
        "opening_days": days(referral.received_at),
        "answer_days": days(referral.answered_at),
        "silent_days": days(referral.closed_at)
        if not referral.answered_at and referral.state in TERMINAL
        else None,
        "start_days": days(referral.started_on),
    }


def region_of(organisation: Organisation) -> str | None:
    """The region of an organisation: its own, else that of its department."""
    if organisation.region_id is None and organisation.department:
        return organisation.department.region_id
    return organisation.region_id


def direction_of(referral: Referral) -> Direction:
    """Which way a referral goes, as the Missions Locales see it."""
    from_ml, to_ml = (one.network == Network.ML for one in (referral.sender, referral.recipient))
    if from_ml and to_ml:
        return Direction.BETWEEN_ML
    return Direction.FROM_ML if from_ml else Direction.TO_ML if to_ml else Direction.OTHER


def result_of(referral: Referral, code: str) -> str:
    """What an outcome comes to: a solution, none, or a situation that is not known; "" while nobody said.

    A code that the programme knows no more is not known either.
    """
    if not code:
        return ""
    known = {outcome.code: outcome for outcome in referral.rules.outcomes}
    if code not in known or not known[code].known:
        return Result.UNKNOWN
    return Result.POSITIVE if known[code].positive else Result.NEGATIVE


def home_of(referral: Referral) -> Organisation:
    """The organisation whose territory a referral counts for: the Mission Locale of the two, else the sender."""
    for organisation in (referral.sender, referral.recipient):
        if organisation.network == Network.ML:
            return organisation
    return referral.sender


_FOLD = f"""
INSERT INTO reporting_foldedcount (quarter, organisation_id, is_sender, home, department_id, programme, state, outcome,
                                   {counting.names(counting.SENT)})
SELECT date_trunc('quarter', f.month)::date, side.organisation_id, side.is_sender,
       side.is_sender = (s.network = 'ml' OR p.network <> 'ml'), f.department_id, f.programme, f.state, f.outcome,
       {counting.summed(counting.SENT)}
FROM reporting_referralfact f
JOIN referrals_referral r ON r.id = f.referral_id
JOIN partners_organisation s ON s.id = f.sender_id
JOIN partners_organisation p ON p.id = f.recipient_id
CROSS JOIN LATERAL (VALUES (f.sender_id, true), (f.recipient_id, false)) AS side (organisation_id, is_sender)
WHERE r.youth_id = %(youth)s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ON CONFLICT (quarter, organisation_id, is_sender, home, department_id, programme, state, outcome) DO UPDATE
SET {counting.added(counting.SENT, "reporting_foldedcount")}
"""  # noqa: S608 - constants
_FOLD_EXITS = f"""
INSERT INTO reporting_foldedexit (quarter, department_id, programme, {counting.names(counting.EXITS)})
SELECT date_trunc('quarter', f.ended_on)::date, f.department_id, f.programme, {counting.summed(counting.EXITS)}
FROM reporting_referralfact f JOIN referrals_referral r ON r.id = f.referral_id
WHERE r.youth_id = %(youth)s AND {counting.IS_EXIT} AND f.ended_on IS NOT NULL GROUP BY 1, 2, 3
ON CONFLICT (quarter, department_id, programme) DO UPDATE
SET {counting.added(counting.EXITS, "reporting_foldedexit")}
"""  # noqa: S608 - constants


def fold(youth_id: int) -> None:
    """Turn the facts of a youth into counts, before they are erased (hook ``youth_erased``, in a system scope).

    What the summaries say stays true by quarter: the month of what is folded is the first one of its quarter.
    """
    facts = (
        ReferralFact.objects.select_for_update(of=("self",)).filter(referral__youth=youth_id).order_by("pk")
    )
    cells = {cell for fact in facts for cell in cells_of(fact)}
    mark(cells | {(quarter_of(month), department, programme) for month, department, programme in cells})
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"youth": youth_id})
        cursor.execute(_FOLD_EXITS, {"youth": youth_id})


def quarter_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return add_months(day.replace(day=1), -((day.month - 1) % 3))


Cell = tuple[date, str, str]


def cells_of(fact: ReferralFact) -> set[Cell]:
    """The cells of the summaries in which a fact counts: that of its sending, that of its end."""
    if not fact.department_id:
        return set()
    months = {fact.month} | ({fact.ended_on.replace(day=1)} if fact.ended_on else set())
    return {(month, fact.department_id, fact.programme) for month in months}


def mark(cells: Collection[Cell]) -> None:
    """Ask the worker to make cells of the summaries again.

    A mark that stands already is written again all the same: its row lock keeps the worker from taking it
    before this transaction ends, hence from counting without it. Always in the same order, so that two of them
    never wait for one another.
    """
    if cells:
        DirtyCell.objects.bulk_create(
            [
                DirtyCell(month=month, department_code=department, programme=programme)
                for month, department, programme in sorted(cells)
            ],
            update_conflicts=True,
            unique_fields=["month", "department_code", "programme"],
            update_fields=["programme"],
        )
