"""Partners of other networks beside the world of the tests, and the words in which a story is told."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import User
from core import clock
from core.models import Task
from core.scope import acting_as
from partners.models import Designation, Level, Membership, Organisation, Role
from partners.people.members import acting_from
from referrals import creation, deadlines, programmes, workflow
from referrals.models import Referral
from tests.conftest import as_owner, as_worker
from tests.world import World
from youths.models import Youth


def settle(
    world: World,
    key: str,
    name: str,
    network: str,
    person: str,
    topic: str | None = None,
    level: str = Level.LOCAL,
) -> None:
    """A partner near Alice, and the one person who works there, designated for a topic if one is given."""
    with as_owner():
        organisation = Organisation.objects.create(
            key=key, name=name, network=network, level=level, region_id="75", department_id="17",
            email_domains=["portail.example"],
        )  # fmt: skip
        user = User.objects.create_user(
            f"{person}@portail.example",
            "mot de passe de test",
            first_name=person.title(),
            last_name="Partner",
        )
        started = date(2020, 1, 1)
        member = Membership.objects.create(
            user=user, organisation=organisation, role=Role.PROFESSIONAL, starts_on=started
        )
        if topic:
            Designation.objects.create(organisation=organisation, topic=topic, user=user, starts_on=started)
    world.organisations[key] = organisation
    world.users[person] = user
    world.actings[person] = acting_from(member)


def orient(world: World, who: str, youth: Youth, programme: str, to: str, **how: Any) -> Referral:
    """Write a referral, record the agreement said in an interview, send. ``details``, ``covers_return`` in ``how``."""
    acting = world.acting(who)
    with acting_as(acting):
        draft = creation.create_draft(
            acting,
            Youth.objects.visible_to(acting).get(pk=youth.pk),
            programmes.get(programme),
            world.org(to),
            details=how.get("details", {}),
            note=how.get("note", ""),
            submission=uuid.uuid4(),
        )
        creation.record_agreement(
            acting,
            draft,
            channel="face_to_face",
            informed="read_aloud",
            covers_return=how.get("covers_return", True),
        )
        return creation.send(acting, draft)


def receive(world: World, who: str, referral: Referral) -> None:
    """Open it for the first time."""
    with acting_as(world.acting(who)):
        workflow.open_first(world.acting(who), referral.uuid)


def move(world: World, who: str, referral: Referral, action: str, **inputs: Any) -> Referral:
    """Do what the table lets this person do."""
    acting = world.acting(who)
    with acting_as(acting):
        return workflow.apply(acting, referral.uuid, action, version=None, inputs=inputs)


def tell_later(world: World, who: str, referral: Referral, code: str) -> Referral:
    """Answer the follow-up that is due: the worker has asked, the task is there, it goes away."""
    acting = world.acting(who)
    with as_worker():
        deadlines.run()
        assert deadlines.run().reminded == 0
    with acting_as(acting):
        tasks = Task.objects.visible_to(acting).open().filter(awaited_on__lte=clock.today())
        task = tasks.get(subject_kind="referral", subject_id=referral.pk)
        assert task.kind == "follow_up"
        assert task.due_on <= clock.today()
        version = Referral.objects.get(pk=referral.pk).version
        done = workflow.follow_up(acting, referral.uuid, version=version, code=code, on=clock.today())
        assert not Task.objects.visible_to(acting).open().filter(pk=task.pk).exists()
    return done


def stored(referral: Referral) -> Referral:
    """The referral as the owner reads it."""
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def becoming(referral: Referral) -> list[tuple[str, str]]:
    """(moment, code) of what was told of the youth, in order."""
    with as_owner():
        return list(referral.outcomes.order_by("on", "pk").values_list("moment", "code"))


def months_later(travel: Any, months: int) -> None:
    """Some months and a few days go by."""
    travel(clock.now() + timedelta(days=31 * months + 3))


def arrives(travel: Callable[[datetime], None], day: date) -> deadlines.Run:
    """A day comes, at noon, and the clock of the worker runs."""
    travel(datetime.combine(day, time(12), clock.PARIS))
    with as_worker():
        return deadlines.run()
