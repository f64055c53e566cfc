"""What the figures hold of people, and why (core.personal)."""

from core.personal import Use, declare
from reporting.models import ReferralFact

FIGURES = Use(
    "Compter les orientations et mesurer le partenariat, par des codes et des dates",
    retention="Avec l’orientation ; ensuite des nombres par trimestre, sans lien avec personne",
    readers="Personne un par un : seuls des nombres sont lus, les petits sont masqués",
)


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(
        ReferralFact,
        {
            FIGURES: (
                "sender_id", "recipient_id", "convention_id", "programme", "month", "region", "department", "state",
                "reason", "outcome", "answered", "accepted", "started", "completed", "answer_days", "is_return",
            )
        },
        youth="referral__youth",
        holders=("sender_id", "recipient_id"),
    )  # fmt: skip
