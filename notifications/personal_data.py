"""What notifications hold of professionals, and why (core.personal)."""

from core.personal import Use, declare
from notifications.models import Notification

TOLD = Use(
    "Prévenir le professionnel de ce qui l’attend, sans nommer personne",
    retention="Avec le dossier dont elle parle",
    readers="Lui seul",
)


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(Notification, {TOLD: ("user", "kind", "text", "path", "at", "read_at")})
