"""The outbox: once per effect, retried, put aside, shared by workers."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from core import clock, outbox
from core.hooks import outbox_handlers
from core.models import OutboxMessage
from core.scope import WrongLogin, acting_as, system_scope
from tests.conftest import as_owner, as_worker


@pytest.fixture
def handler(monkeypatch):
    """A handler "test" whose calls are recorded; it fails as long as ``failing`` holds its payload."""
    calls: list[int] = []
    failing: set[int] = set()

    def handle(payload):
        if payload["n"] in failing:
            raise RuntimeError("no")
        calls.append(payload["n"])

    monkeypatch.setitem(outbox_handlers._entries, "test", handle)
    handle.calls, handle.failing = calls, failing
    return handle


def deliver() -> int:
    with as_worker():
        return outbox.deliver()


def post(n: int, key: str | None = None) -> None:
    outbox.post("test", {"n": n}, effect_key=key or f"test:{n}")


def test_one_effect_is_delivered_once(world, handler):
    post(1, "same")
    post(1, "same")
    assert deliver() == 1
    assert deliver() == 0
    assert handler.calls == [1]


def test_a_message_needs_a_handler(world):
    with pytest.raises(ValueError, match="no handler"):
        outbox.post("nothing", {}, effect_key="x")


def test_a_failure_is_retried_later_and_others_flow(world, handler, travel):
    handler.failing.add(1)
    post(1)
    post(2)
    deliver()
    assert handler.calls == [2]
    assert deliver() == 0
    travel(clock.now() + timedelta(minutes=2))
    handler.failing.clear()
    deliver()
    assert handler.calls == [2, 1]


def test_after_five_retries_it_is_put_aside(world, handler, travel):
    handler.failing.add(1)
    post(1)
    for _ in range(6):
        deliver()
        travel(clock.now() + timedelta(hours=13))
    with as_owner():
        message = OutboxMessage.objects.get()
        assert message.quarantined_at is not None
        assert message.attempts == 6
        assert message.last_error == "RuntimeError"
    assert deliver() == 0


def test_the_web_cannot_read_nor_empty_it(world, handler):
    post(1)
    with acting_as(world.acting("alice")):
        assert not OutboxMessage.objects.exists()
        assert OutboxMessage.objects.update(done_at=clock.now()) == 0
    with pytest.raises(WrongLogin), system_scope("try"):
        pass


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_and_deliver_each_once(handler):
    for n in range(40):
        post(n)

    def work() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET ROLE tu_worker")
            outbox.deliver()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(handler.calls) == list(range(40))
