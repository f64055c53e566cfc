"""The list, the search, the record."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import rights
from core.acting import Acting
from core.doors import about_to_list
from core.hooks import timeline_sources
from core.names import normalise
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.models import Network
from youths import records
from youths.doors import listed_youth_or_404, youth_or_404
from youths.forms import OpeningForm, YouthForm
from youths.models import Accompaniment, Opening, Youth
from youths.search import MINIMUM, matching, with_lead

PAGE = 50
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
    if typed and not too_short:
        youths = matching(Youth.objects.listed_for(acting), typed)
    else:
        youths = Youth.objects.visible_to(acting)
    count = youths.count()
    page = list(_page(youths, acting, request.GET.get("apres"), found_by_name=bool(typed) and not too_short))
    if typed and not too_short:
        request.marks.searched(acting, _search_key(typed), count)
    request.marks.listed(acting, "youth", min(len(page), PAGE))
    context: dict[str, Any] = {
        "youths": page[:PAGE],
        "count": count,
        "typed": typed,
        "too_short": too_short,
        "minimum": MINIMUM,
        "next_url": _next_url(page, bool(typed)),
    }
    return render(request, "youths/list.html", context)


def _page(
    youths: QuerySet[Youth], acting: Acting, after: str | None, *, found_by_name: bool
) -> QuerySet[Youth]:
    """The lines of a page, by name."""
    # What a line says is looked up for the page alone, not for all those that are sorted.
    wanted = _after(youths, after).order_by("search_name", "pk").values("pk")[: PAGE + 1]
    lines = with_lead(Youth.objects.filter(pk__in=wanted), acting).order_by("search_name", "pk")
    if found_by_name and not acting.is_manager and acting.network == Network.ML:
        return lines
    # Everybody else may open what they are shown: asking again would read every record of the organisation.
    return lines.annotate(may_open=Value(True))


def _after(youths: QuerySet[Youth], uuid: str | None) -> QuerySet[Youth]:
    """The page after a youth, by keyset: the address carries an identifier, never a name."""
    try:
        anchor = youths.filter(uuid=UUID(uuid or "")).values_list("search_name", "pk").first()
    except ValueError:
        return youths
    if anchor is None:
        return youths
    name, pk = anchor
    return youths.filter(Q(search_name__gt=name) | Q(search_name=name, pk__gt=pk))


def _next_url(page: list[Youth], searching: bool) -> str:
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
    links = list(
        Accompaniment.objects.filter(youth=youth)
        .live()
        .select_related("organisation", "professional")
        .order_by("ended_on", "started_on", "pk")
    )
    items: list[dict[str, Any]] = []
    current: list[dict[str, Any]] = []
    for _, source in timeline_sources.items():
        found = source(acting, youth)
        items += found["items"]
        current += found["current"]
    openings = Opening.objects.filter(youth=youth).select_related("user").order_by("-at", "-pk")[:5]
    return render(
        request,
        "youths/detail.html",
        {
            "youth": youth,
            "active": [link for link in links if link.ended_on is None],
            "ended": [link for link in links if link.ended_on is not None],
            "items": sorted(items, key=lambda item: item["at"], reverse=True),
            "current": current,
            "openings": openings,
            "may_refer": rights.may(acting, "write_referral"),
        },
    )


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
