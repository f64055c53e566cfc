"""Do the figures say what happened? Facts against the referrals, their events and outcomes; summaries against facts.

For ``check_consistency`` and for the command that mends (``rebuild_figures``): on the login of the owner or of the
worker, in a system scope. Each question reads its tables once; memory does not grow with the data.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from core.working_days import working_days_between
from referrals import programmes
from referrals.programmes.base import NETWORKS
from reporting import counting, facts, facts_sql, own, summaries
from reporting.models import Result

# Rows fetched at once from a server-side cursor.
CHUNK = 2000

_SEEN = "EXISTS (SELECT FROM referrals_referralevent e WHERE e.referral_id = r.id AND e.to_state = ANY ({states}))"
_RESULT = """(SELECT coalesce(k.result, 'unknown') FROM referrals_outcome o
              LEFT JOIN known k ON k.programme = r.programme AND k.outcome = o.code
              WHERE o.referral_id = r.id AND o.moment = '{moment}')"""
_ASKED = "ARRAY['info_requested']"
# What each fact must say, by column, from r (referral), s and p (its sides), home (whose territory it counts for).
_EXPECTED = {
    "sender_id": "r.sender_id",
    "recipient_id": "r.recipient_id",
    "convention_id": "r.convention_id",
    "programme": "r.programme",
    "topic": "(SELECT t.topic FROM topics t WHERE t.programme = r.programme AND t.network = s.network)",
    "direction": "CASE WHEN s.network = 'ml' AND p.network = 'ml' THEN 'between_ml' WHEN s.network = 'ml'"
    " THEN 'from_ml' WHEN p.network = 'ml' THEN 'to_ml' ELSE 'other' END",
    "sent_on": "(r.sent_at AT TIME ZONE 'Europe/Paris')::date",
    "month": "date_trunc('month', r.sent_at AT TIME ZONE 'Europe/Paris')::date",
    "department_id": "home.department_id",
    "region_id": "coalesce(home.region_id, d.region_id)",
    "recipient_department_id": "p.department_id",
    "recipient_region_id": "coalesce(p.region_id, pd.region_id)",
    "state": "r.state",
    "reason": "coalesce(x.public, r.reason)",
    "outcome": "coalesce((SELECT o.code FROM referrals_outcome o"
    " WHERE o.referral_id = r.id AND o.moment = 'exit'), '')",
    "at_exit": f"coalesce({_RESULT.format(moment='exit')}, '')",
    "at_m3": f"coalesce({_RESULT.format(moment='m3')}, '')",
    "at_m6": f"coalesce({_RESULT.format(moment='m6')}, '')",
    "ended_on": "CASE WHEN r.state IN ('completed', 'dropped_out') THEN r.ended_on END",
    "answered": "r.answered_at IS NOT NULL",
    "accepted": f"r.state = ANY (%(accepted)s) OR {_SEEN.format(states='%(accepted)s')}",
    "started": f"r.state = ANY (%(started)s) OR {_SEEN.format(states='%(started)s')}",
    "completed": "r.state = 'completed'",
    "info_requested": f"r.state = 'info_requested' OR {_SEEN.format(states=_ASKED)}",
    "acknowledged": "r.acknowledged_at IS NOT NULL",
    "is_return": "r.returned_from_id IS NOT NULL",
    **{name: f"around.{name}" for name in facts_sql.AROUND_COLUMNS},
}
_KNOWN = f"""
WITH restricted AS (SELECT * FROM unnest(%(restricted_programmes)s::text[], %(restricted_reasons)s::text[],
                                         %(public_reasons)s::text[]) AS x (programme, reason, public)),
known AS (SELECT * FROM unnest(%(known_programmes)s::text[], %(known_outcomes)s::text[], %(results)s::text[])
                   AS k (programme, outcome, result)),
topics AS (SELECT * FROM unnest(%(topic_programmes)s::text[], %(topic_networks)s::text[], %(topics)s::text[])
                    AS t (programme, network, topic)),
