"""Facts: one row per referral, kept exact in the transaction that changes it."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from core import clock
from core.working_days import working_days_between
from partners.models import Organisation
from referrals.models import Outcome, Referral, ReferralEvent
from referrals.states import State
from reporting.models import DirtyCell, ReferralFact

NEVER_COUNTED = (State.DRAFT, State.ENTERED_IN_ERROR)
# The states that a referral passes only once it was accepted, once it was started.
ACCEPTED = (State.ACCEPTED, State.STARTED, State.COMPLETED, State.DROPPED_OUT)
STARTED = (State.STARTED, State.COMPLETED, State.DROPPED_OUT)


def record(referral: Referral, event: ReferralEvent | None) -> None:
    """Write the fact of a referral as it stands, and mark its cell of the summary (hook ``transition_applied``)."""
    if referral.sent_at is None:
        return
    before = ReferralFact.objects.select_for_update(of=("self",)).filter(referral=referral).first()
    if before is not None:
        mark_dirty(before)
    if referral.state in NEVER_COUNTED:
        if before is not None:
            before.delete()
        return
    fact = ReferralFact(referral=referral, **fact_values(referral))
    fact.save(force_insert=before is None, force_update=before is not None)
    if before is None or _cell(before) != _cell(fact):
        mark_dirty(fact)


def fact_values(referral: Referral) -> dict[str, object]:
    """The columns of a fact, computed from a referral and its events."""
    outcome = referral.outcomes.filter(moment=Outcome.Moment.EXIT).values_list("code", flat=True).first()
    return values_from(referral, set(referral.events.values_list("to_state", flat=True)), outcome or "")


def values_from(referral: Referral, passed: Collection[str], outcome: str) -> dict[str, object]:
    """The columns of a fact, from a referral with its two sides, the states it passed and its exit's outcome.

    Asks nothing of the database once the sides and their departments are there.
    """
    home = home_of(referral)
    assert referral.sent_at is not None
    sent_on = clock.day_of(referral.sent_at)
    answer_days = None
    if referral.answered_at:
        answer_days = working_days_between(sent_on, clock.day_of(referral.answered_at), home.department_id)
    states = {referral.state, *passed}
    return {
        "sender_id": referral.sender_id,
        "recipient_id": referral.recipient_id,
        "convention_id": referral.convention_id,
        "programme": referral.programme,
        "month": sent_on.replace(day=1),
        "department_id": home.department_id,
        "region_id": home.region_id or (home.department.region_id if home.department else None),
        "state": referral.state,
        "reason": referral.rules.public_reason(referral.reason) if referral.reason else "",
        "outcome": outcome,
        "answered": referral.answered_at is not None,
        "accepted": bool(states & set(ACCEPTED)),
        "started": bool(states & set(STARTED)),
        "completed": referral.state == State.COMPLETED,
        "answer_days": answer_days,
        "is_return": referral.returned_from_id is not None,
    }


def home_of(referral: Referral) -> Organisation:
    """The organisation whose territory a referral counts for: the Mission Locale of the two, else the sender."""
    for organisation in (referral.sender, referral.recipient):
        if organisation.network == "ml":
            return organisation
    return referral.sender


_FOLD = """
INSERT INTO reporting_foldedcount (quarter, organisation_id, department_id, programme, state, outcome, sent, answered,
                                   accepted, started)
SELECT date_trunc('quarter', f.month)::date,
       CASE WHEN s.network <> 'ml' AND p.network = 'ml' THEN f.recipient_id ELSE f.sender_id END,
       f.department_id, f.programme, f.state, f.outcome, count(*), count(*) FILTER (WHERE f.answered),
       count(*) FILTER (WHERE f.accepted), count(*) FILTER (WHERE f.started)
FROM reporting_referralfact f
JOIN referrals_referral r ON r.id = f.referral_id
JOIN partners_organisation s ON s.id = f.sender_id
JOIN partners_organisation p ON p.id = f.recipient_id
WHERE r.youth_id = %s GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (quarter, organisation_id, department_id, programme, state, outcome) DO UPDATE
SET sent = reporting_foldedcount.sent + excluded.sent, answered = reporting_foldedcount.answered + excluded.answered,
    accepted = reporting_foldedcount.accepted + excluded.accepted,
    started = reporting_foldedcount.started + excluded.started
"""


def fold(youth_id: int) -> None:
    """Turn the facts of a youth into counts, before they are erased (hook ``youth_erased``, in a system scope).

    What the summaries say stays true by quarter: the month of what is folded is the first one of its quarter.
    """
    for fact in ReferralFact.objects.filter(referral__youth=youth_id).order_by("pk"):
        mark_dirty(fact)
        fact.month = fact.month.replace(month=(fact.month.month - 1) // 3 * 3 + 1)
        mark_dirty(fact)
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [youth_id])


def _cell(fact: ReferralFact) -> tuple[date, str | None, str]:
    return fact.month, fact.department_id, fact.programme


def mark_dirty(fact: ReferralFact) -> None:
    """Ask the worker to make the fact's cell of the summary again.

    A mark that stands already is written again all the same: its row lock keeps the worker from taking it
    before this transaction ends, hence from counting without it.
    """
    if fact.department_id:
        DirtyCell.objects.bulk_create(
            [DirtyCell(month=fact.month, department_code=fact.department_id, programme=fact.programme)],
            update_conflicts=True,
            unique_fields=["month", "department_code", "programme"],
            update_fields=["programme"],
        )
