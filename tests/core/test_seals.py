"""The seals: a line that is changed, taken away or slipped in shows, whoever does it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from core import clock, housekeeping, seals
from core.models import Heartbeat
from core.scope import acting_as, system_scope
from tests.conftest import as_owner, as_worker
from youths.models import Youth

pytestmark = pytest.mark.django_db


def trace(count: int = 1, **columns) -> None:
    """Lines of the trail, written as the web writes them."""
    with connection.cursor() as cursor:
        for _ in range(count):
            line = {
                "id": uuid4(),
                "at": clock.now(),
                "kind": "read",
                "user_id": 1,
                "organisation_id": 1,
            } | columns
            cursor.execute(
                f"INSERT INTO core_auditentry ({', '.join(line)}) VALUES ({', '.join(['%s'] * len(line))})",
                list(line.values()),
            )


def as_owner_run(statement: str, *values) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount != 0


def seal() -> int:
    with as_worker():
        return seals.seal()


def flaws(late: bool = False) -> list[str]:
    with as_worker(), system_scope("verify"):
        return [flaw.text for flaw in seals.verify() if flaw.late is late]


def chain() -> list[tuple]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, numbers::text, count, previous, hash FROM core_seal WHERE stream = 'audit' ORDER BY position"
        )
        return cursor.fetchall()


@pytest.fixture
def sealed(world):
    """Three seals of three lines, and one of what the history already held."""
    for _ in range(3):
        trace(3)
        seal()
    assert not flaws()
    return world


def test_each_run_seals_what_is_new_and_holds_the_seal_before(world):
    trace(5)
    assert seal() >= 5
    assert seal() == 0
    trace(2)
    assert seal() == 2
    (first, second) = chain()
    assert (first[0], first[2], first[3]) == (1, 5, "")
    assert (second[0], second[2], second[3]) == (2, 2, first[4])
    assert not flaws()


def test_the_history_is_sealed_too_and_survives_its_blanking(world):
    from core import history

    with acting_as(world.acting("alice")):
        Youth.objects.filter(pk=world.youth("yann").pk).update(phone="06 39 98 44 44")
    seal()
    assert not flaws()
    with as_worker(), system_scope("erasure"):
        assert history.blank("youth", world.youth("yann").pk, "erasure")
    seal()
    assert not flaws()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM core_auditentry WHERE number = (SELECT min(number) FROM core_auditentry)", "2 retrouvées"),
        ("UPDATE core_auditentry SET user_id = 2 WHERE number = (SELECT min(number) FROM core_auditentry)", "ligne a été changée"),
        ("UPDATE core_auditentry SET detail = 'x' WHERE number = (SELECT max(number) FROM core_auditentry)", "ligne a été changée"),
        ("UPDATE core_change SET user_id = 9 WHERE number = (SELECT max(number) FROM core_change)", "ligne a été changée"),
        ("DELETE FROM core_change WHERE number = (SELECT max(number) FROM core_change)", "retrouvées"),
        ("UPDATE core_change SET values = '{\"phone\": [\"a\", \"b\"]}' WHERE number = (SELECT max(number) FROM core_change)", "ses valeurs"),
        ("UPDATE core_change SET values = NULL WHERE number = (SELECT max(number) FROM core_change)", "ses valeurs"),
        ("DELETE FROM core_seal WHERE stream = 'audit' AND position = 2", "ne suit pas"),
        ("DELETE FROM core_seal WHERE stream = 'audit' AND position = 1", "ne suit pas"),
        ("UPDATE core_seal SET count = count + 1 WHERE stream = 'audit' AND position = 2", "a été changé"),
    ],
)  # fmt: skip
def test_what_the_owner_does_shows(sealed, statement, said):
    as_owner_run(statement)
    assert any(said in flaw for flaw in flaws()), flaws()


def test_a_chain_made_anew_without_the_key_shows(sealed):
    as_owner_run("DELETE FROM core_auditentry WHERE number = (SELECT min(number) FROM core_auditentry)")
    as_owner_run("DELETE FROM core_seal WHERE stream = 'audit'")
    with override_settings(SEAL_KEYS=["another key"]):
        seal()
    assert any("a été changé" in flaw for flaw in flaws())


def test_an_old_key_still_verifies(sealed, settings):
    settings.SEAL_KEYS = ["new key", *settings.SEAL_KEYS]
    trace()
    seal()
    assert not flaws()


def test_a_line_put_back_in_its_place_shows_when_it_is_not_the_same(sealed):
    as_owner_run(
        "INSERT INTO core_auditentry (number, id, at, kind) SELECT min(number), gen_random_uuid(), now(), 'read'"
        " FROM core_auditentry"
    )
    assert any("4 retrouvées" in flaw for flaw in flaws())


def test_a_line_slipped_in_the_past_shows(sealed, travel):
    """A number that nobody used (its transaction was undone), an old date, after the seals."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('core_auditentry_number')")
        (unused,) = cursor.fetchone()
    trace(2)
    seal()
    travel(clock.now() + timedelta(hours=2))
    trace(1)
    seal()
    assert not flaws()
    as_owner_run(
        "INSERT INTO core_auditentry (number, id, at, kind) VALUES (%s, gen_random_uuid(), %s, 'read')",
        unused, clock.now() - timedelta(hours=2),
    )  # fmt: skip
    assert any("glissées après coup" in flaw for flaw in flaws())


