"""The list of youths, and the search."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.addresses import address
from core.ages import age_on
from core.doors import about_to_list
from core.hooks import list_sources
from core.names import normalise
from core.place import FROM
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads, writes
from partners.models import Network
from youths.listing import asked as asking
from youths.listing import rows
from youths.listing.asked import NEWS, Asked
from youths.listing.beside import SEARCH, SEARCHED, place_in
from youths.listing.forms import ListForm, around, words_of
from youths.listing.rows import AFTER, BEFORE, PAGE, Line
from youths.models import Youth
from youths.search import MINIMUM, MOST, first, keys, near, pattern_of


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
    """The youths I accompany, or those of my organisation; or, after a search, those that fit."""
    acting: Acting = request.acting
    about_to_list(request)
    typed = request.session.get(SEARCH, "") if request.GET.get("recherche") else ""
    pattern = pattern_of(typed)
    context = _found(request, acting, typed) if pattern else _listed(request, acting)
    context |= {"typed": typed, "too_short": bool(typed) and not pattern, "minimum": MINIMUM}
    return render(request, "youths/list.html", context)


def _found(request: PortalRequest, acting: Acting, typed: str) -> dict[str, Any]:
    """What a search found. Nobody reads hundreds of names: more than a page is not counted, one types more."""
    after = asking.uuid_of(request.GET.get("apres", ""))
    found = keys(acting, typed) if after else first(acting, typed, PAGE + 1)
    others = near(acting, typed, found)
    # One question for the lines of both; those that fit are a page and one more at most.
    page = _from(found, after)
    lines = {line.pk: line for line in rows.found(acting, page + others[:MOST])}
    shown = [lines[pk] for pk in page[:PAGE] if pk in lines]
    near_names = [lines[pk] for pk in others[:MOST] if pk in lines]
    request.marks.searched(acting, normalise(typed), len(found) + len(near_names))
    request.marks.listed(acting, "youth", len(shown) + len(near_names))
    suffix = f"?{FROM}={SEARCHED}"
    return {
        "lines": [_row(line, suffix) for line in shown],
        "near": [_row(line, suffix) for line in near_names],
        "near_are_more": len(others) > MOST,
        "count_words": _found_words(len(found)),
        "next_url": f"?recherche=1&apres={shown[-1].uuid}" if len(page) > PAGE else "",
        "searching": True,
    }


def _found_words(count: int) -> str:
    return f"Plus de {PAGE} jeunes" if count > PAGE else f"{count} jeune{'s' if count > 1 else ''}"


def _listed(request: PortalRequest, acting: Acting) -> dict[str, Any]:
    asked = asking.read(acting, request.GET)
    beside = around(acting)
    count = rows.count_shown(acting, asked)
    shown, previous_url, next_url = _page(
        acting, asked, count, request.GET.get("apres", ""), request.GET.get("avant", "")
    )
    request.marks.listed(acting, "youth", len(shown))
    kept = [(one.name, "?" + asking.read_query(acting, one.query).query) for one in beside.kept]
    place = "?" + urlencode({FROM: place_in(asked, None)})

    def suffix_of(line: Line) -> str:
        return "?" + urlencode({FROM: place_in(asked, line.news)}) if asked.sort == NEWS else place

    return {
        "asked": asked,
        "views": [
            (code, asking.VIEWS[code], "?" + Asked(code, asked.default_view).query) for code in _views(acting)
        ],
        "lines": [_row(line, suffix_of(line)) for line in shown],
        "count_words": rows.count_words(count, asked),
        "form": ListForm(acting, asked, beside.colleagues),
        "chips": _chips(asked, words_of(asked, beside.colleagues)),
        "reset_url": "?" + Asked(asked.view, asked.default_view, sort=asked.sort).query,
        "kept": kept,
        "with_url": f"?{asked.query}",
        "may_import": rights.may(acting, "import_portfolio") and acting.network == Network.ML,
        "keep_url": _keep_url(asked, kept),
        "prev_url": previous_url,
        "next_url": next_url,
    }


def _keep_url(asked: Asked, kept: list[tuple[str, str]]) -> str:
    """Where a list is given a name; nowhere when it is the first page of everybody, or is kept already."""
    if not asked.query or f"?{asked.query}" in (url for _, url in kept):
        return ""
    return f"{reverse('youths:filters')}?{urlencode({'requete': asked.query})}"


def _views(acting: Acting) -> list[str]:
    found = asking.views(acting)
    return found if len(found) > 1 else []


def _page(acting: Acting, asked: Asked, count: int, after: str, before: str) -> tuple[list[Line], str, str]:
    """A page, and the addresses of those around it; the first one when the address names nobody of this list."""
    way, anchor = (AFTER, after) if after else (BEFORE, before)
    named_youth = asking.uuid_of(anchor)
    found = rows.page(acting, asked, count, way, named_youth) if named_youth else []
    if not found:
        way, found = "first", rows.page(acting, asked, count)
    shown = found[:PAGE]
    if way == BEFORE:
        # The nearest were asked for; the lines of the page are in the order of the list, whichever way it was found.
        shown = found[-PAGE:]
    more = len(found) > PAGE
    has_previous = more if way == BEFORE else way == AFTER
    has_next = True if way == BEFORE else more
    return (
        shown,
        _address(asked, BEFORE, shown[0].uuid) if has_previous else "",
        _address(asked, AFTER, shown[-1].uuid) if has_next else "",
    )


def _address(asked: Asked, way: str, uuid: UUID) -> str:
    return f"?{asked.query}{'&' if asked.query else ''}{way}={uuid}"


def _chips(asked: Asked, words: list[tuple[str, str]]) -> list[dict[str, str]]:
    """The active filters, each with the address that takes it off."""
    return [{"label": label, "url": "?" + asked.without(name).query} for name, label in words]


def _row(line: Line, suffix: str) -> Row:
    lead = f" · référent : {line.lead_name}" if line.lead_name else ""
    age = age_on(line.birth_date, max(line.birth_date, clock.today()))
    url = address("youths:detail" if line.may_open else "youths:open", line.uuid) + suffix
    return Row(
        url,
        f"{line.last_name} {line.first_name}",
        f"{age} ans, naissance : {fr_day(line.birth_date)}{lead}",
        story_words(line),
        None if line.may_open else ("neutre", "Ouvrir avec motif"),
    )


def story_words(line: Line) -> str:
    """What is in progress and since when nothing was heard, on one line."""
    said = [
        ", ".join(source.words(code) for code in codes)
        for (_, source), codes in zip(list_sources.items(), line.sources, strict=False)
        if codes
    ]
    if line.obstacles:
        said.append(f"{line.obstacles} frein{'s' if line.obstacles > 1 else ''} en cours")
    if line.news:
        said.append(f"nouvelles du {fr_day(line.news)}")
    return " · ".join(said)


def _from(found: list[int], uuid: UUID | None) -> list[int]:
    """The identifiers of the page after a youth; of the first page when the address names none of them."""
    after = Youth.objects.filter(uuid=uuid).values_list("pk", flat=True).first() if uuid else None
    position = found.index(after) + 1 if after in found else 0
    return found[position : position + PAGE + 1]
