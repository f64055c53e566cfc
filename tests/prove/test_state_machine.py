"""Ten thousand random steps of the loop against PostgreSQL."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.referrals.test_state_machine import RULES
from tests.referrals.walking import Walk

STEPS = 10_000
PARTS = 4  # so that several processes share them


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_steps(db, part):
    Walk.counted = 0
    while Walk.counted < STEPS / PARTS:
        run_state_machine_as_test(Walk, settings=settings(max_examples=60, stateful_step_count=60, **RULES))
