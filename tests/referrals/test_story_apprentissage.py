"""ML → CFA: Yann's apprenticeship, from the referral to his diploma and six months after."""

import pytest

from core import clock
from tests.referrals.chambers import later, send, six_months, trades
from tests.referrals.staging import becoming, move, receive

__all__ = ["trades"]


@pytest.fixture
def autumn(travel):
    travel(clock.now().replace(year=2026, month=9, day=7, hour=9))
    return travel


def test_from_the_referral_to_a_diploma_and_six_months_after(trades, autumn):
    contract = send(trades, "alice", trades.youth("yann"), "apprentissage", "CMA_17", metier="CAP boulanger")
    receive(trades, "clara", contract)
    for step in ("ENTRETIEN", "RECHERCHE_EMPLOYEUR"):
        move(trades, "clara", contract, "step", step=step)
    move(trades, "clara", contract, "accept")
    move(trades, "clara", contract, "step", step="CONTRAT_DEPOSE")
    move(trades, "clara", contract, "start", started_on=clock.today())
    later(autumn, 300)
    move(trades, "clara", contract, "complete", outcome="DIPLOME_EMPLOI", ended_on=clock.today())
    move(trades, "alice", contract, "acknowledge")
    six_months(trades, "alice", contract, autumn, "EMPLOI")
    assert becoming(contract) == [("exit", "DIPLOME_EMPLOI"), ("m3", "EMPLOI"), ("m6", "EMPLOI")]
