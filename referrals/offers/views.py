"""The pages of the offers: everybody reads them, their organisation keeps them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from core import clock, rights
from core.acting import Acting
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads, writes
from partners.outward import may_open
from partners.views.listing import listing
from referrals import programmes
from referrals.models import Offer
from referrals.offers import keeping, reading
from referrals.offers.codes import Closing, Kind
from referrals.offers.filters import OfferFilter
from referrals.offers.forms import OVERTAKEN, CloseForm, VerifyForm, form_for, offered_by, publishes_needs


@reads
@may("read_offers")
def offer_list(request: PortalRequest) -> HttpResponse:
    """What partners propose: what is open today, the latest checked first, unless asked otherwise."""
    acting: Acting = request.acting
    offers = reading.with_organisation().order_by("-checked_on", "-pk")
    found = listing(request, OfferFilter(request.GET, offers, request=request))
    publishes = rights.may(acting, "publish_offer") and bool(offered_by(acting))
    context = {
        "lines": [_row(offer) for offer in found.page],
        "create_url": reverse("referrals:offer_create") if publishes else "",
        "needs": publishes and publishes_needs(acting),
        **found.context,
    }
    return render(request, "referrals/offers/list.html", context)


def _row(offer: Offer) -> Row:
    first, second = reading.line_of(offer)
    badge = reading.badge_of(offer)
    # Most of them are open: what says something is what is not.
    return Row(offer.get_absolute_url(), offer.title, first, second, None if badge[0] == "ok" else badge)


def offer_or_404(uuid: UUID) -> Offer:
    """An offer, with what its page shows."""
    return get_object_or_404(reading.with_organisation(), uuid=uuid)


@reads
@may("read_offer")
def offer_detail(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """An offer: for what, where, for whom, how many places remain, since when it was checked."""
    acting: Acting = request.acting
    offer = offer_or_404(uuid)
    today = clock.today()
    own = _keeps(acting, offer)
    sends = rights.may(acting, "write_referral") and acting.organisation_id != offer.organisation_id
    context = {
        "offer": offer,
        "badge": reading.badge_of(offer),
        "by": reading.proposed_by(offer),
        "by_url": reverse("partners:organisation_detail", args=[offer.organisation.uuid])
        if may_open(acting, offer.organisation)
        else "",
        "territory": reading.territory_words(offer),
        "publics": reading.publics_words(offer),
        "places": reading.left_words(offer),
        "entries": [day for day in offer.entries if day >= today],
        "stale": offer.is_stale_on(today),
        "closing": Closing(offer.closing).label if offer.closing else "",
        "changes": reading.changes_of(offer),
        "own": own and offer.closed_on is None,
        "verify": VerifyForm(offer) if own and offer.closed_on is None else None,
        "refer": sends
        and offer.is_open_on(today)
        and acting.network in programmes.get(offer.programme).sends,
    }
    return render(request, "referrals/offers/detail.html", context)


def _keeps(acting: Acting, offer: Offer) -> bool:
    return offer.organisation_id == acting.organisation_id and rights.may(acting, "change_offer")


def _own(acting: Acting, uuid: UUID) -> Offer:
    """An offer of the acting organisation; for who would write it, that of another is as an unknown one."""
    ours = reading.with_organisation().filter(organisation=acting.organisation_id)
    return get_object_or_404(ours, uuid=uuid)


def _said_closed(request: PortalRequest, offer: Offer) -> HttpResponse:
    messages.warning(request, "Cette offre est fermée : elle ne change plus.")
    return redirect(offer)


@writes
@may("publish_offer")
def offer_create(request: PortalRequest) -> HttpResponse:
    """An offer of one's organisation, or the need of an employer that it publishes."""
    acting: Acting = request.acting
    if not offered_by(acting):
        messages.warning(request, "Votre structure ne reçoit d’orientation pour aucun dispositif.")
        return redirect("referrals:offer_list")
    kind = Kind.NEED if request.GET.get("nature") == Kind.NEED and publishes_needs(acting) else Kind.COURSE
    form = form_for(kind)(acting, None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        offer = keeping.publish(acting, **form.written())
        messages.success(request, "L’offre est publiée : tous les professionnels du portail la voient.")
        return redirect(offer)
    return render(request, "referrals/offers/form.html", {"form": form, "need": kind == Kind.NEED})


@writes
@may("change_offer")
def offer_edit(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Change an offer; two people at once: the second one is told."""
    acting: Acting = request.acting
    offer = _own(acting, uuid)
    if offer.closed_on is not None:
        return _said_closed(request, offer)
    form = form_for(offer.kind)(acting, offer, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            keeping.change(offer.pk, form.cleaned_data["version"], **form.written())
        except keeping.Overtaken as late:
            form.overtaken(late.offer.version, OVERTAKEN)
            status = 409
        except keeping.TooFew as refusal:
            form.add_error("places", f"{refusal} Indiquez-en au moins autant.")
        else:
            messages.success(request, "L’offre est à jour, et vérifiée aujourd’hui.")
            return redirect(offer)
    context: dict[str, Any] = {"form": form, "offer": offer, "need": offer.is_need}
    if status == 409:
        context["now"] = reading.line_of(offer)
    return render(request, "referrals/offers/form.html", context, status=status)


@writes
@may("change_offer")
def offer_verify(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say that an offer still holds; opened by hand, the address leads to the offer."""
    offer = _own(request.acting, uuid)
    if request.method == "POST":
        form = VerifyForm(offer, request.POST)
        try:
            if not form.is_valid():
                raise keeping.Overtaken(offer)
            keeping.verify(offer.pk, form.cleaned_data["version"])
        except keeping.Overtaken:
            messages.warning(request, "Cette offre a changé entre-temps : relisez-la avant de la vérifier.")
        else:
            messages.success(request, "L’offre est vérifiée aujourd’hui.")
    return redirect(offer)


@writes
@may("change_offer")
def offer_close(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Close an offer before its end; what was accepted goes on."""
    offer = _own(request.acting, uuid)
    if offer.closed_on is not None:
        return _said_closed(request, offer)
    form = CloseForm(offer, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            keeping.close(offer.pk, form.cleaned_data["version"], form.cleaned_data["reason"])
        except keeping.Overtaken as late:
            form.overtaken(late.offer.version, OVERTAKEN)
            status = 409
        else:
            messages.success(
                request, "L’offre est fermée. Les orientations déjà envoyées suivent leur cours."
            )
            return redirect(offer)
    return render(request, "referrals/offers/close.html", {"form": form, "offer": offer}, status=status)
