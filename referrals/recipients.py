"""To whom a referral may go: the structures that receive, the one to propose first, and what they offer."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from core import clock
from core.acting import Acting
from partners.choices import region_of
from partners.models import Catchment, Designation, Network, Organisation
from partners.territory.dataset import city_of
from referrals.models import Offer, Referral
from referrals.offers.reading import with_organisation
from referrals.programmes.base import Programme
from youths.models import Youth

# Offers shown of a programme before one is chosen.
SHOWN = 3


class Recipient(NamedTuple):
    """A structure that receives, and whether somebody there answers for the programme."""

    pk: int
    name: str
    region: str | None
    department: str | None
    answers: bool


def department_of(youth: Youth) -> str:
    """Where a youth lives, else where their Mission Locale is; empty when neither is known."""
    place = youth.municipality or (youth.registered_with if youth.registered_with_id else None)
    return (place.department_id if place else None) or ""


def receiving(acting: Acting, youth: Youth, programme: Programme) -> QuerySet[Organisation]:
    """The structures that exist and receive for a programme; to a Mission Locale, that of the youth."""
    found = (
        Organisation.objects.existing_on(clock.today())
        .filter(network__in=programme.receives)
        .exclude(pk=acting.organisation_id)
    )
    if Network.ML not in programme.receives:
        return found
    if acting.network == Network.ML:
        # Between Missions Locales a record is transferred, both agreeing.
        return found.exclude(network=Network.ML)
    if youth.registered_with_id:
        found = found.filter(~Q(network=Network.ML) | Q(pk=youth.registered_with_id))
    return found


def receiving_here(acting: Acting, youth: Youth, programme: Programme) -> QuerySet[Organisation]:
    """Those of them that a referral without an offer may be addressed to, by their level."""
    return receiving(acting, youth, programme).filter(level__in=programme.recipient_levels)


def recipients(acting: Acting, youth: Youth, programme: Programme) -> list[Recipient]:
    """The structures to choose from, by name. One query."""
    answering = Designation.objects.live(clock.today()).filter(
        Q(department__isnull=True) | Q(department=department_of(youth)),
        organisation=OuterRef("pk"),
        topic__in=programme.topics_for(acting.network),
    )
    found = receiving_here(acting, youth, programme).annotate(answers=Exists(answering))
    rows = found.order_by("name", "pk").values_list("pk", "name", "region_id", "department_id", "answers")
    return [Recipient(*row) for row in rows]


def nearest(
    acting: Acting, youth: Youth, programme: Programme, found: list[Recipient], agreed: Collection[int]
) -> int | None:
    """The structure to propose first: the youth's agreement names it, else it serves where they live, else it answers
    on their territory.

    Of several that answer equally near, the one to which we sent last for this programme; None rather than a guess.
    """
    if len(found) == 1:
        return found[0].pk
    if known := [one.pk for one in found if one.pk in agreed]:
        return known[0] if len(known) == 1 else None
    serving = _serving(youth, found) if Network.ML in programme.receives else []
    if len(serving) == 1:
        return serving[0]
    department = department_of(youth)
    region = region_of(department) or acting.region
    for near in (
        [one for one in found if one.department == department],
        [one for one in found if one.region == region],
    ):
        if answering := [one.pk for one in near if one.answers]:
            return answering[0] if len(answering) == 1 else _last_of(acting, programme, answering)
    return None


def _serving(youth: Youth, among: list[Recipient]) -> list[int]:
    """Those of some structures whose territory is known to hold the youth's municipality."""
    if youth.municipality_id is None:
        return []
    codes = [youth.municipality_id, city_of(youth.municipality_id)]
    known = Catchment.objects.filter(organisation__in=[one.pk for one in among], municipality__in=codes)
    return list(known.order_by("organisation").values_list("organisation", flat=True).distinct())


def _last_of(acting: Acting, programme: Programme, among: list[int]) -> int | None:
    sent = Referral.objects.sent_by(acting.organisation_id).filter(
        programme=programme.code, recipient__in=among, sent_at__isnull=False
    )
    return sent.order_by("-created_at", "-pk").values_list("recipient", flat=True).first()


def offers_for(
    acting: Acting, youth: Youth, offered: Iterable[Programme], shown: int = SHOWN
) -> dict[str, list[Offer]]:
    """The open offers of the youth's territory, a few of each programme, the latest checked first. One query."""
    codes = [programme.code for programme in offered]
    department = department_of(youth)
    near = Offer.objects.open_on(clock.today()).filter(programme__in=codes)
    near = near.in_department(department) if department else near.filter(is_national=True)
    near = near.exclude(organisation=acting.organisation_id).filter(_receives(youth, offered))
    rank = Window(RowNumber(), partition_by=F("programme"), order_by=[F("checked_on").desc(), F("pk").desc()])
    few = near.annotate(rank=rank).filter(rank__lte=shown)
    found: dict[str, list[Offer]] = defaultdict(list)
    for offer in with_organisation().filter(pk__in=few.values("pk")).order_by("-checked_on", "-pk"):
        found[offer.programme].append(offer)
    return found


def _receives(youth: Youth, offered: Iterable[Programme]) -> Q:
    """What ``receiving`` says, of the organisation of an offer."""
    condition = Q(pk__in=[])
    for programme in offered:
        own = Q(programme=programme.code, organisation__network__in=programme.receives)
        if Network.ML in programme.receives and youth.registered_with_id:
            own &= Q(organisation=youth.registered_with_id)
        condition |= own
    return condition


def is_for(acting: Acting, youth: Youth, programme: Programme, offer: Offer) -> bool:
    """Whether a youth may be sent to the organisation of an offer."""
    return receiving(acting, youth, programme).filter(pk=offer.organisation_id).exists()
