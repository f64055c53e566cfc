"""Sessions, written: by the people of the organisation that holds them."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from partners import sessions
from partners.designations.coverage import listed_for
from partners.filters import OrganisationFilter
from partners.models import ConventionParty, Organisation, Session
from partners.session_forms import OVERTAKEN, CancelSessionForm, SessionForm
from partners.views.listing import listing, ticked
from partners.views.sessions import partner_lines, session_or_404

RESULTS = 20


def _own(acting: Acting, uuid: UUID) -> Session:
    """A session that the acting organisation holds; those of the others are read, not written."""
    session = session_or_404(uuid)
    if session.organiser_id != acting.organisation_id:
        raise PermissionDenied
    return session


def _said_cancelled(request: HttpRequest, session: Session) -> HttpResponse:
    messages.warning(request, "Cette rencontre est annulée : elle ne change plus.")
    return redirect(session)


@writes
@may("create_session")
def session_create(request: PortalRequest) -> HttpResponse:
    """A session that one's organisation holds; the partners are chosen on the next page."""
    acting: Acting = request.acting
    form = SessionForm(acting, None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        session = sessions.create(acting, **form.written())
        messages.success(
            request, "La rencontre est enregistrée. Choisissez maintenant avec qui elle se tient."
        )
        return redirect("partners:session_partners", session.uuid)
    return render(request, "partners/session_form.html", {"form": form})


@writes
@may("change_session")
def session_edit(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Change what, when, where."""
    acting: Acting = request.acting
    session = _own(acting, uuid)
    if session.state == Session.State.CANCELLED:
        return _said_cancelled(request, session)
    form = SessionForm(acting, session, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            sessions.change(session.pk, form.cleaned_data["version"], **form.written())
        except sessions.Overtaken:
            form.overtaken(session.version, OVERTAKEN)
            status = 409
        else:
            messages.success(request, "La rencontre est à jour.")
            return redirect(session)
    context = {"form": form, "session": session, "overtaken": status == 409, "when": sessions.when(session)}
    return render(request, "partners/session_form.html", context, status=status)


@writes
@may("change_session")
def session_partners(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """With whom: search the directory, tick, add; the parties of the convention are offered first."""
    acting: Acting = request.acting
    session = _own(acting, uuid)
    if session.state == Session.State.CANCELLED:
        return _said_cancelled(request, session)
    if request.method == "POST":
        return _change_partners(request, session)
    joined = Session.partners.through.objects.filter(session_id=session.pk).values("organisation_id")
    free = (
        _eligible(acting)
        .exclude(pk__in=joined)
        .exclude(pk=session.organiser_id)
        .select_related("region", "department", "municipality")
        .order_by("name", "pk")
    )
    filters = OrganisationFilter(request.GET, free)
    searched = any(request.GET.get(name) for name in filters.form.fields)
    if not searched:
        parties = ConventionParty.objects.on(clock.today()).filter(convention=session.convention)
        free = free.filter(pk__in=parties.values("organisation")) if session.convention else free.none()
    found = listing(request, filters, filters.qs if searched else free, RESULTS)
    context = {
        "session": session,
        "when": sessions.when(session),
        "partners": partner_lines(acting, session),
        "searched": searched,
        "query": request.GET.urlencode(),
        **found.context,
    }
    return render(request, "partners/session_partners.html", context)


def _eligible(acting: Acting) -> QuerySet[Organisation]:
    return listed_for(acting).existing_on(clock.today())


def _change_partners(request: PortalRequest, session: Session) -> HttpResponse:
    """One box ticked or more: added. A name taken out: removed. Then the same page, as it was searched."""
    wanted = ticked(request, "ajouter")[:RESULTS]
    if removed := ticked(request, "retirer")[:RESULTS]:
        session.partners.remove(*session.partners.filter(uuid__in=removed).order_by("pk"))
    added = sessions.invite(session, _eligible(request.acting).filter(uuid__in=wanted).order_by("pk"))
    if added:
        words = "1 structure ajoutée." if added == 1 else f"{added} structures ajoutées."
        messages.success(request, words)
    elif not removed:
        messages.warning(request, "Cochez au moins une structure.")
    query = request.GET.urlencode()
    address = reverse("partners:session_partners", args=[session.uuid])
    return redirect(f"{address}?{query}" if query else address)


@writes
@may("change_session")
def session_cancel(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Cancel a session that is planned, and say why."""
    session = _own(request.acting, uuid)
    if session.state == Session.State.CANCELLED:
        return _said_cancelled(request, session)
    if session.state == Session.State.HELD:
        messages.warning(request, "Cette rencontre a été tenue : elle ne s’annule plus.")
        return redirect(session)
    form = CancelSessionForm(session, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            sessions.cancel(session.pk, form.cleaned_data["version"], form.cleaned_data["reason"])
        except sessions.Overtaken:
            form.overtaken(session.version, OVERTAKEN)
            status = 409
        else:
            messages.success(request, "La rencontre est annulée.")
            return redirect(session)
    context = {"form": form, "session": session, "when": sessions.when(session)}
    return render(request, "partners/session_cancel.html", context, status=status)


@writes
@may("change_session")
def session_held(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say that a session took place; opened by hand, the address leads to the session."""
    session = _own(request.acting, uuid)
    if request.method == "POST":
        try:
            sessions.mark_held(session.pk)
        except sessions.NotBegun:
            messages.warning(request, "Cette rencontre n’a pas encore commencé.")
        except sessions.Overtaken:
            return _said_cancelled(request, session)
        else:
            messages.success(request, "La rencontre est tenue.")
    return redirect(session)
