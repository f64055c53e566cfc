"""Many objects at once, for what must not depend on their number."""

from datetime import date, timedelta
from typing import Any

import factory

from core import clock
from referrals.models import Referral
from referrals.states import State
from youths.models import Accompaniment, Agreement, Youth


class YouthFactory(factory.django.DjangoModelFactory[Youth]):
    """A fictitious youth, registered where its record is held."""

    class Meta:
        model = Youth

    first_name = factory.Faker("first_name", locale="fr_FR")
    last_name = factory.Faker("last_name", locale="fr_FR")
    birth_date = factory.Sequence(lambda n: date(2004, 1, 1) + timedelta(days=n))
    registered_with = factory.SelfAttribute("held_by")
    level = 3


class AccompanimentFactory(factory.django.DjangoModelFactory[Accompaniment]):
    class Meta:
        model = Accompaniment

    role = Accompaniment.Role.LEAD


class AgreementFactory(factory.django.DjangoModelFactory[Agreement]):
    class Meta:
        model = Agreement

    purpose = "smv"
    channel = Agreement.Channel.FACE_TO_FACE
    informed = Agreement.Informed.READ_ALOUD
    covers_return = True
    text_version = "test"


class ReferralFactory(factory.django.DjangoModelFactory[Referral]):
    """A referral as it stands (written by the owner: the database guard lets finished histories in)."""

    class Meta:
        model = Referral

    programme = "smv"
    state = State.RECEIVED
    last_action = "receive"
    version = 3
    sent_at = factory.LazyFunction(clock.now)
    received_at = factory.LazyFunction(clock.now)
    clock_kind = "answer"
    clock_side = "recipient"
    due_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=10))
    escalate_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=20))


def many_referrals(world: Any, count: int) -> list[Referral]:
    """``count`` youths of Alice, each referred by her to Rita and received."""
    home, regiment = world.org("ML_A"), world.org("RSMV")
    alice, rita = world.user("alice"), world.user("rita")
    made = []
    for _ in range(count):
        youth = YouthFactory(held_by=home)
        AccompanimentFactory(youth=youth, organisation=home, professional=alice)
        AccompanimentFactory(
            youth=youth, organisation=regiment, professional=rita, role=Accompaniment.Role.CONTACTED
        )
        agreement = AgreementFactory(youth=youth, recorded_by=alice, recorded_for=home, recipient=regiment)
        made.append(
            ReferralFactory(
                youth=youth,
                sender=home,
                recipient=regiment,
                sender_professional=alice,
                recipient_professional=rita,
                agreement=agreement,
            )
        )
    return made
