"""Pages of the committees' packs and of the annual reports."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.documents import hand_over
from core.doors import about_to_list
from core.prepared import Prepared
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads, writes
from partners.committees.contributions import contribution_lines
from partners.committees.reading import badge_of, is_over, rhythm_of
from partners.conventions.reading import with_bare_facts
from partners.models import Committee, CommitteeMeeting, Convention, Level
from referrals import programmes
from referrals.models import Referral
from referrals.presenting import LINE, Line, next_words, state_words
from referrals.presenting import badge_of as state_badge
from referrals.states import State
from reporting.access import committees_of, conventions_of, opened_conventions, pack_or_404
from reporting.models import CommitteePack
from reporting.packs import producing
from reporting.perimeter import perimeter_of
from reporting.rendering.data import upgrade
from reporting.rendering.view import pack_view

# The conventions whose annual reports a page looks at.
PAGE = 50
# The cases that a page shows at most, the latest sent.
CASES = 100


@reads
@may("read_figures")
def pack_list(request: PortalRequest) -> HttpResponse:
    """The committees of the conventions that one's network is party to, their packs, and the reports of the year.

    The reports are read a page at a time: those after the convention that the address names stand alone.
    """
    acting: Acting = request.acting
    may_open = rights.may(acting, "open_pack")
    anchor = _uuid_of(request.GET.get("apres", "")) if may_open else None
    committees = [] if anchor else _HELD_BY(acting, may_open)
    page = _ON_PAGE(acting, **({"anchor": anchor} if anchor else {})) if may_open else []
    wanted = {*page, *(one.convention_id for one in committees)}
    conventions = {one.pk: one for one in _CONVENTIONS(None, conventions=sorted(wanted))}
    found = _in_turn(committees, conventions)
    context = {
        "committees": found,
        "late": sum(one["rhythm"].overdue for one in found),
        "may_open": may_open,
        "reports": _reports([conventions[pk] for pk in page[:PAGE]]),
        "reports_alone": anchor is not None,
        "next_url": f"?apres={conventions[page[PAGE - 1]].uuid}#bilans" if len(page) > PAGE else "",
        "prev_url": reverse("reporting:pack_list") if anchor else "",
        "may_report": rights.may(acting, "prepare_report"),
        "last_year": clock.today().year - 1,
    }
    return render(request, "reporting/pack_list.html", context)


def _uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _held_by(acting: Acting, may_open: bool) -> QuerySet[Committee]:
    """The committees of one's network with their meetings, and their packs for who may open them."""
    row: dict[str, Any] = {"uuid": F("uuid"), "held_on": F("held_on"), "place": F("place")}
    if may_open:
        packs_of = CommitteePack.objects.filter(
            meeting=OuterRef("pk"), meeting__committee__convention__in=opened_conventions(acting)
        ).order_by("-version")
        shown = JSONObject(uuid=F("uuid"), version=F("version"), status=F("status"), late=F("late"))
        row["pack"] = Subquery(packs_of.values(row=shown)[:1])
    meetings = CommitteeMeeting.objects.filter(committee=OuterRef("pk"), cancelled=False).order_by("held_on")
    rows = ArraySubquery(meetings.values(row=JSONObject(**row)))
    return committees_of(acting).annotate(meeting_rows=rows).order_by("pk")


def _on_page(acting: Acting, *, anchor: UUID | None = None) -> QuerySet[Convention, int]:
    """A page and one more of the conventions whose reports one opens, by title; those after one of them."""
    read = opened_conventions(acting)
    if anchor is not None:
        # Of one that is not theirs, as of one that is none: nothing follows it.
        last = read.filter(uuid=anchor)
        title, pk = Subquery(last.values("title")[:1]), Subquery(last.values("pk")[:1])
        read = read.filter(Q(title__gt=title) | Q(title=title, pk__gt=pk))
    return read.order_by("title", "pk").values_list("pk", flat=True)[: PAGE + 1]


