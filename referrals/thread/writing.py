"""Writing in the thread of a referral, and taking back what one wrote."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from core import clock, documents
from core.acting import Acting
from core.functions import call
from core.models import Document
from core.uploads import CheckedFile
from notifications.notices import notify
from referrals import agreements, links
from referrals.delays import side_id
from referrals.effects import people_on
from referrals.models import Message, Referral
from referrals.states import State, other_side
from referrals.transitions import NotAllowed

# Two sendings of one form are one gesture when they follow each other so closely.
SAME_GESTURE = timedelta(seconds=30)
# Until then a message is taken back as if it had not been sent; later, it is an error that is said.
TAKE_BACK = timedelta(minutes=15)
_FILE_LABEL = "piece-jointe"
TOLD = "{actor} vous a écrit au sujet d’une orientation ({programme})."


def write_message(
    acting: Acting,
    referral: Referral,
    text: str,
    kind: str = Message.Kind.NOTE,
    document: Document | None = None,
) -> Message:
    """Add a message to the shared thread, without telling anybody."""
    return Message.objects.create(
        referral=referral,
        kind=kind,
        author_id=acting.user_id,
        organisation_id=acting.organisation_id,
        text=text,
        at=clock.now(),
        document=document,
    )


@transaction.atomic
def post_message(acting: Acting, referral: Referral, text: str, file: CheckedFile | None = None) -> Message:
    """A message of its own, outside any action; the other side is told. Raises NotAllowed once sharing is stopped."""
    # The lock makes the second click of one gesture find the message of the first.
    locked = Referral.objects.select_for_update(of=("self",)).only("pk", "sharing_stopped_at")
    if locked.get(pk=referral.pk).sharing_stopped_at:
        raise NotAllowed(agreements.STOPPED)
    if links.only_owes(referral, referral.side_of(acting.organisation_id)):
        raise NotAllowed(links.ONLY_OWES)
    repeated = referral.messages.filter(
        author=acting.user_id,
        text=text,
        withdrawn_at__isnull=True,
        at__gt=clock.now() - SAME_GESTURE,
        document__sha256=file.sha256 if file else None,
    )
    if found := repeated.first():
        return found
    document = documents.store_checked(file, label=_FILE_LABEL) if file else None
    message = write_message(acting, referral, text, document=document)
    tell(referral, acting.organisation_id)
    return message


def tell(referral: Referral, author_organisation_id: int) -> None:
    """Tell the other side that the thread has a new message; a draft is told to nobody.

    One line for a thread, renewed by each message: ten messages of an hour are one line of one mail.
    """
    if referral.state == State.DRAFT:
        return
    here = referral.side_of(author_organisation_id)
    there = other_side(here)
    people = people_on(referral, there)
    call("tu_thread_told", referral.pk, people)
    notify(
        people,
        organisation_id=side_id(referral, there),
        kind="referral.message",
        text=TOLD.format(actor=getattr(referral, here).outward_name, programme=referral.rules.short_label),
        path=referral.get_absolute_url(),
        effect_key=f"thread:{referral.pk}",
    )


def way_back(acting: Acting, *, author_id: int, organisation_id: int, age: timedelta) -> str:
    """How somebody may take a message of that age back (``Message.Withdrawal``); "" when they may not.

    Its author at once, then as an error; a manager of the organisation too, since authors leave.
    """
    if organisation_id != acting.organisation_id:
        return ""
    if author_id == acting.user_id:
        return Message.Withdrawal.TAKEN_BACK if age <= TAKE_BACK else Message.Withdrawal.ERROR
    return Message.Withdrawal.ERROR if acting.is_manager else ""


@transaction.atomic
def withdraw(acting: Acting, referral: Referral, uuid: UUID) -> Message | None:
    """Take a message back: it is told as such and read no more, and its piece is deleted.

    None when there is nothing by that identifier that this person may take back (any more).
    """
    message = referral.messages.select_for_update().filter(uuid=uuid, withdrawn_at__isnull=True).first()
    if message is None:
        return None
    age = clock.now() - message.at
    how = way_back(acting, author_id=message.author_id, organisation_id=message.organisation_id, age=age)
    if not how:
        return None
    piece = message.document_id
    message.document = None
    message.withdrawn_at, message.withdrawn_as = clock.now(), how
    message.save(update_fields=["document", "withdrawn_at", "withdrawn_as"])
    if piece:
        documents.remove(Document.objects.filter(pk=piece))
    return message
