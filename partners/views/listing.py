"""What the lists of this room share: active filters as chips, pages with an exact count, rows to tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django_filters import FilterSet

from core.requests import PortalRequest
from partners.models import Convention

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a filtered list, and what its template needs around it."""

    filters: FilterSet
    page: Page
    context: dict[str, Any]


def ticked(request: PortalRequest, name: str) -> list[UUID]:
    """The rows that were ticked in a list; what a page never sends is left out."""
    found = []
    for one in request.POST.getlist(name):
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


def all_ticked(request: PortalRequest) -> bool:
    """Whether the rows of a page are ticked at first; its link says that none is (``coches=aucun``)."""
    return request.GET.get("coches") != "aucun"


def listing(
    request: PortalRequest,
    filters: FilterSet,
    queryset: QuerySet | Sequence[Any] | None = None,
    size: int = PAGE,
) -> Listing:
    """The page asked for (the first or the last one when it does not exist), with its count and its chips.

    ``queryset`` replaces the filtered one when the view narrows it further. Two queries; none for a sequence.
    """
    filters.form.is_valid()
    paginator = Paginator(filters.qs if queryset is None else queryset, size)
    if queryset is None and (known := getattr(filters, "known_count", None)) is not None:
        paginator.count = known
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": filters.form,
        "chips": chips_of(request, filters),
        "reset_url": request.path,
        "page": page,
        "total": page.paginator.count,
        "prev_url": _address(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": _address(request, page=page.next_page_number()) if page.has_next() else "",
        "where": f"Page {page.number} sur {page.paginator.num_pages}" if page.paginator.num_pages > 1 else "",
    }
    return Listing(filters, page, context)


def name_chip(found: Listing) -> Convention | None:
    """The chip of the filter on a convention says its title: the address holds an identifier. One query, or none."""
    asked = chosen(found.filters, "convention")
    convention = Convention.objects.filter(uuid=asked).only("uuid", "title").first() if asked else None
    for chip in found.context["chips"] if convention else []:
        chip["label"] = chip["label"].replace(str(convention.uuid), convention.title)  # type: ignore[union-attr]
    return convention


def chosen(filters: FilterSet, name: str) -> str:
    """The valid value of a filter, empty when there is none."""
    filters.form.is_valid()
    return filters.form.cleaned_data.get(name) or ""


def chips_of(request: PortalRequest, filters: FilterSet) -> list[dict[str, str]]:
    found = []
    for name, field in filters.form.fields.items():
        value = filters.form.cleaned_data.get(name)
        if not value:
            continue
        words = dict(getattr(field, "choices", [])).get(value, value)
        found.append({"label": f"{field.label} : {words}", "url": _address(request, **{name: None})})
    return found


def _address(request: PortalRequest, **changes: Any) -> str:
    """The address of this list with some parameters changed; any change but the page goes back to the first."""
    query = request.GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
