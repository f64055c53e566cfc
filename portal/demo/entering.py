"""A youth who enters through the chamber of trades and is registered at home; another whom the chamber is to join.

Made of the operations of the house, at the moments when they happened.
"""

import uuid

from core import clock
from core.acting import Acting
from core.working_days import add_months
from partners.models import Organisation
from portal.demo.country import fiction_phone
from portal.demo.staging import acting_of, ago, persona
from referrals import creation, programmes, workflow
from youths import link_codes, records
from youths.accompanying import inviting
from youths.merging import adoption
from youths.models import Accompaniment, Youth

_INTERVIEW = {"channel": "face_to_face", "informed": "read_aloud"}


def load() -> int:
    """Register one, invite for the other; how many there were people for (a small country may have none)."""
    here, there = persona("alice"), persona("cma")
    if here is None or there is None:
        return 0
    _register(here, there)
    return 1 + _invite(here, there)


def _register(here: Acting, there: Acting) -> None:
    """The chamber opens the record, addresses the youth to the Mission Locale, which registers him."""
    home = Organisation.objects.get(pk=here.organisation_id)
    with ago(9, there):
        youth = records.create_record(
            there,
            Youth(
                first_name="Anis", last_name="Bellanger", birth_date=add_months(clock.today(), -19 * 12),
                municipality=home.municipality, phone=fiction_phone("06 39 98", 4_242), level=3,
            ),
        )  # fmt: skip
        draft = creation.create_draft(
            there, youth, programmes.get("retour"), home, details={"situation": "direct"}, submission=uuid.uuid4()
        )  # fmt: skip
        creation.record_agreement(there, draft, covers_return=False, **_INTERVIEW)
        referral = creation.send(there, draft)
    who = referral.recipient_professional_id or here.user_id
    answers = acting_of(who, home.pk)
    with ago(8, answers):
        workflow.open_first(answers, referral.uuid)
        workflow.apply(answers, referral.uuid, "accept", version=None, inputs={})
        adoption.adopt(answers, Youth.objects.get(pk=youth.pk), lead_id=here.user_id, file_number="")


def _invite(here: Acting, there: Acting) -> int:
    """Yesterday, Alice asked the chamber to help one of her youths with their training."""
    grown_up = add_months(clock.today(), -18 * 12)
    link = (
        Accompaniment.objects.active()
        .filter(
            organisation=here.organisation_id, professional=here.user_id, role=Accompaniment.Role.LEAD,
            youth__birth_date__lt=grown_up, youth__referrals__isnull=True,
        )
        .exclude(youth__accompaniments__organisation=there.organisation_id)
        .select_related("youth")
        .order_by("pk")
        .first()
    )  # fmt: skip
    if link is None:
        return 0
    with ago(1, here):
        inviting.invite(
            here,
            link.youth,
            organisation=there.organisation_id,
            aspects=[link_codes.Aspect.TRAINING],
            reason=link_codes.Asking.TRAINING,
            agreed=_INTERVIEW,
        )
    return 1
