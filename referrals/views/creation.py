"""Nouvelle orientation: the youth, the programme that suits, the referral."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from core import clock
from core.acting import Acting
from core.doors import about_to_list
from core.place import back_to, keeping_place
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, writes
from referrals import creation, programmes
from referrals.again import say_reused
from referrals.doors import referral_or_404
from referrals.forewords import forewords
from referrals.forms import ReferralForm, candidate_of
from referrals.models import Offer, Referral
from referrals.offers.reading import left_words, proposed_by, publics_words, when_words, with_organisation
from referrals.presenting import agreement_to_read, in_sentence, state_words
from referrals.programmes.base import CHECK, NO, VERDICT_LABELS, YES, Programme, overall
from referrals.recipients import department_of, is_for, offers_for
from referrals.states import State
from youths.agreements.forms import agreement_values
from youths.doors import youth_or_404
from youths.models import Youth

RECENT = 10


@writes
@may("write_referral")
def create(request: PortalRequest) -> HttpResponse:
    """Three steps at one address: whom, towards what, how. An offer says towards what, and to whom."""
    acting: Acting = request.acting
    offered = {programme.code: programme for programme in programmes.for_sender(acting.network)}
    offer = _offer(request, acting, offered)
    try:
        youth_uuid = UUID(request.GET.get("jeune", ""))
    except ValueError:
        return _choose_youth(request, acting, offer)
    youth = youth_or_404(request, youth_uuid)
    origin = _origin(request, youth)
    code = offer.programme if offer else request.GET.get("dispositif", "")
    if code not in offered:
        return _choose_programme(request, acting, youth, list(offered.values()), origin)
    if page := offered[code].write_page:
        return back_to(request, page, youth.uuid)
    if offer and not is_for(acting, youth, offered[code], offer):
        messages.warning(
            request, "Cette offre n’est pas pour ce jeune : sa structure ne peut pas le recevoir."
        )
        return redirect(keeping_place(request, reverse("referrals:create"), jeune=youth.uuid))
    return _write(request, acting, youth, offered[code], offer, origin)


def _origin(request: PortalRequest, youth: Youth) -> Referral | None:
    """The referral that came to nothing and that this one follows, when the address names one."""
    if "suite" not in request.GET:
        return None
    try:
        uuid = UUID(request.GET["suite"])
    except ValueError:
        raise Http404 from None
    origin = referral_or_404(request, uuid)
    if origin.youth_id != youth.pk or not creation.may_redirect(request.acting, origin):
        raise Http404
    return origin


def _offer(request: PortalRequest, acting: Acting, offered: Mapping[str, Programme]) -> Offer | None:
    """The offer that the address names, of a programme that this network may send to. Raises Http404."""
    typed = request.GET.get("offre", "")
    if not typed:
        return None
    try:
        found = with_organisation().filter(uuid=UUID(typed), programme__in=offered).first()
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _choose_youth(request: PortalRequest, acting: Acting, offer: Offer | None) -> HttpResponse:
    about_to_list(request)
    mine = Youth.objects.visible_to(acting).order_by("-last_contact_on", "-pk")
    here = reverse("referrals:create")
    towards = f"&offre={offer.uuid}" if offer else ""
    lines = [
        Row(f"{here}?jeune={uuid}{towards}", f"{last_name} {first_name}", f"naissance : {fr_day(born)}")
        for uuid, last_name, first_name, born in mine.values_list(
            "uuid", "last_name", "first_name", "birth_date"
        )[:RECENT]
    ]
    request.marks.listed(acting, "youth", len(lines))
    return render(request, "referrals/choose_youth.html", {"lines": lines, "offer": offer})


def _choose_programme(
    request: PortalRequest,
    acting: Acting,
    youth: Youth,
    offered: list[Programme],
    origin: Referral | None,
) -> HttpResponse:
    """Each programme with its answer (yes, to check, no), the rule, and what would change it."""
    candidate, today = candidate_of(youth), clock.today()
    tried = {
        referral.programme: f"{referral.rules.short_label} : {state_words(referral, acting).lower()}"
        for referral in Referral.objects.visible_to(acting).filter(youth=youth).order_by("created_at", "pk")
    }
    offers = offers_for(acting, youth, offered)
    cards: dict[str, list[dict[str, Any]]] = {YES: [], CHECK: [], NO: []}
    for programme in offered:
        verdicts = programme.verdicts(candidate, {}, today)
        answer = overall(verdicts)
        cards[answer].append(
            {
                "code": programme.code,
                "label": programme.label,
                "description": programme.description,
                "answer": answer,
                "verdict": VERDICT_LABELS[answer],
                "past": programme.closes_on if programme.keeps_its_past else None,
                "tried": tried.get(programme.code, ""),
                "rules": [verdict for verdict in verdicts if verdict.answer == answer],
                "offers": [_offer_line(youth, offer, origin) for offer in offers.get(programme.code, [])],
            }
        )
    return render(
        request,
        "referrals/choose_programme.html",
        {
            "youth": youth,
            "fitting": cards[YES] + cards[CHECK],
            "unfit": cards[NO],
            "suite": origin.uuid if origin else "",
        },
    )


def _offer_line(youth: Youth, offer: Offer, origin: Referral | None = None) -> dict[str, str]:
    """An offer as it is shown before one writes."""
    follows = f"&suite={origin.uuid}" if origin else ""
    return {
        "title": offer.title,
        "by": proposed_by(offer),
        "places": left_words(offer),
        "when": when_words(offer),
        "url": f"?jeune={youth.uuid}&offre={offer.uuid}{follows}",
        "more": offer.get_absolute_url(),
    }


def _write(
    request: PortalRequest,
    acting: Acting,
    youth: Youth,
    programme: Programme,
    offer: Offer | None,
    origin: Referral | None,
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    sender = creation.sender_of(acting, youth, programme.code)
    foreword_of = forewords.get(programme.code)
    foreword = foreword_of(acting, youth) if foreword_of else None
    form = ReferralForm(
        acting,
        youth,
        programme,
        posted,
        offer=offer,
        live=sender.live_rows,  # type: ignore[attr-defined]
        proposed=foreword.proposed if foreword else {},
        origin=origin,
    )
    is_open = offer is None or offer.is_open_on(clock.today())
    status = 200
    if posted is not None and form.is_valid():
        if is_open:
            if (written := write_down(request, acting, youth, programme, form, origin)) is not None:
                return written
            status = 409
        else:
            form.add_error(
                None, "Cette offre n’est plus ouverte : choisissez-en une autre, ou envoyez sans offre."
            )
    others = {} if offer else offers_for(acting, youth, [programme])
    return render(
        request,
        "referrals/create.html",
        {
            "form": form,
            "youth": youth,
            "programme": programme,
            "origin": origin,
            "verdicts": programme.verdicts(candidate_of(youth), {}, clock.today()),
            "agreement_text": agreement_to_read(programme, sender, offer.organisation if offer else None),
            "before": render_to_string(foreword.template, {"youth": youth, **foreword.context})
            if foreword
            else "",
            "already": sender.already,  # type: ignore[attr-defined]
            "offer": _chosen(offer, youth, is_open) if offer else None,
            "offers": [_offer_line(youth, one, origin) for one in others.get(programme.code, [])],
        },
        status=status,
    )


def _chosen(offer: Offer, youth: Youth, is_open: bool) -> dict[str, Any]:
    """The offer that a referral is written for, and what to know before sending."""
    department = department_of(youth)
    here = not department or Offer.objects.filter(pk=offer.pk).in_department(department).exists()
    return _offer_line(youth, offer) | {
        "prerequisites": offer.prerequisites,
        "publics": publics_words(offer),
        "over": not is_open,
        "full": offer.left(offer.taken) == 0,  # type: ignore[attr-defined]
        "stale": offer.is_stale_on(clock.today()),
        "elsewhere": not here,
    }


def write_down(
    request: PortalRequest,
    acting: Acting,
    youth: Youth,
    programme: Programme,
    form: ReferralForm,
    origin: Referral | None = None,
) -> HttpResponse | None:
    """A form that is filled: its draft, the agreement, the sending; then the page of the referral.

    None for a page gone back to and changed: its first sending stays as it is, and the form says so.
    """
    cleaned = form.cleaned_data
    typed: dict[str, Any] = {
        "details": cleaned["answers"],
        "note": cleaned["note"],
        "offer": form.offer,
        "redirected_from": origin,
    }
    try:
        referral = creation.create_draft(
            acting, youth, programme, cleaned["recipient"], submission=cleaned["submission"], **typed
        )
    except creation.ForeignSubmission:
        raise Http404 from None
    if referral.youth_id != youth.pk:
        raise Http404  # a form's key used for another youth
    if not creation.is_as_written(referral, cleaned["recipient"], **typed):
        kept = "gardée en brouillon" if referral.state == State.DRAFT else "envoyée"
        say_reused(form, f"Cette orientation est déjà {kept}, pour « {referral.recipient} ».")
        return None
    if referral.state != State.DRAFT:
        return redirect(keeping_place(request, referral.get_absolute_url()))  # the same form sent twice
    if form.drafting:
        messages.info(request, "Le brouillon est gardé. Le destinataire n’en voit rien.")
        return redirect(keeping_place(request, referral.get_absolute_url()))
    try:
        creation.check_opposition(acting, youth.pk)
        creation.check_accompanies(acting, youth)
    except (creation.Opposed, creation.Unanswered) as refusal:
        messages.warning(request, f"{refusal} Votre brouillon est gardé.")
        return redirect(keeping_place(request, referral.get_absolute_url()))
    if referral.agreement is None:
        if cleaned["live"]:
            creation.use_agreement(referral, cleaned["live"])
        else:
            creation.record_agreement(acting, referral, **agreement_values(cleaned))
    creation.send(acting, referral)
    messages.success(request, _sent_words(referral))
    return redirect(keeping_place(request, referral.get_absolute_url()))


def _sent_words(referral: Referral) -> str:
    """Who received it, or the gap."""
    if referral.recipient_professional_id is None:
        return (
            f"L’orientation est envoyée. {in_sentence(referral.recipient)} n’a pas encore désigné de référent : "
            "ses responsables sont prévenus."
        )
    return f"L’orientation est envoyée. Le référent de {in_sentence(referral.recipient)} est prévenu."
