"""What the data-protection delegate of an organisation decides: nothing of it is on before (DESIGN, "Access")."""

from django.db import IntegrityError, transaction

from core import clock
from core.acting import Acting
from youths.models import DelegateDecision, EntitledPerson

# How long a record is kept after the last contact, unless the delegate decides otherwise (DOMAIN R-06).
RETENTION_MONTHS = 24


class AlreadyDecided(Exception):
    """A decision on this subject stands, or the one to end no longer does: nothing was written."""


def standing(organisation_id: int, subject: str) -> DelegateDecision | None:
    """The decision that stands today for an organisation on a subject; None when the delegate never allowed it."""
    return DelegateDecision.objects.filter(
        organisation=organisation_id, subject=subject, ended_at__isnull=True
    ).first()


def retention_months(organisation_id: int) -> int:
    """The months after the last contact during which the organisation keeps a record."""
    decision = standing(organisation_id, DelegateDecision.Subject.RETENTION)
    return decision.months if decision and decision.months else RETENTION_MONTHS


@transaction.atomic
def decide(acting: Acting, subject: str, legal_text: str, months: int | None = None) -> DelegateDecision:
    """Allow something in the acting organisation, with the text it rests on. Raises AlreadyDecided."""
    try:
        with transaction.atomic():
            return DelegateDecision.objects.create(
                organisation_id=acting.organisation_id,
                subject=subject,
                legal_text=legal_text,
                months=months,
                decided_by_id=acting.user_id,
            )
    except IntegrityError as error:
        if "youths_one_decision" not in str(error):
            raise
        raise AlreadyDecided from error


@transaction.atomic
def end(acting: Acting, pk: int) -> None:
    """End a decision of the acting organisation: what it allowed is off again. Raises AlreadyDecided.

    Those who were named under it are named no more: a later decision names its own.
    """
    own = {"organisation": acting.organisation_id, "ended_at__isnull": True}
    ended = {"ended_at": clock.now(), "ended_by_id": acting.user_id}
    found = DelegateDecision.objects.filter(pk=pk, **own).first()
    if found is None or not DelegateDecision.objects.filter(pk=pk, **own).update(**ended):
        raise AlreadyDecided
    EntitledPerson.objects.filter(subject=found.subject, **own).update(**ended)
