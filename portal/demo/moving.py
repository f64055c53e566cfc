"""A youth who moves from Poitiers to La Rochelle: the transfer waits for the director, in "À faire"."""

from partners.models import Organisation
from portal.demo.persons import HOME, NEIGHBOUR
from portal.demo.staging import acting_of, ago
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
    proposer = acting_of(link.professional_id, link.organisation_id)
    with ago(2, proposer):
        transfers.propose(proposer, link.youth, home.pk, home.municipality)
