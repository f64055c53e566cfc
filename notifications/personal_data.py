"""What notifications hold of professionals, and why (core.personal)."""

from core.personal import Use, declare
from notifications.models import Digest, Mute, Notification

TOLD = Use(
    "Prévenir le professionnel de ce qui l’attend, sans nommer personne",
    retention="Avec le dossier dont elle parle",
    readers="Lui seul",
)
WANTED = Use(
    "Ne pas envoyer par courriel ce que le professionnel n’a pas demandé",
    retention="Tant que le compte existe",
    readers="Lui seul",
)
SENT = Use(
    "N’envoyer chaque résumé qu’une fois, et rien oublier d’un résumé à l’autre",
    retention="Tant que le compte existe",
    readers="Personne : le portail seul",
)


def register() -> None:
    """Declare the tables of the room (at start)."""
    declare(Notification, {TOLD: ("user", "kind", "text", "path", "at", "read_at")})
    declare(Mute, {WANTED: ("user", "kind")})
    declare(Digest, {SENT: ("user", "day", "weekly", "since", "until")})
