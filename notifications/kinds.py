"""The kinds of notifications: a closed list, filled by each room at start (``told.py``)."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.hooks import Registry


@dataclass(frozen=True, slots=True)
class Kind:
    """What people are told, in words they choose from.

    ``urgent`` leaves by mail at once, the rest waits for the digest. ``mutable`` is false for what gives somebody
    something to do: it may not be turned off.
    """

    code: str
    label: str
    group: str
    urgent: bool = False
    mutable: bool = False

    def __post_init__(self) -> None:
        if not (self.code and self.label and self.group) or len(self.code) > 40:
            raise ValueError(f"notification kind {self.code!r} is incomplete")


kinds: Registry[Kind] = Registry("notification kinds")


def declare(found: Iterable[Kind]) -> None:
    """Add the kinds of a room (at start)."""
    for kind in found:
        kinds.register(kind.code, kind)


def for_digest() -> list[str]:
    """The codes of what waits for the digest."""
    return sorted(code for code, kind in kinds.items() if not kind.urgent)
