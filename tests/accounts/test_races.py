"""Several at once: a count is exact, a code passes once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import factors, limits
from tests.accounts.signing_in import code_of, give_app
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def at_once(act: Callable[[], bool]) -> int:
    """How many of several simultaneous acts pass."""

    def one(_number: int) -> bool:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(one, range(AT_ONCE)))


def test_five_attempts_pass_and_not_one_more():
    def act() -> bool:
        try:
            limits.attempt("password", "alice@portail.example", "192.0.2.1", device="")
        except limits.TooManyAttempts:
            return False
        return True

    assert at_once(act) == limits.PAIR.most


def test_a_code_passes_once():
    user = World.load().user("alice")
    code = code_of(give_app(user))
    assert at_once(lambda: factors.spend(user.pk, code) is not None) == 1


def test_a_recovery_code_passes_once():
    user = World.load().user("alice")
    give_app(user)
    code = factors.make_recovery_codes(user)[0]
    assert at_once(lambda: factors.spend(user.pk, code) is not None) == 1
