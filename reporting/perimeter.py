"""Which referrals a convention is about: those of the programmes of its themes, on its territory."""

from __future__ import annotations

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
    topics = tuple(topic for theme in convention.themes for topic in _TOPICS.get(theme, ()))
    codes = tuple(programme.code for programme in programmes.all() if programme.topic in topics)
    return Perimeter(codes, topics, convention.region_id)


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
