"""The list, the search, the record."""

import hashlib
import hmac
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import rights
from core.acting import Acting
from core.doors import about_to_list
from core.hooks import timeline_sources
from core.names import normalise
from core.prepared import Prepared
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads, writes
from youths import records
from youths.doors import listed_youth_or_404, youth_or_404
from youths.forms import OpeningForm, YouthForm
from youths.models import Accompaniment, Opening, Youth
from youths.search import MINIMUM, PAGE, Line, count_visible_to, first_lines, found_lines, named, page_of

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
    too_short = bool(typed) and len(normalise(typed)) < MINIMUM
    searching = bool(typed) and not too_short
    after = request.GET.get("apres", "")
    if searching:
        # The names that fit are few: one question finds them all, the page and the count come from it.
        found = named(acting, typed)
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


@writes
@may("create_youth")
def youth_create(request: PortalRequest) -> HttpResponse:
    """Open a record; a likely duplicate is shown first, and two people stay two people."""
    acting: Acting = request.acting
    form = YouthForm(acting, request.POST if request.method == "POST" else None)
    duplicates: list[Youth] = []
    if request.method == "POST" and form.is_valid():
        youth = form.save(commit=False)
        # The button of the warning; a field of the form would send its own, empty, value after it.
        if "distinct" not in request.POST:
            about_to_list(request)
            duplicates = records.likely_duplicates(
                acting, youth.first_name, youth.last_name, youth.birth_date
            )
        if not duplicates and _create(acting, youth, form):
            messages.success(request, "Le dossier est créé.")
            return redirect("youths:detail", uuid=youth.uuid)
        if duplicates:
            request.marks.listed(acting, "youth", len(duplicates))
    return render(request, "youths/create.html", {"form": form, "duplicates": duplicates})


def _create(acting: Acting, youth: Youth, form: YouthForm) -> bool:
    """Create the record; False, with the error beside the number, when somebody used it meanwhile."""
    try:
        records.create_record(acting, youth)
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        form.add_error("file_number", form.NUMBER_TAKEN)
        return False
    return True


@reads
@may("open_youth")
def youth_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The record: who accompanies, what happened, what comes next."""
    acting: Acting = request.acting
    youth = youth_or_404(request, uuid)
    links = _links(youth)
    items: list[dict[str, Any]] = []
    current: list[dict[str, Any]] = []
    for _, source in timeline_sources.items():
        found = source(acting, youth)
        items += found["items"]
        current += found["current"]
    return render(
        request,
        "youths/detail.html",
        {
            "youth": youth,
            "active": [link for link in links if link["ended_on"] is None],
            "ended": [link for link in links if link["ended_on"] is not None],
            "items": sorted(items, key=lambda item: item["at"], reverse=True),
            "current": current,
            "openings": _openings(youth),
            "may_refer": rights.may(acting, "write_referral"),
        },
    )


def _link_rows(*, youth: int) -> QuerySet[Accompaniment, tuple[Any, ...]]:
    return (
        Accompaniment.objects.filter(youth=youth)
        .live()
        .order_by("ended_on", "started_on", "pk")
        .values_list(
            "organisation__name",
            "professional__first_name",
            "professional__last_name",
            "role",
            "started_on",
            "ended_on",
        )
    )


def _opening_rows(*, youth: int) -> QuerySet[Opening, tuple[Any, ...]]:
    latest = Opening.objects.filter(youth=youth).order_by("-at", "-pk")
    return latest.values_list("user__first_name", "user__last_name", "reason", "at")[:5]


_LINKS, _OPENINGS = Prepared(_link_rows), Prepared(_opening_rows)


def _links(youth: Youth) -> list[dict[str, Any]]:
    """Who accompanies a youth, and who did (one query)."""
    roles = dict(Accompaniment.Role.choices)
    return [
        {
            "organisation": organisation,
            "professional": f"{first_name} {last_name}".strip() if last_name is not None else "",
            "role": roles[role],
            "started_on": started_on,
            "ended_on": ended_on,
        }
        for organisation, first_name, last_name, role, started_on, ended_on in _LINKS(None, youth=youth.pk)
    ]


def _openings(youth: Youth) -> list[dict[str, Any]]:
    """The last openings of a record with a stated reason (one query)."""
    reasons = dict(Opening.Reason.choices)
    return [
        {"who": f"{first_name} {last_name}".strip(), "reason": reasons[reason], "at": at}
        for first_name, last_name, reason, at in _OPENINGS(None, youth=youth.pk)
    ]


@writes
@may("open_with_reason")
def youth_open(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """ "Ouvrir avec motif": 24 hours, logged, shown to the lead referent and to the manager."""
    acting: Acting = request.acting
    youth = listed_youth_or_404(request, uuid)
    form = OpeningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        records.open_with_reason(acting, youth, form.cleaned_data["reason"])
        return redirect("youths:detail", uuid=youth.uuid)
    return render(request, "youths/open.html", {"form": form, "youth": youth})
