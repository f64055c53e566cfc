"""The sums that indicators are made of, for one perimeter and one period. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

SENT, EXITS = "sent", "exits"
# How old a cohort must be to count, by code: its French words. In working days (5, 10), or in days.
NOW, IN_5, IN_10, DAYS_45, DAYS_60, DAYS_90, DAYS_180 = "now", "5wd", "10wd", "45d", "60d", "90d", "180d"
MATURITIES = {
    NOW: "",
    IN_5: "Seuls les mois dont toutes les orientations ont plus de 5 jours ouvrés comptent.",
    IN_10: "Seuls les mois dont toutes les orientations ont plus de 10 jours ouvrés comptent.",
    DAYS_45: "Seuls les mois terminés depuis plus de 45 jours comptent.",
    DAYS_60: "Seuls les mois terminés depuis plus de 60 jours comptent.",
    DAYS_90: "Seuls les mois terminés depuis plus de trois mois comptent.",
    DAYS_180: "Seuls les mois terminés depuis plus de six mois comptent.",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A sum: a count of a table (``reporting.counting``), over the cohorts old enough, for some programmes or all."""

    count: str
    table: str = SENT
    maturity: str = NOW
    programmes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """A figure that the portal does not hold: its value, and the words that say whose it is."""

    value: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of youths of one dimension: how many were sent, answered in ten working days, closed in loop."""

    dimension: str
    name: str
    sent: int
    answered_in_10: int
    loop_closed: int


@dataclass(frozen=True, slots=True)
class Network:
    """The organisations of a perimeter today: local ones, with a referent, with a session held in the last year;
    people who are referents, among whom those who have a substitute."""

    organisations: int = 0
    designated: int = 0
    met: int = 0
    referents: int = 0
    substituted: int = 0


@dataclass(frozen=True, slots=True)
class Promises:
    """The commitments of the conventions of a perimeter, as the last pack of each one judged them."""

    measured: int = 0
    kept: int = 0


@dataclass(slots=True)
class Book:
    """Everything that the indicators of a page ask for.

    ``delays``: how many referrals took, or have been waiting for, so many working days for their first answer: those
    that still wait count for the days elapsed, those closed without an answer for the days until their end.
    ``waiting``: only those that still wait; ``overdue`` of them are past the delay of their programme.
    """

    sums: Mapping[Term, int] = field(default_factory=dict)
    delays: Counter[int] = field(default_factory=Counter)
    waiting: Counter[int] = field(default_factory=Counter)
    overdue: int = 0
    groups: Sequence[Group] = ()
    network: Network = Network()
    promises: Promises = Promises()
    declared: Mapping[str, Declared] = field(default_factory=dict)


def rank(counts: Counter[int], share: float) -> int | None:
    """The smallest value that at least ``share`` of the values counted do not pass; None when there is none."""
    total = sum(counts.values())
    wanted, seen = math.ceil(share * total), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= max(wanted, 1):
            return value
    return None
