"""A thousand random steps of the loop (10 000 in ``tests/prove``)."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.referrals.walking import Walk

RULES = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
    "print_blob": False,
}


def test_a_thousand_steps(db):
    Walk.counted = 0
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=27, stateful_step_count=50, derandomize=True, **RULES)
    )
    assert Walk.counted >= 1000
