"""Asking a youth by a signed link: eight days, one question, one answer (SECURITY §2.3, ADR 0020)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from core import clock, links, mails, outbox, todo
from core.acting import Acting
from core.functions import call
from core.scope import on_behalf_of
from notifications.notices import notify
from partners.models import Network
from youths.agreements.codes import ANSWERED, OF_REQUEST
from youths.agreements.giving import give
from youths.agreements.purposes import purposes
from youths.agreements.withdrawing import AlreadyWithdrawn, withdraw
from youths.models import Agreement, AgreementRequest, Youth
from youths.rights.standing import check_sharing

KIND = "agreement.mail"
# The attempts of one machine on the public page are counted over this time.
WINDOW = timedelta(minutes=15)
SUBJECT = "Votre accord, en deux minutes"
Kind, Answer = AgreementRequest.Kind, AgreementRequest.Answer


def token_of(seed: str) -> str:
    """The token of a youth's link."""
    return links.token_of("agreement", seed)


def address_of(seed: str) -> str:
    """The whole address of a youth's link."""
    return settings.PORTAL_URL + reverse("youths:agreement_answer", args=[token_of(seed)])


@transaction.atomic
def ask(
    acting: Acting, youth: Youth, *, kind: str, recipient_id: int, purpose: str
) -> tuple[AgreementRequest, str]:
    """Open a link for one question, and give its seed, which is kept nowhere; the earlier link of it is dead.

    Raises Refused while the youth objects to new sharing; taking an agreement back is always theirs.
    """
    if kind == AgreementRequest.Kind.GIVE:
        check_sharing(acting, youth.pk)
    AgreementRequest.objects.filter(
        youth=youth,
        requested_for=acting.organisation_id,
        recipient=recipient_id,
        purpose=purpose,
        kind=kind,
        answer="",
        cancelled_at__isnull=True,
    ).update(cancelled_at=clock.now())
    seed = links.new_seed()
    request = AgreementRequest.objects.create(
        youth=youth,
        requested_by_id=acting.user_id,
        requested_for_id=acting.organisation_id,
        recipient_id=recipient_id,
        purpose=purpose,
        kind=kind,
        text_version=purposes[purpose].version,
        token_hash=links.hash_of(token_of(seed)),
        expires_at=clock.now() + AgreementRequest.LASTS,
    )
    return request, seed


@transaction.atomic
def mail_link(request: AgreementRequest, seed: str) -> bool:
    """Send the link to the youth's address, once; False when it was sent, or no longer waits."""
    waiting = AgreementRequest.objects.waiting().filter(pk=request.pk, mailed_at__isnull=True)
    if not waiting.update(mailed_at=clock.now()):
        return False
    payload = {"request": request.pk, "seed": seed}
    outbox.post(KIND, payload, effect_key=f"agreement-link:{request.pk}")
    return True


def send_mail(payload: dict[str, Any]) -> None:
    """Outbox handler: the mail of a link. One that was answered or cancelled meanwhile sends nothing."""
    request = (
        AgreementRequest.objects.waiting()
        .select_related("youth", "requested_for")
        .filter(pk=payload["request"])
        .first()
    )
    if request is None or not request.youth.email:
        return
    body = render_to_string(
        "youths/agreements/mail.txt",
        {
            "who": who_asks(request.requested_for.network),
            "url": address_of(payload["seed"]),
            "until": request.expires_at,
        },
    )
    mails.send(request.youth.email, SUBJECT, body, f"agreement-link:{request.pk}")


def who_asks(network: str) -> str:
    """How a message says who asks: no name of a structure, since a message is read over a shoulder."""
    return "votre mission locale" if network == Network.ML else "la structure qui vous accompagne"


# --- The youth answers ---------------------------------------------------------------------------


def is_open(token: str) -> bool:
    """Whether a link may be answered now; nothing else is told."""
    return bool(call("tu_agreement_link", links.hash_of(token)))


@transaction.atomic
def question(token: str, day: int, month: int) -> dict[str, Any] | None:
    """What the link asks, to who was born that day; ``wrong`` and ``left`` otherwise, None for a dead link."""
    found = call("tu_agreement_question", links.hash_of(token), day, month)
    if found and found.get("wrong") and not found["left"]:
        _tell_locked(found)
    return found


def _tell_locked(found: dict[str, Any]) -> None:
    with on_behalf_of(found["organisation"]):
        request = AgreementRequest.objects.select_related("youth").get(pk=found["request"])
        _tell(
            request,
            "Le lien envoyé à un jeune est bloqué : la date de naissance donnée n’était pas la bonne.",
        )


@transaction.atomic
def answer(token: str, day: int, month: int, *, yes: bool, covers_return: bool) -> dict[str, Any] | None:
    """Record the answer, once, with what follows; returned as :func:`question` does."""
    found = call("tu_agreement_answer", links.hash_of(token), day, month, yes)
    if not found:
        return None
    if found.get("wrong"):
        if not found["left"]:
            _tell_locked(found)
        return found
    with on_behalf_of(found["organisation"]):
        request = AgreementRequest.objects.select_related("youth").get(pk=found["request"])
        if yes:
            _carry_out(request, covers_return=covers_return)
        _tell_answered(request)
    return found


def _carry_out(request: AgreementRequest, *, covers_return: bool) -> None:
    if request.kind == Kind.GIVE:
        give(
            request.youth,
            recorded_by=request.requested_by_id,
            recorded_for=request.requested_for_id,
            recipient_id=request.recipient_id,
            purpose=request.purpose,
            channel=Agreement.Channel.LINK,
            informed=Agreement.Informed.LINK,
            covers_return=covers_return,
            text_version=request.text_version,
        )
        return
    standing = Agreement.objects.standing().filter(
        youth=request.youth_id,
        recorded_for=request.requested_for_id,
        recipient=request.recipient_id,
        purpose=request.purpose,
    )
    if (agreement := standing.order_by("-pk").first()) is not None:
        try:
            withdraw(agreement, how=Agreement.Channel.LINK)
        except AlreadyWithdrawn:
            return  # somebody whom the youth told was quicker


def _tell_answered(request: AgreementRequest) -> None:
    """A notice and a task for who asked: the task closes when the answer is read."""
    todo.open_task(
        ANSWERED,
        subject_kind=OF_REQUEST,
        subject_id=request.pk,
        organisation_id=request.requested_for_id,
        counterpart_id=None,
        user_id=request.requested_by_id,
        due_on=clock.today(),
        awaited_on=clock.today(),
    )
    _tell(request, "Un jeune a répondu à votre lien. Sa réponse est dans son dossier.")


def _tell(request: AgreementRequest, text: str) -> None:
    address = reverse("youths:agreement_ask", args=[request.youth.uuid])
    notify(
        [request.requested_by_id],
        organisation_id=request.requested_for_id,
        kind="agreement.answered",
        text=text,
        path=f"{address}?demande={request.uuid}",
        effect_key=f"agreement-request:{request.pk}:{'answered' if request.answer else 'locked'}",
    )