def _conventions(*, conventions: list[int]) -> QuerySet[Convention]:
    """Some conventions with the facts of their state and their reports, by title."""
    reports = CommitteePack.objects.filter(convention=OuterRef("pk")).order_by("-year", "-version")
    row = JSONObject(uuid=F("uuid"), year=F("year"), version=F("version"), status=F("status"), late=F("late"))
    found = with_bare_facts(Convention.objects.filter(pk__any_of=conventions))
    return found.annotate(report_rows=ArraySubquery(reports.values(row=row))).order_by("title", "pk")


_HELD_BY, _ON_PAGE, _CONVENTIONS = Prepared(_held_by), Prepared(_on_page), Prepared(_conventions)


def _in_turn(committees: list[Committee], conventions: dict[int, Convention]) -> list[dict[str, Any]]:
    """Those that are awaited first, those of a text that is over last."""
    for committee in committees:
        committee.convention = conventions[committee.convention_id]
    found = [_committee(one) for one in sorted(committees, key=lambda one: one.convention.title)]
    found.sort(key=lambda one: (not one["rhythm"].overdue, not one["rhythm"].next, one["over"]))
    return found


def _reports(conventions: list[Any]) -> list[dict[str, Any]]:
    """Those that bound somebody last year or have a report, with their reports, the latest first. No query."""
    year = clock.today().year - 1
    found = []
    for convention in conventions:
        latest: dict[int, dict[str, Any]] = {}
        for row in convention.report_rows:
            latest.setdefault(row["year"], row)
        bound = producing.bound_in(convention, year)
        if latest or bound:
            found.append(
                {
                    "convention": convention,
                    "reports": list(latest.values()),
                    "lacks_last": year not in latest and bound,
                }
            )
    return found


def _committee(committee: Any) -> dict[str, Any]:
    today = clock.today()
    rows = []
    for row in committee.meeting_rows:
        held_on = date.fromisoformat(row["held_on"])
        meeting = CommitteeMeeting(uuid=row["uuid"], held_on=held_on, place=row["place"])
        due_on = producing.due_on(meeting) if held_on >= today else None
        rows.append({"meeting": meeting, "pack": row.get("pack"), "due_on": due_on})
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
def pack_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A frozen pack, as a page; while it is being prepared, where it is."""
    acting: Acting = request.acting
    pack = pack_or_404(request, uuid)
    versions = pack.versions.only("uuid", "version", "status")
    ready = pack.status == CommitteePack.Status.READY
    data = upgrade(pack.data) if ready else None
    context = {
        "record": pack,
        "meeting": pack.meeting,
        "convention": pack.subject,
        "title": pack.meeting.committee.name if pack.meeting else f"Bilan de l’année {pack.year}",
        "ready": ready,
        "pack": pack_view(data) if data else None,
        "steps": [] if ready else producing.progress_of(pack),
        "versions": [version for version in versions if version.pk != pack.pk],
        "newer": any(version.version > pack.version for version in versions),
        "may_prepare": rights.may(acting, "prepare_pack" if pack.meeting else "prepare_report"),
        "prepare_url": _prepare_url(pack),
        "cases": pack.subject.level == Level.LOCAL and rights.may(acting, "read_pack_cases"),
        "contributed": _since(acting, pack) if ready else [],
    }
    response = render(request, "reporting/pack_detail.html", context)
    if ready and request.headers.get("HX-Request"):
        # The part of the page that asked from time to time where it was: the whole page is there now.
        response["HX-Refresh"] = "true"
    return response


def _prepare_url(pack: CommitteePack) -> str:
    if pack.meeting is not None:
        return reverse("reporting:pack_request", args=[pack.meeting.uuid])
    return reverse("reporting:report_request", args=[pack.subject.uuid])


def _since(acting: Acting, pack: CommitteePack) -> list[dict[str, Any]]:
    """What the members brought after the pack was made. One query; none for a report."""
    if pack.meeting is None:
        return []
    made = pack.created_at if pack.version > 1 else pack.ready_at or pack.created_at
    return [line for line in contribution_lines(acting, pack.meeting) if line["written_at"] > made]


@reads
@may("read_pack_cases")
def pack_cases(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The referrals behind the figures of a local committee: those that one may open anyway, on screen alone."""
    acting: Acting = request.acting
    pack = pack_or_404(request, uuid, local=True)
    about_to_list(request)
    lines = [Line(*row) for row in _cases(acting, pack).values_list(*LINE)[: CASES + 1]]
    request.marks.listed(acting, "youth", len(lines[:CASES]))
    context = {
        "record": pack,
        "meeting": pack.meeting,
        "convention": pack.subject,
        "lines": [_case(line, acting) for line in lines[:CASES]],
        "more": len(lines) > CASES,
        "most": CASES,
    }
    return render(request, "reporting/pack_cases.html", context)


