"""How a link ends: an organisation leaves, those who keep the record end a link, two years without news."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.hooks import links_needed
from notifications.notices import notify
from partners.models import Organisation
from partners.people.members import manager_ids, with_substitutes
from youths.accompanying.passing import may_change
from youths.models import Accompaniment, Obstacle, Youth
from youths.records import Overtaken, Refused

# How long who leaves may still read what was written until its last day, to finish its own work.
LONGEST_READING = timedelta(days=30)
LEFT, ENDED = "youth.partner_left", "youth.link_ended"


def may_end(acting: Acting, youth: Youth, link: Accompaniment) -> bool:
    """Whether a link is one's to end: its professional or their manager; who keeps the record, that of a partner."""
    own = link.organisation_id == acting.organisation_id
    return may_change(acting, link) if own else acting.organisation_id in youth.keepers


def active_link(youth: Youth, pk: int, *, lock: bool = True) -> Accompaniment:
    """An active link of a youth, locked unless it is only to be shown. Raises Overtaken when it has ended."""
    links = Accompaniment.objects.live().active().select_related("organisation")
    if lock:
        links = links.select_for_update(of=("self",))
    found = links.filter(youth=youth, pk=pk).first()
    if found is None:
        raise Overtaken
    return found


@transaction.atomic
def end_link(acting: Acting, youth: Youth, pk: int, *, reason: str, until: date | None) -> Accompaniment:
    """End a link today; its organisation still reads what was written until then, to the end of ``until``.

    ``until`` None: access ends at once. Raises Overtaken, and Refused for the lead (who is succeeded first), for a
    link that something under way needs, and for one that is not theirs to end.
    """
    link = active_link(youth, pk)
    if not may_end(acting, youth, link):
        raise Refused("Ce lien n’est pas à vous : son professionnel, ou son responsable, y met fin.")
    if link.role == Accompaniment.Role.LEAD:
        raise Refused("Un jeune garde un référent : passez d’abord le relais à un collègue.")
    if link.role == Accompaniment.Role.CONTACTED:
        raise Refused("Cette structure n’a pas encore répondu : reprenez l’invitation ou l’orientation.")
    if _is_last(link) and (youth.pk, link.organisation_id) in needed(acting, [youth.pk]):
        raise Refused("Une orientation est en cours avec cette structure : terminez-la d’abord.")
    own = link.organisation_id == acting.organisation_id
    back = _comes_back(youth, link) if _is_last(link) else 0
    # Told before the access goes: who keeps no record writes here through its link alone.
    _tell(acting, youth, link, own=own, back=back)
    Accompaniment.objects.filter(pk=link.pk).update(
        ended_on=clock.today(), end_reason=reason, access_until=_end_of(until)
    )
    return link


def _end_of(until: date | None) -> datetime:
    return clock.start_of(until + timedelta(days=1)) if until else clock.now()


def needed(acting: Acting | None, youths: list[int]) -> set[tuple[int, int]]:
    return {pair for _, needed in links_needed.items() for pair in needed(acting, youths)}


def _is_last(link: Accompaniment) -> bool:
    others = (
        Accompaniment.objects.accompanying()
        .active()
        .filter(youth=link.youth_id, organisation=link.organisation_id)
    )
    return not others.exclude(pk=link.pk).exists()


def _comes_back(youth: Youth, link: Accompaniment) -> int:
    """How many obstacles come back to who keeps the record with the last link (``accompanying_sql.ENDS``)."""
    if link.organisation_id == youth.keeper_id:
        return 0
    return Obstacle.objects.filter(youth=youth, taken_by=link.organisation_id, closing="").count()


def people_of(links: Iterable[Accompaniment], organisation_id: int) -> list[int]:
    """Who is told of what concerns some links of an organisation: their people, else its managers."""
    people = [one for link in links for one in (link.professional_id, link.substitute_id) if one]
    return with_substitutes(organisation_id, people) if people else manager_ids(organisation_id)


def _tell(acting: Acting, youth: Youth, link: Accompaniment, *, own: bool, back: int) -> None:
    """The other side is told, without the name of the youth: the leader when a partner leaves, or that partner."""
    if own:
        keeper = youth.keeper_id
        if keeper == acting.organisation_id:
            return
        leads = Accompaniment.objects.active().filter(
            youth=youth, organisation=keeper, role=Accompaniment.Role.LEAD
        )
        who = link.organisation.outward_name
        rest = " Les freins dont elle se chargeait vous reviennent." if back else ""
        notify(
            people_of(leads.order_by("pk"), keeper),
            organisation_id=keeper,
            kind=LEFT,
            text=f"{who} n’accompagne plus un jeune que vous suivez.{rest}",
            path=reverse("youths:detail", args=[youth.uuid]),
            effect_key=f"left:{link.pk}",
        )
    else:
        who = Organisation.objects.get(pk=acting.organisation_id).outward_name
        notify(
            people_of([link], link.organisation_id),
            organisation_id=link.organisation_id,
            kind=ENDED,
            text=f"{who} a mis fin à votre accompagnement d’un jeune.",
            path=reverse("youths:list"),
            effect_key=f"ended:{link.pk}",
        )
