"""The figures of a past day are those that a replay of every event gives, to the unit, whatever happened since."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection

from core import clock
from core.scope import system_scope
from core.working_days import add_months
from partners.models import Convention, ConventionParty
from referrals import programmes
from referrals.models import Outcome, Referral, ReferralEvent
from referrals.programmes.base import UNKNOWN_OUTCOME
from reporting import facts
from reporting.packs import snapshot
from reporting.perimeter import Perimeter, pack_perimeter
from reporting.periods import last_mature_day
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW
from tests.reporting.test_reconciliation import CODES, as_the_portal, populate

DAYS = [NOW.date() - timedelta(days=days) for days in (1, 12, 75, 240, 500)]

# Every referral that was sent by the end of the day, with what its events said by then. No fact, no shortcut.
_REPLAY = """
WITH past AS (
    SELECT e.referral_id, (array_agg(e.to_state ORDER BY e.number DESC))[1] AS state,
           bool_or(e.to_state IN ('accepted', 'started', 'completed', 'dropped_out')) AS accepted,
           bool_or(e.to_state IN ('started', 'completed', 'dropped_out')) AS started,
           (array_agg(e.details ->> 'outcome' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN ('complete', 'drop_out')))[1] AS noted,
           (array_agg(e.details ->> 'ended_on' ORDER BY e.number DESC)
               FILTER (WHERE e.action IN ('complete', 'drop_out')))[1] AS ended_on
    FROM referrals_referralevent e WHERE e.at < %(end)s GROUP BY 1)
SELECT r.id, r.programme, r.sender_id, r.recipient_id, (r.sent_at AT TIME ZONE 'Europe/Paris')::date AS sent_on,
       p.state, p.accepted, p.started, coalesce(p.ended_on::date, r.ended_on) AS ended_on,
       coalesce(r.answered_at < %(end)s, false) AS answered,
       CASE WHEN p.state NOT IN ('completed', 'dropped_out') THEN ''
            WHEN EXISTS (SELECT FROM referrals_referralevent e WHERE e.referral_id = r.id AND e.at >= %(end)s
                         AND e.action IN ('complete', 'drop_out')) THEN coalesce(p.noted, '')
            ELSE coalesce(o.code, p.noted, '') END AS outcome,
       EXISTS (SELECT FROM referrals_referral b WHERE b.returned_from_id = r.id AND b.sent_at < %(end)s
               AND b.state <> 'entered_in_error') AS returned,
       EXISTS (SELECT FROM referrals_outcome x WHERE x.referral_id = r.id AND x.moment = 'm3' AND x.at < %(end)s
               AND x.code <> %(unknown)s) AS known_m3
