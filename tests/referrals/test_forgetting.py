"""A reason of fitness is forgotten first: six months after the end, a neutral code stands in its place."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.working_days import add_months
from portal import consistency
from referrals import erasing
from referrals.models import Referral, ReferralEvent
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import act, send
from tests.youths.rights.test_erasure import found_anywhere

UNFIT = "INAPTE_MEDICAL"


@pytest.fixture
def declined(world) -> Referral:
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason=UNFIT)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return referral


def forget() -> int:
    with as_worker():
        return erasing.forget_unfitness()


def test_it_stands_six_months_and_is_gone_everywhere(world, declined, travel):
    end = add_months(clock.today(), 6)
    travel(clock.start_of(end) - timedelta(minutes=1))
    assert forget() == 0
    with as_owner():
        assert Referral.objects.get(pk=declined.pk).reason == UNFIT
    travel(clock.start_of(end + timedelta(days=1)))
    assert forget() == 1
    assert forget() == 0
    with as_owner():
        referral = Referral.objects.get(pk=declined.pk)
        assert referral.reason == referral.rules.public_reason(UNFIT)
        assert not ReferralEvent.objects.filter(reason=UNFIT).exists()
        assert found_anywhere(UNFIT) == {}


def test_the_referral_still_replays(world, declined, travel):
    travel(clock.now() + timedelta(days=200))
    forget()
    with as_worker():
        found = [
            one
            for name, breaches in consistency.run()
            for one in breaches
            if one.check in ("histories", "facts")
        ]
    assert found == []


def test_it_is_the_worker_s_in_a_declared_scope(world, declined):
    statement = "SELECT tu_forget_reason('smv', %s, 'X', now())"
    for role in (as_worker, transaction.atomic):
        with pytest.raises(DatabaseError), role(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [UNFIT])
