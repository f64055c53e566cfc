"""Figures reconcile to the unit: territories, states, dashboards, and a recount from the events, whoever was erased.

Referrals are drawn at random, with their events; some are erased as the portal erases (their facts folded, then every
row deleted), some are marked as errors, some youths are corrected. What was erased is counted beforehand, from events.
"""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.expressions import DatabaseDefault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb as Json

from core.scope import acting_as, system_scope
from partners.models import Department, Organisation
from referrals import programmes
from referrals.models import Outcome, Referral, ReferralEvent
from reporting import checking, facts, facts_sql, stats, summaries
from reporting.indicators import TERMS
from reporting.indicators.book import NOW as NOW_KNOWN
from reporting.indicators.book import SENT, Term
from reporting.models import ExitCell, ReferralFact, SummaryCell
from reporting.periods import BEGINNING
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import MOVES, NOW, PATHS, sights
from youths.models import Agreement, Youth

# Missions Locales and centres of several departments of two regions: (code, region, department).
PLACES = [("75", "17"), ("75", "33"), ("75", "87"), ("53", "29"), ("53", "35")]
CODES = ("smv", "apprentissage", "mission_jeunes", "pmsmp", "retour")
COUNTED = ("sent", "answered", "accepted", "started")
CLOSED = ("completed", "dropped_out", "declined", "no_response", "withdrawn")


def nation(world) -> list[tuple[Organisation, Organisation]]:
    """A Mission Locale and a partner in each place."""
    for region, department in PLACES:
        Department.objects.get_or_create(code=department, defaults={"name": department, "region_id": region})
    return [
        tuple(
            Organisation.objects.create(
                name=f"{network} {department}", code=f"R-{network}-{department}", network=network, level="local",
                region_id=region, department_id=department,
            )
            for network in ("ml", "smv")
        )
        for region, department in PLACES
    ]  # fmt: skip


