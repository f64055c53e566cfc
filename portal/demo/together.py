"""One youth of La Rochelle whom two organisations accompany: the journal, two obstacles lifted, a step,
two periods in a company.

Made of the operations of the house, at the moments when they happened.
"""

from datetime import timedelta
from uuid import uuid4

from core import clock
from core.acting import Acting
from partners.models import Network
from portal.demo.persons import HOME
from portal.demo.staging import acting_of, ago, recipient_of
from referrals.models import Referral
from referrals.placements import operations, schedule
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
    here = acting_of(lead.professional_id, lead.organisation_id)
    there = recipient_of(referral)
    with ago(24, here):
        for category in ("LOGEMENT", "MOBILITE"):
            obstacles.note(here, youth, category=category, since=clock.today(), taken_by=here.organisation_id)
        passing.describe(lead, ["mobility", "housing"])
    with ago(20, there):
        text = "Premier rendez-vous au centre de formation : le projet de boulanger se confirme."
        journal.share(there, youth, kind="rendez_vous", happened_on=clock.today(), text=text)
    _lift(here, youth, "MOBILITE", 17, 12, "demande")
    _lift(here, youth, "LOGEMENT", 14, 6, "rendez_vous")
    with ago(6, here):
        text = "Une chambre en foyer de jeunes travailleurs, à dix minutes du centre."
        journal.share(here, youth, kind="etape", happened_on=clock.today(), text=text)
        journal.note(here, youth, "Le rappeler en fin de mois.", kind="information")
    with ago(3, there):
        due_on = clock.today() + timedelta(days=12)
        journal.propose(
            there, youth, wording="Visiter l’entreprise avec le maître d’apprentissage", due_on=due_on
        )
        step = youth.next_steps.get(closing="")
    with ago(2, here):
        journal.agree(here, youth, step.uuid)
    _periods(there, youth, referral)
    return 1


def _periods(acting: Acting, youth: Youth, referral: Referral) -> None:
    """Some days at a baker's, told; then three weeks to come, to confirm the project."""
    week = (*(schedule.read_day("9h-12h, 13h-17h"),) * 5, (), ())
    monday = clock.today() - timedelta(days=clock.today().weekday())
    baker = {
        "host_siret": "73282932000074", "host_name": "Boulangerie des Deux Tours (fictive)", "trade": "Boulanger",
        "tutor_name": "Claude Exemple", "tutor_role": "Gérant", "week": week, "followed_by": acting.organisation_id,
        # Should the youth be a minor.
        "representative_informed_on": monday - timedelta(days=60), "exception_reason": "NON_PRECISE",
    }  # fmt: skip
    first = monday - timedelta(days=35)
    with ago(40, acting):
        signed = baker | {"purpose": "DECOUVRIR", "starts_on": first, "ends_on": first + timedelta(days=4)}
        signed |= {"signed_on": clock.today(), "external_id": "DEMO-1"}
        told = operations.declare(acting, youth, signed, submission=uuid4(), referral=referral)
    with ago(29, acting):
        outcome = {
            "state": "done", "last_day_on": None, "done_minutes": told.planned_minutes, "suite": "AUCUNE",
            "suite_on": None, "youth_view": "agrees", "youth_comment": "",
        }  # fmt: skip
        operations.tell(acting, told.uuid, outcome, version=told.version)
    with ago(1, acting):
        start = monday + timedelta(days=14)
        planned = baker | {"purpose": "CONFIRMER", "starts_on": start, "ends_on": start + timedelta(days=18)}
        # Who prescribes may be neither of those who accompany.
        planned |= {"prescriber": "FRANCE_TRAVAIL"}
        operations.declare(acting, youth, planned, submission=uuid4(), referral=referral)


def _lift(acting: Acting, youth: Youth, category: str, begun: int, lifted: int, first: str) -> None:
    found = youth.obstacles.get(category=category, closing="")
    for days, code in ((begun, first), (lifted, "leve")):
        with ago(days, acting):
            obstacles.act(
                acting, youth, found.uuid, code=code, on=clock.today(), taken_by=acting.organisation_id
            )
