"""What La Rochelle does with the SMV, an agency and a branch: entries and exits prepared, missions, a discovery.

Made of the operations of the house, at the moments when they happened.
"""

import uuid
from datetime import timedelta

from core import clock
from core.scope import acting_as
from partners.models import Branch, Membership, Network, Organisation, Role, Topic
from partners.people.members import acting_from
from portal.demo.persons import HOME, REGIMENT, domain_of
from portal.demo.staging import ago, recipient_of, sender_of, staffed
from referrals import creation, programmes, workflow
from referrals.direct import counting
from referrals.missions import noting as missions
from referrals.models import DirectCount, Mission, Referral
from referrals.preparing import exits, noting
from referrals.states import State

# Days ago, length, what came after.
_MISSIONS = (
    (50, 2, Mission.After.MISSION),
    (41, 5, Mission.After.MISSION),
    (30, 20, Mission.After.MISSION),
    (6, None, ""),
)


def load() -> int:
    """Tell these stories; how many there were people for (a small country may have none)."""
    return sum([_entry(), _exit(), _agency(), _branch(), _direct()])


def _first(programme: str, *states: str, **filters: object) -> Referral | None:
    """The latest referral of the Mission Locale of the story to a programme, in some states, that has a referent."""
    found = Referral.objects.filter(
        programme=programme,
        state__in=states,
        recipient_professional__isnull=False,
        sharing_stopped_at__isnull=True,
        **filters,
    )
    return found.select_related("youth", "sender", "recipient").order_by("-sent_at", "pk").first()


def _entry() -> bool:
    """Alice has prepared a candidate, but for the sports."""
    referral = _first("smv", State.RECEIVED, sender__key=HOME)
    if referral is None:
        return False
    here = sender_of(referral)
    states = {item.code: "done" for item in noting.own_items(referral, "sender")} | {"SPORT": "todo"}
    with ago(1, here):
        noting.note(here, referral.uuid, states, seen="")
    return True


def _exit() -> bool:
    """Exits come near: both sides are asked, as the clock does, and a regiment has begun."""
    exits.run()
    referral = _first(
        "smv", State.STARTED, planned_end_on__range=(clock.today(), clock.today() + timedelta(days=60))
    )
    if referral is None:
        return False
    there = recipient_of(referral)
    with acting_as(there):
        noting.note(there, referral.uuid, {"PROJET": "done", "ACQUIS": "todo"}, seen="")
    return True


def _agency() -> bool:
    """An agency has noted four missions of somebody, the last one going on."""
    referral = _first("mission_jeunes", State.STARTED, sender__key=HOME) or _first(
        "mission_jeunes", State.STARTED
    )
    if referral is None or referral.sent_at is None:
        return False
    there = recipient_of(referral)
    branch = Branch.objects.get(code="commerces-de-gros")
    for days_ago, days, after in _MISSIONS:
        start = max(clock.today() - timedelta(days=days_ago), clock.day_of(referral.sent_at))
        with acting_as(there):
            values = {"started_on": start, "days": days, "after": after, "branch": branch}
            missions.add(there, referral.uuid, values, submission=uuid.uuid4())
    return True


def _branch() -> bool:
    """Bob sent somebody to the territorial team of AKTO, to discover the trades of hotels and restaurants."""
    earlier = _first("smv", State.DECLINED, State.WITHDRAWN, State.NO_RESPONSE, sender__key=HOME) or _first(
        "smv", *State.values, sender__key=HOME
    )
    team = Organisation.objects.filter(
        network=Network.AKTO, region=earlier.sender.region_id if earlier else None
    ).first()
    if earlier is None or team is None:
        return False
    here = sender_of(earlier)
    there = staffed(team, f"{domain_of(team.key)}.example", Topic.EMPLOYERS, "Axel", "Delmas")
    next_on = clock.today() + timedelta(days=5)
    with ago(6, here):
        draft = creation.create_draft(
            here, earlier.youth, programmes.get("branches"), team,
            details={"branche": "hcr", "demande": "decouverte"}, submission=uuid.uuid4(),
        )  # fmt: skip
        creation.record_agreement(
            here, draft, channel="face_to_face", informed="read_aloud", covers_return=True
        )
        referral = creation.send(here, draft)
    with ago(4, there):
        workflow.open_first(there, referral.uuid)
        inputs = {"step": "ENTREPRISE_PROPOSEE", "next_on": next_on}
        workflow.apply(there, referral.uuid, "step", version=None, inputs=inputs)
    return True


def _direct() -> bool:
    """The regiment saw three candidates whom nobody had sent."""
    member = (
        Membership.objects.filter(organisation__key=REGIMENT, role=Role.PROFESSIONAL).order_by("pk").first()
    )
    if member is None:
        return False
    there, department = acting_from(member), member.organisation.department_id
    with acting_as(there):
        for what in (DirectCount.What.INVITED, DirectCount.What.INVITED, DirectCount.What.COUNTED):
            counting.count(there, str(department), what, submission=uuid.uuid4())
    return True
