"""What the small stories of the demonstration share: who acts, how long ago, and a house that the country lacks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts.models import User
from core import clock
from core.acting import Acting
from core.scope import acting_as
from partners.models import Designation, Membership, Organisation, Role
from partners.people.members import acting_from
from portal.demo import PASSWORD
from portal.demo.persons import NAMED
from referrals.models import Referral


@cache
def hashed_password() -> str:
    """One hash for everybody: hashing 2 400 times would take minutes."""
    return make_password(PASSWORD)


def acting_of(user: int | None, organisation: int) -> Acting:
    """Somebody, for one of their organisations."""
    return acting_from(Membership.objects.get(user=user, organisation=organisation))


def sender_of(referral: Referral) -> Acting:
    """The advisor who wrote a referral, for their organisation."""
    return acting_of(referral.sender_professional_id, referral.sender_id)


def recipient_of(referral: Referral) -> Acting:
    """The referent who answers a referral, for their organisation."""
    return acting_of(referral.recipient_professional_id, referral.recipient_id)


def answering(referral: Referral) -> Acting:
    """Who answers a referral: its referent, else a manager of the recipient."""
    return recipient_of(referral) if referral.recipient_professional_id else manager_of(referral.recipient_id)


def manager_of(organisation: int) -> Acting:
    """A manager of an organisation."""
    return acting_from(
        Membership.objects.filter(organisation=organisation, role=Role.MANAGER).order_by("pk")[0]
    )


def persona(name: str) -> Acting | None:
    """A named inhabitant, for their organisation; None where the country lacks it."""
    key, _, first, last, _ = NAMED[name]
    member = Membership.objects.filter(
        organisation__key=key, user__first_name=first, user__last_name=last
    ).first()
    return acting_from(member) if member else None


@contextmanager
def ago(days: int, acting: Acting) -> Iterator[None]:
    """What somebody did some days ago."""
    with clock.travel(clock.now() - timedelta(days=days)), acting_as(acting):
        yield


def staffed(organisation: Organisation, domain: str, topic: str, first: str, last: str) -> Acting:
    """The one person of an organisation, who answers there for a topic."""
    Organisation.objects.filter(pk=organisation.pk).update(email_domains=[domain])
    user = User.objects.create(
        email=f"{first}.{last}@{domain}".lower(),
        password=hashed_password(),
        first_name=first,
        last_name=last,
    )
    since = clock.today() - timedelta(days=400)
    member = Membership.objects.create(
        user=user, organisation=organisation, role=Role.PROFESSIONAL, starts_on=since
    )
    Designation.objects.create(organisation=organisation, topic=topic, user=user, starts_on=since)
    return acting_from(member)
