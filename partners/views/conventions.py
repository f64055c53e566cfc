"""Conventions: the list, the page of one of them on a chosen day, and its documents."""

from datetime import date
from uuid import UUID

from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from core import clock
from core.addresses import address
from core.documents import hand_over
from core.hooks import agreed_delays
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_date
from core.views import may, reads
from partners.committees.reading import cards_of
from partners.conventions.changes import Change, changes_of
from partners.conventions.facts import spans_of
from partners.conventions.family import Reach, family_of, listed
from partners.conventions.reading import facts_of, parties_of, state_of
from partners.conventions.record import documents_of, figures_of, reading_of
from partners.conventions.state import binds, state_on
from partners.conventions.words import BADGES, carried_over_note, dates_of, span_of, why
from partners.designations import coverage
from partners.filters import ConventionFilter
from partners.forms import DayForm
from partners.models import Convention, ConventionDocument, Theme
from partners.promises import promises_of
from partners.views.convention_referents import referents_of
from partners.views.convention_tree import succession, tree
from partners.views.listing import listing, name_chip

# Days offered as links, latest first; the others are in the list of changes.
_LINKS = 6


@reads
@may("read_directory")
def convention_list(request: PortalRequest) -> HttpResponse:
    """Every convention, its state as computed today, and the next meeting of its committee."""
    today = clock.today()
    # Latest first; those whose dates are unknown come last, where PostgreSQL would put them first.
    conventions = Convention.objects.only("pk").order_by(
        Coalesce("starts_on", "signed_on").desc(nulls_last=True), "-code"
    )
    found = listing(request, ConventionFilter(request.GET, conventions))
    name_chip(found)
    page = [one.pk for one in found.page]
    lines = [_row(convention, reach, today) for convention, reach in listed(page, today)]
    return render(request, "partners/convention_list.html", {"lines": lines, **found.context})


def _row(convention: Convention, reach: Reach, today: date) -> Row:
    facts = facts_of(convention)
    state = state_on(facts, today)
    names = {party.key: party.name for party in parties_of(convention)}
    parties = ", ".join(names[span.key] for span in spans_of(facts) if span.covers(today))
    place = convention.region.name if convention.region else convention.get_level_display()
    meeting = convention.next_meeting  # type: ignore[attr-defined]
    more = [str(reach), f"Prochain comité {fr_date(meeting)}." if meeting else ""]
    return Row(
        address("partners:convention_detail", convention.uuid),
        convention.title,
        f"{place} · {parties}" if parties else place,
        " ".join([f"{span_of(convention)}.", *filter(None, more)]),
        (BADGES[state], state.label),
    )


@reads
@may("read_convention")
def convention_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A convention on a day (today, or ``?au=``): what it says, where it stands, who promised what, who answers."""
    today = clock.today()
    form = DayForm(request.GET)
    day = (form.cleaned_data["au"] if form.is_valid() else None) or today
    family = family_of(uuid, day, request.acting)
    if family is None:
        raise Http404
    convention = family.convention
    successor = next((member for member in family.members if member.predecessor_id == convention.pk), None)
    state = state_of(convention, day)
    changes = changes_of(convention, today, successor)
    context = {
        "convention": convention,
        "form": form,
        "day": day,
        "today": today,
        "links": _days(changes),
        "state": state.label,
        "badge": BADGES[state],
        "why": why(convention, day, successor),
        "dates": dates_of(convention, day),
        "reading": reading_of(convention, day),
        "themes": [Theme(theme).label for theme in convention.themes],
        "steps": succession(family, day),
        "tree": tree(family, day),
        "promises": promises_of(convention, as_of=day),
        "carried_over": carried_over_note(convention),
        # On a past day, only what had happened by then.
        "changes": [change for change in changes if day == today or change.day <= day],
        "documents": documents_of(convention),
        "figures": figures_of(convention),
        "delays": [(agreed_delays.get(name) or name, value) for name, value in convention.delays.items()],
    }
    if day == today:
        networks = sorted({party.network for party in parties_of(convention)})
        # A text that no longer holds, or is suspended, expects nobody.
        expected = binds(state)
        topics = coverage.topics_of(convention.themes, networks) if expected else []
        context["committees"] = cards_of(convention, today)
        context |= referents_of(request.acting, topics, networks, convention.region_id)
        context["expects_referents"] = expected
    return render(request, "partners/convention_detail.html", context)


def _days(changes: list[Change]) -> list[date]:
    """The latest days on which something changed."""
    return list(dict.fromkeys(change.day for change in changes))[:_LINKS]


@reads
@may("read_convention")
def convention_document(request: PortalRequest, uuid: UUID, document: UUID) -> HttpResponse:
    """A version of a document of a convention; a line in the trail."""
    found = get_object_or_404(
        ConventionDocument.objects.select_related("document"), uuid=document, convention__uuid=uuid
    )
    return hand_over(request, found.document, "convention", uuid)
