"""What an indicator is: a figure with its definition, read from a tally of referrals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from core.suppression import THRESHOLD, Cell, hides_ratio, is_small
from reporting.indicators.book import SENT, Book, Term
from reporting.tally import STEPS, Tally

State = Literal["known", "hidden", "not_computable"]
COUNT = ""
PERCENT = "%"
WORKING_DAYS = "jours ouvrés"
POINTS = "points"
UNITS = frozenset({COUNT, PERCENT, WORKING_DAYS, POINTS})
# Which way is better; nothing is better for what is only looked at.
HIGHER, LOWER, WATCH = "higher", "lower", "watch"
DIRECTIONS = {HIGHER: "Plus c’est élevé, mieux c’est.", LOWER: "Plus c’est bas, mieux c’est.", WATCH: ""}
# Where the figures come from.
REFERRALS = "Les orientations enregistrées dans le portail, et les cumuls de celles qui ont été effacées."


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of an indicator that may be shown, with the two terms of a rate when they may be too.

    ``note`` says what the figure rests on beside the portal: a declared denominator, with its source.
    """

    state: State
    value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    note: str = ""


HIDDEN = Figure("hidden")
NOT_COMPUTABLE = Figure("not_computable")


@dataclass(frozen=True, slots=True)
class Sight:
    """What an indicator is read from: a tally, and the steps of the journey that the page may show.

    ``threshold`` is 1 for an organisation that reads its own figures: nothing is small there. ``book`` holds what the
    indicators beyond the essential ones ask for; without it, they are not computable.
    """

    tally: Tally
    steps: Mapping[str, Cell]
    threshold: int = THRESHOLD
    book: Book | None = None

    def rate(self, numerator: int, denominator: int, *, terms: bool = True) -> Figure:
        """A rate in whole per cent; hidden when it is about a few persons. ``terms``: they may be shown too."""
        if not denominator:
            return NOT_COMPUTABLE
        if hides_ratio(numerator, denominator, self.threshold):
            return HIDDEN
        value = round(100 * numerator / denominator)
        return Figure("known", value, numerator, denominator) if terms else Figure("known", value)

    def duration(self, value: float | None, persons: int) -> Figure:
        """A median; hidden when it rests on a few persons."""
        if value is None:
            return NOT_COMPUTABLE
        return HIDDEN if persons < self.threshold else Figure("known", value)

    def is_small(self, value: int) -> bool:
        return is_small(value, self.threshold)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator. Every text is French and shown; the registry refuses an incomplete one.

    ``essential``: one of those that dashboards and packs show first, read from the steps of the journey.
    ``direction`` says whether more is better, ``source`` where the figures come from. ``terms`` are the sums that
    ``read`` needs of the book.

    ``numerator`` and ``denominator`` say what is counted, and on what (empty for a count or a duration).
    ``matures`` says from when a referral counts, for a rate that only takes the referrals old enough.
    ``read`` gives the figure.

    Who publishes it asks four things more. ``tells``: the steps of the journey on which it sets a bound; it is hidden
    where one of them is. ``parts``: how many are in it, and in the rest of what it is a part of, when the figure itself
    does not say so. ``drawn``: both its terms are steps that are drawn by quarter, of the referrals old enough; such a
    quarter tells it. ``slack``: how far it is from the steps that bound it; where that is a handful, they tell it
    everywhere, and it is hidden.
    """

    code: str
    label: str
    definition: str
    unit: str
    numerator: str
    denominator: str = ""
    matures: str = ""
    direction: str = HIGHER
    source: str = REFERRALS
    essential: bool = False
    terms: tuple[Term, ...] = ()
    tells: tuple[str, ...] = ()
    drawn: bool = False
    slack: Callable[[Sight], int] | None = None
    parts: Callable[[Sight], tuple[int, int]] | None = None
    read: Callable[[Sight], Figure]

    @property
    def steps(self) -> frozenset[str]:
        """The steps of the journey among what it counts, and those of which it tells something."""
        counted = {term.count for term in self.terms if term.table == SENT} | {self.code}
        return frozenset(counted & dict(STEPS).keys() | {*self.tells})

    @property
    def better(self) -> str:
        """Which way is better, in a French sentence; "" when nothing is."""
        return DIRECTIONS[self.direction]

    @property
    def full_definition(self) -> str:
        """The definition with its two terms, for a document."""
        parts = [self.definition]
        if self.denominator:
            parts.append(f"On compte {self.numerator}, sur {self.denominator}.")
        if self.matures:
            parts.append(self.matures)
        return " ".join(parts)


def step(code: str) -> Callable[[Sight], Figure]:
    """Read a step of the journey, as the page shows it."""
    return lambda sight: count(sight.steps[code])


def count(value: Cell) -> Figure:
    """A count, already suppressed."""
    return HIDDEN if value is None else Figure("known", value)
