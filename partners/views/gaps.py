"""The page of gaps: where a convention in force expects a referent and nobody is designated."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import exporting, rights
from core.acting import Acting
from core.doors import about_to_export
from core.exporting import Column, Table
from core.exports import Cell
from core.requests import PortalRequest
from core.views import may, reads
from partners.designations import gaps
from partners.exporting.saying import figures
from partners.filters import GapFilter
from partners.views.listing import chips_of, chosen, listing

_EXPORTED = (
    Column("Région", width=26),
    Column("Département", width=22),
    Column(
        "Structure",
        "Une structure que les conventions concernent, et qui n’a désigné personne sur le sujet.",
        40,
    ),
    Column("Réseau", width=26),
    Column("Sujet", "Un sujet sur lequel une convention en vigueur attend un référent.", 30),
    Column("Conventions", "Celles qui l’attendent.", 50),
)


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
    # The same filters, whatever the page and the file that were asked for.
    asked = request.GET.copy()
    for name in ("page", "format"):
        asked.pop(name, None)
    context = {
        "gaps": shown.page.object_list,
        "counts": counts,
        "asks": bool(counts),
        "topics": sum(count.topics for count in counts),
        "query": query.urlencode(),
        "own": acting.organisation_id if rights.may(acting, "designate") else 0,
        "create_url": reverse("partners:designation_create"),
        "export_url": f"{reverse('partners:gap_export')}?{asked.urlencode()}",
        **shown.context,
    }
    return render(request, "partners/gap_list.html", context)


@reads
@may("read_directory")
def gap_export(request: PortalRequest) -> HttpResponse:
    """The same selection as a file, a line for each organisation and topic: one file, which names nobody."""
    about_to_export(request, 1, nominative=False)
    filters, found, _ = _found(request)
    rows: list[list[Cell]] = [
        [gap.region_label, gap.department, gap.name, gap.network_label, missing.label,
         ", ".join(one.title for one in missing.conventions)]
        for gap in found
        for missing in gap.missing
    ]  # fmt: skip
    request.marks.exported(request.acting, "organisation", None, 1)
    asked = [("Filtre", chip["label"]) for chip in chips_of(request, filters)]
    title = "Référents manquants"
    contents = figures(request.acting, "referents-manquants", title, [Table(title, _EXPORTED, rows)], asked)
    return exporting.as_answer(contents, exporting.form_of(request.GET, exporting.CSV))
