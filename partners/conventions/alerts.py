"""What a convention asks to be told about: its end, the last day to denounce it, its tacit renewals. Pure."""

from dataclasses import dataclass
from datetime import date

from core.working_days import long_date
from partners.conventions.facts import (
    ConventionFacts,
    add_days,
    add_months,
    foreseen_on,
    may_renew,
    period_on,
)
from partners.conventions.state import (
    RUNNING,
    ConventionState,
    ending_on,
    expected_last_day,
    last_day_to_denounce,
    state_on,
)

ALERT_MONTHS = (6, 3, 1)
DENOUNCE_WARNING_DAYS = 30


@dataclass(frozen=True)
class Alert:
    """Something to tell about a convention: ``code`` and ``term`` together make it unique."""

    code: str
    on: date
    term: date
    message: str


def alerts_due(facts: ConventionFacts, day: date) -> tuple[Alert, ...]:
    """Every alert of the running period that is due on ``day``, oldest first.

    6, 3 and 1 months before the end, 30 days before the last day to denounce and on that day, the day after
    the end or after a renewal. A missed night loses nothing: past alerts of the period stay in the list; the
    caller sends each (code, term) once. An amendment that is signed counts from its signature: it moves the end
    that is foreseen. A suspension silences nothing, since it does not stop the term. A convention ended by a
    decision raises nothing more.
    """
    state = state_on(facts, day)
    if state == ConventionState.ECHUE:
        ended = ending_on(facts, day)
        assert ended is not None
        over = add_days(ended[1], -1)
        return (
            Alert("ended", ended[1], over, f"La convention est arrivée à échéance le {long_date(over)}."),
        )
    last = expected_last_day(facts, day)
    if last is None or state not in RUNNING:
        return ()
    foreseen = foreseen_on(facts, day)
    renewable = last == foreseen.term and may_renew(facts, foreseen.renewals)
    what = "sera reconduite tacitement après" if renewable else "prend fin"
    message = f"La convention {what} le {long_date(last)}."
    alerts = [
        Alert(f"before_{months}_months", add_months(last, -months), last, message) for months in ALERT_MONTHS
    ]
    last_day = last_day_to_denounce(facts, day)
    if renewable and last_day is not None:
        message = f"Dernier jour pour dénoncer la convention : le {long_date(last_day)}."
        warned = add_days(last_day, -DENOUNCE_WARNING_DAYS)
        alerts += [
            Alert("denounce_soon", warned, last, message),
            Alert("denounce_today", last_day, last, message),
        ]
    period = period_on(facts, day)
    if period.previous is not None and period.term is not None:
        message = f"La convention a été reconduite tacitement jusqu’au {long_date(period.term)}."
        alerts.append(Alert("renewed", add_days(period.previous, 1), period.term, message))
    return tuple(
        sorted((alert for alert in alerts if alert.on <= day), key=lambda alert: (alert.on, alert.code))
    )
