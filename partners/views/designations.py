"""Designated referents: who answers for what, where nobody does, and naming somebody."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core import clock, rights
from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, reads, writes
from core.working_days import long_date
from partners.designations import coverage
from partners.designations.forms import DesignationChangeForm, DesignationEndForm, DesignationForm
from partners.filters import DesignationFilter
from partners.models import Designation, Organisation, Topic
from partners.people.absences import standing_absence
from partners.views.listing import chosen, listing
from partners.views.persons import person_line

GAPS = 100


@reads
@may("read_directory")
def designation_list(request: PortalRequest) -> HttpResponse:
    """Who answers for what today; for one topic, the organisations where nobody does."""
    acting: Acting = request.acting
    designations = (
        Designation.objects.live()
        .filter(organisation__in=coverage.listed_for(acting))
        .with_people()
        .order_by("topic", "organisation__name", "pk")
    )
    filters = DesignationFilter(request.GET, designations)
    found = listing(request, filters)
    topic, network, region = (chosen(filters, name) for name in ("sujet", "reseau", "region"))
    gaps: list[Organisation] = []
    if topic:
        gaps = list(coverage.gaps_of(topic, network, region).select_related("department")[: GAPS + 1])
    rows = [person_line(designation) for designation in found.page]
    may_designate = rights.may(acting, "designate")
    context = {
        "rows": rows,
        "topic": Topic(topic).label if topic else "",
        "gaps": gaps[:GAPS],
        "more_gaps": len(gaps) > GAPS,
        "summary": [] if topic else coverage.coverage_by_topic(network, region),
        "query": request.GET.urlencode(),
        "may_designate": may_designate,
        **found.context,
    }
    return render(request, "partners/designation_list.html", context)


@writes
@may("designate")
def designation_create(request: PortalRequest) -> HttpResponse:
    """A manager, or the staff of a regional or national body, names the referent of their organisation."""
    acting: Acting = request.acting
    wanted = {
        field: request.GET.get(name, "")
        for field, name in (("topic", "sujet"), ("convention", "convention"), ("department", "departement"))
    }
    form = DesignationForm(acting, request.POST or None, initial=wanted)
    status = 200
    if request.method == "POST" and form.is_valid():
        if form.save_or_tell():
            made, name = form.instance, form.instance.user.get_full_name()
            later = made.starts_on > clock.today()
            said = (
                f"sera référent désigné à partir du {long_date(made.starts_on)}"
                if later
                else "est maintenant référent désigné"
            )
            messages.success(request, f"{name} {said}.")
            return redirect("partners:designation_list")
        status = 409
    return render(request, "partners/designation_form.html", {"form": form}, status=status)


def designation_or_404(request: PortalRequest, pk: int) -> Designation:
    """A designation of one's own organisation, locked when it may be changed. Raises Http404, PermissionDenied."""
    acting: Acting = request.acting
    found = Designation.objects.select_related(
        "user", "organisation", "substitute", "convention", "department"
    )
    if request.method == "POST":
        found = found.select_for_update(of=("self",))
    designation = get_object_or_404(found.filter(organisation__in=coverage.listed_for(acting)), pk=pk)
    if designation.organisation_id != acting.organisation_id:
        raise PermissionDenied
    return designation


@writes
@may("change_designation")
def designation_change(request: PortalRequest, pk: int) -> HttpResponse:
    """Another substitute, other dates; a planned absence is shown."""
    designation = designation_or_404(request, pk)
    absence = standing_absence(designation)
    # Read before the form, which writes what was typed on the same object.
    context = {
        "designation": designation,
        "substitute": designation.substitute.get_full_name() if designation.substitute else "",
        "period": (designation.starts_on, designation.ends_on),
        "absence": absence,
        "may_declare": rights.may(request.acting, "declare_absence"),
    }
    form = DesignationChangeForm(request.POST or None, instance=designation)
    status = 200
    if request.method == "POST" and form.is_valid():
        if form.overtaken:
            form.tell_overtaken()
        elif form.save_or_tell():
            messages.success(request, "La désignation est changée.")
            return redirect("partners:designation_list")
        status = 409
    return render(request, "partners/designation_change.html", context | {"form": form}, status=status)


@writes
@may("change_designation")
def designation_end(request: PortalRequest, pk: int) -> HttpResponse:
    """The last day of a designation of one's own organisation."""
    designation = designation_or_404(request, pk)
    last_day = max(clock.today(), designation.starts_on)
    form = DesignationEndForm(request.POST or None, instance=designation, initial={"ends_on": last_day})
    status = 200
    if request.method == "POST" and form.is_valid():
        if form.save_or_tell():
            messages.success(request, f"La désignation finit le {long_date(form.cleaned_data['ends_on'])}.")
            return redirect("partners:designation_list")
        status = 409
    context = {"form": form, "designation": designation}
    return render(request, "partners/designation_end.html", context, status=status)
