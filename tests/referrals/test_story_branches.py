"""The branches of 2024: a youth discovers a trade, signs, or comes back to the Mission Locale."""

from datetime import date

import pytest

from core import clock
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

HCR = {"branche": "hcr", "demande": "decouverte"}


@pytest.fixture
def delegation(world):
    settle(world, "AKTO_75", "AKTO, délégation du Port", "akto", "axel", "lien_entreprises", level="regional")
    return world.org("AKTO_75")


def under_way(world, travel) -> Referral:
    arrives(travel, date(2027, 3, 1))
    referral = orient(world, "alice", world.youth("yann"), "branches", "AKTO_75", details=HCR)
    receive(world, "axel", referral)
    move(world, "axel", referral, "step", step="ENTREPRISE_PROPOSEE", next_on=date(2027, 3, 10))
    move(world, "axel", referral, "accept", planned_on=date(2027, 3, 15))
    arrives(travel, date(2027, 3, 15))
    return move(world, "axel", referral, "start", started_on=clock.today(), planned_end_on=date(2027, 4, 30))


def test_a_discovery_that_ends_in_alternance(world, delegation, travel):
    referral = under_way(world, travel)
    assert referral.recipient_professional == world.user("axel")
    for step in ("VISITE", "DECOUVERTE", "CONTRAT_PROPOSE"):
        move(world, "axel", referral, "step", step=step)
    arrives(travel, date(2027, 4, 30))
    move(world, "axel", referral, "complete", outcome="ALTERNANCE", ended_on=clock.today())
    move(world, "alice", referral, "acknowledge")
    for code in ("ALTERNANCE", "EMPLOI_DURABLE"):
        months_later(travel, 3)
        tell_later(world, "alice", referral, code)
    assert becoming(referral) == [("exit", "ALTERNANCE"), ("m3", "ALTERNANCE"), ("m6", "EMPLOI_DURABLE")]


def test_without_a_solution_the_mission_locale_takes_over_to_the_end(world, delegation, travel):
    referral = under_way(world, travel)
    arrives(travel, date(2027, 4, 30))
    move(world, "axel", referral, "complete", outcome="SANS_SOLUTION", ended_on=clock.today())
    with as_owner():
        back = Referral.objects.get(returned_from=referral)
    assert (back.state, back.programme, back.recipient) == ("sent", "retour", world.org("ML_A"))
    receive(world, "alice", back)
    move(world, "alice", back, "accept")
    move(world, "alice", back, "start", started_on=clock.today())
    move(world, "alice", back, "complete", outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    move(world, "axel", back, "acknowledge")
    for code in ("ACCOMPAGNEMENT_REPRIS", "AUTRE_SOLUTION"):
        months_later(travel, 3)
        tell_later(world, "alice", back, code)
    assert [moment for moment, _ in becoming(back)] == ["exit", "m3", "m6"]
    assert stored(back).state == "completed"


def test_a_regional_team_is_offered_and_no_other_regional_body(world, delegation, visit):
    page = (
        visit("alice")
        .get(f"/orientations/nouvelle/?jeune={world.youth('yann').uuid}&dispositif=branches")
        .content.decode()
    )
    assert "AKTO, délégation du Port" in page
    assert "ARML Nouvelle-Aquitaine" not in page
    for said in ("Commerces de gros", "Hôtels, cafés, restaurants", "exploitations forestières"):
        assert said in page
