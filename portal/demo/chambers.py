"""What the chamber of trades and an agency ask of La Rochelle: a registration, help after a breach, an obstacle.

Made of the operations of the house, at the moments when they happened.
"""

import uuid
from datetime import date, timedelta
from typing import Any

from core import clock
from core.acting import Acting
from core.working_days import add_months
from partners.models import Organisation
from portal.demo.country import fiction_phone
from portal.demo.persons import HOME
from portal.demo.staging import ago, answering, persona, recipient_of
from referrals import creation, programmes, workflow
from referrals.breaches import declaring
from referrals.breaches.rules import Mode
from referrals.models import Referral
from referrals.states import State
from youths import records
from youths.models import Youth


def load() -> int:
    """Tell these stories; how many there were people for (a small country may have none)."""
    here, there = persona("alice"), persona("cma")
    if here is None or there is None:
        return 0
    home = Organisation.objects.get(pk=here.organisation_id)
    _registration(there, home)
    _handed_over(there, home)
    return 2 + _breach() + _obstacle(home)


def _walks_in(acting: Acting, home: Organisation, first: str, last: str, **fields: Any) -> Youth:
    """Somebody of twenty comes by themselves, and their record is opened."""
    known = {"birth_date": add_months(clock.today(), -20 * 12), "municipality": home.municipality, "level": 3}
    youth = Youth(first_name=first, last_name=last, **(known | fields))
    youth = records.create_record(acting, youth)
    return Youth.objects.get(pk=youth.pk)


def _asks(acting: Acting, youth: Youth, programme: str, home: Organisation, **details: Any) -> Referral:
    draft = creation.create_draft(
        acting, youth, programmes.get(programme), home, details=details, submission=uuid.uuid4()
    )
    creation.record_agreement(
        acting, draft, channel="face_to_face", informed="read_aloud", covers_return=False
    )
    return creation.send(acting, draft)


def _registration(there: Acting, home: Organisation) -> None:
    """Yesterday the chamber asked the Mission Locale to register somebody before a preparation."""
    with ago(1, there):
        youth = _walks_in(there, home, "Inès", "Carvalho-Roux", phone=fiction_phone("06 39 98", 4_243))
        _asks(there, youth, "inscription", home, entree_prevue=str(clock.today() + timedelta(days=21)))


def _handed_over(there: Acting, home: Organisation) -> None:
    """A contract was broken three weeks ago; the Mission Locale accompanies too, and has an appointment."""
    with ago(21, there):
        phone = fiction_phone("06 39 98", 4_244)
        youth = _walks_in(there, home, "Théo", "Malbrancq", phone=phone)
        started_on = clock.today() - timedelta(days=120)
        _declare(there, youth, started_on)
    with ago(12, there):
        referral = _asks(
            there, youth, "accompagnement_conjoint", home, rompu_le=str(clock.today() - timedelta(days=9)),
            mode=Mode.AGREED.value, besoin_employeur="finir_formation", besoin_mobilite="sans_transport",
            formation="CAP Cuisine", au_centre=True, contact="phone", contact_le=str(clock.today()),
        )  # fmt: skip
    who = answering(referral)
    with ago(10, who):
        workflow.open_first(who, referral.uuid)
        _step(who, referral, "CONTACTE_SANS_RETOUR")
    with ago(6, who):
        _step(who, referral, "RDV_PRIS", next_on=clock.today() + timedelta(days=9))


def _breach() -> bool:
    """Another contract was broken forty-six days ago: the chamber is asked to hand the apprentice over."""
    contract = (
        Referral.objects.filter(
            programme=declaring.CONTRACT, sender__key=HOME, state=State.STARTED, recipient__key="CMA_17",
            recipient_professional__isnull=False, sharing_stopped_at__isnull=True, suspended_on__isnull=True,
            started_on__lt=clock.today() - timedelta(days=50),
        )
        .order_by("-pk")
        .first()
    )  # fmt: skip
    if contract is None or contract.started_on is None:
        return False
    there = recipient_of(contract)
    with ago(46, there):
        _declare(there, Youth.objects.get(pk=contract.youth_id), contract.started_on)
    declaring.ask_for_handovers()
    return True


def _declare(acting: Acting, youth: Youth, started_on: date) -> None:
    facts = {"started_on": started_on, "broke_on": clock.today(), "mode": Mode.AGREED.value}
    declaring.declare(acting, youth, facts)


def _obstacle(home: Organisation) -> bool:
    """The agency keeps somebody on a mission, and asks for help with the way to work."""
    course = (
        Referral.objects.filter(
            programme="mission_jeunes", sender=home, state=State.STARTED, sharing_stopped_at__isnull=True,
            recipient_professional__isnull=False, sent_at__lt=clock.now() - timedelta(days=6),
            youth__birth_date__lt=add_months(clock.today(), -18 * 12),
        )
        .order_by("-pk")
        .first()
    )  # fmt: skip
    if course is None:
        return False
    there = recipient_of(course)
    with ago(4, there):
        youth = Youth.objects.get(pk=course.youth_id)
        before = str(clock.today() + timedelta(days=24))
        referral = _asks(there, youth, "levee_freins", home, frein="MOBILITE", fastt=True, avant_le=before)
    who = answering(referral)
    with ago(3, who):
        workflow.open_first(who, referral.uuid)
        _step(who, referral, "RDV_PRIS", next_on=clock.today() + timedelta(days=5))
    return True


def _step(acting: Acting, referral: Referral, step: str, **inputs: Any) -> None:
    workflow.apply(acting, referral.uuid, "step", version=None, inputs={"step": step} | inputs)
