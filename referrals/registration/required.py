"""No entry without a registration, where the programme asks for one."""

from referrals.models import Referral

UNREGISTERED = (
    "L’entrée ne peut pas être confirmée : ce jeune n’est inscrit dans aucune mission locale. Il doit l’être avant "
    "d’entrer, pour être accompagné quelle que soit la suite."
)


def why_not_started(referral: Referral) -> str:
    """Why an entry may not be confirmed, in a French sentence; empty when the youth is registered, or need not be."""
    if referral.rules.needs_registration and referral.youth.registered_with_id is None:
        return UNREGISTERED
    return ""
