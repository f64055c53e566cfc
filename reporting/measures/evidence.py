"""What the measures judge, read from the database: for the commitments of one convention at once.

The worker reads the referrals from the events, as they stood at the end of the period (packs). A page reads what
aggregates and the last pack tell, in two queries at most whatever the number of commitments; what it cannot know is
left ``None``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from core import clock
from partners.models import Commitment, Committee, Convention
from referrals import programmes
from reporting import stats
from reporting.measures.base import Evidence, Measure, Terms
from reporting.measures.judges import AT_PACK, year_before
from reporting.measures.registry import judge, kind_of, label_of
from reporting.packs import snapshot
from reporting.perimeter import OWN, Perimeter, pack_perimeter, perimeter_of
from reporting.periods import period_on
from reporting.published import lattice
from reporting.rendering.data import scrub
from reporting.tally import Tally

# Committees with their meetings, sessions and pieces of a convention, each as JSON: one round trip.
# A session of a declination whose filiation is not proven does not count.
_LOCAL = f"""
WITH RECURSIVE {OWN}, held AS (
    SELECT CASE WHEN s.convention_id = %(convention)s THEN s.commitment_id END AS commitment,
           count(*) FILTER (WHERE s.state = 'tenue' AND s.starts_at < %(end)s
                            AND s.starts_at >= %(year)s) AS in_year,
           count(*) FILTER (WHERE s.state = 'tenue' AND s.starts_at < %(end)s) AS in_all,
           count(*) FILTER (WHERE s.state = 'prevue' AND s.starts_at >= %(end)s) AS planned
    FROM partners_session s
    WHERE %(sessions)s AND s.convention_id IN (SELECT id FROM own)
      AND (%(begin)s::timestamptz IS NULL OR s.starts_at >= %(begin)s)
    GROUP BY 1
), met AS (
    SELECT t.id, t.frequency_months, t.reckoning,
           coalesce(array_agg(m.held_on ORDER BY m.held_on)
                    FILTER (WHERE m.held_on IS NOT NULL AND NOT m.cancelled), '{{}}') AS days
    FROM partners_committee t LEFT JOIN partners_committeemeeting m ON m.committee_id = t.id
    WHERE %(committees)s AND t.convention_id = %(convention)s GROUP BY t.id
), shown AS (
    SELECT n.commitment_id, array_agg(n.happened_on) AS days
    FROM partners_commitmentnote n JOIN partners_commitment k ON k.id = n.commitment_id
    WHERE %(pieces)s AND k.convention_id = %(convention)s AND n.kind = 'piece' AND n.happened_on <= %(last)s
      AND n.added_at <= %(known)s AND (n.withdrawn_at IS NULL OR n.withdrawn_at > %(known)s)
      AND EXISTS (SELECT FROM partners_conventionparty p
                  WHERE p.convention_id = k.convention_id AND p.organisation_id = n.organisation_id)
    GROUP BY n.commitment_id
)
SELECT (SELECT jsonb_agg(to_jsonb(held)) FROM held),
       (SELECT jsonb_agg(to_jsonb(met) ORDER BY met.id) FROM met),
       (SELECT jsonb_object_agg(shown.commitment_id, shown.days) FROM shown),
       CASE WHEN %(designations)s THEN (
           SELECT array[count(*), count(*) FILTER (WHERE EXISTS (
               SELECT FROM partners_designation g
               WHERE g.organisation_id = o.id AND g.topic = ANY(%(topics)s) AND g.starts_on <= %(last)s
                 AND (g.ends_on IS NULL OR g.ends_on >= %(last)s)))]
           FROM partners_organisation o LEFT JOIN partners_department d ON d.code = o.department_id
           WHERE o.level = 'local'
             AND o.network IN (SELECT x.network FROM partners_conventionparty p
                               JOIN partners_organisation x ON x.id = p.organisation_id
                               WHERE p.convention_id = %(convention)s)
             AND (o.starts_on IS NULL OR o.starts_on <= %(last)s) AND (o.ends_on IS NULL OR o.ends_on > %(last)s)
             AND (%(region)s::text IS NULL OR coalesce(o.region_id, d.region_id) = %(region)s)) END,
       CASE WHEN %(packs)s THEN (
           SELECT jsonb_build_object('on', k.figures_on, 'rows', k.data->'commitments')
           FROM reporting_committeepack k JOIN partners_committeemeeting m ON m.id = k.meeting_id
                JOIN partners_committee t ON t.id = m.committee_id
           WHERE t.convention_id = %(convention)s AND k.status = 'ready'
             AND k.figures_on BETWEEN %(first)s AND %(last)s
           ORDER BY k.figures_on DESC, k.version DESC LIMIT 1) END
