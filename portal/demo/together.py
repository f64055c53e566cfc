"""One youth of La Rochelle whom two organisations accompany: the journal, two obstacles lifted, a step, an invitation.

Made of the operations of the house, at the moments when they happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from core import clock
from core.acting import Acting
from core.scope import acting_as
from partners.models import Membership, Network
from partners.people.members import acting_from
from portal.demo.persons import HOME
from referrals.models import Referral
from referrals.states import State
from youths import journal, obstacles
from youths.accompanying import passing
from youths.models import Accompaniment, Youth


def load() -> int:
    """Tell the story; 1 when there is a youth to tell it of (a small country may have none)."""
    referral = (
        Referral.objects.filter(
            sender__key=HOME, recipient__network=Network.CMA, state=State.STARTED,
            recipient_professional__isnull=False, sent_at__lt=clock.now() - timedelta(days=60),
        )
        .order_by("pk")
        .first()
    )  # fmt: skip
    if referral is None:
        return 0
    youth = Youth.objects.get(pk=referral.youth_id)
    lead = Accompaniment.objects.active().get(youth=youth, role=Accompaniment.Role.LEAD)
    here = _acting(lead.professional_id, lead.organisation_id)
    there = _acting(referral.recipient_professional_id, referral.recipient_id)
    with _ago(24, here):
        for category in ("LOGEMENT", "MOBILITE"):
            obstacles.note(here, youth, category=category, since=clock.today(), taken_by=here.organisation_id)
        passing.describe(lead, ["mobility", "housing"])
    with _ago(20, there):
        text = "Premier rendez-vous au centre de formation : le projet de boulanger se confirme."
        journal.share(there, youth, kind="rendez_vous", happened_on=clock.today(), text=text)
    _lift(here, youth, "MOBILITE", 17, 12, "demande")
    _lift(here, youth, "LOGEMENT", 14, 6, "rendez_vous")
    with _ago(6, here):
        text = "Une chambre en foyer de jeunes travailleurs, à dix minutes du centre."
        journal.share(here, youth, kind="etape", happened_on=clock.today(), text=text)
        journal.note(here, youth, "Le rappeler en fin de mois.", kind="information")
    with _ago(3, there):
        due_on = clock.today() + timedelta(days=12)
        journal.propose(
            there, youth, wording="Visiter l’entreprise avec le maître d’apprentissage", due_on=due_on
        )
        step = youth.next_steps.get(closing="")
    with _ago(2, here):
        journal.agree(here, youth, step.uuid)
    return 1


def _lift(acting: Acting, youth: Youth, category: str, begun: int, lifted: int, first: str) -> None:
    found = youth.obstacles.get(category=category, closing="")
    for days, code in ((begun, first), (lifted, "leve")):
        with _ago(days, acting):
            obstacles.act(
                acting, youth, found.uuid, code=code, on=clock.today(), taken_by=acting.organisation_id
            )


def _acting(user: int | None, organisation: int) -> Acting:
    return acting_from(Membership.objects.get(user=user, organisation=organisation))


@contextmanager
def _ago(days: int, acting: Acting) -> Iterator[None]:
    with clock.travel(clock.now() - timedelta(days=days)), acting_as(acting):
        yield
