"""Which referrals a convention is about: those of the programmes of its themes, on its territory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partners.models import Convention, ConventionParty, Level, Theme, Topic
from referrals import programmes

# Themes that a programme answers. The others (orientation, employers…) are about every programme, hence none.
_TOPICS: dict[str, tuple[str, ...]] = {
    Theme.SMV: (Topic.SMV,),
    Theme.APPRENTICESHIP: (Topic.APPRENTICESHIP, Topic.PREPARATION),
    Theme.INTERIM: (Topic.INTERIM,),
    Theme.DIGITAL: (Topic.DIGITAL,),
}
# A convention and its declinations, as a recursive question: those whose filiation is not proven do not count.
OWN = """own (id) AS (
    SELECT %(convention)s::bigint
    UNION SELECT c.id FROM partners_convention c JOIN own ON c.parent_id = own.id WHERE c.parent_proven)"""


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Programmes (codes) and referent topics of a convention, and its region if it has one.

    ``organisations`` are the local parties of a local convention: its referrals go from one of them to another.
    """

    programmes: tuple[str, ...]
    topics: tuple[str, ...]
    region: str | None
    organisations: tuple[int, ...] = ()


def perimeter_of(convention: Convention) -> Perimeter:
    """The perimeter of a convention, from its themes and its territory. No query."""
    return Perimeter(programmes_of(convention.themes), topics_of(convention.themes), convention.region_id)


def topics_of(themes: Iterable[str]) -> tuple[str, ...]:
    """The referent topics of some themes."""
    return tuple(topic for theme in themes for topic in _TOPICS.get(theme, ()))


def programmes_of(themes: Iterable[str]) -> tuple[str, ...]:
    """The codes of the programmes that some themes are about."""
    topics = topics_of(themes)
    return tuple(programme.code for programme in programmes.all() if programme.topic in topics)


def pack_perimeter(convention: Convention) -> Perimeter:
    """The perimeter of a pack: a local convention is about its own parties, not about all of its region.

    One query for a local convention.
    """
    found = perimeter_of(convention)
    if convention.level != Level.LOCAL:
        return found
    parties = ConventionParty.objects.filter(convention=convention, organisation__level=Level.LOCAL)
    local = tuple(sorted(set(parties.values_list("organisation_id", flat=True))))
    return Perimeter(found.programmes, found.topics, None, local)
