"""What the agreement of the youth allows here, and what its withdrawal ends (ADR 0020)."""

from core import clock, todo
from core.functions import call
from referrals import programmes
from referrals.effects import AGREEMENT
from referrals.models import BEFORE_ANSWER, OPEN_STATES, Referral
from referrals.states import State
from youths.agreements.giving import missing_for_minor
from youths.agreements.purposes import Purpose, purposes
from youths.models import Agreement

STOPPED = "Le jeune a retiré son accord : le partage est arrêté, seul le résultat du parcours peut encore être noté."
# What either side may still do with a course that goes on: its outcome, an error said, the outcome read.
ONCE_STOPPED = frozenset(
    {"complete", "drop_out", "mark_error", "ask_error", "confirm_error", "drop_error", "acknowledge"}
)


def register() -> None:
    """Declare one purpose for each programme (at start)."""
    for programme in programmes.all():
        purposes.register(
            programme.code,
            Purpose(
                programme.code,
                programme.label,
                programme.agreement_text,
                programme.agreement_version,
                programme.earlier_agreements,
                programme.representative_signs,
                programme.receives,
            ),
        )


def covers(referral: Referral) -> bool:
    """Whether the agreement of a referral is for it: this sender, recipient and purpose, or the way back it foresaw."""
    agreement, origin = referral.agreement, referral.returned_from
    if agreement is None or agreement.youth_id != referral.youth_id:
        return False
    if origin is not None and origin.agreement_id == agreement.pk:
        return agreement.covers_return
    return (agreement.recorded_for_id, agreement.recipient_id, agreement.purpose) == (
        referral.sender_id,
        referral.recipient_id,
        referral.programme,
    )


def why_not_sent(referral: Referral) -> str:
    """Why the agreement does not let a draft be sent, in a French sentence; empty when it does."""
    agreement = referral.agreement
    if agreement is None or not agreement.is_live:
        return "Enregistrez l’accord du jeune avant d’envoyer."
    if not covers(referral):
        return "L’accord enregistré n’est pas pour ce destinataire : recueillez celui qu’il faut."
    return missing_for_minor(agreement, referral.youth.birth_date, clock.today())


def attach(agreement: Agreement) -> None:
    """A youth gave an agreement: the drafts that waited for it rest on it (hook ``agreement_given``)."""
    drafts = Referral.objects.filter(
        youth=agreement.youth_id,
        sender=agreement.recorded_for_id,
        recipient=agreement.recipient_id,
        programme=agreement.purpose,
        state=State.DRAFT,
    )
    drafts.update(agreement=agreement)


def detach(agreement: Agreement) -> None:
    """A youth withdrew an agreement (hook ``agreement_withdrawn``): what has not begun is closed, the rest is marked.

    Then the access of the recipient ends, by the one function that may end it for either side.
    """
    # The workflow asks this module for what an agreement allows.
    from referrals import workflow

    resting = Referral.objects.filter(agreement=agreement).order_by("pk")
    not_begun = [state for state in (*BEFORE_ANSWER, State.ACCEPTED) if state != State.DRAFT]
    for referral in resting.filter(state__in=not_begun).select_for_update(of=("self",)):
        workflow.end_sharing(referral)
    for draft in resting.filter(state=State.DRAFT, returned_from__isnull=False):
        todo.close_tasks("referral", draft.pk, kinds=[AGREEMENT])
    suspended = resting.filter(state=State.STARTED, suspended_on__isnull=False)
    for referral in suspended.select_for_update(of=("self",)):
        workflow.await_outcome(referral)
    call("tu_stop_sharing", agreement.pk)


def close_stopped(referral: Referral) -> None:
    """The outcome of a course whose sharing was stopped is noted: the recipient reads nothing of it any more."""
    call("tu_close_stopped", referral.pk)


def needed(agreements: list[int]) -> set[int]:
    """Those of some agreements on which an open referral rests."""
    found = Referral.objects.filter(agreement__in=agreements, state__in=[State.DRAFT, *OPEN_STATES])
    return set(found.order_by("pk").values_list("agreement", flat=True))
