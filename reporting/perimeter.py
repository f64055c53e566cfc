"""Which referrals a convention is about: those of the programmes of its themes, on its territory."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import Convention, Theme, Topic
from referrals import programmes

# Themes that a programme answers. The others (orientation, employers…) are about every programme, hence none.
_TOPICS: dict[str, tuple[str, ...]] = {
    Theme.SMV: (Topic.SMV,),
    Theme.APPRENTICESHIP: (Topic.APPRENTICESHIP, Topic.PREPARATION),
    Theme.INTERIM: (Topic.INTERIM,),
    Theme.DIGITAL: (Topic.DIGITAL,),
}


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Programmes (codes) and referent topics of a convention, and its region if it has one."""

    programmes: tuple[str, ...]
    topics: tuple[str, ...]
    region: str | None


def perimeter_of(convention: Convention) -> Perimeter:
    """The perimeter of a convention, from its themes. No query."""
    topics = tuple(topic for theme in convention.themes for topic in _TOPICS.get(theme, ()))
    codes = tuple(programme.code for programme in programmes.all() if programme.topic in topics)
    return Perimeter(codes, topics, convention.region_id)
