"""Inclusion numérique, both ways: Yann gets a laptop and learns to use it; others come back to the Mission Locale."""

from datetime import date, timedelta

import pytest

from core import clock
from core.scope import acting_as
from referrals.models import Referral
from tests.referrals.staging import becoming, months_later, move, orient, receive, settle, stored, tell_later
from youths import records
from youths.merging import adoption
from youths.models import Youth

NEEDS = {"besoin": "equipement", "appareil": "telephone", "connexion": False}


@pytest.fixture
def noe(world):
    """Noé answers for the association of La Rochelle that equips and trains."""
    settle(world, "NUM_17", "Connexion solidaire du Port", "digital", "noe", "numerique")
    return world


def test_equipped_then_trained_and_still_so_six_months_later(noe, travel):
    world = noe
    referral = orient(world, "alice", world.youth("yann"), "inclusion_numerique", "NUM_17", details=NEEDS)
    assert referral.recipient_professional == world.user("noe")
    receive(world, "noe", referral)
    move(world, "noe", referral, "accept", planned_on=clock.today() + timedelta(days=10))
    travel(clock.now() + timedelta(days=10))
    move(world, "noe", referral, "start", started_on=clock.today())
    move(world, "noe", referral, "step", step="APPAREIL_REMIS")
    months_later(travel, 2)
    move(world, "noe", referral, "complete", outcome="EQUIPE_ET_FORME", ended_on=clock.today())
    move(world, "alice", referral, "acknowledge")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "EQUIPE_ET_FORME")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "FORMATION_LONGUE")
    assert becoming(referral) == [
        ("exit", "EQUIPE_ET_FORME"), ("m3", "EQUIPE_ET_FORME"), ("m6", "FORMATION_LONGUE"),
    ]  # fmt: skip
    done = stored(referral)
    assert (done.state, done.clock_kind) == ("completed", "")


def test_who_stops_comes_back_to_the_mission_locale(noe, travel):
    world = noe
    referral = orient(world, "alice", world.youth("yann"), "inclusion_numerique", "NUM_17", details=NEEDS)
    receive(world, "noe", referral)
    move(world, "noe", referral, "accept")
    move(world, "noe", referral, "start", started_on=clock.today())
    months_later(travel, 1)
    move(
        world, "noe", referral, "drop_out", reason="ABSENCES", outcome="SANS_SOLUTION", ended_on=clock.today()
    )
    with acting_as(world.acting("alice")):
        back = Referral.objects.visible_to(world.acting("alice")).get(returned_from=referral)
    assert (back.programme, back.state, back.recipient) == ("retour", "sent", world.org("ML_A"))
    receive(world, "alice", back)
    move(world, "alice", back, "accept")
    move(world, "alice", back, "start", started_on=clock.today())
    move(world, "alice", back, "complete", outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    move(world, "noe", back, "acknowledge")
    move(world, "alice", referral, "acknowledge")
    for _ in range(2):
        months_later(travel, 3)
        tell_later(world, "alice", back, "ACCOMPAGNEMENT_REPRIS")
    assert [moment for moment, _ in becoming(back)] == ["exit", "m3", "m6"]
    assert stored(back).clock_kind == ""


def test_who_came_to_the_association_by_themselves_meets_the_mission_locale(noe, travel):
    world = noe
    with acting_as(world.acting("noe")):
        youth = records.create_record(
            world.acting("noe"),
            Youth(
                first_name="Inès", last_name="Lagrange", birth_date=date(2006, 5, 20), phone="06 39 98 00 01"
            ),
        )
    referral = orient(world, "noe", youth, "retour", "ML_A", details={"situation": "direct"})
    receive(world, "mona", referral)  # nobody is designated there for the returns: the manager answers
    move(world, "mona", referral, "accept")
    with acting_as(world.acting("mona")):
        mine = Youth.objects.get(pk=youth.pk)
        adoption.adopt(world.acting("mona"), mine, lead_id=world.user("alice").pk, file_number="")
    move(world, "mona", referral, "start", started_on=clock.today())
    move(world, "mona", referral, "complete", outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    move(world, "noe", referral, "acknowledge")
    for _ in range(2):
        months_later(travel, 3)
        tell_later(world, "mona", referral, "ACCOMPAGNEMENT_REPRIS")
    assert [moment for moment, _ in becoming(referral)] == ["exit", "m3", "m6"]


def test_nobody_else_knows(noe):
    referral = orient(noe, "alice", noe.youth("yann"), "inclusion_numerique", "NUM_17", details=NEEDS)
    for name in ("charlie", "rita", "rose"):
        with acting_as(noe.acting(name)):
            assert not Referral.objects.filter(pk=referral.pk).exists()
