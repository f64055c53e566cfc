"""Pages of the split: what was simulated, the data, a new simulation, its result, several side by side."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.documents import attachment
from core.doors import about_to_export
from core.exporting import CSV, MEDIA_TYPES, XLSX
from core.requests import PortalRequest
from core.uploads import brought
from core.views import may, reads, writes
from partners.directory.reading import Unreadable
from reporting.funding import exporting, presenting, running
from reporting.funding.forms import FundingFileForm, RunForm
from reporting.funding.money import euros
from reporting.funding.reading import MOST_INDICATORS, MOST_LINES, Table, read
from reporting.funding.rules import Impossible
from reporting.models.funding import FundingFile, FundingRun, at_the_table

PAGE = 50
# Compared at once, as many as there are shapes in the chart.
MOST_COMPARED = 4
# Runs offered as a source of figures, data offered on the list, wrong lines told at once.
OFFERED, OWN_DATA, PROBLEMS = 30, 10, 100


def _acting(request: PortalRequest) -> Acting:
    """Whoever is at the table of their region. Raises PermissionDenied."""
    if not at_the_table(request.acting):
        request.marks.denied(request.acting, "page", None)
        raise PermissionDenied
    return request.acting


@reads
@may("read_funding")
def funding_list(request: PortalRequest) -> HttpResponse:
    """The simulations that one may read, the latest first, and the data that they start from."""
    acting = _acting(request)
    runs = (
        FundingRun.objects.visible_to(acting)
        .light()
        .select_related("organisation", "created_by")
        .order_by("-pk")
    )
    page = Paginator(runs, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "runs": [
            {
                "run": run,
                "envelope": euros(run.envelope),
                "own": run.organisation_id == acting.organisation_id,
            }
            for run in page
        ],
        "total": page.paginator.count,
        "files": list(FundingFile.objects.visible_to(acting).defer("data").order_by("-pk")[:OWN_DATA]),
        "prev_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "most": MOST_COMPARED,
    }
    return render(request, "reporting/funding/list.html", context)


# --- The data -------------------------------------------------------------------------------------------------


@writes
@may("simulate_funding")
def funding_file_add(request: PortalRequest) -> HttpResponse:
    """Bring a table: every wrong line is told, and nothing is kept before there is none."""
    acting = _acting(request)
    assert acting.region is not None
    form, table = FundingFileForm(), None
    if request.method == "POST":
        form = FundingFileForm(request.POST, brought(request))
        if form.is_valid():
            try:
                table = read(form.cleaned_data["fichier"].content, running.missions_of(acting.region))
            except Unreadable as error:
                form.add_error("fichier", str(error))
            else:
                if not table.problems:
                    kept = running.keep_file(acting, form.cleaned_data["titre"], table)
                    messages.success(request, "Les données sont gardées. Relisez-les avant de simuler.")
                    return redirect("reporting:funding_file", kept.uuid)
                form.add_error("fichier", _problems_words(table))
    context = {
        "form": form,
        "problems": table.problems[:PROBLEMS] if table else [],
        "hidden_problems": max(0, len(table.problems) - PROBLEMS) if table else 0,
        "most_lines": MOST_LINES,
        "most_indicators": MOST_INDICATORS,
    }
    return render(request, "reporting/funding/file_add.html", context)


def _problems_words(table: Table) -> str:
    count = len(table.problems)
    lines = f"{count} lignes sont à corriger" if count > 1 else "Une ligne est à corriger"
    return f"{lines} : rien n’a été gardé. Corrigez le fichier, puis choisissez-le de nouveau."


@reads
@may("read_funding")
def funding_template(request: PortalRequest) -> HttpResponse:
    """The table to fill in, with the Missions Locales of the region."""
    acting = _acting(request)
    assert acting.region is not None
    content = exporting.template_csv(acting.region)
    return attachment(content, filename="repartition-modele.csv", media_type=MEDIA_TYPES[CSV])


@reads
@may("read_funding_file")
def funding_file(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The data as they were read."""
    found = running.file_or_404(request, uuid)
    source = running.source_of_file(found)
    context = {"file": found, "source": source, "table": presenting.source_table(source)}
    return render(request, "reporting/funding/file.html", context)


# --- A simulation ---------------------------------------------------------------------------------------------


