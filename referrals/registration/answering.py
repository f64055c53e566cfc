"""The Mission Locale answers a registration request: already registered, or registered today."""

from django.db import transaction

from core import clock
from core.acting import Acting
from referrals import workflow
from referrals.models import Referral
from referrals.programmes.inscription import KNOWN, REGISTERED
from youths.merging import adoption, joining
from youths.models import Youth


@transaction.atomic
def answer(
    acting: Acting,
    referral: Referral,
    *,
    version: int,
    known: Youth | None = None,
    lead_id: int | None = None,
    file_number: str = "",
) -> Referral:
    """Attach the record received to the one ``known`` here, or register the youth (``lead_id``); the request is closed.

    The partner is told the answer, and nothing of the record that was known: its own is joined to it, and it reads
    what is written from now on (``joining.attach``). Raises as ``workflow.apply``; Overtaken when a Mission Locale
    registered the youth meanwhile, IntegrityError when the file number is taken.
    """
    youth = referral.youth
    workflow.apply(acting, referral.uuid, "accept", version=version)
    code = REGISTERED
    if youth.registered_with_id == acting.organisation_id:
        pass  # registered here since the request was written, from the page of the record
    elif known is not None:
        joining.attach(acting, youth, known)
        code = KNOWN
    else:
        assert lead_id is not None  # the form asks for it
        adoption.adopt(acting, youth, lead_id=lead_id, file_number=file_number)
    today = clock.today()
    workflow.apply(acting, referral.uuid, "start", version=None, inputs={"started_on": today})
    given = {"outcome": code, "ended_on": today}
    return workflow.apply(acting, referral.uuid, "complete", version=None, inputs=given)
