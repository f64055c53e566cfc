"""A youth who enters through the chamber of trades and is registered at home; another whom the chamber is to join.

Made of the operations of the house, at the moments when they happened.
"""

import uuid
from datetime import timedelta

from django.db import connection

from core import clock
from core.acting import Acting
from core.models import OutboxMessage
from core.scope import acting_as
from core.working_days import add_months
from partners.models import Membership, Organisation
from partners.people.members import acting_from
from portal.demo.country import fiction_phone
from portal.demo.persons import NAMED
from referrals import creation, programmes, workflow
from youths import link_codes, records
from youths.accompanying import inviting
from youths.merging import adoption
from youths.models import Accompaniment, Youth

_INTERVIEW = {"channel": "face_to_face", "informed": "read_aloud"}


def load() -> int:
    """Register one, invite for the other; how many there were people for (a small country may have none)."""
    here, there = _acting("alice"), _acting("cma")
    if here is None or there is None:
        return 0
    with connection.cursor() as cursor:
        # The workflow writes the event of a move after the move.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _register(here, there)
        done = 1 + _invite(here, there)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    OutboxMessage.objects.all().delete()  # the people of the demonstration get no mail of what was told to them
    return done


def _register(here: Acting, there: Acting) -> None:
    """The chamber opens the record, addresses the youth to the Mission Locale, which registers him."""
    home = Organisation.objects.get(pk=here.organisation_id)
    now = clock.now()
    with clock.travel(now - timedelta(days=9)), acting_as(there):
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
    answers = acting_from(Membership.objects.get(user=who, organisation=home))
    with clock.travel(now - timedelta(days=8)), acting_as(answers):
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
    with clock.travel(clock.now() - timedelta(days=1)), acting_as(here):
        inviting.invite(
            here,
            link.youth,
            organisation=there.organisation_id,
            aspects=[link_codes.Aspect.TRAINING],
            reason=link_codes.Asking.TRAINING,
            agreed=_INTERVIEW,
        )
    return 1


def _acting(persona: str) -> Acting | None:
    """A named inhabitant, for their organisation; None where the country lacks it."""
    key, _, first, last, _ = NAMED[persona]
    member = Membership.objects.filter(
        organisation__key=key, user__first_name=first, user__last_name=last
    ).first()
    return acting_from(member) if member else None