FROM referrals_referral r JOIN past p ON p.referral_id = r.id
LEFT JOIN referrals_outcome o ON o.referral_id = r.id AND o.moment = 'exit'
WHERE r.state <> 'entered_in_error' AND r.sent_at < %(end)s
"""


def replay(last):
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY, {"end": clock.start_of(last + timedelta(days=1)), "unknown": UNKNOWN_OUTCOME})
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def homes():
    sides = Referral.objects.select_related("sender__department", "recipient__department").order_by("pk")
    return {one.pk: facts.home_of(one) for one in sides}


def in_place(row, perimeter, home):
    if row["programme"] not in perimeter.programmes:
        return False
    if perimeter.region and facts.region_of(home[row["id"]]) != perimeter.region:
        return False
    sides = [row["sender_id"] in perimeter.organisations, row["recipient_id"] in perimeter.organisations]
    return not perimeter.organisations or (all(sides) if len(perimeter.organisations) > 1 else any(sides))


def expected(rows, perimeter, first, last, home, territory):
    """Sent, parts by territory, outcomes, mature ones: counted one by one."""
    parts, outcomes, sums = Counter(), Counter(), Counter()
    for row in rows:
        if not in_place(row, perimeter, home) or not first <= row["sent_on"] <= last:
            continue
        answered = row["answered"] or row["accepted"]
        ended = row["state"] in ("completed", "dropped_out")
        part = (
            "unanswered" if not answered
            else "not_accepted" if not row["accepted"]
            else "not_started" if not row["started"]
            else "under_way" if not ended
            else "completed" if row["state"] == "completed" else "interrupted"
        )  # fmt: skip
        organisation = home[row["id"]]
        place = organisation.department_id if territory == "department" else facts.region_of(organisation)
        parts[place or "", part] += 1
        if ended:
            outcomes[place or "", row["programme"], part, row["outcome"] or UNKNOWN_OUTCOME] += 1
        days = programmes.get(row["programme"]).clocks.answer_remind_days
        mature = row["sent_on"] <= last_mature_day(last, days)
        sums["mature_sent"] += mature
        sums["mature_answered"] += mature and answered
        sums["waiting_long"] += not answered and row["sent_on"] < last + timedelta(days=-29)
    return parts, outcomes, sums


def expected_exits(rows, perimeter, first, last, home):
    sums = Counter()
    for row in rows:
        ended = row["ended_on"]
        if not in_place(row, perimeter, home) or row["state"] not in ("completed", "dropped_out"):
            continue
        if not add_months(first, -3) <= ended <= last:
            continue
        rules = programmes.get(row["programme"])
        action = "complete" if row["state"] == "completed" else "drop_out"
        known = row["outcome"] in {one.code for one in rules.outcomes}
        back = rules.must_return(action, row["outcome"]) if known else row["state"] == "dropped_out"
        if ended >= first and back:
            sums["unfinished"] += 1
            sums["returned"] += row["returned"]
        if first <= add_months(ended, 3) <= last:
            sums["due_m3"] += 1
            sums["known_m3"] += row["known_m3"]
    return sums


def live_on(rng):
    """What a portal lives besides: returns, follow-ups, journeys begun again, outcomes corrected, errors."""
    ended = list(Referral.objects.filter(state__in=["completed", "dropped_out"]).order_by("pk"))
    followed = rng.sample(ended, len(ended) // 3)
    for referral in followed:
        Outcome.objects.create(
            referral=referral, moment="m3", code=rng.choice([one.code for one in referral.rules.outcomes]),
            on=NOW.date(), at=referral.closed_at + timedelta(days=rng.randint(1, 200)),
        )  # fmt: skip
    back = rng.sample([one for one in Referral.objects.order_by("pk") if one not in ended], len(ended) // 3)
    for referral, source in zip(back, rng.sample(ended, len(back)), strict=True):
        Referral.objects.filter(pk=referral.pk).update(returned_from=source)
    codes = dict(Outcome.objects.filter(moment="exit").values_list("referral_id", "code"))
    exits = ReferralEvent.objects.filter(action__in=["complete", "drop_out"]).select_related("referral")
    for event in exits.order_by("pk"):
        # What the portal writes with the end of a journey.
        event.details = {
            "outcome": codes.get(event.referral_id, ""), "ended_on": event.referral.ended_on.isoformat()
        }  # fmt: skip
        event.save(update_fields=["details"])
    touched = []
    for referral in rng.sample(ended, len(ended) // 4):
        # Begun again, and for half of them ended again, otherwise.
        at, number = referral.state_since + timedelta(days=rng.randint(1, 25)), referral.version
        states = [("reopen", "started")] + [("drop_out", "dropped_out")] * rng.randint(0, 1)
        before = referral.state
        for turn, (action, state) in enumerate(states):
            moment = at + timedelta(days=20 * turn)
            details = {"outcome": "SANS_SOLUTION", "ended_on": moment.date().isoformat()} if turn else {}
            ReferralEvent.objects.create(
                referral=referral, number=number + turn + 1, action=action, from_state=before, to_state=state,
                side="recipient", at=moment, details=details,
            )  # fmt: skip
            before, referral.state, referral.state_since = state, state, moment
            referral.last_action, referral.version = action, number + turn + 1
        referral.reason = "NON_PRECISE" if referral.state == "dropped_out" else ""
        referral.closed_at = at + timedelta(days=20) if len(states) > 1 else None
        referral.ended_on = referral.closed_at.date() if referral.closed_at else None
        referral.save()
        if len(states) > 1:
            Outcome.objects.update_or_create(
                referral=referral, moment="exit",
                defaults={"code": "SANS_SOLUTION", "on": referral.ended_on, "at": referral.closed_at},
            )  # fmt: skip
        touched.append(referral.pk)
    for outcome in rng.sample(list(Outcome.objects.filter(moment="exit").order_by("pk")), 15):
        codes = [one.code for one in programmes.get(outcome.referral.programme).outcomes]
        Outcome.objects.filter(pk=outcome.pk).update(code=rng.choice(codes))
        touched.append(outcome.referral_id)
    wrong = rng.sample(list(Referral.objects.order_by("pk").values_list("pk", flat=True)), 8)
    Referral.objects.filter(pk__in=wrong).update(state="entered_in_error", reason="DOUBLON")
    facts.mend({*touched, *wrong, *(one.pk for one in [*back, *followed])})


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_of_a_past_day_are_those_of_a_replay(world, travel, seed):
    travel(NOW)
    rng = random.Random(seed)
    with as_owner():
        populate(world, rng, 320, as_the_portal)
        live_on(rng)
        home = homes()
        pair = Referral.objects.values_list("sender_id", "recipient_id").order_by("pk")[0]
    perimeters = [
        (Perimeter(CODES, (), None), "region"),
        (Perimeter(("smv", "pmsmp"), (), "75"), "department"),
        (Perimeter(CODES, (), None, pair), "department"),
        (Perimeter(CODES, (), None, pair[:1]), "department"),
        (Perimeter((), (), None), "region"),
    ]
    seen = Counter()
    with as_worker(), system_scope("test"):
        for last in DAYS:
            first = add_months(last, -12) + timedelta(days=1)
            rows = replay(last)
            for perimeter, territory in perimeters:
                found = snapshot.situations(perimeter, first, last, territory=territory)
                parts, outcomes, sums = expected(rows, perimeter, first, last, home, territory)
                shown = {
                    (place, code): count
                    for place, counts in found.by_territory.items()
                    for (code, _), count in zip(snapshot.PARTS, counts, strict=True)
                    if count
                }
                assert shown == dict(parts), (last, perimeter)
                assert found.outcomes == outcomes
                assert {name: getattr(found.tally, name) for name in sums} == dict(sums)
                exits = snapshot.exits(perimeter, first, last)
                counted = expected_exits(rows, perimeter, first, last, home)
                assert {name: getattr(exits, name) for name in counted} == dict(counted), (last, perimeter)
                seen.update({**sums, **counted})
    assert all(
        seen[name] for name in ("mature_answered", "waiting_long", "unfinished", "returned", "known_m3")
    )


def test_a_local_convention_is_about_its_own_parties(world):
    with as_owner():
        convention = Convention.objects.create(
            code="LOCAL", title="Convention locale", level="local", region_id="75", themes=["smv"]
        )
        for key in ("ML_A", "RSMV", "ARML"):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key))
        found = pack_perimeter(convention)
        assert found.organisations == tuple(sorted(world.org(key).pk for key in ("ML_A", "RSMV")))
        convention.level = "regional"
        assert pack_perimeter(convention).organisations == ()


def test_the_last_day_counts_whole(world, story, travel):
    """Sent at 23:30 in Paris on the last day: in; half an hour later: out, wherever the clocks are."""
    travel(NOW)
    last = date(2026, 3, 29)  # the clocks change on that day
    story(6, "sent", sent_at=clock.start_of(last + timedelta(days=1)) - timedelta(minutes=30))
    story(7, "sent", sent_at=clock.start_of(last + timedelta(days=1)))
    with as_worker(), system_scope("test"):
        perimeter = Perimeter(("smv",), (), None)
        assert snapshot.situations(perimeter, last, last).tally.sent == 6
        assert snapshot.situations(perimeter, last, last + timedelta(days=1)).tally.sent == 13
