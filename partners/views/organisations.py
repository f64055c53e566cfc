"""Organisations: the directory, and the page of one of them."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from core import clock, rights
from core.acting import Acting
from core.addresses import address
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from core.working_days import long_date
from partners.conventions.reading import parties_of, state_of
from partners.conventions.state import ConventionState
from partners.conventions.words import BADGES, span_of
from partners.designations.coverage import listed_for
from partners.filters import OrganisationFilter
from partners.forms import MunicipalityForm
from partners.founding import NATIONAL_ORGANISATIONS, SMV_SITES
from partners.models import Organisation
from partners.organisation_reading import (
    ONE_BY_ONE,
    end_in_words,
    figures_of,
    organisation_of,
    people_of,
    referents_of,
    relatives_of,
    replaced_in_words,
    signed_by,
    teams_of,
    topics_without,
)
from partners.views.listing import listing
from partners.views.persons import person_line

# What the sources say of the organisations the product ships with, uncertainties included.
_NOTES = {body.key: body.note for body in NATIONAL_ORGANISATIONS} | {
    site.key: site.note for site in SMV_SITES if site.note
}


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
            address("partners:organisation_detail", organisation.uuid),
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
    organisation = organisation_of(uuid, acting)
    if organisation is None:
        raise Http404
    own = organisation.pk == acting.organisation_id
    conventions, running = _conventions(organisation, clock.today())
    referents = referents_of(organisation)
    missing = topics_without(organisation, {designation.topic for designation in referents})
    relatives = relatives_of(organisation, acting)
    people = people_of(organisation) if own else []
    context = {
        "organisation": organisation,
        "place": place_in_words(organisation),
        "town": organisation.municipality.name if organisation.municipality else "",
        "end": end_in_words(organisation),
        "note": _NOTES.get(organisation.key, ""),
        "parent": _named(organisation.parent, acting),
        "successor": _named(organisation.successor, acting),
        "replaced": [
            {"name": one.name, "url": _url(one), "since": replaced_in_words(one)}
            for one in relatives.replaced
        ],
        "figures": figures_of(organisation, running, missing),
        "conventions": conventions,
        "referents": [person_line(designation) for designation in referents],
        "missing": missing,
        "hanging": [Row(_url(one), one.name, place_in_words(one)) for one in relatives.hanging],
        "hanging_more": relatives.more,
        "own": own,
        "people": people if len(people) <= ONE_BY_ONE else [],
        "teams": teams_of(people) if len(people) > ONE_BY_ONE else [],
        "may_designate": own and rights.may(acting, "designate"),
    }
    return render(request, "partners/organisation_detail.html", context)


def _conventions(organisation: Organisation, today: date) -> tuple[list[Row], int]:
    """The texts to which it is or was a party, what still runs first; and how many are in force for it."""
    found = []
    for convention in signed_by(organisation):
        state = state_of(convention, today)
        own = [party for party in parties_of(convention) if party.organisation == organisation.pk]
        left = max((party.left_on for party in own if party.left_on), default=None)
        gone = bool(left and left < today and all(party.left_on for party in own))
        found.append((convention, state, f"Partie jusqu’au {long_date(left)}." if left and gone else ""))
    # The sort is stable.
    found.sort(key=lambda one: bool(one[1].ended or one[2]))
    lines = [
        Row(
            address("partners:convention_detail", convention.uuid),
            convention.title,
            span_of(convention),
            left,
            (BADGES[state], state.label),
        )
        for convention, state, left in found
    ]
    return lines, sum(state == ConventionState.EN_VIGUEUR and not left for _, state, left in found)


def _named(other: Organisation | None, acting: Acting) -> dict[str, str] | None:
    """Another organisation as this page names it: a sensitive one has no name and no page."""
    if other is None:
        return None
    hidden = other.is_sensitive and other.pk != acting.organisation_id
    return {"name": other.outward_name, "url": ""} if hidden else {"name": other.name, "url": _url(other)}


def _url(organisation: Organisation) -> str:
    return address("partners:organisation_detail", organisation.uuid)


def place_in_words(organisation: Organisation) -> str:
    """Where it is, from the narrowest to the widest known."""
    parts = [
        organisation.municipality.name if organisation.municipality else "",
        str(organisation.department) if organisation.department else "",
        organisation.region.name if organisation.region else "",
    ]
    return ", ".join(part for part in parts if part) or organisation.get_level_display()
