"""Mission Jeunes: the missions of an agency, what they lead to, and the obstacle that it asks to lift."""

import uuid
from datetime import date, timedelta

import pytest

from core import clock
from core.scope import acting_as
from referrals.missions import noting
from referrals.missions.reading import missions_of
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.staging import (
    arrives,
    becoming,
    months_later,
    move,
    orient,
    receive,
    settle,
    stored,
    tell_later,
)


@pytest.fixture
def agency(world):
    settle(world, "AGENCE", "Agence du Port", "interim", "ines", "mission_jeunes")
    return world.org("AGENCE")


def under_way(world, travel) -> Referral:
    arrives(travel, date(2027, 3, 1))
    referral = orient(world, "alice", world.youth("yann"), "mission_jeunes", "AGENCE")
    receive(world, "ines", referral)
    for step in ("INSCRIPTION", "ENTRETIEN", "MISSION_PROPOSEE"):
        move(world, "ines", referral, "step", step=step)
    move(world, "ines", referral, "accept", planned_on=date(2027, 3, 8))
    arrives(travel, date(2027, 3, 8))
    return move(world, "ines", referral, "start", started_on=clock.today())


def works(world, referral, start: date, days: int, after: str = "") -> None:
    ines = world.acting("ines")
    with acting_as(ines):
        values = {"started_on": start, "days": days, "after": after}
        noting.add(ines, referral.uuid, values, submission=uuid.uuid4())


def test_from_the_referral_to_six_months_after(world, agency, travel):
    referral = under_way(world, travel)
    assert referral.recipient_professional == world.user("ines")
    arrives(travel, date(2027, 6, 7))
    works(world, referral, date(2027, 3, 8), 2, "MISSION")
    works(world, referral, date(2027, 3, 15), 12, "MISSION")
    works(world, referral, date(2027, 4, 5), 60, "CDI_INTERIM")
    with acting_as(world.acting("alice")):
        total = missions_of(Referral.objects.get(pk=referral.pk)).total
    assert (total.count, total.week_share, total.month_share) == (3, 33, 67)
    move(world, "ines", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    move(world, "alice", referral, "acknowledge")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "EMPLOI_DURABLE")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "ALTERNANCE")
    assert [moment for moment, _ in becoming(referral)] == ["exit", "m3", "m6"]
    assert stored(referral).state == "completed"


def test_an_obstacle_on_the_way_is_lifted_by_the_mission_locale_and_the_missions_go_on(world, agency, travel):
    course = under_way(world, travel)
    asked = orient(
        world,
        "ines",
        world.youth("yann"),
        "levee_freins",
        "ML_A",
        details={"frein": "MOBILITE", "fastt": True},
    )
    receive(world, "mona", asked)
    move(world, "mona", asked, "accept")
    move(world, "mona", asked, "start", started_on=clock.today())
    move(world, "mona", asked, "step", step="AIDE_OBTENUE")
    arrives(travel, clock.today() + timedelta(days=20))
    move(world, "mona", asked, "complete", outcome="FREIN_LEVE", ended_on=clock.today())
    assert stored(asked).clock_side == "sender"
    move(world, "ines", asked, "acknowledge")
    assert stored(course).state == "started"
    works(world, course, clock.today(), 30)
    for code in ("FREIN_LEVE", "FREIN_REDUIT"):
        months_later(travel, 3)
        tell_later(world, "mona", asked, code)
    assert [code for _, code in becoming(asked)] == ["FREIN_LEVE", "FREIN_LEVE", "FREIN_REDUIT"]


def test_without_a_solution_the_mission_locale_takes_over(world, agency, travel):
    course = under_way(world, travel)
    move(
        world, "ines", course, "drop_out", reason="ABSENCES", outcome="SANS_SOLUTION", ended_on=clock.today()
    )
    with as_owner():
        back = Referral.objects.get(returned_from=course)
    assert (back.state, back.recipient) == ("sent", world.org("ML_A"))
    receive(world, "alice", back)
    move(world, "alice", back, "accept")
