"""Sessions, read: what is to come, what took place, the page and the calendar file of one of them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core import rights
from core.acting import Acting
from core.hooks import session_links
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from partners.calendars import Entry, as_calendar
from partners.filters import SessionFilter
from partners.local_time import local
from partners.models import Organisation, Session
from partners.outward import may_open, shown_name
from partners.sessions import when, where, zone_of
from partners.views.listing import listing, name_chip

_BADGES = {
    Session.State.PLANNED: ("info", "Prévue"),
    Session.State.HELD: ("ok", "Tenue"),
    Session.State.CANCELLED: ("neutre", "Annulée"),
}


def with_places() -> QuerySet[Session]:
    """Sessions with what their lines and pages show."""
    return Session.objects.select_related("organiser", "department", "municipality")


def badge_of(session: Session) -> tuple[str, str]:
    """Where a session stands; one that began and that nobody said held is to be confirmed."""
    if session.state == Session.State.PLANNED and session.has_begun:
        return ("attente", "À confirmer")
    return _BADGES[Session.State(session.state)]


@reads
@may("read_directory")
def session_list(request: PortalRequest) -> HttpResponse:
    """The sessions of all partners: those to come, the soonest first, unless asked otherwise."""
    acting: Acting = request.acting
    filters = SessionFilter(request.GET, with_places().order_by("-starts_at", "-pk"), request=request)
    found = listing(request, filters)
    lines = [_row(acting, session) for session in found.page]
    name_chip(found)
    context = {
        "lines": lines,
        "create_url": reverse("partners:session_create") if rights.may(acting, "create_session") else "",
        **found.context,
    }
    return render(request, "partners/session_list.html", context)


def _row(acting: Acting, session: Session) -> Row:
    place, moment = where(session) or "À distance", when(session)
    return Row(
        session.get_absolute_url(),
        session.title,
        f"{moment[0].upper()}{moment[1:]}",
        f"{session.get_kind_display()} · {shown_name(acting, session.organiser)} · {place}",
        badge_of(session),
    )


def session_or_404(uuid: UUID) -> Session:
    """A session, with what its page shows."""
    return get_object_or_404(with_places().select_related("convention", "commitment"), uuid=uuid)


@reads
@may("read_session")
def session_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A session: when, where, who holds it with whom, what it counts for."""
    acting: Acting = request.acting
    session = session_or_404(uuid)
    own = session.organiser_id == acting.organisation_id and rights.may(acting, "change_session")
    alive = session.state != Session.State.CANCELLED
    partners = _partners(session)
    # What is done at a session is of those that hold it or were asked to it: nobody else is led there.
    takes_part = acting.organisation_id in (session.organiser_id, *(one.pk for one in partners))
    context = {
        "session": session,
        "when": when(session),
        "where": where(session) or "À distance",
        "badge": badge_of(session),
        "organiser": _line(acting, session.organiser),
        "partners": [_line(acting, partner) for partner in partners],
        "may_change": own and alive,
        "may_confirm": own and session.state == Session.State.PLANNED and session.has_begun,
        "links": [pair for _, of in session_links.items() for pair in of(acting, session.uuid)]
        if takes_part
        else [],
        "may_cancel": own and session.state == Session.State.PLANNED,
    }
    return render(request, "partners/session_detail.html", context)


def _line(acting: Acting, organisation: Any) -> dict[str, str]:
    opened = may_open(acting, organisation)
    return {
        "uuid": str(organisation.uuid),
        "name": organisation.name if opened else shown_name(acting, organisation),
        "url": reverse("partners:organisation_detail", args=[organisation.uuid]) if opened else "",
    }


def partner_lines(acting: Acting, session: Session) -> list[dict[str, str]]:
    """The partners of a session, as its pages name them. One query."""
    return [_line(acting, partner) for partner in _partners(session)]


def _partners(session: Session) -> list[Organisation]:
    """The partners of a session, by name. One query."""
    return list(session.partners.order_by("name", "pk"))


@reads
@may("read_session")
def session_calendar(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The file by which a session enters a calendar."""
    session = session_or_404(uuid)
    entry = Entry(
        uuid=session.uuid,
        version=session.version,
        summary=session.title,
        start=session.starts_at,
        end=session.ends_at,
        place=where(session),
        path=session.get_absolute_url(),
        cancelled=session.state == Session.State.CANCELLED,
    )
    return as_calendar(entry, f"rencontre-{local(session.starts_at, zone_of(session)):%Y-%m-%d}")
