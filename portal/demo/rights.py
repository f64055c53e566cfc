"""What the delegate of La Rochelle finds on the first day: a decision that stands, and a request due in three weeks."""

from datetime import timedelta

from core import clock
from core.scope import acting_as
from partners.models import Membership
from partners.people.members import acting_from
from portal.demo.persons import HOME
from youths import decisions
from youths.models import DelegateDecision, RightsRequest, Youth
from youths.rights import requests

TEXT = "Délibération CNIL 2023-095 du 14 septembre 2023 : deux ans après le dernier contact"


def load_rights() -> None:
    """Written by the operations themselves, in the delegate's name; nothing without a delegate at home."""
    member = (
        Membership.objects.filter(organisation__key=HOME, role="dpo").select_related("organisation").first()
    )
    youth = Youth.objects.filter(held_by__key=HOME).order_by("-pk").first()
    if member is None or youth is None:
        return
    acting = acting_from(member)
    with acting_as(acting):
        decisions.decide(acting, DelegateDecision.Subject.RETENTION, TEXT, decisions.RETENTION_MONTHS)
        requests.receive(
            acting,
            youth.pk,
            kind=RightsRequest.Kind.RESTRICTION,
            channel=RightsRequest.Channel.MAIL,
            received_on=clock.today() - timedelta(days=9),
        )
