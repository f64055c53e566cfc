"""The outbox: once for one effect, again when it fails, aside when it keeps failing, shared between workers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock, outbox
from core.hooks import outbox_handlers
from core.models import Heartbeat, OutboxMessage
from core.scope import acting_as, system_scope
from tests.conftest import as_owner, as_worker

KIND = "test.kind"


@pytest.fixture
def handled(monkeypatch) -> list[dict]:
    """A kind of message whose handler keeps what it gets, and fails on ``{"fail": …}``."""
    seen: list[dict] = []

    def handler(payload: dict) -> None:
        Heartbeat.objects.update_or_create(name="outbox-test", defaults={"at": clock.now()})
        if payload.get("fail"):
            raise RuntimeError("a secret in a message")
        seen.append(payload)

    monkeypatch.setitem(outbox_handlers._entries, KIND, handler)
    return seen


def deliver(**options) -> int:
    with as_worker():
        return outbox.deliver(**options)


def message() -> OutboxMessage:
    with as_owner():
        return OutboxMessage.objects.get()


def test_what_is_posted_is_delivered_once(db, handled):
    outbox.post(KIND, {"n": 1}, effect_key="one")
    assert handled == []
    assert deliver() == 1
    assert deliver() == 0
    assert handled == [{"n": 1}]
    assert message().done_at is not None


def test_the_same_effect_is_one_message(db, handled):
    for number in range(3):
        outbox.post(KIND, {"n": number}, effect_key="one")
    assert deliver() == 1
    outbox.post(KIND, {"n": 9}, effect_key="one")
    assert deliver() == 0
    assert handled == [{"n": 0}]


def test_it_goes_with_the_transaction_that_decided_it(db, handled):
    with transaction.atomic():
        outbox.post(KIND, {}, effect_key="one")
        transaction.set_rollback(True)
    assert deliver() == 0


def test_a_kind_without_a_handler_is_refused_at_once(db):
    with pytest.raises(ValueError, match="no handler"):
        outbox.post("unknown", {}, effect_key="one")


def test_a_failure_waits_longer_each_time_then_is_put_aside(db, handled, travel):
    start = clock.now()
    travel(start)
    outbox.post(KIND, {"fail": True}, effect_key="one")
    at = start
    for attempt, wait in enumerate(outbox.RETRIES, start=1):
        assert deliver() == 1
        assert deliver() == 0
        failed = message()
        assert (failed.attempts, failed.due_at) == (attempt, at + wait)
        travel(at + wait - timedelta(seconds=1))
        assert deliver() == 0
        at = at + wait
        travel(at)
    assert deliver() == 1
    aside = message()
    assert aside.quarantined_at == at
    assert aside.done_at is None
    travel(at + timedelta(days=30))
    assert deliver() == 0


def test_a_failure_keeps_no_effect_and_no_text(db, handled):
    outbox.post(KIND, {"fail": True}, effect_key="one")
    deliver()
    assert not Heartbeat.objects.filter(name="outbox-test").exists()
    assert message().last_error == "RuntimeError"


def test_one_failure_does_not_hold_the_others(db, handled):
    outbox.post(KIND, {"fail": True}, effect_key="one")
    outbox.post(KIND, {"n": 2}, effect_key="two")
    assert deliver() == 2
    assert handled == [{"n": 2}]


def test_a_batch_is_bounded_and_in_order(db, handled):
    for number in range(5):
        outbox.post(KIND, {"n": number}, effect_key=str(number))
    assert deliver(limit=3) == 3
    assert [payload["n"] for payload in handled] == [0, 1, 2]


def test_the_web_neither_reads_nor_rewrites_what_waits(world, handled):
    outbox.post(KIND, {}, effect_key="one", organisation_id=world.org("ML_A").pk)
    with acting_as(world.acting("charlie")):
        assert not OutboxMessage.objects.exists()
    with acting_as(world.acting("alice")):
        assert OutboxMessage.objects.update(done_at=clock.now()) == 0
        assert OutboxMessage.objects.all().delete()[0] == 0
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE core_outboxmessage")
    assert deliver() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_and_never_do_twice(transactional_db, monkeypatch):
    seen: list[int] = []
    lock, together = Lock(), Barrier(2)
    turns = {"left": 2}

    def handler(payload: dict) -> None:
        with lock:
            first = turns["left"] > 0
            turns["left"] -= 1
        if first:
            # Each worker holds a row of its own at this moment: one waits for the other here, not in the database.
            together.wait(timeout=20)
        with lock:
            seen.append(payload["n"])

    monkeypatch.setitem(outbox_handlers._entries, KIND, handler)
    for number in range(30):
        outbox.post(KIND, {"n": number}, effect_key=str(number))

    def work(_: int) -> int:
        try:
            return deliver()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        handled = list(pool.map(work, range(2)))
    assert sum(handled) == 30
    assert sorted(seen) == list(range(30))


# --- Of one person, among those of everybody -----------------------------------------------------------------

_CROWD = """
INSERT INTO core_outboxmessage (kind, payload, effect_key, attempts, last_error, done_at)
SELECT %s, jsonb_build_object('user', g %% 1000, 'text', 'x'), 'crowd:' || g, 0, '',
       CASE WHEN g %% 2 = 0 THEN now() END
FROM generate_series(1, 4000) g
"""
_READ = "SELECT seq_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'core_outboxmessage'"


def test_what_is_for_one_person_is_found_without_reading_the_rest(db, handled):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(_CROWD, [KIND])
        cursor.execute("ANALYZE core_outboxmessage")
    with as_worker(), system_scope("test"), connection.cursor() as cursor:
        cursor.execute(_READ)
        scans, rows = cursor.fetchone()
        assert outbox.last_done(KIND, 8) is not None
        assert outbox.last_done(KIND, 7) is None
        assert outbox.take_due(KIND, {"user": 7}, most=3) == [{"user": 7, "text": "x"}] * 3
        cursor.execute(_READ)
        scanned, read = cursor.fetchone()
    assert (scanned, read - rows < 40) == (scans, True)