@writes
@may("simulate_funding")
def funding_create(request: PortalRequest) -> HttpResponse:
    """A new simulation, from data that were brought (``donnees``) or from another one (``copie``)."""
    acting = _acting(request)
    source = _source(request)
    if source is None:
        messages.info(request, "Choisissez des données, ou une simulation à copier.")
        return redirect("reporting:funding_list")
    recent = list(running.recent(acting, OFFERED))
    status = 200
    form = RunForm(source, recent, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("reporting:funding_detail", _run(acting, source, form).uuid)
        except Impossible as error:
            form.refuse(error)
        except running.NameTaken:
            status = 409
            form.add_error(
                "nom", "Une autre simulation de votre structure porte déjà ce nom. Donnez-en un autre."
            )
    context = {"form": form, "source": source, "back": _back(source)}
    return render(request, "reporting/funding/create.html", context, status=status)


def _source(request: PortalRequest) -> running.Source | None:
    """What the address names. Raises Http404 when it may not be read."""
    for name, find in (("copie", _copied), ("donnees", _brought)):
        if text := request.GET.get(name):
            try:
                uuid = UUID(text)
            except ValueError:
                raise Http404 from None
            return find(request, uuid)
    return None


def _copied(request: PortalRequest, uuid: UUID) -> running.Source:
    return running.source_of_run(running.run_or_404(request, uuid))


def _brought(request: PortalRequest, uuid: UUID) -> running.Source:
    return running.source_of_file(running.file_or_404(request, uuid))


def _back(source: running.Source) -> str:
    if source.copied:
        return reverse("reporting:funding_detail", args=[source.copied.uuid])
    return reverse("reporting:funding_file", args=[source.origin["file"]])


def _run(acting: Acting, source: running.Source, form: RunForm) -> FundingRun:
    """Compute and keep what the form asks for. Raises Impossible, NameTaken."""
    typed = form.cleaned_data
    places, sources = form.places()
    return running.run(
        acting,
        source,
        places,
        form.plan(),
        name=typed["nom"],
        year=typed["exercice"],
        comment=typed["commentaire"],
        shared=typed["partagee"],
        sources=sources,
    )


@reads
@may("read_funding_run")
def funding_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """What a simulation gave, term by term."""
    run = running.run_or_404(request, uuid)
    found = presenting.told(run)
    context = {
        "run": run,
        "own": run.organisation_id == request.acting.organisation_id,
        "sentence": presenting.sentence(found),
        "settings": presenting.settings(found),
        "table": presenting.table(found),
        "positions": presenting.positions(found),
        "terms": [presenting.TERMS[name] for name in found.columns],
    }
    return render(request, "reporting/funding/detail.html", context)


@reads
@may("read_funding")
def funding_compare(request: PortalRequest) -> HttpResponse:
    """Two to four simulations side by side."""
    acting = _acting(request)
    asked = []
    for text in dict.fromkeys(request.GET.getlist("simulation")):
        try:
            asked.append(UUID(text))
        except ValueError:
            raise Http404 from None
    context: dict[str, Any] = {"most": MOST_COMPARED, "count": len(asked)}
    if 2 <= len(asked) <= MOST_COMPARED:
        by_uuid = {
            run.uuid: run
            for run in FundingRun.objects.visible_to(acting)
            .select_related("organisation")
            .filter(uuid__in=asked)
        }
        if len(by_uuid) != len(asked):
            request.marks.denied(acting, "funding_run", None)
            raise Http404
        found = [presenting.told(by_uuid[uuid]) for uuid in asked]
        context |= {"runs": [one.run for one in found], "compared": presenting.compared(found)}
    return render(request, "reporting/funding/compare.html", context)


@reads
@may("read_funding_run")
def funding_xlsx(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The workbook of a simulation; a line in the trail."""
    run = running.run_or_404(request, uuid)
    return _exported(request, run, exporting.as_xlsx, XLSX)


@reads
@may("read_funding_run")
def funding_csv(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Its table alone; a line in the trail."""
    run = running.run_or_404(request, uuid)
    return _exported(request, run, exporting.as_csv, CSV)


def _exported(request: PortalRequest, run: FundingRun, make: Any, form: str) -> HttpResponse:
    found = presenting.told(run)
    about_to_export(request, len(found.lines), nominative=False)
    request.marks.exported(request.acting, "funding_run", run.uuid, len(found.lines))
    name = f"repartition-{run.year}-{clock.day_of(run.created_at):%Y-%m-%d}.{form}"
    return attachment(make(found), filename=name, media_type=MEDIA_TYPES[form])
