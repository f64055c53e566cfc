"""What a measure is: what it judges, what it says. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Status = Literal["tenu", "en cours", "non tenu", "non mesurable"]

ONCE, CONTINUOUS, YEARLY = "once", "continuous", "yearly"


@dataclass(frozen=True, slots=True)
class Measure:
    """How a commitment stands, and on what figures that rests (French; no figure about a few persons)."""

    status: Status
    figures: str
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a commitment asks, beside its wording. ``target`` is by year; ``due_on`` is its last day."""

    frequency: str = CONTINUOUS
    due_on: date | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure judges, for one commitment, from ``first`` to ``last``. A ``None`` is not known here.

    ``since`` is the day from which the convention binds, when it is established. ``due`` are the referrals old
    enough to be answered in time. ``sessions`` are those held in the twelve months that end with ``last``,
    ``all_sessions`` since the beginning, ``planned_sessions`` those to come. ``meetings`` are the days on which the
    committees met until the end of the period, ``planned`` whether one is called. ``pieces`` are the days of the facts
    that the parties documented. ``convoked`` and ``present`` are the youths asked to the sessions held in those twelve
    months, each once, and those of them who came to one. ``given`` and ``in_time`` are what a page
    knows of the answers: the published shares of those that were due, in whole per cent.
    """

    last: date
    first: date | None = None
    since: date | None = None
    due: int | None = None
    answered: int | None = None
    on_time: int | None = None
    unfinished: int | None = None
    returned: int | None = None
    due_m3: int | None = None
    known_m3: int | None = None
    organisations: int | None = None
    designated: int | None = None
    frequency_months: int | None = None
    calendar: bool = False
    meetings: tuple[date, ...] = ()
    planned: bool = False
    sessions: int | None = None
    all_sessions: int | None = None
    planned_sessions: int = 0
    pieces: tuple[date, ...] = ()
    convoked: int | None = None
    present: int | None = None
    given: float | None = None
    in_time: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to measure a commitment: its code in the table, its name and its definition as people read them."""

    code: str
    label: str
    definition: str
    judge: Callable[[Terms, Evidence], Measure]
    # What it needs to be read of the database: names of ``evidence.READERS``.
    needs: tuple[str, ...] = ()
    # The steps of the journey on which it sets a bound: a pack that hides one of them does not say how it stands.
    tells: tuple[str, ...] = ()
