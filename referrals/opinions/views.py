"""Asking a youth what they think of what was proposed, and reading what several of them said."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.requests import PortalRequest
from core.suppression import HIDDEN_NOTE
from core.views import may, reads, writes
from referrals import own_hand_sql
from referrals.doors import referral_or_404
from referrals.models import CLOSED_BY_OUTCOME, Referral, YouthLink
from referrals.opinions.reading import found_for
from referrals.youth_links import asking, showing
from youths.agreements import seeds

# One organisation does not ask the same youth about the same course without end (the database says so too).
MOST = own_hand_sql.MOST
ENOUGH = "Un lien a déjà été fait trois fois pour cette orientation : n’insistez pas."


def askable(referral: Referral) -> bool:
    """Whether the youth of a referral may be asked: once it has its outcome, and while something is shared."""
    return bool(
        referral.rules.opinion and referral.state in CLOSED_BY_OUTCOME and not referral.sharing_stopped_at
    )


@writes
@may("ask_opinion")
def opinion(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A link for the youth to say what they think. Nobody learns whether it was used."""
    acting: Acting = request.acting
    referral = referral_or_404(request, uuid)
    if not askable(referral):
        return redirect(referral)
    context = {}
    if asked := request.GET.get("demande"):
        link = showing.own_link_or_404(request, asked, referral=referral, kind=YouthLink.Kind.OPINION)
        if request.method == "POST":
            return showing.act_on(request, link)
        context = showing.context_of(request, link)
    elif request.method == "POST":
        own = YouthLink.objects.filter(referral=referral, requested_for=acting.organisation_id)
        if own.count() >= MOST:
            messages.warning(request, ENOUGH)
            return redirect(referral)
        made, seed = asking.ask(acting, referral.youth, YouthLink.Kind.OPINION, referral=referral)
        seeds.keep(request, made.uuid, seed)
        return redirect(f"{request.path}?demande={made.uuid}")
    context |= {"referral": referral, "youth": referral.youth}
    return render(request, "referrals/opinions/ask.html", context)


@reads
@may("read_opinions")
def opinions(request: PortalRequest) -> HttpResponse:
    """What the youths of one's organisation said, as counts."""
    found = found_for(request.acting)
    return render(request, "referrals/opinions/page.html", {"found": found, "note": HIDDEN_NOTE})
