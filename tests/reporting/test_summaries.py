"""Facts and summaries are exact: after any moves, they equal a recount from the events."""

import random
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from core import clock
from core.models import Heartbeat
from core.scope import acting_as, system_scope
from referrals import workflow
from referrals.allowed import available
from referrals.models import Outcome, Referral, ReferralEvent
from referrals.transitions import NotAllowed
from reporting import summaries
from reporting.models import DelayCell, DirtyCell, ReferralFact, SummaryCell
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import send
from tests.reporting.conftest import NOW

COUNTS = ("sent", "answered", "accepted", "started", "completed", "ended", "outcome_known")


def recount():
    """Counts by cell, from the events alone (and the territory of the Mission Locale of the two)."""
    cells = defaultdict(Counter)
    for referral in Referral.objects.select_related("sender", "recipient").order_by("pk"):
        events = list(ReferralEvent.objects.filter(referral=referral).order_by("number"))
        states = [event.to_state for event in events]
        if not states or states[-1] == "entered_in_error":
            continue
        home = referral.sender if referral.sender.network == "ml" else referral.recipient
        sent = next(event.at for event in events if event.action == "send")
        ended = states[-1] in ("completed", "dropped_out")
        outcome = Outcome.objects.filter(referral=referral, moment="exit").first()
        cells[clock.day_of(sent).replace(day=1), home.department_id, referral.programme].update(
            sent=1,
            answered=bool({"waitlisted", "accepted", "started", "completed", "declined"} & set(states)),
            accepted="accepted" in states,
            started="started" in states,
            completed=states[-1] == "completed",
            ended=ended,
            outcome_known=bool(ended and outcome and outcome.code != "INCONNU"),
        )
    return {key: [counts[name] for name in COUNTS] for key, counts in cells.items()}


def stored():
    return {
        (cell.month, cell.department_id, cell.programme): [getattr(cell, name) for name in COUNTS]
        for cell in SummaryCell.objects.order_by("pk")
    }


def delays():
    return {
        (cell.month, cell.region_code, cell.programme, cell.answer_days): cell.count
        for cell in DelayCell.objects.filter(kind="answered", department_code="").order_by("pk")
    }


def recounted_delays():
    facts = ReferralFact.objects.filter(answer_days__isnull=False).select_related("department").order_by("pk")
    return Counter((f.month, f.department.region_id or "", f.programme, f.answer_days) for f in facts)


def random_inputs(row, rng, referral):
    today = clock.today()
    return {
        "question": "Avez-vous la pièce ?",
        "answer": "Oui.",
        "review_on": today + timedelta(days=10),
        "step": rng.choice(referral.rules.steps).code,
        "started_on": today,
        "ended_on": today,
        "outcome": rng.choice(referral.rules.outcomes).code,
        "reason": "NON_PRECISE",
    }


def test_after_random_moves_the_summaries_equal_the_recount(world, now, travel, refresh):
    rng = random.Random(7)
    found = []
    for number in range(12):
        travel(NOW + timedelta(days=rng.randrange(60)))
        who, youth, to = [("alice", "yann", "RSMV"), ("charlie", "kim", "SMV_C")][number % 2]
        found.append(send(world, who, youth, to))
    actors = {"ML_A": "mona", "RSMV": "rosa", "ML_C": "carla", "SMV_C": "rose"}
    moved = 0
    for turn in range(70):
        travel(NOW + timedelta(days=61 + turn))
        with as_owner():
            referral = Referral.objects.select_related("sender", "recipient").get(pk=rng.choice(found).pk)
        side = rng.choice(["sender", "recipient"])
        actor = world.acting(actors[getattr(referral, side).key])
        choices = [
            row for row in available(referral.state, {side, f"{side}_manager"}) if row.action != "acknowledge"
        ]
        if not choices:
            continue
        row = rng.choice(choices)
        inputs = {
            name: value for name, value in random_inputs(row, rng, referral).items() if name in row.needs
        }
        try:
            with acting_as(actor):
                workflow.apply(actor, referral.uuid, row.action, version=None, inputs=inputs)
        except (NotAllowed, Referral.DoesNotExist):  # a guard of its own, or an access that has ended
            continue
        moved += 1
        if turn % 9 == 0:
            refresh()
    assert moved > 20
    refresh()
    with as_owner():
        assert not DirtyCell.objects.exists()
        assert stored() == recount()
        assert delays() == recounted_delays()
        summaries.rebuild()
        assert stored() == recount()
        assert delays() == recounted_delays()


def test_a_cell_that_empties_disappears(story, now, refresh):
    (referral,) = story(1, "declined")
    refresh()
    with as_owner():
        assert SummaryCell.objects.count() == 1
        # Of the department, and of its region.
        assert DelayCell.objects.count() == 2
        Referral.objects.filter(pk=referral.pk).update(state="entered_in_error")
        from reporting import facts

        facts.record(Referral.objects.get(pk=referral.pk), None)
    assert refresh() == 1
    with as_owner():
        assert not SummaryCell.objects.exists()
        assert not DelayCell.objects.exists()


def test_the_months_are_those_of_paris(story, now, refresh):
    # 23:30 UTC on the 30th of April is the 1st of May in Paris.
    story(1, "sent", sent_at=NOW.replace(month=4, day=30, hour=23, minute=30))
    refresh()
    with as_owner():
        assert SummaryCell.objects.get().month == NOW.date().replace(month=5, day=1)


def test_a_batch_at_a_time_and_a_sign_of_life(story, now):
    for month in (1, 2, 3):
        story(1, "sent", sent_at=NOW.replace(month=month))
    with as_worker():
        assert summaries.refresh(limit=2) == 3
        assert summaries.refresh() == 0
        assert Heartbeat.objects.get(name=summaries.HEARTBEAT).at == NOW


def test_the_web_cannot_read_the_summaries_nor_the_statistics_role_the_facts(story, now, refresh):
    story(1, "sent")
    refresh()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        SummaryCell.objects.count()
    for table in ("reporting_referralfact", "referrals_referral", "youths_youth", "accounts_user"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SET LOCAL ROLE tu_stats; SELECT count(*) FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tu_app",)


@pytest.mark.django_db(transaction=True)
def test_a_mark_held_by_a_writer_waits_for_the_next_run(world):
    """The worker leaves the mark of a transaction that has not ended, and takes it afterwards."""
    from tests.reporting.races import other_session

    with as_owner():
        DirtyCell.objects.create(month=NOW.date().replace(day=1), department_code="17", programme="smv")
    with other_session() as session:
        session.execute(
            "INSERT INTO reporting_dirtycell (month, department_code, programme) VALUES ('2026-06-01', '17', 'smv')"
            " ON CONFLICT (month, department_code, programme) DO UPDATE SET programme = EXCLUDED.programme"
        )
        with as_worker():
            assert summaries.refresh() == 0
        session.commit()
    with as_worker():
        assert summaries.refresh() == 1


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time(world):
    from tests.reporting.races import other_session

    with as_owner():
        DirtyCell.objects.create(month=NOW.date().replace(day=1), department_code="17", programme="smv")
    with other_session() as session:
        session.execute("SELECT pg_advisory_xact_lock(%s)", [summaries._LOCK])
        with as_worker():
            assert summaries.refresh() == 0
            with system_scope("test"):
                assert DirtyCell.objects.exists()
