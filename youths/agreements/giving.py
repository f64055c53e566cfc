"""Giving an agreement, and finding the one that holds."""

from datetime import date
from typing import Any

from django.db import transaction

from core import clock, todo
from core.ages import is_minor_on
from core.gestures import one_at_a_time
from core.hooks import agreement_given
from youths.agreements.codes import EXPIRING, OF_AGREEMENT
from youths.agreements.purposes import purposes
from youths.models import Agreement, Youth


def live_agreement(
    youth: Youth, recipient_id: int, purpose: str, *, sender_id: int | None = None
) -> Agreement | None:
    """The latest live agreement of a youth for a recipient and a purpose, among those that the scope shows.

    ``sender_id``: the organisation that it lets pass the file on.
    """
    found = Agreement.objects.live().filter(youth=youth.pk, recipient=recipient_id, purpose=purpose)
    if sender_id is not None:
        found = found.filter(recorded_for=sender_id)
    return found.order_by("-given_on", "-pk").first()


@transaction.atomic
def give(
    youth: Youth,
    *,
    recorded_by: int,
    recorded_for: int,
    recipient_id: int,
    purpose: str,
    channel: str,
    informed: str,
    covers_return: bool = False,
    text_version: str = "",
    **of_minor: Any,
) -> Agreement:
    """Record what a youth agreed to, under the text of ``text_version`` (that of today when empty).

    ``of_minor``: ``representative_informed_on``, ``representative_signed_on``, ``emancipated``.
    """
    agreement = Agreement.objects.create(
        youth=youth,
        recorded_by_id=recorded_by,
        recorded_for_id=recorded_for,
        recipient_id=recipient_id,
        purpose=purpose,
        channel=channel,
        informed=informed,
        covers_return=covers_return,
        text_version=text_version or purposes[purpose].version,
        **of_minor,
    )
    _close_expiring(agreement)
    agreement_given(agreement)
    return agreement


@transaction.atomic
def give_once(youth: Youth, *, recorded_by: int, **said: Any) -> Agreement:
    """Record what was said in an interview; the same words of the same day, sent twice, are one agreement."""
    one_at_a_time("agreement", recorded_by)
    same = Agreement.objects.standing().filter(
        youth=youth, recorded_by=recorded_by, given_on=clock.today(), **said
    )
    return same.order_by("-pk").first() or give(youth, recorded_by=recorded_by, **said)


def _close_expiring(agreement: Agreement) -> None:
    """Given again, an agreement about to end is asked for no more."""
    earlier = Agreement.objects.filter(
        youth=agreement.youth_id,
        recipient=agreement.recipient_id,
        purpose=agreement.purpose,
    ).exclude(pk=agreement.pk)
    for pk in earlier.order_by("pk").values_list("pk", flat=True):
        todo.close_tasks(OF_AGREEMENT, pk, kinds=[EXPIRING], organisation_id=agreement.recorded_for_id)


def missing_for_minor(agreement: Agreement, birth_date: date, day: date) -> str:
    """What the agreement of a minor still lacks before anything is sent, in a French sentence; empty when nothing.

    A minor agrees by themselves (DOMAIN R-02, R-08: no text asks for more); whoever represents them is informed, and
    signs where the purpose says so, with its source. An emancipated minor acts alone (code civil, art. 413-6).
    """
    if not is_minor_on(birth_date, day) or agreement.emancipated:
        return ""
    if agreement.representative_informed_on is None:
        return "Le jeune est mineur : indiquez le jour où son représentant légal a été informé."
    source = purposes[agreement.purpose].representative_signs
    if source and agreement.representative_signed_on is None:
        return f"Le jeune est mineur : il manque la signature de son représentant légal ({source})."
    return ""
