"""The dashboard, its indicators, its refresh and its comments."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock, outbox, rights
from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, reads, writes
from partners.models import Region
from reporting.dashboards import catalogue, commenting, organisation, territory
from reporting.dashboards.filters import DashboardFilters
from reporting.dashboards.words import freshness
from reporting.published import REQUEST

# The filters that one keeps from a page to another.
_KEPT = ("periode", "dispositif", "reseau", "convention", "region", "departement")


def _perimeter(request: PortalRequest) -> Acting:
    """Who acts; 403 for a regional officer of no region."""
    acting = request.acting
    if acting.steers and not acting.sees_nation and acting.region is None:
        raise PermissionDenied
    return acting


def dashboard_context(request: PortalRequest) -> dict[str, Any]:
    """What the dashboard shows: its page and its file are made of it."""
    acting = _perimeter(request)
    form = DashboardFilters(acting, request.GET)
    context = territory.page(acting, form) if acting.steers else organisation.page(acting, form)
    return context | _around(acting, form, context, "reporting:dashboard_export")


def indicators_context(request: PortalRequest) -> dict[str, Any]:
    """What the page of every indicator shows: its page and its file are made of it."""
    acting = _perimeter(request)
    form = DashboardFilters(acting, request.GET)
    context = catalogue.page(acting, form)
    return context | _around(acting, form, context, "reporting:indicators_export")


@reads
@may("read_figures")
def dashboard(request: PortalRequest) -> HttpResponse:
    """Figures of the acting person's perimeter: their organisation, their region, the nation, a convention."""
    return render(request, "reporting/dashboard.html", dashboard_context(request))


@reads
@may("read_figures")
def dashboard_indicators(request: PortalRequest) -> HttpResponse:
    """Every indicator of the perimeter, by family."""
    return render(request, "reporting/dashboard_indicators.html", indicators_context(request))


@writes
@may("refresh_figures")
def figures_refresh(request: PortalRequest) -> HttpResponse:
    """Ask for exact figures: a row for the worker, never work done here."""
    if request.method == "POST":
        # Twice within the same minute is once.
        outbox.post(REQUEST, {}, effect_key=f"figures:{clock.now():%Y%m%d%H%M}")
        messages.success(
            request, "Les chiffres sont demandés : ils seront exacts dans quelques minutes, pour tous."
        )
    return redirect(reverse("reporting:dashboard", query=_kept(request.GET)))


@writes
@may("comment_figure")
def figure_comment(request: PortalRequest) -> HttpResponse:
    """Say something beside a figure of one's perimeter. An address that names no figure or no region is no page."""
    acting = _perimeter(request)
    region, place = _commented(acting, request.GET.get("region", ""))
    indicator, asked = request.GET.get("indicateur", ""), request.GET.get("convention", "")
    convention = DashboardFilters(acting, request.GET).conventions.get(asked) if asked else None
    if (indicator and indicator not in commenting.COMMENTED) or (asked and convention is None):
        raise Http404
    if convention is not None:
        place = f"{place} – {convention.title}"
    back = reverse("reporting:dashboard", query=_kept(request.GET))
    form = commenting.CommentForm(request.POST or None, initial={"indicateur": indicator})
    if request.method == "POST" and form.is_valid():
        code, text = form.cleaned_data["indicateur"], form.cleaned_data["texte"]
        commenting.say(acting, region, code, text, convention.pk if convention else None)
        messages.success(
            request,
            "Votre commentaire est écrit à côté du chiffre."
            if text
            else "Ce que votre structure disait de ce chiffre est retiré.",
        )
        if form.warned:
            messages.warning(
                request,
                f"Votre texte parle de santé ou de justice ({', '.join(form.warned)}) : vérifiez qu’il ne désigne "
                "personne.",
            )
        return redirect(back)
    context = {"form": form, "place": place, "back_url": back}
    return render(request, "reporting/figure_comment.html", context)


def _commented(acting: Acting, asked: str) -> tuple[str | None, str]:
    """The region that a comment is about, and the name of the place; 404 for a region that is none."""
    if not acting.steers:
        return None, acting.label
    region = asked if acting.sees_nation else acting.region
    if not region:
        return None, "France entière"
    name = dict(Region.objects.values_list("code", "name")).get(region)
    if name is None:
        raise Http404
    return region, name


def _kept(data: Any) -> dict[str, str]:
    return {name: str(data[name])[:60] for name in _KEPT if data.get(name)}


def _around(acting: Acting, form: DashboardFilters, context: dict[str, Any], export: str) -> dict[str, Any]:
    """What both pages have around their figures."""
    convention = form.conventions.get(form.chosen["convention"])
    comments = commenting.said(
        acting, form.territory if acting.steers else None, convention.pk if convention else None
    )
    figures = [
        *context.get("figures", ()),
        *(one for family in context.get("families", ()) for one in family["figures"]),
    ]
    query = urlencode(_kept(form.data))
    active = _active(form)
    may_comment = rights.may(acting, "comment_figure")
    # The page of every indicator has figures alone.
    wholes: dict[str, dict[str, Any]] = {
        code: {"code": code, "label": label} for code, label in commenting.WHOLES.items() if "gaps" in context
    }
    for figure in (*figures, *wholes.values()):
        figure["comments"] = comments.get(figure["code"], [])
        if may_comment and figure["code"] in commenting.COMMENTED:
            figure["comment_url"] = (
                f"{reverse('reporting:figure_comment')}?{urlencode({'indicateur': figure['code'], **active})}"
            )
    for table in context.get("tables", ()):
        table["whole"] = wholes[table["code"]]
    return {
        "wholes": wholes,
        "form": form,
        "chips": _chips(form, active),
        "reset_url": reverse("reporting:dashboard"),
        "freshness": freshness(context["figures_at"]),
        "query": query,
        # What was understood of it, for the trail.
        "said": urlencode(active),
        "export_url": f"{reverse(export)}?{query}",
        "may_refresh": rights.may(acting, "refresh_figures"),
    }


def _active(form: DashboardFilters) -> dict[str, str]:
    """The filters that were chosen, without what is unknown."""
    return {name: value for name, value in form.chosen.items() if value and form.data.get(name) == value}


def _chips(form: DashboardFilters, active: dict[str, str]) -> list[dict[str, str]]:
    """The active filters, each with the address of the page without it."""
    return [
        {
            "label": form.choice_label(name, value),
            "url": "?" + urlencode({other: kept for other, kept in active.items() if other != name}),
        }
        for name, value in active.items()
        if name in form.fields
    ]
