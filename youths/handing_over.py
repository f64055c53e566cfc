"""How the youths that somebody accompanies pass to a colleague: one link ends, another one begins."""

from django.db.models import Q, QuerySet

from core.handovers import Held, Holding, Pass
from youths.accompanying.passing import pass_on
from youths.models import Accompaniment


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
    """Give every link of the leaver to the successor; the old ones stay in the history of the youth."""
    found = list(_active(one.leaver_id, one.organisation_id).select_for_update(of=("self",)))
    passed = _replace_substitute([link for link in found if link.professional_id != one.leaver_id], one)
    links = [link for link in found if link.professional_id == one.leaver_id]
    return passed + pass_on(links, one.organisation_id, one.successor_id)


def _replace_substitute(links: list[Accompaniment], one: Pass) -> list[int]:
    for link in links:
        # Nobody is their own substitute.
        own = link.professional_id == one.successor_id
        link.substitute_id = None if own else one.successor_id
        link.save(update_fields=["substitute"])
    return [link.pk for link in links]


YOUTHS = Holding("Jeunes accompagnés", held, hand_over, names_youths=True)
