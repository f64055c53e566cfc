"""Health and justice: for the entitled persons of one organisation, while its delegate allows it, and nobody else."""

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.models import Change
from core.scope import acting_as
from tests.conftest import as_owner
from tests.youths.test_journal import accepted
from youths import decisions
from youths.models import EntitledPerson, RestrictedObstacle

TEXT = "RGPD, article 9, 2, b ; avis du délégué du 3 mars 2026"


def allow(world, who="alice", subject="SANTE", key="ML_A", by="paul") -> EntitledPerson:
    """The delegate of an organisation allows a subject there, and names who may note it."""
    with as_owner():
        if decisions.standing(world.org(key).pk, subject) is None:
            decisions.decide(world.acting(by), subject, TEXT)
        return EntitledPerson.objects.create(
            organisation=world.org(key), user=world.user(who), subject=subject, given_by=world.user(by)
        )


def write(world, who="alice", code="SANTE", key="ML_A", youth="yann") -> RestrictedObstacle:
    return RestrictedObstacle.objects.create(
        youth=world.youth(youth), organisation=world.org(key), code=code, since=clock.today(),
        recorded_by=world.user(who),
    )  # fmt: skip


@pytest.fixture
def noted(world) -> RestrictedObstacle:
    """Alice, whom Paul entitled, noted it for Yann, whom Rita accompanies too."""
    accepted(world)
    allow(world)
    with acting_as(world.acting("alice")):
        return write(world)


def refused():
    return pytest.raises(DatabaseError, match="row-level security")


# --- Wall 2 -------------------------------------------------------------------------------------------


def test_the_database_shows_it_to_the_entitled_alone(world, noted):
    for name in ("alice", "bob", "dora", "mona", "paul", "rita", "rosa", "charlie"):
        with acting_as(world.acting(name)):
            assert RestrictedObstacle.objects.exists() is (name == "alice"), name


def test_nothing_is_written_before_the_delegate_allows_it(world):
    with acting_as(world.acting("alice")), refused(), transaction.atomic():
        write(world)
    allow(world, subject="JUSTICE")
    with acting_as(world.acting("alice")), refused(), transaction.atomic():
        write(world)


def test_once_the_decision_ends_nothing_is_written_nor_read(world, noted):
    with acting_as(world.acting("paul")):
        decisions.end(world.acting("paul"), decisions.standing(world.org("ML_A").pk, "SANTE").pk)
    with acting_as(world.acting("alice")):
        assert not RestrictedObstacle.objects.exists()
        with refused(), transaction.atomic():
            write(world, youth="zoe")


def test_once_the_person_is_no_longer_entitled_neither(world, noted):
    with acting_as(world.acting("paul")):
        EntitledPerson.objects.update(ended_at=clock.now(), ended_by=world.user("paul"))
    with acting_as(world.acting("alice")):
        assert not RestrictedObstacle.objects.exists()


@pytest.mark.parametrize(
    ("who", "key", "code"),
    [
        ("bob", "ML_A", "SANTE"),
        ("alice", "RSMV", "SANTE"),
        ("alice", "ML_A", "JUSTICE"),
        ("rita", "RSMV", "SANTE"),
        ("rita", "ML_A", "SANTE"),
        ("charlie", "ML_C", "SANTE"),
    ],
)
def test_nobody_else_writes_one(world, noted, who, key, code):
    with acting_as(world.acting(who)), refused(), transaction.atomic():
        write(world, who=who, key=key, code=code)


def test_a_partner_notes_its_own_and_each_side_reads_its_own(world, noted):
    allow(world, who="rita", key="RSMV", by="rosa")
    with acting_as(world.acting("rita")):
        own = write(world, who="rita", key="RSMV")
        assert RestrictedObstacle.objects.get() == own
    with acting_as(world.acting("alice")):
        assert RestrictedObstacle.objects.get() == noted


def test_it_is_closed_never_changed_nor_deleted(world, noted):
    with acting_as(world.acting("alice")):
        assert RestrictedObstacle.objects.update(closed_on=clock.today(), closed_by=world.user("alice")) == 1
        for statement in (
            "UPDATE youths_restrictedobstacle SET code = 'JUSTICE'",
            "DELETE FROM youths_restrictedobstacle",
        ):
            denied = pytest.raises(DatabaseError, match="permission denied")
            with denied, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_history_keeps_it_and_tells_nobody(world, noted):
    """That a line exists would say what is restricted, to the manager who reads the trail of the record."""
    with as_owner():
        assert Change.objects.filter(model="youths.RestrictedObstacle").count() == 1
    for name in ("alice", "mona", "paul", "rita"):
        with acting_as(world.acting(name)):
            assert not Change.objects.filter(model="youths.RestrictedObstacle").exists()
