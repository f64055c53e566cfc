"""Counts of referrals, and what may be shown of them. Pure: no database, no clock.

A referral is in exactly one part, by the furthest step it reached; the steps of the journey are sums of parts.
So one suppression, made on the parts, holds for every table and chart of a page: what is shown of a step is
what the shown parts already say, and nothing can be found by subtracting one table from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

from core.suppression import Cell, is_small

# Code, label: a referral is in one of these, and only one.
PARTS = (
    ("unanswered", "Sans réponse"),
    ("not_accepted", "Répondues, non acceptées"),
    ("not_started", "Acceptées, non commencées"),
    ("under_way", "En cours"),
    ("completed", "Menées à terme"),
    ("interrupted", "Interrompues"),
)
# Code, label: each step is a part of the one before.
STEPS = (
    ("sent", "Envoyées"),
    ("answered", "Avec une réponse"),
    ("accepted", "Acceptées"),
    ("started", "Commencées"),
    ("ended", "Terminées ou interrompues"),
    ("outcome_known", "Devenir connu"),
)
# Those that are sums of parts, after the first, which is all of them.
FURTHER = ("answered", "accepted", "started", "ended")


@dataclass(slots=True)
class Tally:
    """Counts of a set of referrals. ``mature_…`` count those old enough for the answer to be due.

    ``delays`` says how many were answered in so many working days. ``waiting_long`` are those sent more than
    thirty days ago that were never answered.
    """

    sent: int = 0
    answered: int = 0
    accepted: int = 0
    started: int = 0
    ended: int = 0
    completed: int = 0
    outcome_known: int = 0
    mature_sent: int = 0
    mature_answered: int = 0
    mature_on_time: int = 0
    waiting_long: int = 0
    delays: Counter[int] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Self:
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays.update(other.delays)
        return self

    @property
    def parts(self) -> list[int]:
        """The counts of ``PARTS``: they add up to ``sent``."""
        return [
            self.sent - self.answered,
            self.answered - self.accepted,
            self.accepted - self.started,
            self.started - self.ended,
            self.completed,
            self.ended - self.completed,
        ]

    @property
    def median_delay(self) -> float | None:
        """The median number of working days of the answers given; None when there is none."""
        return median(self.delays)


_ADDED = [item.name for item in fields(Tally) if item.name != "delays"]


def median(counts: Counter[int]) -> float | None:
    """The median of values counted; None when there is none."""
    total = sum(counts.values())
    if not total:
        return None
    low, high = (total - 1) // 2, total // 2
    seen = 0
    found: list[int] = []
    for value in sorted(counts):
        before, seen = seen, seen + counts[value]
        found += [value for rank in (low, high) if before <= rank < seen]
    return (found[0] + found[1]) / 2


def shown_steps(parts: Sequence[Cell], total: Cell) -> dict[str, Cell]:
    """What may be shown of each step but the last, and of ``completed``, given what is shown of ``PARTS`` and of their
    ``total``; ``None`` is hidden. The last step is no sum of parts: whoever counts the outcomes says it.
    """
    steps = {"sent": total}
    for rank, code in enumerate(FURTHER, start=1):
        steps[code] = _sum(parts[rank:], total, parts[:rank])
    return steps | {"completed": parts[4]}


def _sum(parts: Sequence[Cell], total: Cell, others: Sequence[Cell]) -> Cell:
    """The sum of some parts, when what is shown already tells it, and it is not about a few persons."""
    if None not in parts:
        value = sum(part for part in parts if part is not None)
    elif total is not None and None not in others:
        value = total - sum(part for part in others if part is not None)
    else:
        return None
    return None if is_small(value) else value


def exact_steps(tally: Tally) -> dict[str, Cell]:
    """Every step and ``completed`` as they are, for who may know all of it."""
    return {code: getattr(tally, code) for code in (*dict(STEPS), "completed")}
