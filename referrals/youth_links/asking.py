"""Making a link for a youth, sending it, and what the page of the link may ask of the database."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from core import clock, links, mails, outbox
from core.acting import Acting
from core.functions import call
from core.scope import on_behalf_of
from notifications.notices import notify
from referrals.models import Referral, YouthLink
from youths.agreements.asking import who_asks
from youths.models import Youth

MAIL = "youth_link.mail"
SUBJECT = "Quelques questions pour vous"
UNREACHED = "Un lien n’a pas pu être remis à un jeune : joignez-le autrement."
LOCKED = "Le lien envoyé à un jeune est bloqué : la date de naissance donnée n’était pas la bonne."


def token_of(seed: str) -> str:
    """The token of a youth's link."""
    return links.token_of("youth-link", seed)


def address_of(seed: str) -> str:
    """The whole address of a youth's link."""
    return settings.PORTAL_URL + reverse("referrals:youth_link", args=[token_of(seed)])


@transaction.atomic
def ask(
    acting: Acting, youth: Youth, kind: str, *, referral: Referral | None = None
) -> tuple[YouthLink, str]:
    """Open a link, and give its seed, which is kept nowhere; the earlier link for the same purpose is dead."""
    YouthLink.objects.filter(
        youth=youth,
        requested_for=acting.organisation_id,
        kind=kind,
        referral=referral,
        used_at__isnull=True,
        cancelled_at__isnull=True,
    ).update(cancelled_at=clock.now())
    seed = links.new_seed()
    made = YouthLink.objects.create(
        youth=youth,
        referral=referral,
        kind=kind,
        requested_by_id=acting.user_id,
        requested_for_id=acting.organisation_id,
        token_hash=links.hash_of(token_of(seed)),
        expires_at=clock.now() + YouthLink.LASTS,
    )
    return made, seed


@transaction.atomic
def mail_link(link: YouthLink, seed: str) -> bool:
    """Send a link to the youth's address, once; False when it was sent, or no longer waits."""
    waiting = YouthLink.objects.waiting().filter(pk=link.pk, mailed_at__isnull=True)
    if not waiting.update(mailed_at=clock.now()):
        return False
    outbox.post(MAIL, {"link": link.pk, "seed": seed}, effect_key=f"youth-link:{link.pk}")
    return True


def send_mail(payload: dict[str, Any]) -> None:
    """Outbox handler: the mail of a link. One that was used or cancelled meanwhile sends nothing."""
    waiting = YouthLink.objects.waiting().select_related("youth", "requested_for")
    link = waiting.filter(pk=payload["link"]).first()
    if link is None or not link.youth.email:
        return
    words = {
        "who": who_asks(link.requested_for.network),
        "url": address_of(payload["seed"]),
        "until": link.expires_at,
    }
    body = render_to_string("referrals/youth_links/mail.txt", words)
    mails.send(link.youth.email, SUBJECT, body, f"youth-link:{link.pk}")


def unreached(address: str) -> None:
    """Tell who had a link sent to this address (``core.hooks.mail_bounced``)."""
    sent = YouthLink.objects.waiting().filter(mailed_at__isnull=False, youth__email__iexact=address.strip())
    for link in sent.select_related("youth", "referral").order_by("pk"):
        _notify(link, UNREACHED, "unreached", kind="agreement.unreached")


def sms_words(network: str, link: YouthLink, address: str) -> str:
    """A text to copy into a message: it names neither the youth nor any structure, nor what it is about."""
    until = clock.day_of(link.expires_at)
    return f"Bonjour, ici {who_asks(network)}. Quelques questions pour vous, à lire avant le {until:%d/%m} : {address}"


# --- The youth answers ---------------------------------------------------------------------------


def is_open(token: str) -> bool:
    """Whether a link may be answered now; nothing else is told."""
    return bool(call("tu_youth_link", links.hash_of(token)))


@transaction.atomic
def question(token: str, day: int, month: int) -> dict[str, Any] | None:
    """What a link is for, to who was born that day; ``wrong`` and ``left`` otherwise, None for a dead link."""
    return told(call("tu_youth_link_question", links.hash_of(token), day, month))


def told(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a function answered; the person who asked is told of a link that the fifth wrong birthday has locked."""
    if found and found.get("wrong") and not found["left"]:
        tell(found, LOCKED, "locked")
    return found


def tell(found: dict[str, Any], text: str, what: str) -> None:
    """A notice for who made a link, in the scope of their organisation."""
    with on_behalf_of(found["organisation"]):
        _notify(YouthLink.objects.select_related("youth", "referral").get(pk=found["link"]), text, what)


def _notify(link: YouthLink, text: str, what: str, kind: str = "youth_link.answered") -> None:
    notify(
        [link.requested_by_id],
        organisation_id=link.requested_for_id,
        kind=kind,
        text=text,
        path=link.get_absolute_url(),
        effect_key=f"youth-link:{link.pk}:{what}",
    )
