"""Pages of the reporting room: the dashboard, the committees and their packs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.views import may, reads
from reporting import dashboard as board
from reporting.forms import DashboardFilters
from reporting.indicators import CATALOGUE, FAMILIES
from reporting.indicators.base import REFERRALS


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