def _cases(acting: Acting, pack: CommitteePack) -> QuerySet[Referral]:
    """Those of the figures (``pack_perimeter``) that one may open."""
    first, last = pack.counted_days
    parties = set(pack.parties)  # type: ignore[attr-defined]
    sender, recipient = Q(sender__in=parties), Q(recipient__in=parties)
    found = Referral.objects.visible_to(acting).filter(
        sender & recipient if len(parties) > 1 else sender | recipient,
        programme__in=perimeter_of(pack.subject).programmes,
        sent_at__gte=clock.start_of(first),
        sent_at__lt=clock.start_of(last + timedelta(days=1)),
    )
    return found.exclude(state=State.ENTERED_IN_ERROR).order_by("-sent_at", "-pk")


def _case(line: Line, acting: Acting) -> Row:
    return Row(
        reverse("referrals:detail", args=[line.uuid]),
        line.who,
        f"{programmes.get(line.programme).short_label} · {line.counterpart(acting.organisation_id)} · "
        f"{fr_day(line.sent_at or line.created_at)}",
        next_words(line, acting),
        (state_badge(line), state_words(line, acting)),
    )


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
def pack_request(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask for the pack of a meeting: a row for the worker, never work done here."""
    acting: Acting = request.acting
    meetings = CommitteeMeeting.objects.filter(committee__in=committees_of(acting), cancelled=False)
    meeting = get_object_or_404(meetings.select_related("committee__convention"), uuid=uuid)
    if request.method == "POST":
        return _asked(request, producing.ask(meeting))
    context = {
        "title": "Préparer le dossier du comité",
        "convention": meeting.committee.convention,
        "about": f"Réunion du {fr_day(meeting.held_on)}.",
        "exists": CommitteePack.objects.filter(meeting=meeting).exists(),
        "figures": "avec les chiffres de la veille",
    }
    return render(request, "reporting/pack_request.html", context)


@writes
@may("prepare_report")
def report_request(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask for the annual report of a convention, on the last year that is over."""
    acting: Acting = request.acting
    convention = get_object_or_404(conventions_of(acting), uuid=uuid)
    year = clock.today().year - 1
    if request.method == "POST":
        return _asked(request, producing.ask_report(convention, year))
    context = {
        "title": f"Préparer le bilan de l’année {year}",
        "convention": convention,
        "about": f"Du 1er janvier au 31 décembre {year}.",
        "exists": CommitteePack.objects.filter(convention=convention, year=year).exists(),
        "figures": f"avec les chiffres du 31 décembre {year}",
    }
    return render(request, "reporting/pack_request.html", context)


def _asked(request: PortalRequest, pack: CommitteePack) -> HttpResponse:
    if pack.status == CommitteePack.Status.READY:
        messages.success(request, "La vérification est demandée : cette page dira ce qu’elle a trouvé.")
    else:
        messages.success(request, "Le dossier est demandé : cette page dit où il en est.")
    return redirect("reporting:pack_detail", pack.uuid)
