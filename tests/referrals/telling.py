"""What the stories of the programmes share: writing and sending, acting, moving the clock, and running it."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from core import clock
from core.scope import acting_as
from partners.models import Organisation
from referrals import creation, deadlines, programmes, workflow
from referrals.models import Referral
from tests.conftest import as_owner, as_worker
from tests.world import World
from youths.models import Youth


def agreed(
    world: World, who: str, youth: Youth, programme: str, to: Organisation, **details: Any
) -> Referral:
    """A referral written, agreed to by the youth, and sent."""
    acting = world.acting(who)
    with acting_as(acting):
        draft = creation.create_draft(
            acting,
            Youth.objects.visible_to(acting).get(pk=youth.pk),
            programmes.get(programme),
            to,
            details=details,
            submission=uuid.uuid4(),
        )
        creation.record_agreement(
            acting, draft, channel="face_to_face", informed="read_aloud", covers_return=True
        )
        return creation.send(acting, draft)


def does(world: World, who: str, referral: Referral, action: str, **inputs: Any) -> Referral:
    """Somebody acts on a referral; ``open`` is the first opening of its page."""
    acting = world.acting(who)
    with acting_as(acting):
        if action == "open":
            workflow.open_first(acting, referral.uuid)
            return Referral.objects.get(pk=referral.pk)
        return workflow.apply(acting, referral.uuid, action, version=None, inputs=inputs)


def becomes(world: World, who: str, referral: Referral, code: str) -> None:
    """Somebody says, today, what became of the youth."""
    acting = world.acting(who)
    with acting_as(acting):
        version = Referral.objects.get(pk=referral.pk).version
        workflow.follow_up(acting, referral.uuid, version=version, code=code, on=clock.today())


def now(referral: Referral) -> Referral:
    """The referral as it stands."""
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def outcomes(referral: Referral) -> dict[str, str]:
    """What became of the youth, by moment."""
    with as_owner():
        return dict(now(referral).outcomes.order_by("pk").values_list("moment", "code"))


def arrives(travel: Callable[[datetime], None], day: date) -> deadlines.Run:
    """A day comes, at noon, and the clock of the worker runs."""
    travel(datetime.combine(day, time(12), clock.PARIS))
    with as_worker():
        return deadlines.run()
