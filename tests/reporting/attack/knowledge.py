"""What a reader knows before any page: which counts are parts of which, and what each indicator divides by what.

Written from the definitions that the portal publishes, not from its code: a claim that is not true of the world that was
made is found by ``System.broken_by``.
"""

from __future__ import annotations

from reporting.indicators.book import DAYS_45, DAYS_60, DAYS_90, DAYS_180, EXITS, IN_5, IN_10, NOW, SENT
from reporting.tally import STEPS

SMV, MISSIONS, DUE = ("smv",), ("mission_jeunes",), "due"
JOURNEY = tuple(dict(STEPS))
# Counts beside the journey, by table. "delayed": answered, with a known delay; "timed": all that have or wait for one.
BESIDE = {
    SENT: (
        "completed", "declined", "waitlisted", "withdrawn", "silent", "still_open", "under_way", "answered_in_5",
        "answered_in_10", "on_time", "closed", "loop_closed", "succeeded", "complete_at_once", "rebounded", "absent",
        "renounced", "to_ml", "under_convention", "on_missions", "missions", "missions_week", "missions_month",
        "placements", "placements_hired", "delayed", "timed", "waiting", "overdue",
    ),
    EXITS: (
        "ended", "completed", "known", "positive", "positive_completed", "m3_known", "m3_positive", "m6_known",
        "m6_positive",
    ),
}  # fmt: skip
# Sums that are never under 0, for any territory, programme and month: the counts to add and to take away.
NEVER_NEGATIVE = {
    SENT: (
        "sent -answered", "answered -accepted", "accepted -started", "started -ended", "ended -outcome_known",
        "ended -completed", "completed -succeeded", "outcome_known -succeeded", "answered -answered_in_10",
        "answered_in_10 -answered_in_5", "answered -on_time", "on_time -answered_in_5", "closed -loop_closed",
        "accepted -under_way -ended", "still_open -under_way -waitlisted -waiting", "answered -accepted -declined",
        "declined -rebounded", "withdrawn -absent -renounced", "accepted -started -absent -renounced", "sent -to_ml",
        "sent -under_convention", "sent -complete_at_once", "sent -on_missions", "missions -on_missions",
        "missions -missions_month", "missions_month -missions_week", "placements -placements_hired",
        "sent -answered -waiting", "waiting -overdue",
    ),
    EXITS: (
        "ended -completed", "ended -known", "known -positive", "positive -positive_completed",
        "completed -positive_completed", "ended -m3_known", "m3_known -m3_positive", "ended -m6_known",
        "m6_known -m6_positive",
    ),
}  # fmt: skip
# Sums that are 0.
NOTHING_LEFT = {
    SENT: (
        "sent -still_open -closed", "closed -ended -declined -withdrawn -silent", "answered -delayed",
        "sent -timed",
    ),
    EXITS: (),
}  # fmt: skip
# Of all time, who ended is who ended.
SAME_IN_THE_END = (("ended", "ended"), ("completed", "completed"), ("outcome_known", "known"))

# Code: what is counted, on what, in which table, from what age, for which programmes.
SHARES = {
    "answer_rate": ("on_time", "sent", SENT, DUE, ()),
    "answers_given": ("answered", "sent", SENT, DUE, ()),
    "outcome_known": ("outcome_known", "ended", SENT, NOW, ()),
    "answered_in_5": ("answered_in_5", "sent", SENT, IN_5, ()),
    "answered_in_10": ("answered_in_10", "sent", SENT, IN_10, ()),
    "acceptance": ("accepted", "accepted declined", SENT, IN_10, ()),
    "entry": ("started", "accepted", SENT, DAYS_45, ()),
    "loop_closed": ("loop_closed", "sent", SENT, DAYS_60, ()),
    "closed": ("closed", "sent", SENT, DAYS_60, ()),
    "success": ("succeeded", "sent", SENT, DAYS_60, ()),
    "absence": ("absent", "started absent renounced", SENT, DAYS_45, ()),
    "complete_at_once": ("complete_at_once", "sent", SENT, IN_10, ()),
    "rebound": ("rebounded", "declined", SENT, DAYS_45, ()),
    "known_m3": ("m3_known", "ended", EXITS, DAYS_90, ()),
    "positive_m3": ("m3_positive", "m3_known", EXITS, DAYS_90, ()),
    "known_m6": ("m6_known", "ended", EXITS, DAYS_180, ()),
    "positive_m6": ("m6_positive", "m6_known", EXITS, DAYS_180, ()),
    "reciprocity": ("to_ml", "sent", SENT, NOW, ()),
    "under_convention": ("under_convention", "sent", SENT, NOW, ()),
    "smv_insertion_completed": ("positive_completed", "completed", EXITS, NOW, SMV),
    "smv_insertion_all": ("positive", "ended", EXITS, NOW, SMV),
    "smv_attrition": ("ended -completed", "ended", EXITS, NOW, SMV),
    "missions_week": ("missions_week", "missions", SENT, NOW, MISSIONS),
    "missions_month": ("missions_month", "missions", SENT, NOW, MISSIONS),
    "placements_hired": ("placements_hired", "placements", SENT, NOW, ()),
}
# Counts: what, in which programmes, and what would be left of the whole that it is a part of ("" when of none).
NUMBERS = {
    **{code: (code, (), "") for code in JOURNEY if code != "outcome_known"},
    "completed": ("completed", (), "ended -completed"),
    "waitlisted": ("waitlisted", (), ""),
    "under_way": ("under_way", (), ""),
    "overdue": ("overdue", (), "waiting -overdue"),
    "smv_entries": ("started", SMV, ""),
    "on_missions": ("on_missions", MISSIONS, ""),
    "missions": ("missions", MISSIONS, ""),
}
# Delays: known from five referrals on, hidden under.
DELAYS = {"median_delay": "delayed", "delay_median": "timed", "delay_p90": "timed", "waiting_p90": "waiting"}
# So many by designated referent: who counts the referents multiplies.
LOAD = ("load", "still_open")


def weights(sum_of: str) -> dict[str, int]:
    """The counts of a sum, each with its sign."""
    return {name.lstrip("-"): -1 if name.startswith("-") else 1 for name in sum_of.split()}
