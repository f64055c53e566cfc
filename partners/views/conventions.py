"""Conventions: the list, and the page of one of them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_date
from core.views import may, reads
from partners import coverage
from partners.committee_reading import cards_of
from partners.convention_family import family_of, year_of
from partners.convention_reading import (
    decisions_of,
    facts_of,
    first_of,
    parties_of,
    state_of,
    with_facts,
    with_next_meeting,
)
from partners.convention_state import ConventionState, ending_on
from partners.convention_words import BADGES, carried_over_note, dates_of, span_of, why
from partners.filters import ConventionFilter
from partners.models import (
    Convention,
    ConventionDecision,
    Level,
    Network,
    Theme,
    Topic,
)
from partners.promises import promises_of
from partners.views.listing import listing
from partners.views.persons import person_line


@reads
@may("read_directory")
def convention_list(request: PortalRequest) -> HttpResponse:
    """Every convention, its state as computed today, and the next meeting of its committee."""
    today = clock.today()
    # Latest first; those whose dates are unknown come last, where PostgreSQL would put them first.
    conventions = with_next_meeting(with_facts(Convention.objects.all()), today).order_by(
        Coalesce("starts_on", "signed_on").desc(nulls_last=True), "-code"
    )
    found = listing(request, ConventionFilter(request.GET, conventions))
    lines = [_row(convention, today) for convention in found.page]
    return render(request, "partners/convention_list.html", {"lines": lines, **found.context})


def _row(convention: Convention, today: date) -> Row:
    state = state_of(convention, today)
    parties = ", ".join(party.name for party in parties_of(convention) if party.left_on is None)
    place = convention.region.name if convention.region else convention.get_level_display()
    meeting = convention.next_meeting  # type: ignore[attr-defined]
    next_meeting = f" Prochain comité {fr_date(meeting)}." if meeting else ""
    return Row(
        reverse("partners:convention_detail", args=[convention.uuid]),
        convention.title,
        f"{place} · {parties}" if parties else place,
        f"{span_of(convention)}.{next_meeting}",
        (BADGES[state], state.label),
    )


@reads
@may("read_convention")
def convention_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A convention: what it says, what it follows and what declines it, who promised what, who answers for it."""
    acting: Acting = request.acting
    today = clock.today()
    family = family_of(uuid)
    convention = next((member for member in family if member.uuid == uuid), None)
    if convention is None:
        raise Http404
    state = state_of(convention, today)
    successor = next((member for member in family if member.predecessor_id == convention.pk), None)
    parties = parties_of(convention)
    networks = sorted({party.network for party in parties})
    topics = coverage.topics_of(convention.themes, networks)
    context = {
        "convention": convention,
        "state": state.label,
        "badge": BADGES[state],
        "why": why(convention, today, successor),
        "dates": dates_of(convention),
        "parties": parties,
        "themes": [Theme(theme).label for theme in convention.themes],
        "steps": _succession(family, convention, today),
        "tree": _tree(family, convention, today),
        "promises": promises_of(convention),
        "carried_over": carried_over_note(convention),
        "committees": cards_of(convention, today),
        **_referents(acting, topics, networks, convention.region_id),
    }
    return render(request, "partners/convention_detail.html", context)


def _line(family: Iterable[Convention], convention: Convention) -> list[Convention]:
    """The succession that goes through a convention, oldest first."""
    by_pk = {member.pk: member for member in family}
    first, seen = convention, {convention.pk}
    while first.predecessor_id in by_pk and first.predecessor_id not in seen:
        first = by_pk[first.predecessor_id]
        seen.add(first.pk)
    line, following = [], [first]
    while following:
        line += [member for member in following if member not in line]
        ends = {member.pk for member in following}
        following = [member for member in family if member.predecessor_id in ends and member not in line]
    return line


