"""From a record to the next one of the list that it was opened from: the address of the record says which list."""

import re
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date

from core.acting import Acting
from core.place import FROM, keeping_place
from core.requests import PortalRequest
from core.views import may, reads
from partners.models import Network
from youths.doors import youth_or_404
from youths.listing import asked as asking
from youths.listing import rows
from youths.listing.asked import NEWS, Asked
from youths.listing.rows import AFTER, BEFORE
from youths.search import named

# What the address of a record says of a search (``core.place``): what was typed stays in the session.
SEARCHED = "recherche"
# Where a search is kept between its sending and its page: a name has no place in an address.
SEARCH = "youth_search"
# The ways to go, and what is said at their ends.
WAYS = {BEFORE: "C’est le premier dossier de cette liste.", AFTER: "C’est le dernier dossier de cette liste."}
END = "bout"
# In the place of a list by news, the day of the news that a record had in it (``rows.next_to``).
STOOD_AT = "rang"


class Beside(NamedTuple):
    """The list, and the ways to the records on both sides: empty at an end of it, or where one does not go."""

    list_url: str
    previous_url: str
    next_url: str
    # At which end of the list one is, once it is known.
    end: str


def beside(request: PortalRequest, youth: UUID) -> Beside | None:
    """What the record offers of the list that its address names, without asking for it; None when it names none.

    Who is next is looked for when one goes there (:func:`go_beside`): a record is opened more often than it is passed.
    """
    told = request.GET.get(FROM, "")
    if not told:
        return None
    here = reverse("youths:list")
    end = request.GET.get(END, "")
    if told == SEARCHED:
        list_url, goes = f"{here}?recherche=1", _goes_on_from_search(request)
    else:
        asked = asking.read_query(request.acting, told)
        list_url, goes = f"{here}?{asked.query}" if asked.query else here, True
    previous_url, next_url = (
        keeping_place(request, reverse("youths:beside", args=[youth]), sens=way)
        if goes and way != end
        else ""
        for way in WAYS
    )
    return Beside(list_url, previous_url, next_url, WAYS.get(end, "") if goes else "")


@reads
@may("open_youth")
def go_beside(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Go to the record before (``sens=avant``) or after one in its list; at an end, stay there and say so."""
    youth = youth_or_404(request, uuid)
    way = request.GET.get("sens", "")
    found = _next(request, way, youth.uuid) if way in WAYS else None
    if found is None:
        return redirect(keeping_place(request, reverse("youths:detail", args=[youth.uuid]), **{END: way}))
    return redirect(f"{reverse('youths:detail', args=[found[0]])}?{urlencode({FROM: found[1]})}")


def place_in(asked: Asked, news: date | None) -> str:
    """What the address of a record says of its list, and of where it stands in one by news."""
    query = asked.query or "1"
    return f"{query}&{STOOD_AT}={news or rows.NEVER}" if asked.sort == NEWS else query


def _stood_at(told: str) -> date | None:
    found = re.search(rf"&{STOOD_AT}=(\d{{4}}-\d\d-\d\d)$", told)
    try:
        return parse_date(found[1]) if found else None
    except ValueError:
        return None


def _next(request: PortalRequest, way: str, youth: UUID) -> tuple[UUID, str] | None:
    """The record on one side of another in the list that the address names, and its own place; None at its end."""
    told = request.GET.get(FROM, "")
    if told == SEARCHED:
        uuid = _next_found(request, way, youth)
        return (uuid, SEARCHED) if uuid else None
    asked = asking.read_query(request.acting, told)
    found = rows.next_to(request.acting, asked, way, youth, _stood_at(told))
    return (found[0], place_in(asked, found[1])) if found else None


def _goes_on_from_search(request: PortalRequest) -> bool:
    """A Mission Locale's professional may not open everything they find, and goes on from the list."""
    acting: Acting = request.acting
    return bool(request.session.get(SEARCH)) and (acting.network != Network.ML or acting.is_manager)


def _next_found(request: PortalRequest, way: str, youth: UUID) -> UUID | None:
    """The same among what was found."""
    found = named(request.acting, request.session[SEARCH]) if _goes_on_from_search(request) else []
    if youth not in found:
        return None
    place = found.index(youth) + (1 if way == AFTER else -1)
    return found[place] if 0 <= place < len(found) else None
