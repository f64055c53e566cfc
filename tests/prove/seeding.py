"""Fill a managed database, as its owner: the world of the tests, a committee, and referrals of a month ago.

Run in a process of its own (``python -m tests.prove.seeding``), because pytest itself holds the settings of the
embedded server. Every referral is written by the operations of the portal, so that its history can be replayed.
"""

import argparse
import uuid
from datetime import date, timedelta

import django

# How many referrals of a month ago reach each stage: more than five, so that no figure is hidden.
PER_STAGE = 6
STAGES = ("silent", "declined", "accepted", "completed")
AGE_DAYS = 30
COMMITTEE = "Comité de suivi UNML – SMV"


def _committee() -> None:
    from partners.models import Committee, Convention, ConventionParty, Organisation

    convention = Convention.objects.get(code="UNML-SMV-2019")
    for key in ("UNML", "SMV_EM"):
        ConventionParty.objects.create(
            convention=convention,
            organisation=Organisation.objects.get(key=key),
            joined_on=date(2019, 5, 10),
        )
    Committee.objects.create(convention=convention, name=COMMITTEE)


def _meeting(in_days: int) -> None:
    from core import clock
    from partners.models import Committee, CommitteeMeeting

    day = clock.today() + timedelta(days=in_days)
    CommitteeMeeting.objects.create(committee=Committee.objects.get(name=COMMITTEE), held_on=day)


def _youth(name: str):
    from accounts.models import User
    from core import clock
    from partners.models import Membership, Organisation
    from youths.models import Accompaniment, Youth

    mission_locale = Organisation.objects.get(key="ML_A")
    alice = User.objects.get(email="alice@portail.example")
    youth = Youth.objects.create(
        held_by=mission_locale,
        registered_with=mission_locale,
        first_name="Épreuve",
        last_name=name,
        birth_date=date(2005, 6, 15),
        level=3,
    )
    Accompaniment.objects.create(
        youth=youth,
        organisation=mission_locale,
        professional=alice,
        team=Membership.objects.get(user=alice).team,
        role=Accompaniment.Role.LEAD,
        started_on=clock.today() - timedelta(days=1),
    )
    return youth


def _acting(name: str):
    from partners.models import Membership
    from partners.people.members import acting_from

    found = Membership.objects.select_related("organisation__department", "user")
    return acting_from(found.get(user__email=f"{name}@portail.example"))


def _send(name: str):
    """A youth of Alice's, sent to Rita's centre."""
    from core.scope import acting_as
    from partners.models import Organisation
    from referrals import creation, programmes

    alice = _acting("alice")
    youth = _youth(name)
    with acting_as(alice):
        referral = creation.create_draft(
            alice,
            youth,
            programmes.get("smv"),
            Organisation.objects.get(key="RSMV"),
            details={},
            submission=uuid.uuid4(),
        )
        creation.record_agreement(
            alice, referral, channel="face_to_face", informed="read_aloud", covers_return=True
        )
        return creation.send(alice, referral)


def _history(stages: tuple[str, ...] = STAGES, per_stage: int = PER_STAGE) -> None:
    """Referrals sent a month ago, some of them silent since, some gone to their end."""
    from core import clock
    from core.scope import acting_as
    from referrals import workflow

    rita = _acting("rita")
    with clock.travel(clock.now() - timedelta(days=AGE_DAYS)):
        today = clock.today()
        steps = {
            "silent": (),
            "declined": (("decline", {"reason": "NON_RETENU_CAPACITE"}),),
            "accepted": (("accept", {}),),
            "completed": (
                ("accept", {}),
                ("start", {"started_on": today}),
                ("complete", {"outcome": "EMPLOI_DURABLE", "ended_on": today}),
            ),
        }
        for stage in stages:
            for number in range(per_stage):
                referral = _send(f"Passé {stage} {number}")
                if not steps[stage]:
                    continue
                with acting_as(rita):
                    workflow.open_first(rita, referral.uuid)
                    for action, inputs in steps[stage]:
                        workflow.apply(rita, referral.uuid, action, version=None, inputs=inputs)


def main() -> None:
    """``--world`` first; the other parts can be added at any time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", action="store_true")
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--silent", type=int, default=0, help="referrals of a month ago that nobody opened")
    parser.add_argument("--sent", type=int, default=0, help="referrals that wait for Rita's answer")
    parser.add_argument("--meeting", type=int, action="append", default=[], help="a meeting in so many days")
    asked = parser.parse_args()
    django.setup()
    if asked.world:
        from tests.world import build_world

        build_world()
        _committee()
    if asked.history:
        _history()
    if asked.silent:
        _history(("silent",), asked.silent)
    for number in range(asked.sent):
        _send(f"Envoyé {number}")
    for days in asked.meeting:
        _meeting(days)


if __name__ == "__main__":
    main()