def _succession(family: list[Convention], convention: Convention, today: date) -> list[dict[str, Any]]:
    """The steps of the line of time; empty when the convention neither replaces nor is replaced."""
    line = _line(family, convention)
    if len(line) < 2:
        return []
    steps = []
    for member in line:
        state = state_of(member, today)
        ending = ending_on(facts_of(member), today)
        lapse = first_of(decisions_of(member), ConventionDecision.Kind.LAPSED)
        until = ending[1].year if ending else None
        if member.ends_on and not (until and until < member.ends_on.year):
            until = member.ends_on.year
        known = year_of(member)
        begun = str(known) if known else "date inconnue"
        steps.append(
            {
                "years": f"{begun} – {until}" if until and until != known else begun,
                "title": member.title,
                "current": member.pk == convention.pk,
                "url": reverse("partners:convention_detail", args=[member.uuid]),
                "badge_kind": BADGES[state],
                "badge_label": state.label,
                "ending": lapse.reason if lapse and state == ConventionState.CADUQUE else "",
            }
        )
    return steps


def _tree(family: list[Convention], convention: Convention, today: date) -> list[dict[str, Any]]:
    """National, regional, local: the texts of the succession that have declinations, and this one's own roots."""
    children: dict[int, list[Convention]] = {}
    for member in family:
        if member.parent_id:
            children.setdefault(member.parent_id, []).append(member)
    by_pk = {member.pk: member for member in family}
    root, seen = convention, {convention.pk}
    while root.parent_id in by_pk and root.parent_id not in seen:
        root = by_pk[root.parent_id]
        seen.add(root.pk)
    roots = [member for member in _line(family, root) if member.pk in children]

    def node(member: Convention) -> dict[str, Any]:
        state = state_of(member, today)
        detail = [member.get_level_display()]
        if member.region:
            detail = [f"{member.get_level_display()}, {member.region.name}"]
        if member.parent_id and not member.parent_proven:
            detail.append("rattachement à vérifier")
        return {
            "title": member.title,
            "current": member.pk == convention.pk,
            "url": reverse("partners:convention_detail", args=[member.uuid]),
            "badge_kind": BADGES[state],
            "badge_label": state.label,
            "detail": " – ".join(detail),
            "children": [node(child) for child in children.get(member.pk, [])],
        }

    return [node(member) for member in roots]


def _referents(acting: Acting, topics: list[str], networks: list[str], region: str | None) -> dict[str, Any]:
    """Coverage by region for each topic, my organisation's referents, and those across from it."""
    cells = coverage.coverage_by_region(topics, networks, region)
    tables = []
    for topic in topics:
        expected = [network for network in networks if network in coverage.EXPECTED[topic]]
        rows = coverage.region_rows(cells[topic], expected)
        nobody = coverage.Cell(0, 0)
        totals = [sum((row["cells"][index] for row in rows), nobody) for index in range(len(expected))]
        tables.append(
            {
                "topic": topic,
                "label": Topic(topic).label,
                "networks": [Network(network).label for network in expected],
                "rows": rows,
                "totals": totals,
                "gap": sum(cell.gap for cell in totals),
                "url": f"{reverse('partners:designation_list')}?sujet={topic}",
            }
        )
    near = coverage.referents_near(topics, networks, acting)
    mine = [person_line(found) for found in near if found.organisation_id == acting.organisation_id]
    answered = {found.topic for found in near if found.organisation_id == acting.organisation_id}
    missing = {
        topic
        for topic in topics
        if acting.level == Level.LOCAL
        and acting.network in coverage.EXPECTED[topic]
        and topic not in answered
    }
    others = [found for found in near if found.organisation_id != acting.organisation_id]
    same_region = [found for found in others if acting.region and found.territory == acting.region]  # type: ignore[attr-defined]
    return {
        "coverage": tables,
        "my_referents": mine,
        "their_referents": [person_line(found) for found in same_region or others[:10]],
        "in_my_region": bool(same_region),
        "missing": [table["label"] for table in tables if table["topic"] in missing],
        "create_url": reverse("partners:designation_create") if rights.may(acting, "designate") else "",
    }
