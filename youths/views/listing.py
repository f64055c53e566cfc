"""The list of youths, and the search."""

import hashlib
import hmac
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.acting import Acting
from core.doors import about_to_list
from core.names import normalise
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads, writes
from youths.models import Youth
from youths.search import (
    MINIMUM,
    PAGE,
    Line,
    count_visible_to,
    first_lines,
    found_lines,
    named,
    page_of,
    pattern_of,
)

# Where a search is kept between its sending and its page: a name has no place in an address.
SEARCH = "youth_search"


def _search_key(typed: str) -> str:
    """What the trail keeps of a search: a keyed hash, so that nobody reads names in it."""
    return hmac.new(settings.SECRET_KEY.encode(), normalise(typed).encode(), hashlib.sha256).hexdigest()[:32]


@writes
@may("search_youths")
def search(request: PortalRequest) -> HttpResponse:
    """Take what was typed, and show the list. Never in the address: names would end in logs and histories."""
    if request.method == "POST":
        request.session[SEARCH] = request.POST.get("q", "").replace("\x00", "")[:100]
        return redirect(reverse("youths:list") + "?recherche=1")
    return redirect("youths:list")


@reads
@may("list_youths")
def youth_list(request: PortalRequest) -> HttpResponse:
    """The youths I accompany; or, after a search, those of my organisation whose name fits."""
    acting: Acting = request.acting
    about_to_list(request)
    typed = request.session.get(SEARCH, "") if request.GET.get("recherche") else ""
    pattern = pattern_of(typed)
    too_short = bool(typed) and not pattern
    after = request.GET.get("apres", "")
    if pattern:
        # The names that fit are few: one question finds them all, the page and the count come from it.
        found = named(acting, pattern)
        count, page = len(found), found_lines(acting, _from(found, after))
        request.marks.searched(acting, _search_key(typed), count)
    else:
        count, page = count_visible_to(acting), _page(acting, after)
    request.marks.listed(acting, "youth", min(len(page), PAGE))
    context: dict[str, Any] = {
        "lines": [_row(line) for line in page[:PAGE]],
        "count": count,
        "typed": typed,
        "too_short": too_short,
        "minimum": MINIMUM,
        "next_url": _next_url(page, bool(typed)),
    }
    return render(request, "youths/list.html", context)


def _row(line: Line) -> Row:
    lead = f" · référent : {line.lead_name}" if line.lead_name else ""
    return Row(
        reverse("youths:detail" if line.may_open else "youths:open", args=[line.uuid]),
        f"{line.last_name} {line.first_name}",
        f"naissance : {fr_day(line.birth_date)}{lead}",
        badge=None if line.may_open else ("neutre", "Ouvrir avec motif"),
    )


def _from(found: list[tuple[int, UUID]], uuid: str) -> list[int]:
    """The identifiers of the page after a youth; of the first page when the address names none of them."""
    position = next((index for index, (_, one) in enumerate(found, 1) if str(one) == uuid), 0)
    return [pk for pk, _ in found[position : position + PAGE + 1]]


def _page(acting: Acting, uuid: str) -> list[Line]:
    """The page after a youth, by keyset: the address carries an identifier, never a name."""
    youths = Youth.objects.visible_to(acting)
    anchor = None
    with suppress(ValueError):
        anchor = uuid and youths.filter(uuid=UUID(uuid)).values_list("search_name", "pk").first()
    if not anchor:
        return first_lines(acting)
    name, pk = anchor
    following = youths.filter(Q(search_name__gt=name) | Q(search_name=name, pk__gt=pk))
    return [Line(*row) for row in page_of(following, acting)]


def _next_url(page: list[Line], searching: bool) -> str:
    if len(page) <= PAGE:
        return ""
    return f"?{'recherche=1&' if searching else ''}apres={page[PAGE - 1].uuid}"