around AS ({facts_sql.AROUND.format(referrals="r.sent_at IS NOT NULL")}),
expected AS (
    SELECT r.id, {", ".join(f"({sql}) AS {name}" for name, sql in _EXPECTED.items())}
    FROM referrals_referral r
    JOIN around ON around.referral_id = r.id
    JOIN partners_organisation s ON s.id = r.sender_id
    JOIN partners_organisation p ON p.id = r.recipient_id
    JOIN partners_organisation home ON home.id = CASE WHEN s.network <> 'ml' AND p.network = 'ml' THEN p.id
                                                      ELSE s.id END
    LEFT JOIN partners_department d ON d.code = home.department_id
    LEFT JOIN partners_department pd ON pd.code = p.department_id
    LEFT JOIN restricted x ON x.programme = r.programme AND x.reason = r.reason
    WHERE r.sent_at IS NOT NULL AND NOT r.state = ANY (%(never)s))
"""  # noqa: S608 - constants of this module
_FACTS = f"""{_KNOWN}
SELECT coalesce(e.id, f.referral_id), f.referral_id IS NULL, e.id IS NULL,
       array_remove(ARRAY[{
    ", ".join(f"CASE WHEN e.{name} IS DISTINCT FROM f.{name} THEN '{name}' END" for name in _EXPECTED)
}], NULL)
FROM expected e FULL JOIN reporting_referralfact f ON f.referral_id = e.id
WHERE ({", ".join(f"e.{name}" for name in _EXPECTED)})
      IS DISTINCT FROM ({", ".join(f"f.{name}" for name in _EXPECTED)})
ORDER BY 1
"""  # noqa: S608 - constants of this module
# The delays of a fact in working days, and the day of the referral on which each ends.
_DELAYS = {
    "opening_days": "(r.received_at AT TIME ZONE 'Europe/Paris')::date",
    "answer_days": "(r.answered_at AT TIME ZONE 'Europe/Paris')::date",
    "silent_days": "CASE WHEN r.answered_at IS NULL AND r.state = ANY (%(terminal)s)"
    " THEN (r.closed_at AT TIME ZONE 'Europe/Paris')::date END",
    "start_days": "r.started_on",
}
# One line for each pair of days of a department: far fewer than referrals.
_DAYS = """
SELECT f.sent_on, {until}, f.department_id, f.{name}, min(r.id)
FROM reporting_referralfact f JOIN referrals_referral r ON r.id = f.referral_id
GROUP BY 1, 2, 3, 4
"""
_CELLS = """
WITH counted AS ({rows})
SELECT {key}
FROM counted c FULL JOIN {table} s USING ({key})
WHERE ({counted}) IS DISTINCT FROM ({stored}) AND NOT EXISTS (SELECT FROM {marks} d WHERE {marked})
ORDER BY {key}
"""
_MARKED = """d.month = coalesce(c.month, s.month) AND d.programme = coalesce(c.programme, s.programme)
  AND d.department_code = coalesce(c.department_id, s.department_id)"""
_OWN_MARKED = """d.organisation_id = coalesce(c.organisation_id, s.organisation_id)
  AND d.is_sender = coalesce(c.is_sender, s.is_sender) AND d.month = coalesce(c.month, s.month)
  AND d.programme = coalesce(c.programme, s.programme) AND d.exits = {exits}"""
# What is kept by region, but for the regions that the worker is about to make again.
_REGIONAL = """
WITH counted AS ({rows}),
awaited AS (SELECT DISTINCT x.month, coalesce(d.region_id, '') AS region_code, x.programme
            FROM reporting_dirtycell x JOIN partners_department d ON d.code = x.department_code)
SELECT DISTINCT month, region_code, programme
FROM ((SELECT {columns} FROM counted EXCEPT SELECT {columns} FROM {table})
      UNION ALL (SELECT {columns} FROM {table} EXCEPT SELECT {columns} FROM counted)) wrong
