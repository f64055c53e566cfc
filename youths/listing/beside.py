"""From a record to the next one of the list that it was opened from: the address of the record says which list."""

from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from core.acting import Acting
from core.place import FROM
from core.requests import PortalRequest
from partners.models import Network
from youths.listing import asked as asking
from youths.listing import rows
from youths.search import named

# What the address of a record says of a search (``core.place``): what was typed stays in the session.
SEARCHED = "recherche"
# Where a search is kept between its sending and its page: a name has no place in an address.
SEARCH = "youth_search"


class Beside(NamedTuple):
    """The list, and the records on both sides; empty where there is none."""

    list_url: str
    previous_url: str
    next_url: str


def beside(request: PortalRequest, youth: UUID) -> Beside | None:
    """What stands on both sides of a record in its list (one question); None when its address names no list."""
    told = request.GET.get(FROM, "")
    if not told:
        return None
    here = reverse("youths:list")
    if told == SEARCHED:
        found = _searched(request, youth)
        list_url = f"{here}?recherche=1"
    else:
        asked = asking.read_query(request.acting, told)
        found = rows.neighbours(request.acting, asked, youth)
        list_url = f"{here}?{asked.query}" if asked.query else here
        told = asked.query or "1"
    suffix = "?" + urlencode({FROM: told})
    previous_url, next_url = (
        reverse("youths:detail", args=[found[way]]) + suffix if way in found else ""
        for way in ("before", "after")
    )
    return Beside(list_url, previous_url, next_url)


def _searched(request: PortalRequest, youth: UUID) -> dict[str, UUID]:
    """Among what was found; a Mission Locale's professional may not open everything there, and goes from the list."""
    acting: Acting = request.acting
    typed = request.session.get(SEARCH, "")
    if not typed or (acting.network == Network.ML and not acting.is_manager):
        return {}
    found = named(acting, typed)
    if youth not in found:
        return {}
    place = found.index(youth)
    sides = {"before": found[place - 1] if place else None, "after": next(iter(found[place + 1 :]), None)}
    return {way: uuid for way, uuid in sides.items() if uuid is not None}
