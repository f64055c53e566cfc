"""What the delegate allows: off before, on with its text, off again once ended; each organisation its own."""

import pytest

from core.scope import acting_as
from youths import decisions
from youths.models import DelegateDecision

Subject = DelegateDecision.Subject
TEXT = "RGPD, article 9, 2, b ; avis du délégué du 3 mars 2026"


@pytest.fixture
def decided(world):
    with acting_as(world.acting("paul")):
        return decisions.decide(world.acting("paul"), Subject.HEALTH, TEXT)


def test_nothing_is_allowed_before_the_delegate_decides(world, decided):
    with acting_as(world.acting("alice")):
        assert decisions.standing(world.org("ML_A").pk, Subject.HEALTH) == decided
        assert decisions.standing(world.org("ML_A").pk, Subject.JUSTICE) is None
    with acting_as(world.acting("charlie")):
        assert decisions.standing(world.org("ML_C").pk, Subject.HEALTH) is None
        assert not DelegateDecision.objects.exists()


def test_one_decision_at_a_time_and_it_ends_once(world, decided):
    paul = world.acting("paul")
    with acting_as(paul):
        with pytest.raises(decisions.AlreadyDecided):
            decisions.decide(paul, Subject.HEALTH, TEXT)
        decisions.end(paul, decided.pk)
        with pytest.raises(decisions.AlreadyDecided):
            decisions.end(paul, decided.pk)
        assert decisions.standing(world.org("ML_A").pk, Subject.HEALTH) is None


def test_a_delegate_ends_no_decision_of_another_organisation(world, decided):
    carla = world.acting("carla")
    with acting_as(carla), pytest.raises(decisions.AlreadyDecided):
        decisions.end(carla, decided.pk)


def test_records_are_kept_two_years_unless_the_delegate_says_less(world):
    paul, organisation = world.acting("paul"), world.org("ML_A").pk
    with acting_as(paul):
        assert decisions.retention_months(organisation) == 24
        decisions.decide(paul, Subject.RETENTION, TEXT, months=12)
        assert decisions.retention_months(organisation) == 12
