"""The transition table: what it allows, what it refuses, what it says; histories replayed."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import allowed, states, transitions
from referrals.allowed import BrokenHistory, find, replay, triples
from referrals.states import SIDES, STATES, TERMINAL, Stage, State
from referrals.transitions import ACTIONS, TRANSITIONS, NotAllowed

EXITS = {"declined", "no_response", "withdrawn", "dropped_out", "entered_in_error", "completed"}


@pytest.mark.parametrize(("state", "action", "side"), list(product(State.values, ACTIONS, SIDES)))
def test_every_triple_is_allowed_or_refused_in_french(state, action, side):
    if (state, action, side) in triples():
        row = find(action, state, side)
        assert row.action == action
        assert state in row.sources
        assert side in row.sides
        return
    with pytest.raises(NotAllowed) as refusal:
        find(action, state, side)
    assert str(refusal.value).startswith("L’action « ")


def test_the_table_of_the_agreement():
    """The rows of DESIGN, written a second time by hand, so that no edit of the table goes unseen."""
    asked = ("received", "info_requested", "waitlisted")
    after_sending = [state for state in State.values if state not in ("draft", "entered_in_error")]
    expected = {("draft", "send", "sender"), ("sent", "receive", "recipient")}
    expected |= {(state, "ask_info", "recipient") for state in ("received", "waitlisted")}
    expected |= {("info_requested", "answer_info", "sender")}
    expected |= {(state, "waitlist", "recipient") for state in ("received", "info_requested")}
    expected |= {(state, action, "recipient") for state in asked for action in ("accept", "decline")}
    expected |= {("accepted", "start", "recipient"), ("accepted", "withdraw", "recipient")}
    expected |= {("accepted", "start", "sender")}  # with a proof (SECURITY §2.3, row 11)
    expected |= {("started", action, "recipient") for action in ("complete", "drop_out")}
    expected |= {(state, "withdraw", "sender") for state in ("sent", *asked)}
    expected |= {("accepted", action, "sender") for action in ("ask_cancel", "take_back_cancel")}
    expected |= {("accepted", action, "recipient") for action in ("confirm_cancel", "refuse_cancel")}
    expected |= {("accepted", "confirm_cancel", "clock")}
    either = ("sender", "recipient", "sender_manager", "recipient_manager")
    expected |= {(state, "end_sharing", "youth") for state in ("sent", *asked, "accepted")}
    expected |= {(state, "expire", "clock") for state in ("sent", "info_requested")}
    expected |= {("no_response", "answer_late", side) for side in ("sender", "recipient")}
    for state in ("declined", "withdrawn", "completed", "dropped_out"):
        expected |= {
            (state, action, side) for action in ("ask_reopen", "reopen", "drop_reopen") for side in either
        }
    for state in after_sending:
        expected |= {(state, "mark_error", "sender")}
        late = ("ask_error", "confirm_error", "drop_error")
        expected |= {(state, action, side) for action in late for side in ("sender", "sender_manager")}
    expected |= {("accepted", "plan", "recipient")}
    expected |= {
        ("started", action, side) for action in ("suspend", "resume") for side in ("sender", "recipient")
    }
    expected |= {(state, "step", "recipient") for state in ("received", "waitlisted", "accepted", "started")}
    expected |= {
        (state, "acknowledge", "sender") for state in ("declined", "no_response", "completed", "dropped_out")
    }
    assert triples() == expected


def test_only_the_clock_closes_by_silence_and_only_before_an_answer():
    rows = [row for row in TRANSITIONS if "clock" in row.sides]
    assert [row.action for row in rows] == ["confirm_cancel", "expire"]
    assert set(rows[1].sources) == {State.SENT, State.INFO_REQUESTED}


def test_every_exit_carries_a_reason_and_every_end_an_outcome():
    for row in TRANSITIONS:
        if row.target in EXITS and row.target != "completed" and row.action != "expire":
            asking = [other for other in TRANSITIONS if other.asks and other.asks == row.settles] or [row]
            assert all("reason" in one.needs for one in asking), row.action
        if row.target in ("completed", "dropped_out"):
            assert "outcome" in row.needs


def test_what_is_asked_is_confirmed_or_not():
    for kind in (transitions.CANCEL, transitions.REOPEN, transitions.ERROR):
        asking = [row for row in TRANSITIONS if row.asks == kind]
        answers = {row.answer for row in TRANSITIONS if row.settles == kind}
        assert len(asking) == 1
        assert asking[0].target is None  # nothing moves before
        assert answers == {transitions.CONFIRMED, transitions.REFUSED}


def test_terminal_states_are_left_only_by_the_named_ways():
    leaving = {row.action for row in TRANSITIONS for s in row.sources if s in TERMINAL and row.target}
    assert leaving == {"answer_late", "reopen", "mark_error", "confirm_error"}
    assert not [row for row in TRANSITIONS if State.ENTERED_IN_ERROR in row.sources]


def test_every_state_is_reachable_and_only_errors_and_withdrawals_end_without_a_mover():
    reached = {State.DRAFT}
    for _ in State:
        reached |= {row.target for row in TRANSITIONS if row.target and reached & set(row.sources)}
    assert reached == set(State)
    assert {state for state, info in STATES.items() if info.mover is None} == {
        State.WITHDRAWN,
        State.ENTERED_IN_ERROR,
    }


def test_the_mover_of_a_state_can_move():
    for state, info in STATES.items():
        if info.mover:
            assert any(info.mover in row.sides and state in row.sources for row in TRANSITIONS), state


def test_labels_and_sentences_are_complete():
    assert set(STATES) == set(State)
    names = {"sender": "Mission Locale de Tours", "recipient": "3e RSMV {La Rochelle}"}
    for state, side in product(State, SIDES[:-1]):
        assert states.side_label(state, side)
        for due_on in (None, date(2026, 3, 1)):
            sentence = states.next_step(state, side, due_on=due_on, **names)
            assert sentence.endswith(".")
            assert "{by}" not in sentence
            assert "{sender}" not in sentence
    assert "au plus tard le 1er mars 2026" in states.next_step(
        "sent", "sender_manager", due_on=date(2026, 3, 1), **names
    )
    closed = {"acknowledged": True, **names}
    assert states.next_step("declined", "sender", **closed).startswith("Vous avez pris connaissance")
    assert "la boucle est fermée" in states.next_step("completed", "recipient", **closed)
    assert states.next_step("withdrawn", "sender", **closed) == states.next_step(
        "withdrawn", "sender", **names
    )
    for row in TRANSITIONS:
        assert row.label
        assert row.consequence.format(**names).endswith(".")


def test_stages_share_out_the_states():
    gathered = [state for stage in Stage for state in states.states_of(stage)]
    assert sorted(gathered) == sorted(State)


@pytest.mark.parametrize("role", ["dpo", "regional", "national", "admin", ""])
def test_who_does_not_accompany_gets_no_side(role):
    assert states.side_in(1, role, 1, 2) == frozenset()


def test_sides_of_professionals_managers_and_strangers():
    assert states.side_in(1, "professional", 1, 2) == {"sender"}
    assert states.side_in(2, "manager", 1, 2) == {"recipient", "recipient_manager"}
    assert states.side_in(3, "manager", 1, 2) == frozenset()


def test_buttons_follow_the_state_and_the_side():
    def actions(state, *sides):
        return [row.action for row in allowed.available(state, sides)]

    assert actions("received", "recipient") == ["ask_info", "waitlist", "accept", "decline", "step"]
    assert actions("accepted", "recipient") == [
        "start", "plan", "confirm_cancel", "refuse_cancel", "withdraw", "step",
    ]  # fmt: skip
    assert actions("accepted", "sender") == [
        "start", "ask_cancel", "take_back_cancel", "mark_error", "ask_error", "confirm_error", "drop_error",
    ]  # fmt: skip
    assert actions("entered_in_error", *SIDES) == []
    assert actions("received") == []


def test_a_manager_acts_as_such_where_the_table_names_the_managers():
    row, side = allowed.find_for("ask_error", "sent", {"sender", "sender_manager"})
    assert side == "sender_manager"
    row, side = allowed.find_for("ask_error", "sent", {"sender"})
    assert (row.guard, side) == (transitions.AFTER_24_HOURS, "sender")
    row, side = allowed.find_for("mark_error", "sent", {"sender", "sender_manager"})
    assert (row.guard, side) == (transitions.WITHIN_24_HOURS, "sender")
    row, side = allowed.find_for("decline", "received", {"recipient", "recipient_manager"})
    assert side == "recipient"
    with pytest.raises(NotAllowed, match="ne revient pas"):
        allowed.find_for("decline", "received", {"sender"})
    with pytest.raises(NotAllowed, match="n’est pas possible"):
        allowed.find_for("decline", "draft", set())
    with pytest.raises(NotAllowed, match="n’existe pas"):
        allowed.find_for("explode", "draft", {"sender"})


def test_silence_is_counted_against_the_side_that_stayed_silent():
    assert allowed.silent_side("sent") == "recipient"
    assert allowed.silent_side("info_requested") == "sender"
    with pytest.raises(ValueError):
        allowed.silent_side("received")


def test_the_loop_is_closed_when_the_sender_has_seen_the_outcome():
    """What may be acknowledged is what the pages say that the sender has to read, and nothing that is still open."""
    awaited = {state for state in states.TERMINAL if states.info(state).mover == states.SENDER}
    assert awaited == {"declined", "no_response", "completed", "dropped_out"}
    for row in TRANSITIONS:
        if row.action == "acknowledge":
            assert (set(row.sources), row.sides) == (awaited, (states.SENDER,))


@given(st.data())
def test_any_walk_through_the_table_replays_and_any_tampering_is_seen(data):
    state, events = "draft", []
    for _ in range(data.draw(st.integers(0, 25))):
        moves = sorted(move for move in allowed.moves() if move[0] == state)
        if not moves:
            break
        source, action, _, target = data.draw(st.sampled_from(moves))
        events.append((action, source, target))
        state = target
    assert replay(events) == state
    if not events:
        return
    position = data.draw(st.integers(0, len(events) - 1))
    action, before, after = events[position]
    wrong = data.draw(st.sampled_from([other for other in State.values if other != before]))
    tampered = [*events[:position], (action, wrong, after), *events[position + 1 :]]
    with pytest.raises(BrokenHistory) as broken:
        replay(tampered)
    assert broken.value.position == position


def test_a_jump_outside_the_table_breaks_the_history():
    with pytest.raises(BrokenHistory, match="does not lead"):
        replay([("send", "draft", "accepted")])
    assert replay([]) == "draft"


def test_the_open_states_are_written_once():
    """What SQL calls open is what the lists call open: the texts of the functions take both lists from here."""
    assert states.OPEN_STATES == ["sent", "received", "info_requested", "waitlisted", "accepted", "started"]
    assert states.in_sql(states.TAKEN) == "('accepted', 'started')"
    room = Path(states.__file__).parent
    by_hand = [states.in_sql(found) for found in (states.OPEN_STATES, states.TAKEN, states.REDIRECTABLE)]
    texts = {path.name: path.read_text() for path in room.rglob("*.py")} | {"states.py": ""}
    assert [name for name, text in texts.items() if any(found in text for found in by_hand)] == []
