"""The pieces of a thread do not outlive what they were sent for."""

from django.db import transaction

from core import clock, documents
from core.models import Document
from core.scope import system_scope
from core.working_days import add_months
from referrals.models import Message

# As long as an outcome is still asked of both sides.
PIECE_MONTHS = 6
_BATCH = 200


def forget_pieces() -> int:
    """Delete the pieces of the referrals closed six months ago; the messages say so. On the worker's login.

    Returns how many were deleted; twice changes nothing.
    """
    before = clock.start_of(add_months(clock.today(), -PIECE_MONTHS))
    forgotten = 0
    while True:
        with transaction.atomic(), system_scope("forget the pieces of closed referrals"):
            found = Message.objects.filter(document__isnull=False, referral__closed_at__lt=before)
            batch = list(
                found.order_by("pk")
                .select_for_update(of=("self",), skip_locked=True)
                .values_list("pk", "document")[:_BATCH]
            )
            if not batch:
                return forgotten
            keys, papers = zip(*batch, strict=True)
            Message.objects.filter(pk__in=keys).update(document=None, file_gone_at=clock.now())
            forgotten += documents.remove(Document.objects.filter(pk__in=papers))