WHERE (month, region_code, programme) NOT IN (SELECT month, region_code, programme FROM awaited)
ORDER BY 1, 2, 3
"""


def wrong_facts() -> Iterator[tuple[int, str]]:
    """The referrals whose fact is missing, of no use, or false, with French words that say so."""
    values = _values()
    for referral, missing, useless, columns in _rows(_FACTS, **values):
        if missing:
            yield referral, "aucun fait"
        elif useless:
            yield referral, "un fait de trop"
        else:
            yield referral, f"le fait ne dit pas ce que dit l’orientation ({', '.join(columns)})"
    for name, until in _DELAYS.items():
        sql = _DAYS.format(until=until, name=name)
        for sent, day, department, days, referral in _rows(sql, **values):
            right = None if day is None else working_days_between(sent, day, department)
            if days != right:
                yield referral, f"{name} : délai de {_days(days)} au lieu de {_days(right)}"


def _days(number: int | None) -> str:
    return "rien" if number is None else f"{number} jours ouvrés"


def wrong_cells() -> Iterator[str]:
    """The cells of the summaries that are not the counts of the facts, in French words."""
    key = "month, department_id, programme"
    for what, summary in zip(("cumul", "sorties"), summaries.SUMMARIES, strict=True):
        found = _wrong(
            key, summary.table, summary.counted, tuple(summary.counts), "reporting_dirtycell", _MARKED
        )
        for month, department, programme in found:
            yield f"{what} {month:%Y-%m} {department} {programme} : compte faux"
    for what, one in zip(("cumul", "sorties"), own.EVERY, strict=True):
        found = _wrong(
            own.KEY,
            one.table,
            one.counted(),
            one.columns,
            "reporting_ownmark",
            _OWN_MARKED.format(exits=one.exits),
        )
        for organisation, is_sender, month, programme in found:
            side = "envoi" if is_sender else "réception"
            yield f"{what} {month:%Y-%m} structure {organisation} ({side}) {programme} : compte faux"
    for what, (table, columns, rows) in zip(("délais", "groupes"), summaries.BY_REGION, strict=True):
        sql = _REGIONAL.format(rows=rows.format(cells="true"), columns=columns, table=table)
        for month, region, programme in _rows(sql):
            yield f"{what} {month:%Y-%m} région {region or '—'} {programme} : compte faux"


def _wrong(
    key: str, table: str, rows: str, columns: tuple[str, ...], marks: str, marked: str
) -> Iterator[tuple[Any, ...]]:
    """The cells of a table that are not what is counted, nor about to be."""
    return _rows(
        _CELLS.format(
            rows=rows,
            key=key,
            table=table,
            counted=counting.names(columns, "c."),
            stored=counting.names(columns, "s."),
            marks=marks,
            marked=marked,
        )
    )


def _values() -> dict[str, Any]:
    every = programmes.all()
    hidden = [(one.code, reason, public) for one in every for reason, public in one.public_reasons.items()]
    known = [
        (one.code, outcome.code, Result.POSITIVE if outcome.positive else Result.NEGATIVE)
        for one in every
        for outcome in one.outcomes
        if outcome.known
    ]
    topics = [(one.code, network, one.topic_for(network)) for one in every for network in NETWORKS]
    return {
        "restricted_programmes": [one[0] for one in hidden],
        "restricted_reasons": [one[1] for one in hidden],
        "public_reasons": [one[2] for one in hidden],
        "known_programmes": [one[0] for one in known],
        "known_outcomes": [one[1] for one in known],
        "results": [one[2].value for one in known],
        "topic_programmes": [one[0] for one in topics],
        "topic_networks": [one[1] for one in topics],
        "topics": [one[2] for one in topics],
        "accepted": list(facts.ACCEPTED),
        "started": list(facts.STARTED),
        "never": list(facts.NEVER_COUNTED),
        "terminal": list(facts.TERMINAL),
    }


def _rows(sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a question, a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values or None)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
