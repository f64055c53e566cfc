"""What an agreement may be for, and the texts that youths are told, each under its version.

The room of referrals adds one purpose for each programme; the one of this room is co-accompaniment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.hooks import Registry

CO_ACCOMPANIMENT = "co_accompagnement"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One aim. Its texts name ``{sender}`` (who passes on) and ``{recipient}`` (to whom), and say the way back.

    ``earlier`` keeps the texts that youths agreed to before ``version``. ``representative_signs`` is the source
    that asks for the signature of a minor's legal representative; empty, they are informed and sign nothing.
    """

    code: str
    label: str
    text: str
    version: str
    earlier: Mapping[str, str] = field(default_factory=dict)
    representative_signs: str = ""
    # The networks to which it may be given; empty, all of them.
    receives: tuple[str, ...] = ()

    def wording(self, version: str, *, sender: str, recipient: str) -> str:
        """The text of a version; "" when it is not one of this purpose."""
        text = self.text if version == self.version else self.earlier.get(version, "")
        return text.format(sender=sender, recipient=recipient)


purposes: Registry[Purpose] = Registry("purposes")


def label_of(code: str) -> str:
    """The name that people know of a purpose; its code when it is no longer known."""
    found = purposes.get(code)
    return found.label if found else code


def register() -> None:
    """Declare the purpose of this room (at start)."""
    purposes.register(
        CO_ACCOMPANIMENT,
        Purpose(
            CO_ACCOMPANIMENT,
            "Accompagnement à plusieurs",
            "{sender} et {recipient} m’accompagnent ensemble. {sender} peut donner à {recipient} mon nom, mes "
            "coordonnées, ma situation et ce que nous avons prévu ensemble. {recipient} peut dire à {sender} ce que "
            "nous faisons et ce que cela donne. Rien sur ma santé ni sur la justice. Je peux retirer cet accord "
            "quand je veux : {sender} continue de m’accompagner.",
            "co-accompagnement-1",
        ),
    )
