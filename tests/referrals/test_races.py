"""Real transactions in real threads: fifty people decide at once, one wins."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.scope import acting_as
from referrals import workflow
from referrals.models import Referral, ReferralEvent
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.world import World

AT_ONCE = 50


@pytest.mark.django_db(transaction=True)
def test_fifty_decisions_at_once_have_one_winner(transactional_db):
    world = World.load()
    referral = put(world, "received")
    together = Barrier(AT_ONCE)

    def decide(number: int) -> str:
        name, action = (("rita", "accept"), ("sam", "decline"))[number % 2]
        acting = world.acting(name)
        try:
            together.wait()
            with acting_as(acting):
                workflow.apply(
                    acting, referral.uuid, action,
                    version=referral.version, inputs={"reason": "NON_PRECISE"} if number % 2 else {},
                )  # fmt: skip
        except workflow.Stale:
            return "told"
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(decide, range(AT_ONCE)))
    assert answers == {"won": 1, "told": AT_ONCE - 1}
    with as_owner():
        assert ReferralEvent.objects.filter(referral=referral).count() == 1
        assert Referral.objects.get(pk=referral.pk).version == referral.version + 1
