"""Shared resources: the shelf of the conventions, adding to it, taking away what is one's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import rights, uploads
from core.acting import Acting
from core.documents import hand_over
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners import resources
from partners.filters import ResourceFilter
from partners.models import Resource
from partners.outward import shown_name
from partners.resource_forms import ResourceForm
from partners.views.listing import listing, name_chip

PAGE = 30


@reads
@may("read_directory")
def resource_list(request: PortalRequest) -> HttpResponse:
    """What the parties of the conventions share, by title."""
    acting: Acting = request.acting
    shared = Resource.objects.select_related("convention", "organisation", "document").order_by("title", "pk")
    filters = ResourceFilter(request.GET, shared)
    found = listing(request, filters, size=PAGE)
    convention = name_chip(found)
    add_url = reverse("partners:resource_add") if rights.may(acting, "share_resource") else ""
    context = {
        "resources": [_line(acting, resource) for resource in found.page],
        "add_url": f"{add_url}?convention={convention.uuid}" if add_url and convention else add_url,
        **found.context,
    }
    return render(request, "partners/resource_list.html", context)


def _line(acting: Acting, resource: Resource) -> dict[str, Any]:
    return {
        "resource": resource,
        "url": resource.url or reverse("partners:resource_file", args=[resource.uuid]),
        "by": shown_name(acting, resource.organisation),
        "format": resource.document.filename.rpartition(".")[2].upper() if resource.document else "",
        "own": resource.organisation_id == acting.organisation_id and rights.may(acting, "remove_resource"),
    }


@reads
@may("read_resource")
def resource_file(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A file that was shared; a line in the trail."""
    resource = get_object_or_404(Resource.objects.select_related("document"), uuid=uuid)
    if resource.document is None:
        raise Http404
    return hand_over(request, resource.document, "resource", resource.uuid)


@writes
@may("share_resource")
def resource_add(request: PortalRequest) -> HttpResponse:
    """Share a link or a file, for a convention of one's organisation or of its network."""
    acting: Acting = request.acting
    posted = (request.POST, uploads.brought(request)) if request.method == "POST" else (None, None)
    form = ResourceForm(acting, *posted, initial={"convention": request.GET.get("convention", "")})
    if request.method == "POST" and form.is_valid():
        resource = resources.add(acting, **form.written())
        messages.success(request, "La ressource est partagée.")
        return redirect(f"{reverse('partners:resource_list')}?convention={resource.convention.uuid}")
    return render(request, "partners/resource_form.html", {"form": form})


@writes
@may("remove_resource")
def resource_remove(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Take away a resource of one's own organisation."""
    resource = get_object_or_404(Resource.objects.select_related("convention", "document"), uuid=uuid)
    if resource.organisation_id != request.acting.organisation_id:
        raise PermissionDenied
    if request.method == "POST":
        resources.remove(resource)
        messages.success(request, "La ressource est retirée.")
        return redirect("partners:resource_list")
    return render(request, "partners/resource_remove.html", {"resource": resource})
