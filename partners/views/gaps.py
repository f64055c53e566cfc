"""The page of gaps: where a convention in force expects a referent and nobody is designated."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock, exports, rights
from core.acting import Acting
from core.doors import about_to_export
from core.requests import PortalRequest
from core.views import may, reads
from partners.designations import gaps
from partners.filters import GapFilter
from partners.views.listing import chosen, listing

EXPORTED = ("Région", "Département", "Structure", "Réseau", "Sujet", "Conventions")


def _found(request: PortalRequest) -> tuple[GapFilter, list[gaps.Gap], list[gaps.RegionCount]]:
    acting: Acting = request.acting
    wanted = gaps.asked()
    filters = GapFilter(request.GET, wanted, acting.region or "")
    convention, topic, network, region = (
        chosen(filters, name) for name in ("convention", "sujet", "reseau", "region")
    )
    asking = [one for one in wanted if convention in ("", one.code)]
    found, counts = gaps.find(asking, network=network, region=region, topic=topic, first=acting.region or "")
    return filters, found, counts


@reads
@may("read_directory")
def gap_list(request: PortalRequest) -> HttpResponse:
    """The organisations without a referent on the topics of a convention in force, one's own region first."""
    acting: Acting = request.acting
    filters, found, counts = _found(request)
    shown = listing(request, filters, found)  # type: ignore[arg-type]
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("region", None)
    context = {
        "gaps": shown.page.object_list,
        "counts": counts,
        "asks": bool(counts),
        "topics": sum(count.topics for count in counts),
        "query": query.urlencode(),
        "own": acting.organisation_id if rights.may(acting, "designate") else 0,
        "create_url": reverse("partners:designation_create"),
        "export_url": f"{reverse('partners:gap_export')}?{request.GET.urlencode()}",
        **shown.context,
    }
    return render(request, "partners/gap_list.html", context)


@reads
@may("read_directory")
def gap_export(request: PortalRequest) -> HttpResponse:
    """The same selection as a file, a line for each organisation and topic: one file, which names nobody."""
    about_to_export(request, 1, nominative=False)
    _, found, _ = _found(request)
    rows: list[list[exports.Cell]] = [
        [gap.region_label, gap.department, gap.name, gap.network_label, missing.label,
         ", ".join(one.title for one in missing.conventions)]
        for gap in found
        for missing in gap.missing
    ]  # fmt: skip
    request.marks.exported(request.acting, "organisation", None, 1)
    return exports.csv_response(f"referents-manquants-{clock.today():%Y-%m-%d}.csv", EXPORTED, rows)
