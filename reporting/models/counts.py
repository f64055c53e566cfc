"""The counts that summaries and folded rows hold: every one adds up (over territories, months, the erased)."""

from django.db import models


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


class SentCounts(models.Model):
    """Counts of the referrals sent in a month or a quarter. What each one counts: ``reporting.counting.SENT``."""

    sent = _count()
    answered = _count()
    accepted = _count()
    started = _count()
    completed = _count()
    ended = _count()
    outcome_known = _count()
    declined = _count()
    waitlisted = _count()
    withdrawn = _count()
    silent = _count()
    still_open = _count()
    under_way = _count()
    answered_in_5 = _count()
    answered_in_10 = _count()
    on_time = _count()
    closed = _count()
    loop_closed = _count()
    succeeded = _count()
    complete_at_once = _count()
    rebounded = _count()
    absent = _count()
    renounced = _count()
    to_ml = _count()
    under_convention = _count()
    on_missions = _count()
    missions = _count()
    missions_week = _count()
    missions_month = _count()
    placements = _count()
    placements_hired = _count()

    class Meta:
        abstract = True


class ExitCounts(models.Model):
    """Counts of the courses that ended in a month or a quarter. What each one counts: ``reporting.counting.EXITS``."""

    ended = _count()
    completed = _count()
    known = _count()
    positive = _count()
    positive_completed = _count()
    m3_known = _count()
    m3_positive = _count()
    m6_known = _count()
    m6_positive = _count()

    class Meta:
        abstract = True
