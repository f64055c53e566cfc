"""The clocks: reminder, escalation, expiry, promises kept by an opening, follow-ups, open days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.working_days import Calendar, add_working_days, working_days_between
from referrals import programmes
from referrals.clocks import (
    KIND_LABELS,
    LEVEL_LABELS,
    Clock,
    Kind,
    Level,
    ProgrammeClocks,
    clock_after,
    follow_up_dates,
    follow_ups,
    read_rungs,
)
from referrals.states import RECIPIENT, SENDER
from referrals.transitions import TRANSITIONS, NotAllowed

DEFAULT = ProgrammeClocks()
days = st.dates(date(2015, 1, 1), date(2060, 12, 31))
departments = st.sampled_from([None, "67", "75", "971", "974"])
pairs = st.sampled_from([(row.action, source.value) for row in TRANSITIONS for source in row.sources])
settings_of = st.sampled_from([programme.clocks for programme in programmes.all()])
optional_days = st.none() | days


def calendars(department=None, *closures):
    """Both sides in one territory."""
    calendar = Calendar(department, closures)
    return {SENDER: calendar, RECIPIENT: calendar}


@st.composite
def closing_calendars(draw):
    """Two sides, each with closures around its own days."""
    found = {}
    for side in (SENDER, RECIPIENT):
        starts = draw(st.lists(days, max_size=3))
        closures = tuple((start, start + timedelta(days=draw(st.integers(0, 45)))) for start in starts)
        found[side] = Calendar(draw(departments), closures)
    return found


def on(clock, level):
    """The day of one level of a clock."""
    return next((rung.on for rung in clock.rungs() if rung.level == level), None)


@given(days, departments)
def test_the_sending_promises_an_answer_in_5_and_10_working_days_and_30_days_unopened(day, department):
    clock = clock_after("send", "draft", DEFAULT, day, calendars(department))
    assert working_days_between(day, clock.due_on, department) == 5
    assert working_days_between(day, clock.escalate_on, department) == 10
    assert clock.expires_on == day + timedelta(days=30)
    assert (clock.kind, clock.side) == (Kind.ANSWER, "recipient")


@given(days, st.integers(0, 29), departments)
def test_opening_keeps_the_promise_and_removes_the_automatic_end(day, later, department):
    sent = clock_after("send", "draft", DEFAULT, day, calendars(department))
    opened = clock_after(
        "receive", "sent", DEFAULT, day + timedelta(days=later), calendars(department), current=sent
    )
    assert opened == Clock(Kind.ANSWER, "recipient", sent.due_on, sent.escalate_on, None)


@given(
    pairs, days, settings_of, closing_calendars(), optional_days, optional_days, optional_days, optional_days
)
def test_every_move_gives_a_coherent_clock(pair, day, clocks, open_days, review, planned, end, next_on):
    action, state = pair
    clock = clock_after(
        action,
        state,
        clocks,
        day,
        open_days,
        review_on=review,
        planned_on=planned,
        planned_end_on=end,
        next_on=next_on,
    )
    if clock is None:
        keeping = [row.action for row in TRANSITIONS if row.effect == "keep"]
        assert action in (
            "withdraw", "end_sharing", "mark_error", "confirm_cancel", "confirm_error", "acknowledge", *keeping,
        )  # fmt: skip
        return
    assert clock.due_on < clock.escalate_on
    # Only silence before an opening, or before the answer to a question or to a cancellation, can close a referral.
    assert (clock.expires_on is not None) == (action in ("send", "ask_info", "ask_cancel"))
    if clock.expires_on:
        assert clock.expires_on > clock.escalate_on
    assert clock.side in ("sender", "recipient")
    assert KIND_LABELS[clock.kind]
    for rung in clock.rungs():
        assert rung.side == clock.side
        assert LEVEL_LABELS[Level(rung.level)]
        # Nobody is expected to act, nor reminded, on a day on which their organisation is closed.
        assert rung.level == Level.EXPIRED or open_days[rung.side].is_open(rung.on)
    assert read_rungs(rung.stored() for rung in clock.rungs()) == clock.rungs()


@given(settings_of, days, closing_calendars())
def test_the_steps_of_a_sending_follow_one_another(clocks, day, open_days):
    clock = clock_after("send", "draft", clocks, day, open_days)
    order = [
        on(clock, level)
        for level in (Level.UNOPENED, Level.UNOPENED_ESCALATED, Level.ESCALATED, Level.EXPIRED)
    ]
    assert order == sorted(set(order))
    assert on(clock, Level.DUE) < on(clock, Level.ESCALATED)


@given(settings_of, days, closing_calendars())
def test_follow_ups_fall_on_open_days_and_end(clocks, ended, open_days):
    found = follow_ups(ended, clocks, open_days)
    assert [one.moment for one in found] == [f"m{months}" for months in clocks.follow_up_months]
    for one, asked_on in zip(found, follow_up_dates(ended, clocks), strict=True):
        assert asked_on <= one.due_on < one.escalate_on < one.over_on
        assert open_days[one.side].is_open(one.due_on)
        assert open_days[one.side].is_open(one.escalate_on)


def test_levels_on_a_known_calendar():
    clock = clock_after("send", "draft", DEFAULT, date(2026, 3, 2))
    assert (clock.due_on, clock.escalate_on, clock.expires_on) == (
        date(2026, 3, 9),
        date(2026, 3, 16),
        date(2026, 4, 1),
    )
    assert (on(clock, Level.UNOPENED), on(clock, Level.UNOPENED_ESCALATED)) == (
        date(2026, 3, 4),
        date(2026, 3, 6),
    )


@pytest.mark.parametrize(("sent", "department", "due_on"), [
    (date(2026, 3, 27), None, date(2026, 4, 3)),  # across the change of hour, the night of 29 March
    (date(2026, 10, 23), None, date(2026, 10, 30)),  # and back, the night of 25 October
    (date(2028, 2, 28), None, date(2028, 3, 6)),  # 29 February is a day of work
    (date(2026, 12, 30), None, date(2027, 1, 7)),  # 1 January is not
    (date(2026, 12, 23), "67", date(2026, 12, 31)),  # Saint Stephen falls on a Saturday that year
    (date(2024, 12, 23), "67", date(2025, 1, 2)),  # and counts in Alsace-Moselle when it does not
    (date(2024, 12, 23), None, date(2024, 12, 31)),
    (date(2026, 12, 18), "974", date(2026, 12, 28)),  # the abolition of slavery is kept on 20 December in La Réunion
    (date(2027, 12, 17), "974", date(2027, 12, 27)),  # on a Monday that year
    (date(2027, 12, 17), None, date(2027, 12, 24)),
])  # fmt: skip
def test_days_of_the_calendar(sent, department, due_on):
    assert clock_after("send", "draft", DEFAULT, sent, calendars(department)).due_on == due_on


def test_a_closure_stops_the_clock_of_the_side_that_must_act():
    august = (date(2026, 8, 3), date(2026, 8, 21))
    open_days = {SENDER: Calendar(), RECIPIENT: Calendar(None, (august,))}
    sent = clock_after("send", "draft", DEFAULT, date(2026, 7, 30), open_days)
    assert (on(sent, Level.UNOPENED), sent.due_on) == (date(2026, 8, 24), date(2026, 8, 27))
    # The three weeks of the closure are not three weeks of silence.
    assert sent.expires_on == date(2026, 8, 29) + timedelta(days=19)
    # The sender works in August: what it owes does not wait.
    assert clock_after("ask_info", "received", DEFAULT, date(2026, 7, 30), open_days).due_on == date(
        2026, 8, 6
    )
    accepted = clock_after(
        "accept", "received", DEFAULT, date(2026, 7, 1), open_days, planned_on=date(2026, 8, 10)
    )
    assert (on(accepted, Level.NOTICE), accepted.due_on) == (date(2026, 7, 29), date(2026, 8, 24))


def test_a_waiting_list_ends_by_a_decision():
    clock = clock_after("waitlist", "received", DEFAULT, date(2026, 3, 2))
    assert (clock.due_on, clock.escalate_on) == (date(2026, 4, 1), date(2026, 5, 4))
    assert on(clock, Level.DECIDE) == date(2026, 6, 1)  # 90 days later is a Sunday, 31 May
    later = clock_after("step", "waitlisted", DEFAULT, date(2026, 5, 20), current=clock)
    # A step puts the review off, never the decision.
    assert (later.due_on, on(later, Level.DECIDE)) == (date(2026, 6, 1), date(2026, 6, 1))
    assert clock_after("step", "waitlisted", DEFAULT, date(2026, 6, 1), current=clock) == clock


def test_an_entry_is_announced_then_asked_then_escalated_then_to_be_decided():
    clock = clock_after("accept", "received", DEFAULT, date(2026, 3, 2), planned_on=date(2026, 4, 15))
    assert [(rung.level, rung.on) for rung in clock.rungs()] == [
        ("notice", date(2026, 4, 10)),
        ("due", date(2026, 4, 15)),
        ("escalated", date(2026, 4, 22)),
        ("decide", date(2026, 5, 15)),
    ]
    soon = clock_after("accept", "received", DEFAULT, date(2026, 3, 2), planned_on=date(2026, 3, 4))
    assert on(soon, Level.NOTICE) is None  # it would have left before the acceptance


def test_easter_and_alsace():
    sent = date(2026, 3, 30)
    assert clock_after("send", "draft", DEFAULT, sent).due_on == date(2026, 4, 7)
    assert clock_after("send", "draft", DEFAULT, sent, calendars("67")).due_on == date(2026, 4, 8)


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


@given(days, departments)
def test_a_cancellation_is_confirmed_once_five_working_days_are_over(day, department):
    clock = clock_after("ask_cancel", "accepted", DEFAULT, day, calendars(department))
    assert (clock.kind, clock.side) == (Kind.CANCEL, "recipient")
    assert clock.expires_on - timedelta(days=1) == add_working_days(day, 5, department)
    assert clock.due_on < clock.escalate_on < clock.expires_on


@given(pairs, days)
def test_what_is_only_asked_changes_no_promise(pair, day):
    action, state = pair
    current = Clock(Kind.ACKNOWLEDGE, "sender", day + timedelta(days=9), day + timedelta(days=20))
    if action in ("ask_reopen", "drop_reopen", "ask_error", "drop_error"):
        assert clock_after(action, state, DEFAULT, day, current=current) == current


def test_follow_ups_at_3_and_6_months():
    ended = date(2026, 8, 31)
    assert follow_up_dates(ended, DEFAULT) == (date(2026, 11, 30), date(2027, 2, 28))
    first, second = follow_ups(ended, DEFAULT)
    assert (first.moment, first.side, first.due_on) == ("m3", "sender", date(2026, 11, 30))
    assert (second.moment, second.due_on) == ("m6", date(2027, 3, 1))  # 28 February is a Sunday
    assert first.over_on == date(2027, 2, 28)
    # They do not depend on the reading of the outcome, after which nothing else runs.
    assert clock_after("acknowledge", "completed", DEFAULT, date(2026, 9, 3)) is None
    back = programmes.get("retour").clocks
    assert {one.side for one in follow_ups(ended, back)} == {"recipient"}


def test_the_smv_has_long_clocks_and_a_convention_may_set_its_own():
    smv = programmes.get("smv").clocks
    clock = clock_after("send", "draft", smv, date(2026, 3, 2))
    assert working_days_between(date(2026, 3, 2), clock.due_on) == 15
    assert smv.with_overrides({"answer_remind_days": 8}).answer_remind_days == 8
    for absurd in (
        {"unheard_of": 3},
        {"answer_remind_days": 0},
        {"answer_remind_days": True},
        {"answer_remind_days": "8"},
        {"duration_months": 10**9},
        {"review_calendar_days": 120},
        {"answer_remind_days": 30},
        {"unopened_calendar_days": 31},
        {"follow_up_months": (6, 3)},
        {"follow_up_months": (3, 12)},
        {"follow_up_side": "clock"},
    ):
        with pytest.raises(ValueError):
            smv.with_overrides(absurd)


def test_no_clock_outside_the_table():
    with pytest.raises(NotAllowed):
        clock_after("accept", "draft", DEFAULT, date(2026, 3, 2))