"""  # noqa: S608 - constants of this room
# Youths asked to the sessions held in the twelve months, and those who came; by commitment, null for all. Each once,
# whoever asked them: read by the worker alone, for a pack.
_CAME = f"""
WITH RECURSIVE {OWN}, asked AS (
    SELECT CASE WHEN s.convention_id = %(convention)s THEN s.commitment_id END AS commitment, a.youth_id, a.state
    FROM partners_session s JOIN referrals_attendance a ON a.session_id = s.id
    WHERE s.convention_id IN (SELECT id FROM own) AND s.state = 'tenue' AND a.state <> 'excused'
      AND s.starts_at >= %(year)s AND s.starts_at < %(end)s
      AND (%(begin)s::timestamptz IS NULL OR s.starts_at >= %(begin)s)
)
SELECT k.id, count(DISTINCT a.youth_id), count(DISTINCT a.youth_id) FILTER (WHERE a.state = 'present')
FROM partners_commitment k JOIN asked a ON a.commitment IS NULL OR a.commitment = k.id
WHERE k.convention_id = %(convention)s GROUP BY k.id
"""  # noqa: S608 - constants of this room
# The period of what is published of the answers.
_PUBLISHED = "12m"
LOCAL = frozenset({"sessions", "committees", "pieces", "designations", "packs"})


@dataclass(frozen=True, slots=True)
class ConventionEvidence:
    """What is known of a convention for a period, and of each of its commitments apart.

    ``sessions`` by commitment, None for those that count for all: held in the year, held since the beginning, planned.
    ``packed`` is what the last pack of the period said, by wording and measure.
    """

    shared: Evidence
    sessions: dict[int | None, tuple[int, int, int]] | None = None
    pieces: dict[int, tuple[date, ...]] = field(default_factory=dict)
    packed: dict[tuple[str, str], Measure] = field(default_factory=dict)
    # Youths asked and youths who came, by commitment; None where it is not known.
    came: dict[int, tuple[int, int]] | None = None

    def of(self, commitment: Commitment) -> Evidence:
        """The evidence that bears on one commitment."""
        found = replace(self.shared, pieces=self.pieces.get(commitment.pk, ()))
        if self.came is not None:
            convoked, present = self.came.get(commitment.pk, (0, 0))
            found = replace(found, convoked=convoked, present=present)
        if self.sessions is None:
            return found
        counts = [self.sessions.get(key, (0, 0, 0)) for key in (None, commitment.pk)]
        in_year, in_all, planned = (sum(values) for values in zip(*counts, strict=True))
        return replace(found, sessions=in_year, all_sessions=in_all, planned_sessions=planned)

    def measure(self, commitment: Commitment) -> Measure:
        """How one commitment stands."""
        terms = Terms(commitment.frequency, commitment.due_on, commitment.target)
        found = judge(commitment.measure, terms, self.of(commitment))
        if found.figures != AT_PACK:
            return found
        return self.packed.get((scrub(commitment.wording), label_of(commitment.measure)), found)


# The measures that are read from the journeys that ended, and from who came to the sessions.
_OF_EXITS = frozenset({"returns_of_unfinished", "outcomes_known_m3"})
_OF_ATTENDANCE = frozenset({"sessions_attended"})


def for_pack(
    convention: Convention,
    found: Tally,
    first_day: date,
    last_day: date,
    *,
    perimeter: Perimeter | None = None,
    measured: Collection[str] | None = None,
) -> ConventionEvidence:
    """The evidence of a period, as it stood at the end of ``last_day``. In a system scope.

    ``found`` is the tally of the situations of the same period (``snapshot.situations``), ``measured`` the measures
    that the commitments name: what none of them needs is not looked for (None: everything is).
    """
    known = clock.start_of(last_day + timedelta(days=1)) - timedelta(microseconds=1)
    local = _local(convention, first_day, last_day, known, LOCAL - {"packs"})
    shared = replace(
        local.shared, due=found.mature_sent, answered=found.mature_answered, on_time=found.mature_on_time
    )
    if measured is None or _OF_EXITS & set(measured):
        ended = snapshot.exits(perimeter or pack_perimeter(convention), first_day, last_day)
        shared = replace(
            shared,
            unfinished=ended.unfinished,
            returned=ended.returned,
            due_m3=ended.due_m3,
            known_m3=ended.known_m3,
        )
    came = None
    if measured is None or _OF_ATTENDANCE & set(measured):
        came = _came(convention, last_day)
    return replace(local, shared=shared, came=came)


def for_page(
    convention: Convention, commitments: Iterable[Commitment], first_day: date, last_day: date
) -> dict[int, Measure]:
    """How the commitments of a convention stand, by primary key, from aggregates: two queries at most.

    Answers are those that are published of the last twelve months, for the period that ends today. On the login of the
    web.
    """
    promises = list(commitments)
    kinds = [kind_of(commitment.measure) for commitment in promises]
    needs = {need for kind in kinds if kind for need in kind.needs}
    known = Evidence(last=last_day, first=first_day, since=_since(convention))
    evidence = ConventionEvidence(known)
    if needs & LOCAL:
        evidence = _local(convention, first_day, last_day, clock.now(), needs)
    if "answers" in needs:
        evidence = replace(evidence, shared=replace(evidence.shared, **_answers(convention, last_day)))
    return {commitment.pk: evidence.measure(commitment) for commitment in promises}


def _since(convention: Convention) -> date | None:
    return convention.starts_on or convention.signed_on


def _answers(convention: Convention, last_day: date) -> dict[str, Any]:
    """The published shares of the answers that were due (ADR 40): never counted for a page alone.

    Of today, of one group of programmes, of a convention as old as what is counted; else nothing is known.
    """
    perimeter, since = perimeter_of(convention), _since(convention)
    today = clock.today()
    period = period_on(_PUBLISHED, today)
    groups = {programmes.get(code).topic for code in perimeter.programmes}
    if last_day != today or len(groups) != 1 or since is None or since > period.first:
        return {}
    (group,) = groups
    found = stats.published_figures(perimeter.region or lattice.NATION, f"g:{group}", _PUBLISHED)
    return {"given": found.get("answers_given"), "in_time": found.get("answer_rate")}


def _local(
    convention: Convention, first_day: date, last_day: date, known: datetime, needs: Iterable[str]
) -> ConventionEvidence:
    """Sessions, committees, pieces and designations, in one query."""
    asked = set(needs)
    perimeter = perimeter_of(convention)
    since = _since(convention)
    values = {
        "convention": convention.pk,
        "first": first_day,
        "last": last_day,
        "end": clock.start_of(last_day + timedelta(days=1)),
        "year": clock.start_of(year_before(last_day)),
        "begin": clock.start_of(since) if since else None,
        "known": known,
        "topics": list(perimeter.topics),
        "region": perimeter.region,
        **{need: need in asked for need in LOCAL},
        # Without a topic to designate for, nobody is expected.
        "designations": "designations" in asked and bool(perimeter.topics),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCAL, values)
        held, committees, shown, counts, pack = cursor.fetchone()
    organisations, designated = counts or (0, 0)
    shared = Evidence(
        last=last_day,
        first=first_day,
        since=since,
        organisations=organisations,
        designated=designated,
        **_committee(_json(committees) or [], last_day),
    )
    sessions = {
        row["commitment"]: (row["in_year"], row["in_all"], row["planned"]) for row in _json(held) or []
    }
    pieces = {
        int(pk): tuple(date.fromisoformat(day) for day in days) for pk, days in (_json(shown) or {}).items()
    }
    return ConventionEvidence(shared, sessions, pieces, _packed(_json(pack)))


def _came(convention: Convention, last_day: date) -> dict[int, tuple[int, int]]:
    since = _since(convention)
    values: dict[str, Any] = {
        "convention": convention.pk,
        "end": clock.start_of(last_day + timedelta(days=1)),
        "year": clock.start_of(year_before(last_day)),
        "begin": clock.start_of(since) if since else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CAME, values)
        return {commitment: (convoked, present) for commitment, convoked, present in cursor.fetchall()}


def _packed(pack: dict[str, Any] | None) -> dict[tuple[str, str], Measure]:
    """What a pack said of each commitment: its figures are already fit to be read by anybody."""
    if not pack:
        return {}
    day = date.fromisoformat(pack["on"])
    return {
        (row["wording"], row["measure"]): Measure(
            row["status"], f"{row['figures']} Dossier de comité du {day:%d/%m/%Y}."
        )
        for row in pack["rows"] or []
    }


def _committee(rows: list[dict[str, Any]], last_day: date) -> dict[str, Any]:
    days = [date.fromisoformat(day) for row in rows for day in row["days"]]
    return {
        "frequency_months": rows[0]["frequency_months"] if rows else None,
        "calendar": bool(rows) and rows[0]["reckoning"] == Committee.Reckoning.CALENDAR,
        "meetings": tuple(day for day in days if day <= last_day),
        "planned": any(day > last_day for day in days),
    }


def _json(value: Any) -> Any:
    """What a raw cursor gives of a JSON column: its text, Django having unhooked psycopg's own reading."""
    return json.loads(value) if isinstance(value, str) else value
