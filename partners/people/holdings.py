"""What somebody holds for an organisation, by kind: the rooms above fill the registry (``core.hooks.handovers``)."""

from dataclasses import dataclass

from core.acting import MANAGER, PROFESSIONAL
from core.handovers import Held
from core.hooks import handovers
from partners.models import Membership

# The roles that accompany youths and follow referrals; the others hold nothing.
FOLLOWING = (PROFESSIONAL, MANAGER)
# The lines of each kind that a preview spells out; the count is always whole.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody holds of one kind."""

    kind: str
    label: str
    count: int
    lines: list[Held]
    names_youths: bool

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def preview(membership: Membership) -> list[Part]:
    """Everything that somebody holds for the organisation, by kind; kinds with nothing are left out."""
    parts = []
    for kind, holding in handovers.items():
        held = holding.held(membership.user_id, membership.organisation_id)
        if held:
            parts.append(Part(kind, holding.label, len(held), held[:SHOWN], holding.names_youths))
    return parts


def why_role_stays(membership: Membership, role: str) -> str:
    """Why somebody cannot take a role that accompanies nobody: what they still hold, counted; "" when they can."""
    parts = [] if role in FOLLOWING else preview(membership)
    if not parts:
        return ""
    total = sum(part.count for part in parts)
    listed = ", ".join(f"{part.label.lower()} ({part.count})" for part in parts)
    return (
        f"Cette personne suit encore {total} élément{'s' if total > 1 else ''} : {listed}. "
        "Ce rôle n’en suit aucun : organisez d’abord la relève."
    )
