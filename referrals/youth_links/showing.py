"""The page of a link, for the person who made it: its three ways while it waits, and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe

from accounts.factors import qr_svg
from core import clock
from core.acting import Acting
from core.place import keeping_place
from core.requests import PortalRequest
from referrals.models import YouthLink
from referrals.youth_links import asking
from youths.agreements import seeds


def own_link_or_404(request: PortalRequest, asked: str, **of: Any) -> YouthLink:
    """The link of the acting organisation that the address names."""
    acting: Acting = request.acting
    try:
        uuid = UUID(asked)
    except ValueError:
        raise Http404 from None
    found = YouthLink.objects.filter(uuid=uuid, requested_for=acting.organisation_id, **of).first()
    if found is None:
        raise Http404
    return found


def context_of(request: PortalRequest, link: YouthLink) -> dict[str, Any]:
    """What the page shows of a link. Its address is shown to the session that made it, while it waits."""
    seed = seeds.seed_of(request, link.uuid)
    address = asking.address_of(seed) if seed and link.waits else ""
    return {
        "asked": link,
        "waits": link.waits,
        "address": address,
        "qr": mark_safe(qr_svg(address)) if address else "",  # noqa: S308 - drawn from an address of ours
        "sms": asking.sms_words(request.acting.network, link, address),
    }


def act_on(request: PortalRequest, link: YouthLink) -> HttpResponse:
    """Send the mail of a link, or take the link back."""
    if "annuler" in request.POST:
        done = bool(YouthLink.objects.waiting().filter(pk=link.pk).update(cancelled_at=clock.now()))
        words = "Le lien est annulé : il ne s’ouvre plus."
    else:
        seed = seeds.seed_of(request, link.uuid)
        done = bool(seed) and asking.mail_link(link, seed)
        words = "Le courriel part dans quelques secondes."
    if done:
        messages.success(request, words)
    else:
        messages.info(request, "Rien n’a changé : ce lien a déjà servi, ou est déjà parti.")
    return redirect(keeping_place(request, request.path, demande=link.uuid))
