"""A youth who moves from Poitiers to La Rochelle: the transfer waits for the director, in "À faire"."""

from datetime import timedelta

from core import clock
from core.models import OutboxMessage
from core.scope import acting_as
from partners.models import Membership, Organisation
from partners.people.members import acting_from
from portal.demo.persons import HOME, NEIGHBOUR
from youths.merging import transfers
from youths.models import Accompaniment


def load() -> None:
    """Propose it, by the operation of the house; nothing where the country lacks one of the two."""
    link = (
        Accompaniment.objects.active()
        .filter(
            role=Accompaniment.Role.LEAD,
            organisation__key=NEIGHBOUR,
            professional__isnull=False,
            youth__referrals__isnull=True,
        )
        .select_related("youth")
        .order_by("pk")
        .first()
    )
    home = Organisation.objects.filter(key=HOME).first()
    if link is None or home is None:
        return
    member = Membership.objects.get(user=link.professional_id, organisation=link.organisation_id)
    proposer = acting_from(member)
    with clock.travel(clock.now() - timedelta(days=2)), acting_as(proposer):
        transfers.propose(proposer, link.youth, home.pk, home.municipality)
    # The mail of two days ago has left.
    OutboxMessage.objects.all().delete()
