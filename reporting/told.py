"""What this room tells people: the kinds of its notifications."""

from notifications.kinds import Kind, declare


def register() -> None:
    """Declare them (at start)."""
    label = "Le dossier d’un comité est prêt"
    declare([Kind("pack.ready", label, "Conventions et comités", urgent=True, mutable=True)])
