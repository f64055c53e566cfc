"""Pages of the reporting room: the dashboard, the committees and their packs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Prefetch, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock, outbox, rights
from core.documents import hand_over
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.committees.reading import badge_of, is_over, rhythm_of
from partners.conventions.reading import with_facts
from partners.models import CommitteeMeeting, Convention
from reporting import dashboard as board
from reporting import packs
from reporting.access import committees_of, pack_or_404
from reporting.forms import DashboardFilters
from reporting.indicators import CATALOGUE, FAMILIES
from reporting.indicators.base import REFERRALS
from reporting.models import CommitteePack
from reporting.rendering.view import pack_view

DOCUMENTS = ("pdf", "xlsx")


@reads
@may("read_figures")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures of the acting person's perimeter: their organisation, their region, or the nation."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    if acting.steers and not acting.sees_nation and acting.region is None:
        raise PermissionDenied
    context = board.page(acting, DashboardFilters(acting, request.GET))
    context["freshness"] = board.freshness(context["figures_at"])
    return render(request, "reporting/dashboard.html", context)


@reads
@may("read_definitions")
def indicator_list(request: HttpRequest) -> HttpResponse:
    """What each figure counts, on what, and from when: the same page for everybody, one anchor per indicator."""
    families = [
        {"title": title, "indicators": [CATALOGUE[code] for code in codes]}
        for title, codes in FAMILIES.items()
    ]
    return render(request, "reporting/indicators.html", {"families": families, "usual_source": REFERRALS})


@reads
@may("read_figures")
def pack_list(request: HttpRequest) -> HttpResponse:
    """The committees of the conventions that one's network is party to, and their packs for who may open them."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    may_open = rights.may(acting, "open_pack")
    meetings = CommitteeMeeting.objects.filter(cancelled=False).order_by("held_on")
    if may_open:
        packs_of = CommitteePack.objects.filter(meeting=OuterRef("pk")).order_by("-version")
        shown = JSONObject(uuid=F("uuid"), version=F("version"), status=F("status"), late=F("late"))
        meetings = meetings.annotate(pack=Subquery(packs_of.values(row=shown)[:1]))
    committees = (
        committees_of(acting)
        .prefetch_related(
            Prefetch("convention", with_facts(Convention.objects.all())),
            Prefetch("meetings", meetings),
        )
        .order_by("convention__title", "pk")
    )
    found = [_committee(committee) for committee in committees]
    # Those that are awaited come first, those of a text that is over last; the sort is stable.
    found.sort(key=lambda one: (not one["rhythm"].overdue, not one["rhythm"].next, one["over"]))
    context = {
        "committees": found,
        "late": sum(one["rhythm"].overdue for one in found),
        "may_open": may_open,
    }
    return render(request, "reporting/pack_list.html", context)


def _committee(committee: Any) -> dict[str, Any]:
    today = clock.today()
    rows = [
        {
            "meeting": meeting,
            "pack": getattr(meeting, "pack", None),
            "due_on": packs.due_on(meeting) if meeting.held_on >= today else None,
        }
        for meeting in committee.meetings.all()
    ]
    rhythm = rhythm_of(
        committee.convention,
        committee.frequency_months,
        committee.reckoning,
        [row["meeting"].held_on for row in rows],
        today,
    )
    return {
        "committee": committee,
        "rhythm": rhythm,
        "badge": badge_of(rhythm),
        "over": is_over(committee.convention, today),
        "next": next((row for row in rows if row["meeting"].held_on >= today), None),
        "past": [row for row in reversed(rows) if row["meeting"].held_on < today],
        "later": [row for row in rows if row["meeting"].held_on >= today][1:],
    }


@reads
@may("open_pack")
def pack_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A frozen pack, as a page."""
    pack = pack_or_404(request, uuid)
    versions = (
        CommitteePack.objects.filter(meeting=pack.meeting)
        .order_by("-version")
        .only("uuid", "version", "status")
    )
    context = {
        "record": pack,
        "meeting": pack.meeting,
        "ready": pack.status == CommitteePack.Status.READY,
        "pack": pack_view(pack.data) if pack.status == CommitteePack.Status.READY else None,
        "versions": [version for version in versions if version.pk != pack.pk],
        "may_prepare": rights.may(request.acting, "prepare_pack"),  # type: ignore[attr-defined]
    }
    return render(request, "reporting/pack_detail.html", context)


@reads
@may("open_pack")
def pack_document(request: PortalRequest, uuid: UUID, kind: str) -> HttpResponse:
    """The PDF or the workbook of a pack; a line in the trail."""
    pack = pack_or_404(request, uuid)
    document = {"pdf": pack.pdf, "xlsx": pack.xlsx}.get(kind)
    if document is None:
        raise Http404
    return hand_over(request, document, "pack", pack.uuid)


@writes
@may("prepare_pack")
def pack_request(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for the pack of a meeting: a row for the worker, never work done here."""
    acting: Any = request.acting  # type: ignore[attr-defined]
    meetings = CommitteeMeeting.objects.filter(committee__in=committees_of(acting), cancelled=False)
    meeting = get_object_or_404(meetings.select_related("committee__convention"), uuid=uuid)
    if request.method == "POST":
        # Twice within the same minute is once: a double click, a form sent again.
        outbox.post(
            packs.REQUEST,
            {"meeting": str(meeting.uuid)},
            effect_key=f"pack:{meeting.pk}:{clock.now():%Y%m%d%H%M}",
        )
        messages.success(request, "Le dossier est demandé : il sera prêt dans une minute environ.")
        return redirect("reporting:pack_list")
    exists = CommitteePack.objects.filter(meeting=meeting).exists()
    return render(request, "reporting/pack_request.html", {"meeting": meeting, "exists": exists})
