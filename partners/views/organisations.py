"""Organisations: the directory, and the page of one of them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from core.working_days import long_date
from partners.convention_reading import BADGES, span_of, state_of, with_facts
from partners.coverage import listed_for
from partners.filters import OrganisationFilter
from partners.forms import MunicipalityForm
from partners.founding import NATIONAL_ORGANISATIONS, SMV_SITES
from partners.models import Convention, Designation, Membership, Organisation
from partners.views.listing import listing
from partners.views.persons import person_line

# What the sources say of the organisations the product ships with, uncertainties included.
_NOTES = {body.key: body.note for body in NATIONAL_ORGANISATIONS} | {
    site.key: site.note for site in SMV_SITES if site.note
}
_GONE_ON_UNKNOWN_DAY = {body.key for body in NATIONAL_ORGANISATIONS if body.ceased and not body.ends_on}


@reads
@may("read_directory")
def organisation_list(request: PortalRequest) -> HttpResponse:
    """Who is who: every organisation of the networks, filtered by network, territory and words."""
    organisations = (
        listed_for(request.acting)
        .select_related("region", "department", "municipality")
        .order_by("name", "pk")
    )
    found = listing(request, OrganisationFilter(request.GET, organisations))
    today = clock.today()
    lines = [
        Row(
            reverse("partners:organisation_detail", args=[organisation.uuid]),
            organisation.name,
            f"{organisation.get_network_display()} · {place_in_words(organisation)}",
            badge=("neutre", "N’existe plus")
            if organisation.ends_on and organisation.ends_on <= today
            else None,
        )
        for organisation in found.page
    ]
    context = {"lines": lines, "municipality_form": MunicipalityForm(), **found.context}
    return render(request, "partners/organisation_list.html", context)


@reads
@may("read_organisation")
def organisation_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """An organisation: how to reach it, its conventions, its referents; its people for its own members only."""
    acting: Acting = request.acting
    organisation = (
        listed_for(acting)
        .filter(uuid=uuid)
        .select_related("region", "department", "municipality", "parent", "successor")
        .first()
    )
    if organisation is None:
        raise Http404
    today = clock.today()
    own = organisation.pk == acting.organisation_id
    signed = with_facts(Convention.objects.filter(parties__organisation=organisation)).order_by("code")
    found = [(convention, state_of(convention, today)) for convention in signed]
    # What still runs first; the sort is stable.
    found.sort(key=lambda one: bool(one[1].ended))
    conventions = [
        Row(
            reverse("partners:convention_detail", args=[convention.uuid]),
            convention.title,
            span_of(convention),
            badge=(BADGES[state], state.label),
        )
        for convention, state in found
    ]
    referents = (
        Designation.objects.live().filter(organisation=organisation).with_people().order_by("topic", "pk")
    )
    context = {
        "organisation": organisation,
        "place": place_in_words(organisation),
        "gone": _gone(organisation),
        "note": _NOTES.get(organisation.key, ""),
        "parent_visible": bool(organisation.parent and not organisation.parent.is_sensitive),
        "conventions": conventions,
        "referents": [person_line(designation) for designation in referents],
        "own": own,
        "people": _people(organisation) if own else [],
        "may_designate": own and rights.may(acting, "designate"),
    }
    return render(request, "partners/organisation_detail.html", context)


def place_in_words(organisation: Organisation) -> str:
    """Where it is, from the narrowest to the widest known."""
    parts = [
        organisation.municipality.name if organisation.municipality else "",
        str(organisation.department) if organisation.department else "",
        organisation.region.name if organisation.region else "",
    ]
    return ", ".join(part for part in parts if part) or organisation.get_level_display()


def _gone(organisation: Organisation) -> str:
    """Since when it no longer exists, in words; empty while it does."""
    ends_on = organisation.ends_on
    if ends_on is None or ends_on > clock.today():
        return ""
    how = "au plus tard le" if organisation.key in _GONE_ON_UNKNOWN_DAY else "le"
    return f"Cette structure a cessé d’exister {how} {long_date(ends_on)}."


def _people(organisation: Organisation) -> list[dict[str, Any]]:
    members = (
        Membership.objects.live()
        .filter(organisation=organisation, user__is_active=True)
        .select_related("user", "team")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    return [
        {
            "name": member.user.get_full_name(),
            "role": member.get_role_display(),
            "team": member.team.name if member.team else "",
        }
        for member in members
    ]