def test_a_line_dated_before_the_seals_shows(sealed, travel):
    travel(clock.now() + timedelta(hours=5))
    trace(1)
    seal()
    assert not flaws()
    trace(1, at=clock.now() - timedelta(hours=4))
    seal()
    assert any("date que les sceaux démentent" in flaw for flaw in flaws())


def test_lines_that_wait_too_long_are_told_apart(world, travel):
    trace(2)
    assert not flaws()
    travel(clock.now() + timedelta(hours=2))
    assert not flaws()
    assert any("2 lignes attendent" in flaw for flaw in flaws(late=True))


def test_a_silence_is_sealed_in_several_batches(world, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 4)
    trace(10)
    seal()
    assert [one[2] for one in chain()] == [4, 4, 2]
    assert not flaws()


def test_months_past_twelve_are_dropped_and_the_chain_still_holds(world, travel):
    start = clock.now()
    trace(3)
    with as_worker():
        housekeeping.run()
    for months in (3, 6, 9, 12, 14):
        travel(start + timedelta(days=30 * months))
        with as_worker():
            housekeeping.run()
        trace(2)
        with as_worker():
            housekeeping.seal()
    first = f"core_auditentry_{start:%Y_%m}"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [first])
        assert cursor.fetchone() == (None,)
        cursor.execute(
            "SELECT count, detail FROM core_auditentry WHERE kind = 'purge' ORDER BY number LIMIT 1"
        )
        count, detail = cursor.fetchone()
    assert (count, detail) == (3, f"{start:%Y_%m}")
    assert not flaws()
    # A month that should still be there is missed.
    young = start + timedelta(days=30 * 9)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE core_auditentry_{young:%Y_%m}")
    assert any("2 lignes scellées, 0 retrouvées" in flaw for flaw in flaws())


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("tu_app", "SELECT 1 FROM core_seal"),
        ("tu_app", "INSERT INTO core_seal DEFAULT VALUES"),
        ("tu_worker", "UPDATE core_seal SET count = 0"),
        ("tu_worker", "DELETE FROM core_seal"),
        ("tu_worker", "TRUNCATE core_seal"),
        ("tu_app", "SELECT tu_drop_old_partitions()"),
    ],
)
def test_no_login_unmakes_a_seal(role, statement):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE tu_app")


def test_the_sealer_gives_a_sign_of_life(world):
    with as_worker():
        housekeeping.seal()
    assert Heartbeat.objects.get(pk="seal").at <= clock.now()


@pytest.mark.django_db(transaction=True)
def test_a_line_whose_transaction_ends_late_goes_into_the_next_seal(transactional_db):
    """Its number is lower than those already sealed; and nobody waits for anybody."""

    def sealing() -> int:
        try:
            return seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        seal()
        with transaction.atomic():
            trace(1, detail="late")
            # Another request writes, ends and is sealed while this one is under way.
            pool.submit(lambda: (trace(2), connection.close())).result(timeout=20)
            assert pool.submit(sealing).result(timeout=20) == 2
        assert pool.submit(sealing).result(timeout=20) == 1
    late, before = chain()[-1], chain()[-2]
    assert late[2] == 1
    assert int(late[1].strip("{[").split(",")[0]) < int(before[1].strip("{[").split(",")[0])
    assert not flaws()


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_seal_once(transactional_db):
    trace(30)

    def sealing(_: int) -> int:
        try:
            return seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(sealing, range(2)))
    assert sum(done) >= 30
    assert sum(one[2] for one in chain()) == 30
    assert not flaws()
