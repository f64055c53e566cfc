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


def choices_of(user_id: int) -> list[tuple[str, list[Choice]]]:
    """Every kind, by group, with what this person chose."""
    muted = set(Mute.objects.filter(user=user_id).order_by("pk").values_list("kind", flat=True))
    groups: dict[str, list[Choice]] = {}
    for code, kind in kinds.items():
        groups.setdefault(kind.group, []).append(Choice(kind, wanted=not kind.mutable or code not in muted))
    return list(groups.items())


@transaction.atomic
def choose(user_id: int, wanted: Iterable[str]) -> None:
    """Keep the mails of these kinds, and turn the others off; what gives something to do always comes."""
    wanted = set(wanted)
    muted = [code for code, kind in kinds.items() if kind.mutable and code not in wanted]
    Mute.objects.filter(user=user_id).exclude(kind__in=muted).delete()
    Mute.objects.bulk_create([Mute(user_id=user_id, kind=code) for code in muted], ignore_conflicts=True)
