"""The record of a youth: opening it, reading it, correcting it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from core import clock, rights
from core.acting import Acting
from core.ages import is_minor_on
from core.doors import about_to_list
from core.hooks import records_opened_for, timeline_sources
from core.place import back_to, place_of
from core.requests import PortalRequest
from core.views import may, reads, writes
from youths import journal, obstacles, records, situations, story
from youths.accompanying import reading, restricted
from youths.agreements.reading import agreements_of, requests_of
from youths.doors import (
    accompanied_youth_or_404,
    kept_youth_or_404,
    listed_youth_or_404,
    whole_youth_or_404,
)
from youths.forms import CorrectionForm, OpeningForm, SituationForm, YouthForm
from youths.listing.asked import uuid_of
from youths.listing.beside import beside
from youths.merging import joining, presenting
from youths.models import LegalRepresentative, Opening, Youth

OVERTAKEN = (
    "Quelqu’un a changé ce dossier pendant que vous écriviez. Rien n’a été enregistré : ouvrez le dossier dans un "
    "autre onglet pour voir ce qui a changé, puis recommencez."
)


@writes
@may("create_youth")
def youth_create(request: PortalRequest) -> HttpResponse:
    """Open a record; a likely duplicate is shown first, and two people stay two people."""
    acting: Acting = request.acting
    form = YouthForm(acting, request.POST if request.method == "POST" else None)
    duplicates: list[joining.Candidate] = []
    submission = uuid_of(request.POST.get("submission", "")) or uuid4()
    if request.method == "POST" and form.is_valid():
        youth = form.save(commit=False)
        youth.uuid = records.key_of(acting, submission)
        # The button of the warning; a field of the form would send its own, empty, value after it.
        known = records.just_created(acting, youth, form.Meta.fields)
        if known is None and "distinct" not in request.POST:
            about_to_list(request)
            duplicates = joining.candidates(acting, youth.first_name, youth.last_name, youth.birth_date)
        if known is not None or (not duplicates and _create(acting, youth, form)):
            youth = known or youth
            messages.success(request, "Le dossier est créé.")
            go_on = records_opened_for.get(request.GET.get("pour", ""))
            return redirect(go_on(youth.uuid)) if go_on else back_to(request, "youths:detail", youth.uuid)
        if duplicates:
            request.marks.listed(acting, "youth", len(duplicates))
    context = {"form": form, "duplicates": duplicates, "submission": submission}
    return render(request, "youths/create.html", context)


def _create(acting: Acting, youth: Youth, form: YouthForm) -> bool:
    """Create the record; False, with the error beside the number, when somebody used it meanwhile."""
    try:
        records.create_record(acting, youth)
    except IntegrityError as error:
        if "youths_youth_uuid" in str(error):
            # The page was gone back to and changed: this is another person.
            youth.uuid = uuid4()
            return _create(acting, youth, form)
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
    youth = whole_youth_or_404(request, uuid)
    if youth.uuid != uuid:
        # The address of a record that was merged into this one.
        return back_to(request, "youths:detail", youth.uuid)
    links = reading.links_of(acting, youth)
    items = journal.items_of(acting, youth) + obstacles.items_of(youth)
    current: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    for _, source in timeline_sources.items():
        found = source(acting, youth)
        blocks += found.get("blocks", [])
        items += found["items"]
        current += found["current"]
    return render(
        request,
        "youths/detail.html",
        {
            "youth": youth,
            "active": [link for link in links if link["ended_on"] is None],
            "ended": [link for link in links if link["ended_on"] is not None],
            "story": story.read(items, request.GET, place_of(request)),
            "step": journal.step_of(acting, youth),
            "obstacles": obstacles.open_of(youth),
            "lifted": obstacles.lifted_of(youth),
            "restricted": restricted.of_record(youth),
            "current": current,
            "blocks": blocks,
            "openings": _openings(youth),
            "agreements": agreements_of(youth),
            "agreement_requests": requests_of(youth),
            "situations": _situations(youth),
            "representative": _representative(youth),
            "keeps": acting.organisation_id in youth.keepers,
            "share": youth.share,  # type: ignore[attr-defined]
            "opposed": bool(youth.objection_rows),  # type: ignore[attr-defined]
            "may_refer": rights.may(acting, "write_referral") and not youth.objection_rows,  # type: ignore[attr-defined]
            "beside": beside(request, youth.uuid),
            **presenting.of_record(acting, youth),
        },
    )


def _situations(youth: Youth) -> list[dict[str, Any]]:
    """What the youth does today, and the framework that accompanies them (read with the record)."""
    return [
        {"label": situations.BY_CODE[row["code"]].label, "since": date.fromisoformat(row["since"])}
        for row in youth.situation_rows  # type: ignore[attr-defined]
    ]


def _representative(youth: Youth) -> dict[str, str] | None:
    """Who represents a minor (read with the record); nobody once the youth is of age."""
    row = youth.representative_row  # type: ignore[attr-defined]
    if row is None or not is_minor_on(youth.birth_date, clock.today()):
        return None
    return {**row, "link": LegalRepresentative.Link(row["link"]).label}


def _openings(youth: Youth) -> list[dict[str, Any]]:
    """The last openings of the record with a stated reason (read with it)."""
    reasons = dict(Opening.Reason.choices)
    return [
        {"who": row["who"], "reason": reasons[row["reason"]], "at": parse_datetime(row["at"])}
        for row in youth.opening_rows  # type: ignore[attr-defined]
    ]


@writes
@may("correct_youth")
def youth_correct(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Correct the record (right of rectification), by those who keep it."""
    acting: Acting = request.acting
    youth = kept_youth_or_404(request, uuid)
    # Before the form writes on it what was typed.
    shown = {"youth": youth, "name": youth.full_name, "born": youth.birth_date}
    form = CorrectionForm(acting, youth, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        status = _correct(acting, form)
        if status == 302:
            messages.success(request, "Le dossier est corrigé.")
            return back_to(request, "youths:detail", youth.uuid)
    return render(request, "youths/correct.html", {"form": form, **shown}, status=status)


def _correct(acting: Acting, form: CorrectionForm) -> int:
    """Save: 302 once done, 200 with the error beside the number, 409 when somebody corrected it meanwhile."""
    try:
        with transaction.atomic():
            records.correct(acting, form.instance, form.SAVED, version=form.cleaned_data["version"])
            records.set_representative(form.instance, form.representative)
    except records.Overtaken:
        form.add_error(None, OVERTAKEN)
        return 409
    except IntegrityError as error:
        if "youths_youth_file_number" not in str(error):
            raise
        form.add_error("file_number", form.NUMBER_TAKEN)
        return 200
    return 302


@writes
@may("note_situation")
def youth_situation(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Write what the youth does from a day on, or the framework that accompanies them."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    form = SituationForm(youth, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            records.note_situation(acting, youth, form.cleaned_data["code"], form.cleaned_data["since"])
        except records.Refused as refusal:
            form.add_error("since", str(refusal))
        except records.Overtaken:
            form.add_error(None, OVERTAKEN)
            status = 409
        else:
            messages.success(request, "La situation est notée.")
            return back_to(request, "youths:detail", youth.uuid)
    return render(request, "youths/situation.html", {"form": form, "youth": youth}, status=status)


@writes
@may("open_with_reason")
def youth_open(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """ "Ouvrir avec motif": 24 hours, logged, shown to the lead referent and to the manager."""
    acting: Acting = request.acting
    youth = listed_youth_or_404(request, uuid)
    form = OpeningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        records.open_with_reason(acting, youth, form.cleaned_data["reason"])
        return back_to(request, "youths:detail", youth.uuid)
    return render(request, "youths/open.html", {"form": form, "youth": youth})
