"""What youths of La Rochelle answered by their link, and the two programmes that ask them something.

Made of the operations of the house, at the moments when they happened.
"""

import uuid
from datetime import timedelta

from core import clock
from core.acting import Acting
from core.working_days import add_months
from partners.models import Level, Network, Organisation, Topic
from portal.demo.persons import HOME, domain_of
from portal.demo.staging import ago, sender_of, staffed
from referrals import creation, programmes, workflow
from referrals.digital import answering
from referrals.models import Referral, YouthLink
from referrals.states import State
from referrals.youth_links import asking

_SAID = {
    "appareil": "emprunt", "connexion": "limite", "clavier": "aide", "compte": "non", "message": "aide",
    "chercher": "seul", "formulaire": "aide", "document": "non", "visio": "seul", "arnaque": "aide",
}  # fmt: skip
_LEFT = (State.DECLINED, State.WITHDRAWN, State.NO_RESPONSE)


def load() -> int:
    """Tell both stories; how many there were people for (a small country may have none)."""
    of_age = add_months(clock.today(), -18 * 12)
    found = (
        Referral.objects.filter(
            sender__key=HOME, state__in=_LEFT, sharing_stopped_at__isnull=True, youth__birth_date__lt=of_age
        )
        .select_related("youth", "sender")
        .order_by("youth", "pk")
        .distinct("youth")[:2]
    )
    earlier = list(found)
    if len(earlier) < 2:
        return 0
    _answers(earlier[0])
    _equipped(earlier[1])
    _regional(earlier[0])
    return 2


def _answers(earlier: Referral) -> None:
    """The day before yesterday an advisor made a link; the youth has just answered, and the advisor is told."""
    here, born = sender_of(earlier), earlier.youth.birth_date
    with ago(2, here):
        _, seed = asking.ask(here, earlier.youth, YouthLink.Kind.DIGITAL)
    answering.record(asking.token_of(seed), born.day, born.month, _SAID)


def _equipped(earlier: Referral) -> None:
    """An association has accepted somebody, who starts next week."""
    here, planned_on = sender_of(earlier), clock.today() + timedelta(days=6)
    there = _settle(earlier, "NUM_17300", "Connexion solidaire du Vieux-Port", Network.DIGITAL, Topic.DIGITAL)
    needs = {"besoin": "equipement", "appareil": "aucun", "connexion": False}
    with ago(8, here):
        referral = _send(here, earlier, "inclusion_numerique", there, needs)
    with ago(5, there):
        workflow.open_first(there, referral.uuid)
        workflow.apply(there, referral.uuid, "accept", version=None, inputs={"planned_on": planned_on})


def _regional(earlier: Referral) -> None:
    """Yesterday a youth was sent to an organisation that the Region works with, about transport."""
    here = sender_of(earlier)
    there = _settle(earlier, "OFFRE_17300", "Tremplin mobilité du Littoral", Network.REGION, Topic.TRAINING)
    with ago(1, here):
        _send(here, earlier, "offre_regionale", there, {"theme": "mobilite"})


def _send(
    here: Acting, earlier: Referral, programme: str, there: Acting, details: dict[str, object]
) -> Referral:
    recipient = Organisation.objects.get(pk=there.organisation_id)
    draft = creation.create_draft(
        here, earlier.youth, programmes.get(programme), recipient, details=details, submission=uuid.uuid4()
    )
    creation.record_agreement(here, draft, channel="face_to_face", informed="read_aloud", covers_return=True)
    return creation.send(here, draft)


def _settle(earlier: Referral, key: str, name: str, network: str, topic: str) -> Acting:
    """An invented organisation near the Mission Locale, and who answers there."""
    home = earlier.sender
    organisation = Organisation.objects.create(
        key=key, name=name, network=network, level=Level.LOCAL, region_id=home.region_id,
        department_id=home.department_id, municipality_id=home.municipality_id, is_fictitious=True,
    )  # fmt: skip
    return staffed(organisation, f"{domain_of(key)}.example", topic, "Camille", "Rivage")
