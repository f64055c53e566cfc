"""The agreements of a youth, for those who accompany them: taking one, withdrawing one, asking by a link."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from accounts.factors import qr_svg
from core import clock, todo
from core.acting import Acting
from core.ages import is_minor_on
from core.doors import check_daily_files
from core.place import back_to, keeping_place
from core.requests import PortalRequest
from core.views import may, writes
from partners.models import Organisation
from youths.agreements import asking, seeds
from youths.agreements.codes import OF_REQUEST
from youths.agreements.forms import AskForm, DisposalForm, GiveForm, WithdrawForm, agreement_values
from youths.agreements.giving import give_once
from youths.agreements.purposes import CO_ACCOMPANIMENT, label_of, purposes
from youths.agreements.withdrawing import AlreadyWithdrawn, answer_disposal, withdraw, youth_of
from youths.doors import accompanied_youth_or_404, youth_or_404
from youths.models import Agreement, AgreementRequest, Disposal, Youth
from youths.records import Refused


@writes
@may("take_agreement")
def agreement_give(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Record the agreement of a youth, taken in an interview."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    form = GiveForm(
        acting, youth, request.POST if request.method == "POST" else None, initial=_target(request)
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        agreement = give_once(
            youth,
            recorded_by=acting.user_id,
            recorded_for=acting.organisation_id,
            recipient_id=cleaned["recipient"].pk,
            purpose=cleaned["purpose"],
            **agreement_values(cleaned),
        )
        messages.success(request, f"L’accord est enregistré, jusqu’au {agreement.expires_on:%d/%m/%Y}.")
        return back_to(request, "youths:detail", youth.uuid)
    sender = Organisation.objects.only("name").get(pk=acting.organisation_id)
    chosen = form["purpose"].value()
    texts = [
        {
            "label": purpose.label,
            "asked": code == chosen,
            "text": purpose.wording(
                purpose.version, sender=f"« {sender.name} »", recipient="« la structure choisie »"
            ),
        }
        for code, purpose in purposes.items()
    ]
    return render(request, "youths/agreements/give.html", {"form": form, "youth": youth, "texts": texts})


def _target(request: PortalRequest) -> dict[str, Any]:
    """What a page that leads here proposes; anything else in the address is ignored."""
    purpose, recipient = request.GET.get("pour", ""), request.GET.get("structure", "")
    known = recipient if recipient.isascii() and recipient.isdigit() and len(recipient) < 19 else None
    return {"purpose": purpose if purpose in purposes else CO_ACCOMPANIMENT, "recipient": known}


@writes
@may("withdraw_agreement")
def agreement_withdraw(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Record that a youth withdraws what they agreed to: they may tell either side."""
    acting: Acting = request.acting
    youth = youth_or_404(request, uuid)
    found = list(
        # An expired one too: what has begun under it goes on until the youth withdraws.
        Agreement.objects.standing()
        .filter(youth=youth)
        .select_related("youth", "recorded_for", "recipient")
        .order_by("recipient__name", "pk")
    )
    form = WithdrawForm(found, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        chosen = [item for item in found if str(item.uuid) in form.cleaned_data["agreements"]]
        try:
            with transaction.atomic():
                _withdraw_all(acting, chosen, form.cleaned_data["how"])
        except AlreadyWithdrawn:
            form.add_error(None, "Quelqu’un a retiré cet accord juste avant vous : rien n’a changé.")
            status = 409
        else:
            messages.success(request, "Le retrait est enregistré : rien de nouveau n’est partagé.")
            # Whoever was told may have lost the access that the agreement gave.
            lost = any(item.recipient_id == acting.organisation_id for item in chosen)
            return redirect("youths:list") if lost else back_to(request, "youths:detail", youth.uuid)
    return render(
        request,
        "youths/agreements/withdraw.html",
        {"form": form, "youth": youth, "found": found},
        status=status,
    )


def _withdraw_all(acting: Acting, chosen: list[Agreement], how: str) -> None:
    done: set[tuple[int, int, str]] = set()
    for item in chosen:
        same = (item.recorded_for_id, item.recipient_id, item.purpose)
        if same not in done:  # given twice, withdrawn once
            withdraw(item, how=how, by=acting)
            done.add(same)


@writes
@may("take_agreement")
def agreement_ask(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Make a link for the youth, show it in three ways, read the answer."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    if asked := request.GET.get("demande"):
        return _asked(request, acting, youth, asked)
    form = AskForm(
        acting, youth, request.POST if request.method == "POST" else None, initial=_target(request)
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        if _askable(acting, youth, form):
            try:
                made, seed = asking.ask(
                    acting,
                    youth,
                    kind=cleaned["kind"],
                    recipient_id=cleaned["recipient"].pk,
                    purpose=cleaned["purpose"],
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
                return _question_page(request, youth, form)
            seeds.keep(request, made.uuid, seed)
            return redirect(keeping_place(request, request.path, demande=made.uuid))
    return _question_page(request, youth, form)


def _question_page(request: PortalRequest, youth: Youth, form: AskForm) -> HttpResponse:
    minor = is_minor_on(youth.birth_date, clock.today())
    return render(request, "youths/agreements/ask.html", {"form": form, "youth": youth, "minor": minor})


def _askable(acting: Acting, youth: Youth, form: AskForm) -> bool:
    """A link that withdraws is about an agreement that nobody withdrew, expired or not."""
    cleaned = form.cleaned_data
    if cleaned["kind"] == AgreementRequest.Kind.GIVE:
        return True
    standing = Agreement.objects.standing().filter(
        youth=youth.pk,
        recorded_for=acting.organisation_id,
        recipient=cleaned["recipient"].pk,
        purpose=cleaned["purpose"],
    )
    if standing.exists():
        return True
    form.add_error("recipient", "Le jeune n’a pas d’accord à retirer pour cela avec cette structure.")
    return False


def _asked(request: PortalRequest, acting: Acting, youth: Youth, asked: str) -> HttpResponse:
    """The page of a link: its three ways while it waits, the answer once it came."""
    try:
        uuid = UUID(asked)
    except ValueError:
        raise Http404 from None
    found = (
        AgreementRequest.objects.filter(youth=youth, requested_for=acting.organisation_id, uuid=uuid)
        .select_related("recipient")
        .first()
    )
    if found is None:
        raise Http404
    seed = seeds.seed_of(request, found.uuid)
    waits = not (found.answer or found.cancelled_at or found.locked_at) and found.expires_at > clock.now()
    if request.method == "POST":
        return _act_on(request, found, seed)
    if found.answer:
        # The answer is read: its task is done.
        request.marks.effect(lambda: todo.close_tasks(OF_REQUEST, found.pk))
    shown = bool(seed) and waits
    address = asking.address_of(seed) if shown else ""
    return render(
        request,
        "youths/agreements/asked.html",
        {
            "youth": youth,
            "asked": found,
            "purpose": label_of(found.purpose),
            "waits": waits,
            "address": address,
            "qr": mark_safe(qr_svg(address)) if shown else "",  # noqa: S308 - drawn from an address of ours
            "sms": f"Bonjour, ici {asking.who_asks(acting.network)}. Une question pour vous, à lire avant le "
            f"{clock.day_of(found.expires_at):%d/%m} : {address}",
        },
    )


def _act_on(request: PortalRequest, found: AgreementRequest, seed: str) -> HttpResponse:
    """Send the mail, or take the link back."""
    if "annuler" in request.POST:
        done = AgreementRequest.objects.waiting().filter(pk=found.pk).update(cancelled_at=clock.now())
        words = "Le lien est annulé : il ne s’ouvre plus."
    else:
        done = bool(seed) and asking.mail_link(found, seed)
        words = "Le courriel part dans quelques secondes."
    if done:
        messages.success(request, words)
    else:
        messages.info(request, "Rien n’a changé : ce lien a déjà servi, ou est déjà parti.")
    return redirect(keeping_place(request, request.path, demande=found.uuid))


@writes
@may("answer_disposal")
def disposal(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """A partner says what it made of what it held, once the youth withdrew their agreement."""
    acting: Acting = request.acting
    check_daily_files(acting.user_id, "disposal", uuid)
    found = Disposal.objects.visible_to(acting).filter(uuid=uuid).first()
    if found is None:
        request.marks.denied(acting, "disposal", uuid)
        raise Http404
    request.marks.read(acting, "disposal", uuid)
    form = DisposalForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if answer_disposal(acting, found, form.cleaned_data["answer"], form.cleaned_data["duty"]):
            messages.success(request, "Merci. Votre réponse est gardée ; le nom du jeune n’est plus montré.")
            return redirect("home")
        status = 409
        found.refresh_from_db()
    return render(
        request,
        "youths/agreements/disposal.html",
        {"form": form, "disposal": found, "who": youth_of(found), "conflict": status == 409},
        status=status,
    )
