"""Tasks, checkpoints, registries, chores, a full disk: the ground floor."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from core import clock, documents, housekeeping, todo
from core.checkpoints import checkpoint, checkpoint_key
from core.hooks import Hook, Registry
from core.models import AuditEntry, Document, OpenedFile, OutboxMessage, Task
from core.scope import acting_as
from tests.conftest import as_owner, as_worker

# --- Documents ----------------------------------------------------------------------------------------


def test_nothing_half_written_stays_in_sight(db, settings, tmp_path, monkeypatch):
    settings.PRIVATE_FILES = tmp_path

    def full(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("core.documents.os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        documents.store(b"half", filename="dossier.pdf", media_type="application/pdf")
    assert [
        file.name for file in tmp_path.rglob("*") if file.is_file() and not file.name.startswith(".")
    ] == []
    assert not Document.objects.exists()


# --- Tasks --------------------------------------------------------------------------------------------

DUE = date(2026, 5, 4)


def open_for(world, who: str | None, *, kind: str = "answer", organisation: str = "ML_A") -> None:
    todo.open_task(
        kind, subject_kind="referral", subject_id=7, organisation_id=world.org(organisation).pk,
        counterpart_id=world.org("RSMV").pk, user_id=world.user(who).pk if who else None, due_on=DUE, awaited_on=DUE,
    )  # fmt: skip


def mine(world, who: str) -> list[str]:
    acting = world.acting(who)
    with acting_as(acting):
        return list(Task.objects.mine(acting).open().values_list("kind", flat=True))


def test_the_same_task_is_opened_once_and_reopened(world):
    with acting_as(world.acting("alice")):
        open_for(world, "alice")
        open_for(world, "bob")
        assert Task.objects.count() == 1
        todo.close_tasks("referral", 7)
        assert not Task.objects.open().exists()
        open_for(world, "alice")
        assert Task.objects.open().get().user_id == world.user("alice").pk


def test_tasks_close_by_kind(world):
    with acting_as(world.acting("alice")):
        for kind in ("answer", "review"):
            open_for(world, "alice", kind=kind)
        todo.close_tasks("referral", 7, kinds=["answer"])
        assert Task.objects.open().get().kind == "review"
        todo.close_tasks("referral", 8)
        assert Task.objects.open().count() == 1


def test_whose_task_it_is(world):
    with acting_as(world.acting("alice")):
        open_for(world, "alice")
        open_for(world, None, kind="review")
    assert mine(world, "alice") == ["answer"]
    assert mine(world, "bob") == []
    assert mine(world, "mona") == ["review"]
    with acting_as(world.acting("mona")):
        assert Task.objects.visible_to(world.acting("mona")).count() == 2
    assert mine(world, "charlie") == []
    with acting_as(world.acting("charlie")):
        assert not Task.objects.exists()


# --- Checkpoints --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_waits_for_whoever_holds_it(transactional_db):
    checkpoint("free")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [checkpoint_key("held")])

    def passing() -> str:
        try:
            checkpoint("held")
        finally:
            connection.close()
        return "passed"

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(passing)
        with pytest.raises(TimeoutError):
            worker.result(timeout=0.5)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [checkpoint_key("held")])
        assert worker.result(timeout=20) == "passed"


# --- Registries ---------------------------------------------------------------------------------------


def test_a_registry_is_closed():
    registry: Registry[int] = Registry("test")
    registry.register("a", 1)
    registry.register("a", 1)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("a", 2)
    assert "a" in registry
    assert list(registry) == ["a"]
    with pytest.raises(KeyError):
        registry["b"]


def test_a_hook_calls_each_function_once_and_stops_at_an_error():
    calls: list[str] = []

    def first() -> None:
        calls.append("first")

    def failing() -> None:
        raise RuntimeError

    hook = Hook("test")
    for function in (first, first, failing, lambda: calls.append("never")):
        hook.connect(function)
    with pytest.raises(RuntimeError):
        hook()
    assert calls == ["first"]


# --- Chores -------------------------------------------------------------------------------------------


def test_the_partitions_of_the_trail_are_ready_ahead(db, travel):
    travel(clock.now() + timedelta(days=400))
    with as_worker():
        housekeeping.run()
        housekeeping.run()
    with connection.cursor() as cursor:
        name = f"core_auditentry_{clock.now():%Y_%m}"
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = %s", [name]
        )
        assert cursor.fetchone() == (True,)
        entry = AuditEntry(at=clock.now(), kind="denied")
        cursor.execute(
            "INSERT INTO core_auditentry (id, at, kind) VALUES (%s, %s, %s)", [entry.id, entry.at, entry.kind]
        )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name} WHERE kind = 'denied'")
        assert cursor.fetchone() == (1,)


def test_what_has_served_is_forgotten(world, travel):
    now = clock.now()
    with as_owner():
        OpenedFile.objects.create(
            user_id=1,
            day=clock.today(),
            subject_kind="youth",
            subject_uuid=world.youth("yann").uuid,
            organisation_id=1,
        )
        OutboxMessage.objects.create(kind="x", effect_key="done", done_at=now)
        OutboxMessage.objects.create(kind="x", effect_key="waiting", due_at=now + timedelta(days=90))
    travel(now + timedelta(days=31))
    with as_worker():
        housekeeping.run()
    with as_owner():
        assert not OpenedFile.objects.exists()
        assert OutboxMessage.objects.get().effect_key == "waiting"
