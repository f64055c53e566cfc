"""The summary of a referral in plain text, to be copied into the national system (I-MILO) by hand.

It leaves the portal: no youth is named in it (it goes into their own file), nor a sensitive structure, and only the
neutral word of a restricted reason.
"""

from collections.abc import Iterable
from typing import Any

from core import clock
from core.working_days import long_date
from referrals.models import Referral
from referrals.presenting import outcomes_of, story
from referrals.states import State


def summary_of(referral: Referral, events: Iterable[dict[str, Any]]) -> str:
    """What a side recopies of a referral fetched through its door; ``events`` are its own, latest first."""
    lines = [
        f"Orientation : {referral.rules.label}",
        f"De : {referral.sender.outward_name}",
        f"Vers : {referral.recipient.outward_name}",
        f"État au {long_date(clock.today())} : {State(referral.state).label}",
    ]
    if referral.suspended_until:
        lines.append(f"Suspendue jusqu’au {long_date(referral.suspended_until)}")
    if referral.planned_on and referral.started_on is None:
        lines.append(f"Entrée prévue le {long_date(referral.planned_on)}")
    told = story(referral.rules, reversed(list(events)), referent=False)
    lines += [
        f"- {long_date(clock.day_of(item['at']))} : {item['title']}"
        + (f". {item['text']}" if item["text"] else "")
        for item in told
    ]
    lines += [
        f"Devenir {outcome['moment']} : {outcome['label']} ({long_date(outcome['on'])})"
        for outcome in outcomes_of(referral)
    ]
    return "\n".join(lines)
