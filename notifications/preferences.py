"""What a person wants by mail: everything, but for the kinds that they turned off."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from notifications.kinds import Kind, kinds
from notifications.models import Mute


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind, and whether its mails are wanted."""

    kind: Kind
    wanted: bool


def choices_of(user_id: int) -> list[tuple[str, list[Choice], dict[str, bool]]]:
    """By group: the kinds that one may turn off, with the choice made; then what always comes, and whether at once."""
    muted = set(Mute.objects.filter(user=user_id).order_by("pk").values_list("kind", flat=True))
    groups: dict[str, tuple[list[Choice], dict[str, bool]]] = {}
    for code, kind in kinds.items():
        chosen, always = groups.setdefault(kind.group, ([], {}))
        if kind.mutable:
            chosen.append(Choice(kind, wanted=code not in muted))
        else:
            always[kind.label] = kind.urgent  # two kinds that say the same are one line
    return [(group, chosen, always) for group, (chosen, always) in groups.items()]


@transaction.atomic
def choose(user_id: int, wanted: Iterable[str]) -> None:
    """Keep the mails of these kinds, and turn the others off; what gives something to do always comes."""
    wanted = set(wanted)
    muted = [code for code, kind in kinds.items() if kind.mutable and code not in wanted]
    Mute.objects.filter(user=user_id).exclude(kind__in=muted).delete()
    Mute.objects.bulk_create([Mute(user_id=user_id, kind=code) for code in muted], ignore_conflicts=True)
