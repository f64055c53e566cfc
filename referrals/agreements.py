"""What the agreement of the youth allows here, and what its withdrawal ends (ADR 0020)."""

from core import clock
from referrals import programmes
from referrals.models import Referral
from youths.agreements.giving import missing_for_minor
from youths.agreements.purposes import Purpose, purposes


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