def populate(world, rng, count, write) -> list[int]:
    """Referrals of random youths, each with its events, its outcome and its fact; gives the keys of the youths.

    ``write`` takes a model and its rows by attribute, and gives their keys.
    """
    pairs = nation(world)
    alice = world.user("alice").pk
    places = range(max(count // 3, 1))
    youths = write(
        Youth,
        [
            {
                "held_by_id": pairs[place % len(pairs)][0].pk, "registered_with_id": pairs[place % len(pairs)][0].pk,
                "first_name": "Jeune", "last_name": f"Numéro {place}", "birth_date": date(2001 + place % 9, 3, 1),
                "level": rng.choice([None, 2, 3, 4]),
            }
            for place in places
        ],
    )  # fmt: skip
    agreements = write(
        Agreement,
        [
            {
                "youth_id": youths[place], "recorded_by_id": alice, "recorded_for_id": pairs[place % len(pairs)][0].pk,
                "recipient_id": pairs[0][1].pk, "purpose": "smv", "channel": "face_to_face", "covers_return": True,
                "informed": "read_aloud", "text_version": "essai-1", "given_on": date(2020, 1, 1),
            }
            for place in places
        ],
    )  # fmt: skip
    rows, sides_of, stories = [], [], []
    for _ in range(count):
        place = rng.choice(places)
        home, partner = pairs[place % len(pairs)][0], rng.choice(pairs)[1]
        path = PATHS[rng.choice(list(PATHS))]
        sent_at = NOW - timedelta(days=rng.randrange(700), hours=rng.randrange(24))
        times = [sent_at + timedelta(days=rng.randint(0, 9)) * number for number in range(len(path))]
        times.sort()
        states = [MOVES[action][0] for action in path]
        last, sides = states[-1], (home, partner) if rng.random() < 0.8 else (partner, home)
        answered = next(
            (at for at, state in zip(times, states, strict=True) if state in ("accepted", "declined")), None
        )
        ended = last in ("completed", "dropped_out")
        rows.append(
            {
                "youth_id": youths[place], "agreement_id": agreements[place], "sender_id": sides[0].pk,
                "recipient_id": sides[1].pk, "programme": rng.choice(CODES), "sender_professional_id": alice,
                "state": last, "last_action": path[-1], "version": len(path) + 1, "sent_at": sent_at,
                "answered_at": answered, "state_since": times[-1],
                "reason": "NON_PRECISE" if last in ("declined", "no_response", "withdrawn", "dropped_out") else "",
                "started_on": sent_at.date() if "started" in states else None,
                "ended_on": times[-1].date() + timedelta(days=1) if ended else None,
                "closed_at": times[-1] if last in CLOSED else None,
            }
        )  # fmt: skip
        sides_of.append(sides)
        stories.append((path, states, times))
    referrals = write(Referral, rows)
    events, outcomes = [], []
    for referral, row, (path, states, times) in zip(referrals, rows, stories, strict=True):
        events += [
            {
                "referral_id": referral, "number": number + 2, "action": action,
                "from_state": states[number - 1] if number else "draft", "to_state": states[number],
                "side": MOVES[action][1], "at": times[number],
            }
            for number, action in enumerate(path)
        ]  # fmt: skip
        if row["ended_on"] and rng.random() < 0.9:
            code = rng.choice(programmes.get(row["programme"]).outcomes).code
            outcomes.append(
                {
                    "referral_id": referral,
                    "moment": "exit",
                    "code": code,
                    "on": row["ended_on"],
                    "at": times[-1],
                }
            )
    write(ReferralEvent, events)
    write(Outcome, outcomes)
    codes = {outcome["referral_id"]: {"exit": outcome["code"]} for outcome in outcomes}
    told = []
    for referral, row, sides, (_, states, _) in zip(referrals, rows, sides_of, stories, strict=True):
        known = Referral(**row | {"sender": sides[0], "recipient": sides[1]})
        told.append(
            {"referral_id": referral, **facts.values_from(known, set(states), codes.get(referral, {}))}
        )
    write(ReferralFact, told)
    return youths


def as_the_portal(model, rows):
    """Row by row: every trigger runs."""
    return [one.pk for one in model.objects.bulk_create(model(**row) for row in rows)]


def at_once(model, rows):
    """A whole table by one COPY, without its triggers: what they fill in is asked as a whole afterwards."""
    meta, blank = model._meta, model()
    fields = [one for one in meta.concrete_fields if not one.generated]
    if model is ReferralFact:
        rows = [row | facts.LEFT_TO_THE_DATABASE for row in rows]
    usual = {one.attname: _plain(getattr(blank, one.attname)) for one in fields}
    names = [one.attname for one in fields]
    drawn = [one.attname for one in fields if one.default is uuid4]
    with connection.cursor() as cursor:
        # The owner is bound by the policies too, and COPY knows none.
        table = f"ALTER TABLE {meta.db_table}"
        cursor.execute(f"{table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
        key = meta.pk.attname
        keys = [row.get(key) for row in rows]
        if key == "id":
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {meta.db_table}")
            (last,) = cursor.fetchone()
            keys = list(range(last + 1, last + len(rows) + 1))
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [meta.db_table, keys[-1]])
        columns = ", ".join(f'"{one.column}"' for one in fields)
        with cursor.copy(f"COPY {meta.db_table} ({columns}) FROM STDIN") as copy:
            for pk, row in zip(keys, rows, strict=True):
                whole = usual | row | {key: pk}
                whole |= {name: uuid4() for name in drawn}
                copy.write_row([whole[name] for name in names])
        if model is ReferralFact:
            cursor.execute(_AROUND)
        settle()
        cursor.execute(f"{table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")
        cursor.execute(f"ANALYZE {meta.db_table}")
    return keys


def _plain(value):
    """The usual value of a column, as COPY takes it."""
    if isinstance(value, DatabaseDefault):
        return NOW
    return Json(value) if isinstance(value, dict) else value


_AROUND = f"""
UPDATE reporting_referralfact f SET {", ".join(f"{name} = around.{name}" for name in facts_sql.AROUND_COLUMNS)}
FROM ({facts_sql.AROUND.format(referrals="true")}) around WHERE around.referral_id = f.referral_id
"""


# From the events alone: the day of the sending, the last state, and what was passed. The territory is the Mission
# Locale's. Of ``youths``, or of everybody.
_RECOUNT = """
WITH told AS (
    SELECT e.referral_id, min(e.at) FILTER (WHERE e.action = 'send') AS sent_at,
           (array_agg(e.to_state ORDER BY e.number DESC))[1] AS state,
           bool_or(e.to_state IN ('waitlisted', 'accepted', 'started', 'completed', 'declined')) AS answered,
           bool_or(e.to_state = 'accepted') AS accepted, bool_or(e.to_state = 'started') AS started
    FROM referrals_referralevent e GROUP BY 1)
SELECT {period}, o.region_id, o.department_id, r.programme, t.state, r.sender_id, r.recipient_id, count(*),
       count(*) FILTER (WHERE t.answered), count(*) FILTER (WHERE t.accepted), count(*) FILTER (WHERE t.started)
FROM told t JOIN referrals_referral r ON r.id = t.referral_id
JOIN partners_organisation s ON s.id = r.sender_id JOIN partners_organisation p ON p.id = r.recipient_id
JOIN partners_organisation o ON o.id = CASE WHEN s.network = 'ml' THEN s.id ELSE p.id END
WHERE t.state <> 'entered_in_error' AND (%(youths)s::bigint[] IS NULL OR r.youth_id = ANY (%(youths)s))
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_MONTH = "date_trunc('month', t.sent_at AT TIME ZONE 'Europe/Paris')::date"
_QUARTER = "date_trunc('quarter', t.sent_at AT TIME ZONE 'Europe/Paris')::date"


def recount(period=_MONTH, youths=None) -> Counter:
    """By (month, region, department, programme, state, sender, recipient, count name)."""
    found: Counter = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT.format(period=period), {"youths": youths})
        for *key, sent, answered, accepted, started in cursor.fetchall():
            for name, value in zip(COUNTED, (sent, answered, accepted, started), strict=True):
                found[(*key, name)] += value
    return found


def erase(youths) -> Counter:
    """Erase some youths as the portal does: counted, folded, deleted. Gives what was counted, by quarter."""
    with as_owner():
        gone = recount(_QUARTER, youths)
    with as_worker(), system_scope("test"), connection.cursor() as cursor:
        for youth in youths:
            facts.fold(youth)
            cursor.execute("SELECT tu_erase_youth(%s)", [youth])
    return gone


def reconcile(world, erased: Counter) -> None:
    """Everything adds up, and is what the events of those who stay and the counts of the others say."""
    own_figures_reconcile(world, erased)
    with as_worker():
        summaries.refresh()
        with system_scope("test"):
            assert list(checking.wrong_facts()) == []
            assert list(checking.wrong_cells()) == []
    own_figures_reconcile(world, erased)
    with as_owner():
        wanted = recount() + erased
        stored: Counter = Counter()
        for cell in SummaryCell.objects.order_by("pk"):
            for name in COUNTED:
                stored[cell.month, cell.region_id, cell.department_id, cell.programme, name] += getattr(
                    cell, name
                )
    by_cell: Counter = Counter()
    by_state: Counter = Counter()
    for (month, region, department, programme, state, _, _, name), value in wanted.items():
        by_cell[month, region, department, programme, name] += value
        by_state[state, name] += value
    assert +stored == +by_cell
    # What is published is made from these: of the nation and of its regions, since the beginning; each region is what
    # the cells of its departments add up to.
    places = sights()
    whole = places["", "", "since"].book.sums
    regions = {region: places[region, "", "since"].book.sums for region, _ in PLACES}
    for term in TERMS:
        assert whole[term] == sum(found[term] for found in regions.values()), term
        if term.maturity == NOW_KNOWN and not term.programmes:
            for region, found in regions.items():
                assert found[term] == in_cells(term, region), term
    for name in COUNTED:
        if Term(name) in whole:
            assert whole[Term(name)] == sum(value for (_, of), value in by_state.items() if of == name)
    # The states of those that stay and of those that were folded make the total.
    assert sum(value for (_, name), value in by_state.items() if name == "sent") == whole[Term("sent")]


def own_figures_reconcile(world, erased: Counter) -> None:
    """What each organisation reads of itself is what the events say, whether or not the worker has counted."""
    with as_owner():
        told = recount() + erased
    wanted: Counter = Counter()
    for (month, _, _, programme, _, sender, recipient, name), value in told.items():
        wanted[sender, True, month, programme, name] += value
        wanted[recipient, False, month, programme, name] += value
    read: Counter = Counter()
    for organisation in {key[0] for key in wanted}:
        acting = replace(world.acting("alice"), organisation_id=organisation)
        with acting_as(acting):
            for one in stats.of_organisation(BEGINNING, CODES, organisation):
                for name in COUNTED:
                    read[organisation, one.is_sender, one.month, one.programme, name] += one.counts[name]
                assert sum(one.delays["answer_days"].values()) <= one.counts["answered"]
    assert +read == +wanted


def in_cells(term: Term, region: str) -> int:
    """What the cells of the departments of a region add up to."""
    model = SummaryCell if term.table == SENT else ExitCell
    with as_owner():
        return model.objects.filter(department__region=region).aggregate(total=Sum(term.count))["total"] or 0


def settle() -> None:
    """What waits for the end of a transaction is checked now: the rows that it asks about may be erased by then."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def run(world, seed, count, rounds, write) -> None:
    rng = random.Random(seed)
    with as_owner():
        youths = populate(world, rng, count, write)
        settle()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        summaries.rebuild()
    erased: Counter = Counter()
    reconcile(world, erased)
    rng.shuffle(youths)
    share = min(max(len(youths) // (4 * rounds), 1), 300)
    for _ in range(rounds):
        leaving, youths = youths[:share], youths[share:]
        erased += erase(leaving)
        with as_owner():
            for youth in youths[:5]:  # corrected: the facts follow
                Youth.objects.filter(pk=youth).update(birth_date=date(1999, 1, 1), level=5)
            wrong = list(Referral.objects.filter(youth__in=youths[5:10]).order_by("pk")[:3])
            for referral in wrong:
                Referral.objects.filter(pk=referral.pk).update(
                    state="entered_in_error",
                    reason="DOUBLON",
                    version=referral.version + 1,
                    last_action="mark_error",
                )
                ReferralEvent.objects.create(
                    referral=referral, number=referral.version + 1, action="mark_error", from_state=referral.state,
                    to_state="entered_in_error", side="sender", at=NOW,
                )  # fmt: skip
                facts.record(Referral.objects.get(pk=referral.pk), None)
            settle()
        reconcile(world, erased)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_any_history_reconciles(world, now, seed):
    class Undone(Exception):
        """Each history starts from the same world."""

    with suppress(Undone), transaction.atomic():
        run(world, seed, 60, 2, as_the_portal)
        raise Undone


@pytest.mark.prove
def test_a_hundred_thousand_referrals_reconcile(world, now):
    run(world, 20261126, 100_000, 2, at_once)
