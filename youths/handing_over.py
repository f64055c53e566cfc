"""How the youths that somebody accompanies pass to a colleague: one link ends, another one begins."""

from django.db.models import Q, QuerySet

from core import clock
from core.handovers import Held, Holding, Pass
from partners.people.members import team_id_of
from youths.models import Accompaniment

REASON = "handed_over"


def _active(user_id: int, organisation_id: int) -> QuerySet[Accompaniment]:
    """The links of somebody, as the one who accompanies or as the substitute."""
    return (
        Accompaniment.objects.active()
        .live()
        .filter(Q(professional=user_id) | Q(substitute=user_id), organisation=organisation_id)
        .order_by("youth__search_name", "pk")
    )


def held(user_id: int, organisation_id: int) -> list[Held]:
    """The youths whom somebody accompanies for an organisation, by name."""
    return [
        Held(link.pk, link.youth.full_name + ("" if link.professional_id == user_id else " (suppléant)"))
        for link in _active(user_id, organisation_id).select_related("youth")
    ]


def hand_over(one: Pass) -> list[int]:
    """Give every link of the leaver to the successor; the old ones stay in the history of the youth.

    In this order, because a youth has one lead at a time, and because an organisation that does not keep the
    record has access through its links alone: the old link still opens the record while the new one is written.
    """
    found = list(_active(one.leaver_id, one.organisation_id).select_for_update(of=("self",)))
    passed = _replace_substitute([link for link in found if link.professional_id != one.leaver_id], one)
    links = [link for link in found if link.professional_id == one.leaver_id]
    old = Accompaniment.objects.filter(pk__in=[link.pk for link in links])
    old.update(ended_on=clock.today(), end_reason=REASON)
    theirs = {
        link.youth_id: link
        for link in Accompaniment.objects.active()
        .filter(
            organisation=one.organisation_id,
            professional=one.successor_id,
            youth__in=[link.youth_id for link in links],
        )
        .order_by("pk")
    }
    team_id = team_id_of(one.successor_id, one.organisation_id)
    for link in links:
        kept = theirs.get(link.youth_id)
        if kept is None:
            kept = _successor_of(link, one.successor_id, team_id)
        elif link.role == Accompaniment.Role.LEAD:
            # They already accompany this youth, and become the lead.
            kept.role, kept.aspect = link.role, link.aspect
        kept.access_until = None
        kept.save()
        passed.append(kept.pk)
    old.update(access_until=clock.now())
    return passed


def _replace_substitute(links: list[Accompaniment], one: Pass) -> list[int]:
    for link in links:
        # Nobody is their own substitute.
        own = link.professional_id == one.successor_id
        link.substitute_id = None if own else one.successor_id
        link.save(update_fields=["substitute"])
    return [link.pk for link in links]


def _successor_of(link: Accompaniment, successor_id: int, team_id: int | None) -> Accompaniment:
    return Accompaniment(
        youth_id=link.youth_id,
        organisation_id=link.organisation_id,
        professional_id=successor_id,
        substitute_id=None
        if link.substitute_id in (successor_id, link.professional_id)
        else link.substitute_id,
        team_id=team_id,
        role=link.role,
        aspect=link.aspect,
        started_on=clock.today(),
    )


YOUTHS = Holding("Jeunes accompagnés", held, hand_over, names_youths=True)
