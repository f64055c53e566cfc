"""What each count counts, written once: the SQL of a fact (``f``) for the summaries, the folding and the checks.

Every count adds up: over departments, months and programmes, and with what was folded of the erased. The names are the
columns of ``reporting.models.counts``; a test fails when they differ.
"""

from collections.abc import Iterable

from referrals import programmes
from referrals.states import OPEN_STATES, TERMINAL, State, in_sql
from reporting.models.facts import Result

_ENDED = f"f.state IN {in_sql((State.COMPLETED, State.DROPPED_OUT))}"
_POSITIVE = f"f.at_exit = '{Result.POSITIVE}'"
_KNOWN = f"f.at_exit IN ('{Result.POSITIVE}', '{Result.NEGATIVE}')"
_CLOSED = f"f.state IN {in_sql(TERMINAL)}"
# Accepted, and never started: who did not come, and who gave up.
_NOT_STARTED = "f.accepted AND NOT f.started AND f.state = 'withdrawn'"
# In how many working days each programme is to be answered.
_DUE = " ".join(f"WHEN '{one.code}' THEN {one.clocks.answer_remind_days}" for one in programmes.all())
# The reason by which a sender or a recipient says that the youth did not come.
ABSENT = "JEUNE_ABSENT"

# Conditions, one referral each.
_SENT = {
    "sent": "true",
    "answered": "f.answered",
    "accepted": "f.accepted",
    "started": "f.started",
    "completed": "f.completed",
    "ended": _ENDED,
    "outcome_known": f"{_ENDED} AND {_KNOWN}",
    "declined": "f.state = 'declined'",
    "waitlisted": "f.state = 'waitlisted'",
    "withdrawn": "f.state = 'withdrawn'",
    "silent": "f.state = 'no_response'",
    "still_open": f"f.state IN {in_sql(OPEN_STATES)}",
    "under_way": "f.state IN ('accepted', 'started')",
    "answered_in_5": "f.answer_days <= 5",
    "answered_in_10": "f.answer_days <= 10",
    "on_time": f"f.answer_days <= CASE f.programme {_DUE} END",
    "closed": _CLOSED,
    # The sender who withdraws knows; every other end has to be seen by it.
    "loop_closed": f"{_CLOSED} AND (f.reason <> '' OR f.at_exit <> '') AND (f.acknowledged OR f.state = 'withdrawn')",
    "succeeded": f"f.completed AND {_POSITIVE}",
    "complete_at_once": "NOT f.info_requested",
    "rebounded": "f.state = 'declined' AND f.rebounded",
    "absent": f"{_NOT_STARTED} AND f.reason = '{ABSENT}'",
    "renounced": f"{_NOT_STARTED} AND f.reason <> '{ABSENT}'",
    "to_ml": "f.direction = 'to_ml'",
    "under_convention": "f.convention_id IS NOT NULL",
    "on_missions": "f.missions > 0",
}
_NUMBERS = ("missions", "missions_week", "missions_month", "placements", "placements_hired")
_EXITS = {
    "ended": "true",
    "completed": "f.completed",
    "known": _KNOWN,
    "positive": _POSITIVE,
    "positive_completed": f"f.completed AND {_POSITIVE}",
    "m3_known": "f.at_m3 IN ('positive', 'negative')",
    "m3_positive": "f.at_m3 = 'positive'",
    "m6_known": "f.at_m6 IN ('positive', 'negative')",
    "m6_positive": "f.at_m6 = 'positive'",
}

# Of one fact, by name: an integer.
SENT = {
    **{name: f"coalesce({condition}, false)::int" for name, condition in _SENT.items()},
    **{name: f"f.{name}::int" for name in _NUMBERS},
}
EXITS = {name: f"coalesce({condition}, false)::int" for name, condition in _EXITS.items()}
# How long an answer took, or has been missing: the kind, the days, the day of the sending when it still waits
# (``models.DelayCell``).
DELAY = """CASE WHEN f.answer_days IS NOT NULL THEN 'answered' WHEN f.silent_days IS NOT NULL THEN 'silent'
            ELSE 'waiting' END AS kind,
       coalesce(f.answer_days, f.silent_days) AS answer_days,
       CASE WHEN coalesce(f.answer_days, f.silent_days) IS NULL THEN f.sent_on END AS sent_on"""
# Which facts are counted as exits.
IS_EXIT = _ENDED


def summed(counts: dict[str, str]) -> str:
    """The select list that adds the counts of facts."""
    return ", ".join(f"sum({expression}) AS {name}" for name, expression in counts.items())


def counted(wanted: Iterable[str]) -> str:
    """The select list that counts the facts of a group: the conditions of ``SENT``, by name."""
    return ", ".join(f"count(*) FILTER (WHERE {_SENT[name]}) AS {name}" for name in wanted)


def of_each(counts: dict[str, str]) -> str:
    """The select list of the counts of one fact."""
    return ", ".join(f"{expression} AS {name}" for name, expression in counts.items())


def names(counts: Iterable[str], alias: str = "") -> str:
    """The names of the counts, as columns of a table."""
    return ", ".join(f"{alias}{name}" for name in counts)


def added(counts: dict[str, str], table: str) -> str:
    """The assignments that add what is inserted to what a row has already."""
    return ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in counts)


def replaced(counts: dict[str, str]) -> str:
    """The assignments that put what is inserted in the place of what a row has."""
    return ", ".join(f"{name} = excluded.{name}" for name in counts)
