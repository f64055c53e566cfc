"""Keeping no longer than needed: announced for 30 days to the delegate, then erased, with the proof (ADR 0023).

Two years after the last contact, or the delegate's months, for each organisation: those who keep the record count from
the last contact, a partner from the end of its last link. Dates are days in Paris. Nothing happens to a record with a
referral under way, a request not answered, a duty cited by the delegate, or a contact since.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse

from core import clock
from core.scope import system_scope
from notifications.notices import notify
from youths import decisions
from youths.models import DelegateDecision, Erasure, RetentionNotice
from youths.rights import erasure
from youths.rights.requests import answering_for

NOTICE = timedelta(days=30)
# Records announced, and records erased, in one run of the worker.
BATCH = 500

# Who holds what, since when nothing happened, and whether that is long enough. What a merge hides is held elsewhere.
_DUE = """
WITH kept AS (
    SELECT organisation_id, months FROM youths_delegatedecision WHERE subject = %(retention)s AND ended_at IS NULL),
held AS (
    SELECT y.id AS youth_id, y.held_by_id AS organisation_id, y.last_contact_on AS since FROM youths_youth y
    WHERE y.merged_into_id IS NULL AND {youths}
    UNION
    SELECT y.id, y.registered_with_id, y.last_contact_on FROM youths_youth y
    WHERE y.registered_with_id IS NOT NULL AND y.merged_into_id IS NULL AND {youths}
    UNION
    SELECT a.youth_id, a.organisation_id, max(a.ended_on) FROM youths_accompaniment a
    JOIN youths_youth y ON y.id = a.youth_id AND y.merged_into_id IS NULL
     AND a.organisation_id NOT IN (y.held_by_id, coalesce(y.registered_with_id, 0))
    WHERE {links} GROUP BY 1, 2 HAVING bool_and(a.ended_on IS NOT NULL)),
due AS (
    SELECT h.youth_id, h.organisation_id, h.since FROM held h LEFT JOIN kept k USING (organisation_id)
    WHERE (h.since + make_interval(months => coalesce(k.months, %(months)s)))::date <= %(today)s)
"""
_ANNOUNCED = "y.id IN (SELECT youth_id FROM youths_retentionnotice)"
_ANNOUNCE = f"""
{_DUE.format(youths="y.last_contact_on < %(latest)s", links="true")}
INSERT INTO youths_retentionnotice (uuid, youth_id, organisation_id, last_contact_on, announced_on, erase_from,
                                    kept_reason)
SELECT gen_random_uuid(), d.youth_id, d.organisation_id, d.since, %(today)s, %(erase_from)s, ''
FROM due d WHERE NOT EXISTS (
    SELECT FROM youths_retentionnotice n WHERE n.youth_id = d.youth_id AND n.organisation_id = d.organisation_id)
ORDER BY d.since, d.youth_id LIMIT %(batch)s
ON CONFLICT DO NOTHING RETURNING organisation_id
"""  # noqa: S608 - constants of this module
_WITHDRAW = f"""
{_DUE.format(youths=_ANNOUNCED, links=_ANNOUNCED)}
DELETE FROM youths_retentionnotice n
WHERE NOT EXISTS (SELECT FROM due d WHERE d.youth_id = n.youth_id AND d.organisation_id = n.organisation_id)
"""  # noqa: S608 - constants of this module


def run() -> tuple[int, int]:
    """Announce what is due, erase what was announced long enough; returns (announced, erased). Twice is once."""
    return announce(), erase_announced()


def announce() -> int:
    """The dry run, kept: one notice for each record whose time is over. Those that were reached again are withdrawn."""
    today = clock.today()
    values: dict[str, Any] = {
        "retention": DelegateDecision.Subject.RETENTION,
        "months": decisions.RETENTION_MONTHS,
        "today": today,
        # Nothing is due after less than a month.
        "latest": today - timedelta(days=28),
        "erase_from": today + NOTICE,
        "batch": BATCH,
    }
    with system_scope("announce what is kept for too long"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('youths_retention'))")
        cursor.execute(_WITHDRAW, values)
        cursor.execute(_ANNOUNCE, values)
        announced = Counter(organisation_id for (organisation_id,) in cursor.fetchall())
        for organisation_id, count in sorted(announced.items()):
            _tell(organisation_id, count, today)
    return announced.total()


def _tell(organisation_id: int, count: int, today: date) -> None:
    notify(
        answering_for(organisation_id),
        organisation_id=organisation_id,
        kind="rights.retention",
        text=f"Durée de conservation atteinte pour {count} dossier{'s' if count > 1 else ''} : "
        f"ils seront effacés à partir du {today + NOTICE:%d/%m/%Y}.",
        path=reverse("youths:rights_retention"),
        # Several batches a day: each says its own count.
        effect_key=f"retention:{organisation_id}:{clock.now():%Y%m%d%H%M%S%f}",
    )


def erase_announced() -> int:
    """Erase what was announced 30 days ago or more and is not kept for a reason; returns how many."""
    today, erased, last = clock.today(), 0, 0
    while erased < BATCH and (found := _next(today, last)):
        last = found.pk
        try:
            proof = erasure.erase(
                found.youth_id, found.organisation_id, by=None, reason=Erasure.Reason.RETENTION
            )
        except erasure.Hindered:
            continue  # still announced: asked again at the next run
        erased += proof is not None
    return erased


def _next(today: date, last: int) -> RetentionNotice | None:
    with system_scope("erase what was kept long enough"):
        return (
            RetentionNotice.objects.filter(pk__gt=last, erase_from__lte=today)
            .exclude(kept_until__gte=today)
            .order_by("pk")
            .first()
        )
