"""What an organisation reads of itself: exact whenever it is read, whatever the worker has counted, and its own alone."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.scope import acting_as, system_scope
from core.working_days import working_days_between
from referrals import programmes
from referrals.models import Referral
from reporting import books, facts, own, stats, summaries
from reporting.indicators.book import EXITS, SENT, Term
from reporting.models import OwnCell, OwnExit, OwnMark, ReferralFact
from reporting.periods import PERIODS, period_on
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW, PATHS
from tests.reporting.races import other_session

CODES = tuple(one.code for one in programmes.all())
TABLES = ("reporting_owncell", "reporting_ownexit", "reporting_ownmark")
PEOPLE = {"mona": "ML_A", "rosa": "RSMV", "carla": "ML_C", "rose": "SMV_C"}


@pytest.fixture
def history(story, now):
    """Referrals of two pairs of organisations, both ways, of two years, for two programmes."""
    rng = random.Random(3)
    for number in range(40):
        ours, theirs = [("ML_A", "RSMV"), ("ML_C", "SMV_C")][number % 2]
        if number % 5 == 0:
            ours, theirs = theirs, ours
        story(
            rng.randint(1, 3), rng.choice(list(PATHS)), sender=ours, recipient=theirs,
            sent_at=NOW - timedelta(days=rng.randrange(700)), step=timedelta(days=rng.randint(1, 9)),
            programme=rng.choice(["smv", "apprentissage"]), outcome=rng.choice(["EMPLOI_DURABLE", "SANS_SOLUTION"]),
        )  # fmt: skip


def told(world):
    """All that each organisation reads of itself: the tallies of its dashboard, the books of its indicators."""
    found = {}
    for who, key in PEOPLE.items():
        organisation = world.org(key).pk
        with acting_as(world.acting(who)):
            for code, _ in PERIODS:
                period = period_on(code, NOW.date())
                found[key, code] = stats.organisation_figures(period, CODES, organisation)
                for side in ("sent", "received"):
                    found[key, code, side] = books.of_organisation(organisation, side, CODES, period)
    return found


def marks():
    with as_owner():
        return OwnMark.objects.count()


def test_it_is_the_same_before_the_worker_counts_half_way_and_afterwards(world, history, refresh):
    marked = told(world)
    assert marks() > 50
    with as_worker():
        assert own._refresh_batch(40) == 40
    half = told(world)
    assert marks()
    refresh()
    assert marks() == 0
    with as_owner():
        assert OwnCell.objects.count() > 20
        assert OwnExit.objects.count() > 5
    assert marked == half == told(world)
    with as_owner():
        summaries.rebuild()
    assert told(world) == marked


def test_it_is_what_the_facts_say(world, history, refresh):
    """Counted here one fact after the other, delays included."""
    refresh()
    today = clock.today()
    for (key, _, side), (sight, _) in [
        (k, v) for k, v in told(world).items() if k[1:2] == ("since",) and len(k) == 3
    ]:
        book = sight.book
        column = "sender_id" if side == "sent" else "recipient_id"
        with as_owner():
            mine = list(ReferralFact.objects.filter(**{column: world.org(key).pk}).order_by("pk"))
        answered = Counter(fact.answer_days for fact in mine if fact.answer_days is not None)
        silent = Counter(fact.silent_days for fact in mine if fact.silent_days is not None)
        waiting = Counter(
            working_days_between(fact.sent_on, today)
            for fact in mine
            if fact.answer_days is None and fact.silent_days is None
        )
        assert book.delays == answered + silent + waiting
        assert book.waiting == waiting
        assert book.sums[Term("sent", SENT)] == len(mine)
        ended = Term("ended", EXITS, programmes=("smv",))
        assert book.sums[ended] == sum(fact.ended_on is not None and fact.programme == "smv" for fact in mine)


def test_a_change_is_read_at_once_and_after_the_worker(world, history, refresh):
    refresh()
    before = told(world)
    with as_owner():
        sides = {"sender": world.org("ML_A"), "recipient": world.org("RSMV")}
        referral = Referral.objects.filter(state="declined", **sides).order_by("pk").first()
        Referral.objects.filter(pk=referral.pk).update(state="entered_in_error")
        facts.record(Referral.objects.get(pk=referral.pk), None)
    after = told(world)
    for key, side in (("ML_A", "sent"), ("RSMV", "received")):
        was, now = (found[key, "since", side][0].book.sums[Term("sent")] for found in (before, after))
        assert now == was - 1
    assert {key: value for key, value in after.items() if key[0] in ("ML_C", "SMV_C")} == {
        key: value for key, value in before.items() if key[0] in ("ML_C", "SMV_C")
    }
    refresh()
    assert told(world) == after


def test_what_is_erased_counts_on_for_both_sides(world, history, refresh):
    refresh()
    period = period_on("since", NOW.date())

    def sent():
        found = told(world)
        return {
            key: [tally.sent for sides in found[key, period.code].values() for tally in sides]
            for key in PEOPLE.values()
        }

    before = sent()
    with as_worker(), system_scope("test"):
        facts.fold(world.youth("yann").pk)
    with as_owner():
        ReferralFact.objects.filter(referral__youth=world.youth("yann")).delete()
    assert sent() == before
    refresh()
    assert sent() == before
    with as_owner():
        assert not OwnExit.objects.filter(organisation_id=world.org("ML_A").pk).exists()


# --- Wall 2 -------------------------------------------------------------------------------------------


def test_another_organisation_reads_nothing_of_it(world, history, refresh):
    refresh()
    with as_owner():
        # A mark and a cell that say the same: of everybody.
        for fact in ReferralFact.objects.order_by("pk"):
            fact.save()
    for who, key in PEOPLE.items():
        with acting_as(world.acting(who)), connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"SELECT DISTINCT organisation_id FROM {table}")
                assert cursor.fetchall() == [(world.org(key).pk,)], table
            for other in PEOPLE.values():
                if other != key:
                    pk = world.org(other).pk
                    assert stats.of_organisation(period_on("since", NOW.date()).first, CODES, pk) == []
                    sight, _ = books.of_organisation(pk, "sent", CODES, period_on("since", NOW.date()))
                    assert not sum(sight.book.sums.values())
                    assert not sight.book.delays
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {table} (organisation_id, is_sender, month, programme) VALUES ({own}, true, '2026-06-01', 'smv')",
        "UPDATE {table} SET programme = 'apprentissage' WHERE organisation_id = {own}",
        "DELETE FROM {table} WHERE organisation_id = {own}",
    ],
)
def test_the_web_writes_none_of_it_nor_does_the_role_of_statistics_read_it(world, history, table, statement):
    refused = pytest.raises(DatabaseError, match="permission denied")
    with refused, transaction.atomic(), acting_as(world.acting("mona")), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, own=world.org("ML_A").pk))
    with refused, transaction.atomic(), acting_as(world.acting("regis")), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE tu_stats; SELECT count(*) FROM {table}")


# --- Two at once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_change_that_ends_while_the_worker_counts_is_not_lost(world, story, now):
    with transaction.atomic():
        story(4, "declined", sent_at=NOW)
    organisation = world.org("ML_A").pk

    def started():
        with acting_as(world.acting("mona")):
            sides = stats.organisation_figures(period_on("12m", NOW.date()), CODES, organisation)
        return sides["sent"][0].started

    with other_session() as session:
        change = "UPDATE reporting_referralfact SET accepted = true, started = true WHERE sender_id = %s"
        session.execute(change, [organisation])
        with as_worker():
            summaries.refresh()  # it sees neither the change nor its mark
        assert started() == 0
        session.commit()
    assert marks() == 8  # one of each side for each of them
    assert started() == 4
    with as_worker():
        summaries.refresh()
    assert marks() == 0
    assert started() == 4
    with as_owner():
        assert OwnCell.objects.get(organisation_id=organisation).started == 4


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_cell_wait_for_one_another_nowhere(world, story, now):
    """A mark is a new row each time: two organisations that answer the same sender do not meet there."""
    with transaction.atomic():
        story(1, "sent", sent_at=NOW)
        story(1, "sent", sent_at=NOW)
    with as_owner():
        first, second = ReferralFact.objects.order_by("pk").values_list("pk", flat=True)
    change = "UPDATE reporting_referralfact SET answered = true WHERE referral_id = %s"
    with other_session() as one, other_session() as two:
        two.execute("SET LOCAL lock_timeout = '2s'")
        one.execute(change, [first])
        two.execute(change, [second])
        two.commit()
        one.commit()
    with as_worker():
        summaries.refresh()
    with as_owner():
        assert OwnCell.objects.get(organisation_id=world.org("ML_A").pk).answered == 2


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_counts(world, story, now):
    with transaction.atomic():
        story(1, "sent", sent_at=NOW)
    with other_session() as session:
        session.execute("SELECT pg_advisory_xact_lock(%s)", [own._LOCK])
        with as_worker():
            summaries.refresh()
    assert marks() > 0
