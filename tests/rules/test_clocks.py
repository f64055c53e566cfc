"""The clocks: reminder, escalation, expiry, promises kept by an opening, follow-ups."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.working_days import add_working_days, working_days_between
from referrals import programmes
from referrals.clocks import (
    KIND_LABELS,
    Clock,
    Kind,
    Level,
    ProgrammeClocks,
    clock_after,
    follow_up_dates,
    is_late,
    level_on,
)
from referrals.transitions import TRANSITIONS, NotAllowed

DEFAULT = ProgrammeClocks()
days = st.dates(date(2015, 1, 1), date(2060, 12, 31))
departments = st.sampled_from([None, "67", "75", "971", "974"])
pairs = st.sampled_from([(row.action, source.value) for row in TRANSITIONS for source in row.sources])
settings_of = st.sampled_from([programme.clocks for programme in programmes.all()])
optional_days = st.none() | days


@given(days, departments)
def test_the_sending_promises_an_answer_in_5_and_10_working_days_and_30_days_unopened(day, department):
    clock = clock_after("send", "draft", DEFAULT, day, department)
    assert working_days_between(day, clock.due_on, department) == 5
    assert working_days_between(day, clock.escalate_on, department) == 10
    assert clock.expires_on == day + timedelta(days=30)
    assert (clock.kind, clock.side) == (Kind.ANSWER, "recipient")


@given(days, st.integers(0, 29), departments)
def test_opening_keeps_the_promise_and_removes_the_automatic_end(day, later, department):
    sent = clock_after("send", "draft", DEFAULT, day, department)
    opened = clock_after("receive", "sent", DEFAULT, day + timedelta(days=later), department, current=sent)
    assert opened == Clock(Kind.ANSWER, "recipient", sent.due_on, sent.escalate_on, None)


@given(pairs, days, settings_of, departments, optional_days, optional_days, optional_days, optional_days)
def test_every_move_gives_a_coherent_clock(pair, day, clocks, department, review, planned, end, next_on):
    action, state = pair
    clock = clock_after(
        action,
        state,
        clocks,
        day,
        department,
        review_on=review,
        planned_on=planned,
        planned_end_on=end,
        ended_on=end,
        next_on=next_on,
    )
    if clock is None:
        assert action in ("withdraw", "mark_error", "acknowledge")
        return
    assert clock.due_on < clock.escalate_on
    # Only silence before an opening, or before the answer to a question, can close a referral.
    assert (clock.expires_on is not None) == (action in ("send", "ask_info"))
    if clock.expires_on:
        assert clock.expires_on > clock.escalate_on
    assert clock.side in ("sender", "recipient")
    assert KIND_LABELS[clock.kind]


@given(settings_of, days, departments, st.integers(-5, 120))
def test_levels_only_rise(clocks, day, department, shift):
    clock = clock_after("send", "draft", clocks, day, department)
    order = list(Level)
    now, then = day + timedelta(days=shift), day + timedelta(days=shift + 1)
    assert order.index(level_on(clock, now)) <= order.index(level_on(clock, then))
    assert is_late(clock, now) == (now > clock.due_on)


def test_levels_on_a_known_calendar():
    clock = clock_after("send", "draft", DEFAULT, date(2026, 3, 2))
    assert (clock.due_on, clock.escalate_on, clock.expires_on) == (
        date(2026, 3, 9),
        date(2026, 3, 16),
        date(2026, 4, 1),
    )
    assert level_on(clock, date(2026, 3, 8)) == Level.ON_TIME
    assert level_on(clock, date(2026, 3, 9)) == Level.DUE
    assert level_on(clock, date(2026, 3, 31)) == Level.ESCALATED
    assert level_on(clock, date(2026, 4, 1)) == Level.EXPIRED
    assert level_on(clock, date(2027, 1, 1)) == Level.EXPIRED  # a missed night loses nothing


def test_easter_and_alsace():
    sent = date(2026, 3, 30)
    assert clock_after("send", "draft", DEFAULT, sent).due_on == date(2026, 4, 7)
    assert clock_after("send", "draft", DEFAULT, sent, "67").due_on == date(2026, 4, 8)


def test_a_question_gives_the_sender_the_same_delays():
    clock = clock_after("ask_info", "received", DEFAULT, date(2026, 3, 2))
    assert (clock.kind, clock.side, clock.expires_on) == (Kind.COMPLEMENT, "sender", date(2026, 4, 1))
    answered = clock_after("answer_info", "info_requested", DEFAULT, date(2026, 3, 4), current=clock)
    assert (answered.kind, answered.due_on, answered.expires_on) == (Kind.ANSWER, date(2026, 3, 11), None)


def test_dates_given_by_people_become_the_promise():
    day, other = date(2026, 3, 2), date(2026, 5, 4)
    assert clock_after("waitlist", "received", DEFAULT, day, review_on=other).due_on == other
    assert clock_after("accept", "received", DEFAULT, day, planned_on=other).due_on == other
    assert clock_after("start", "accepted", DEFAULT, day, planned_end_on=other).due_on == other
    assert clock_after("start", "accepted", DEFAULT, day, started_on=date(2026, 2, 28)).due_on == date(
        2026, 8, 28
    )
    # Reopened after its planned end, a course owes its outcome at once.
    assert clock_after("reopen", "completed", DEFAULT, other, planned_end_on=day).due_on == other


def test_a_step_restarts_the_clock_of_its_state():
    day, soon = date(2026, 3, 2), date(2026, 3, 20)
    current = Clock(Kind.OUTCOME, "recipient", date(2026, 9, 1), date(2026, 9, 15))
    assert clock_after("step", "received", DEFAULT, day, current=None).due_on == add_working_days(day, 5)
    assert clock_after("step", "received", DEFAULT, day, next_on=soon).due_on == soon
    assert clock_after("step", "received", DEFAULT, day).expires_on is None
    assert clock_after("step", "started", DEFAULT, day, current=current).due_on == current.due_on
    assert clock_after("step", "started", DEFAULT, day, current=current, next_on=soon).due_on == soon
    late = clock_after("step", "started", DEFAULT, day, planned_end_on=soon, next_on=date(2026, 12, 1))
    assert late.due_on == soon
    start = Clock(Kind.START, "recipient", date(2026, 6, 1), date(2026, 6, 8))
    assert clock_after("step", "accepted", DEFAULT, day, current=start).due_on == start.due_on


def test_follow_ups_at_3_and_6_months():
    ended = date(2026, 8, 31)
    assert follow_up_dates(ended, DEFAULT) == (date(2026, 11, 30), date(2027, 2, 28))
    first = clock_after("acknowledge", "completed", DEFAULT, date(2026, 9, 3), ended_on=ended)
    assert (first.kind, first.side, first.due_on) == (Kind.FOLLOW_UP, "sender", date(2026, 11, 30))
    second = clock_after("acknowledge", "completed", DEFAULT, date(2026, 12, 1), ended_on=ended)
    assert second.due_on == date(2027, 2, 28)
    assert clock_after("acknowledge", "completed", DEFAULT, date(2027, 3, 1), ended_on=ended) is None
    assert clock_after("acknowledge", "declined", DEFAULT, date(2026, 9, 3)) is None
    back = programmes.get("retour").clocks
    assert clock_after("acknowledge", "completed", back, ended, ended_on=ended).side == "recipient"


def test_the_smv_has_long_clocks_and_a_convention_may_set_its_own():
    smv = programmes.get("smv").clocks
    clock = clock_after("send", "draft", smv, date(2026, 3, 2))
    assert working_days_between(date(2026, 3, 2), clock.due_on) == 15
    assert smv.with_overrides({"answer_remind_days": 8}).answer_remind_days == 8
    for absurd in (
        {"unheard_of": 3},
        {"answer_remind_days": 0},
        {"answer_remind_days": 30},
        {"unopened_calendar_days": 31},
        {"follow_up_months": (6, 3)},
        {"follow_up_side": "clock"},
    ):
        with pytest.raises(ValueError):
            smv.with_overrides(absurd)


def test_no_clock_outside_the_table():
    with pytest.raises(NotAllowed):
        clock_after("accept", "draft", DEFAULT, date(2026, 3, 2))
