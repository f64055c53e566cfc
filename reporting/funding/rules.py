"""How an envelope is split between Missions Locales (DOMAIN §8), exactly and to the cent. No Django here.

Each receives a floor, the same for all. What is left of the envelope is split in two: a share by number of youths, a
share by vulnerability, in which a youth of the most vulnerable territory counts ``spread`` times as much as one of
the least vulnerable. Then, when it is asked for, the way from last year's amounts is cut into steps (transition), and
no Mission Locale rises or falls by more than a percentage (caps): what some cannot take or give, the others share in
proportion, until the whole envelope is spent.

*Exact.* Amounts are whole cents, everything else is a :class:`~fractions.Fraction`. Only two roundings exist. A
standard deviation is a square root: its integer part at 30 decimals (:func:`math.isqrt`), from which each z-score is
rounded to 12 decimals, half to even; the same values give the same digits on every machine and in every order. And
amounts are rounded to the cent by largest remainder; equal remainders go in the order of the codes, so the order
of the lines changes nothing. Two equal Missions Locales receive the same, to the cent that cannot be cut in two.

*Monotone.* More youths, or a higher weight of vulnerability, the rest being equal, never give less: to the cent
without caps nor transition; with them, before rounding, hence within one cent after it (the remainders of the
others move too).

*Impossible is said.* Whatever cannot be done as asked raises an :class:`Impossible`, in French, and names the setting
to change: nothing is ever bent in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, isqrt

from reporting.funding.money import euros, named, percent

_ROOT = 10**30
_SCORE = 10**12
LONGEST_TRANSITION = 10
WIDEST_SPREAD = 10


class Method(StrEnum):
    """How indicators of different units are added up."""

    RANKS = "ranks"  # F-03: the sum of the ranks
    SCORES = "scores"  # the sum of the z-scores


class Direction(StrEnum):
    """What an indicator says when it is high."""

    HIGH = "high"  # the higher, the more vulnerable (unemployment)
    LOW = "low"  # the lower, the more vulnerable (income)


@dataclass(frozen=True, slots=True)
class Place:
    """A Mission Locale. ``previous``: last year's cents, 0 when it is new, None when unknown."""

    code: str
    name: str
    youths: int
    previous: int | None = None
    values: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. ``years``: the target is reached in so many years, this one included.

    ``rise`` and ``fall`` bound the change from last year's amount (1/10 for 10 %), None for no bound.
    """

    envelope: int
    youth_share: Fraction
    method: Method = Method.RANKS
    indicators: Mapping[str, Direction] = field(default_factory=dict)
    spread: Fraction = Fraction(2)
    floor: int = 0
    rise: Fraction | None = None
    fall: Fraction | None = None
    years: int = 1

    @property
    def is_bounded(self) -> bool:
        """Whether last year's amounts count."""
        return self.rise is not None or self.fall is not None or self.years > 1


@dataclass(frozen=True, slots=True)
class Line:
    """What one Mission Locale receives, and each term of it; all of them cents. ``amount`` is the sum of the terms."""

    place: Place
    # By indicator: rank (1 for the least vulnerable) or z-score; their sum; the weight of one youth, from 1 to spread.
    positions: Mapping[str, Fraction]
    score: Fraction
    weight: Fraction
    floor: int
    by_youths: int
    by_vulnerability: int
    # Moves away from the target because of the transition, then of the caps (and of the floor, which always holds).
    by_transition: int
    by_caps: int
    amount: int
    lowest: int | None
    highest: int | None

    @property
    def target(self) -> int:
        """What the split would give without transition nor caps."""
        return self.floor + self.by_youths + self.by_vulnerability

    @property
    def change(self) -> int | None:
        """From last year, in cents; None when last year is unknown."""
        return None if self.place.previous is None else self.amount - self.place.previous

    @property
    def change_ratio(self) -> Fraction | None:
        """The same, relatively; None too for who had nothing."""
        return Fraction(self.amount, self.place.previous) - 1 if self.place.previous else None

    @property
    def held(self) -> str:
        """ "top" or "bottom" when a bound decided, else empty."""
        if self.by_caps and self.amount == self.highest:
            return "top"
        return "bottom" if self.by_caps and self.amount == self.lowest else ""


# --- What cannot be done -------------------------------------------------------------------------------------


class Impossible(ValueError):
    """The split cannot be made as asked. The message is French; ``setting`` names what to change."""

    setting = ""


class BadPlan(Impossible):
    """A setting is out of its bounds."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__(message)
        self.setting = setting


class NoPlace(Impossible):
    """Nobody to split between."""

    setting = "data"


class TwicePlace(Impossible):
    """A Mission Locale is there twice."""

    setting = "data"


class ZeroYouths(Impossible):
    """Nothing can be split by number of youths when there are none."""

    setting = "youths"


class NoIndicator(Impossible):
    """A share by vulnerability needs indicators."""

    setting = "indicators"


class MissingIndicator(Impossible):
    """An indicator is not known for everybody."""

    setting = "indicators"


class FlatIndicator(Impossible):
    """An indicator, or their sum, is the same everywhere: it tells nobody apart."""

    setting = "indicators"


class FloorsAboveEnvelope(Impossible):
    """The floors alone cost more than the envelope."""

    setting = "floor"


class MissingPrevious(Impossible):
    """Caps and transition start from last year's amounts."""

    setting = "previous"


class FloorAboveCap(Impossible):
    """Somebody cannot reach the floor without passing the cap."""

    setting = "floor"


class CapsCannotAbsorb(Impossible):
    """Whatever is given within the caps, the envelope is not spent, or is overspent."""

    setting = "rise"


# --- The split -----------------------------------------------------------------------------------------------


def split(places: Sequence[Place], plan: Plan) -> list[Line]:
    """The whole computation, in the order of the places; the amounts add up to the envelope. Raises Impossible."""
    _check(places, plan)
    labels = sorted(plan.indicators) if plan.youth_share < 1 else []
    positions = [_positions(places, label, plan) for label in labels]
    scores = [sum((found[number] for found in positions), Fraction(0)) for number in range(len(places))]
    weights = _weights(scores, plan)
    parts = _parts(places, weights, plan)
    targets = [plan.floor + youths + vulnerability for youths, vulnerability in parts]
    wanted = _stepped(places, targets, plan)
    bounds = [_bounds(place, plan) for place in places]
    final = _fitted(wanted, bounds, plan.envelope) if plan.is_bounded else wanted

    codes = [place.code for place in places]
    rounded_target = apportion(targets, codes)
    rounded_wanted = apportion(wanted, codes)
    amounts = apportion(final, codes)
    by_youths = _rounded_share([youths for youths, _ in parts], codes)
    return [
        Line(
            place=place,
            positions={label: found[number] for label, found in zip(labels, positions, strict=True)},
            score=scores[number],
            weight=weights[number],
            floor=plan.floor,
            by_youths=by_youths[number],
            by_vulnerability=rounded_target[number] - plan.floor - by_youths[number],
            by_transition=rounded_wanted[number] - rounded_target[number],
            by_caps=amounts[number] - rounded_wanted[number],
            amount=amounts[number],
            lowest=bounds[number][0] if plan.is_bounded else None,
            highest=bounds[number][1],
        )
        for number, place in enumerate(places)
    ]


def _check(places: Sequence[Place], plan: Plan) -> None:
    if plan.envelope <= 0:
        raise BadPlan("envelope", "L’enveloppe doit dépasser zéro.")
    if not 0 <= plan.youth_share <= 1:
        raise BadPlan("youth_share", "La part selon le nombre de jeunes va de 0 à 100 %.")
    if not 1 < plan.spread <= WIDEST_SPREAD:
        raise BadPlan("spread", f"L’écart de fragilité est plus grand que 1, et de {WIDEST_SPREAD} au plus.")
    if plan.floor < 0:
        raise BadPlan("floor", "Le socle ne peut pas être négatif.")
    if plan.rise is not None and plan.rise < 0:
        raise BadPlan("rise", "La hausse maximale ne peut pas être négative.")
    if plan.fall is not None and not 0 <= plan.fall <= 1:
        raise BadPlan("fall", "La baisse maximale va de 0 à 100 %.")
    if not 1 <= plan.years <= LONGEST_TRANSITION:
        raise BadPlan("years", f"La transition dure de 1 à {LONGEST_TRANSITION} ans.")
    if not places:
        raise NoPlace("Aucune Mission Locale : il n’y a rien à répartir.")
    codes = [place.code for place in places]
    if twice := sorted({place.name for place in places if codes.count(place.code) > 1}):
        raise TwicePlace(f"Présente deux fois : {named(twice)}.")
    if any(place.youths < 0 for place in places):
        raise BadPlan("youths", "Un nombre de jeunes ne peut pas être négatif.")
    if not any(place.youths for place in places):
        raise ZeroYouths(
            "Aucun jeune n’est compté dans aucune Mission Locale : la répartition n’a pas de base."
        )
    if plan.floor * len(places) > plan.envelope:
        raise FloorsAboveEnvelope(
            f"Le socle de {euros(plan.floor)} pour {len(places)} Missions Locales coûte "
            f"{euros(plan.floor * len(places))} : plus que l’enveloppe de {euros(plan.envelope)}."
        )
    if plan.youth_share < 1:
        _check_indicators(places, plan)
    if plan.is_bounded:
        _check_previous(places)


def _check_indicators(places: Sequence[Place], plan: Plan) -> None:
    if not plan.indicators:
        raise NoIndicator(
            f"{percent(1 - plan.youth_share)} de l’enveloppe dépendent de la fragilité : choisissez au moins un "
            "indicateur, ou donnez 100 % au nombre de jeunes."
        )
    for label in sorted(plan.indicators):
        if missing := sorted(place.name for place in places if label not in place.values):
            raise MissingIndicator(f"L’indicateur « {label} » manque pour : {named(missing)}.")
        if len({place.values[label] for place in places}) == 1:
            raise FlatIndicator(
                f"L’indicateur « {label} » a la même valeur partout : il ne départage personne. Ne l’utilisez pas."
            )


def _check_previous(places: Sequence[Place]) -> None:
    if missing := sorted(place.name for place in places if place.previous is None):
        raise MissingPrevious(
            f"Le plafond et la transition partent des montants de l’an dernier, qui manquent pour : {named(missing)}. "
            "Écrivez 0 pour une Mission Locale nouvelle."
        )
    if not any(place.previous for place in places):
        raise MissingPrevious(
            "Tous les montants de l’an dernier sont nuls : il n’y a rien à plafonner ni à lisser."
        )


# --- Vulnerability -------------------------------------------------------------------------------------------


def _positions(places: Sequence[Place], label: str, plan: Plan) -> list[Fraction]:
    """Where each stands on one indicator, the most vulnerable highest."""
    sign = 1 if plan.indicators[label] == Direction.HIGH else -1
    values = [sign * Fraction(place.values[label]) for place in places]
    return mean_ranks(values) if plan.method == Method.RANKS else z_scores(values)


def mean_ranks(values: Sequence[Fraction]) -> list[Fraction]:
    """The rank of each value, 1 for the lowest; equal values share the mean of their ranks."""
    ordered = sorted(values)
    first = {value: ordered.index(value) + 1 for value in set(values)}
    return [first[value] + Fraction(values.count(value) - 1, 2) for value in values]


def z_scores(values: Sequence[Fraction]) -> list[Fraction]:
    """How many standard deviations (of the whole population) each value is above the mean, to 12 decimals."""
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)
    deviation = Fraction(isqrt(variance.numerator * _ROOT**2 // variance.denominator), _ROOT)
    if not deviation:
        return [Fraction(0) for _ in values]
    return [Fraction(round((value - mean) / deviation * _SCORE), _SCORE) for value in values]


def _weights(scores: Sequence[Fraction], plan: Plan) -> list[Fraction]:
    """What one youth counts for: 1 where vulnerability is lowest, ``spread`` where it is highest."""
    lowest, highest = min(scores), max(scores)
    if plan.youth_share == 1:
        return [Fraction(1) for _ in scores]
    if lowest == highest:
        raise FlatIndicator(
            "Les indicateurs choisis se compensent exactement : toutes les Missions Locales ont le même score de "
            "fragilité. Changez les indicateurs."
        )
    return [1 + (plan.spread - 1) * (score - lowest) / (highest - lowest) for score in scores]


# --- Amounts -------------------------------------------------------------------------------------------------


def _parts(
    places: Sequence[Place], weights: Sequence[Fraction], plan: Plan
) -> list[tuple[Fraction, Fraction]]:
    """(by youths, by vulnerability) of each, exact."""
    rest = plan.envelope - plan.floor * len(places)
    for_youths = rest * plan.youth_share
    for_vulnerability = rest - for_youths
    youths = sum(place.youths for place in places)
    weighted = [place.youths * weight for place, weight in zip(places, weights, strict=True)]
    whole = sum(weighted, Fraction(0))
    return [
        (for_youths * Fraction(place.youths, youths), for_vulnerability * one / whole)
        for place, one in zip(places, weighted, strict=True)
    ]


def _stepped(places: Sequence[Place], targets: Sequence[Fraction], plan: Plan) -> list[Fraction]:
    """The first of ``years`` equal steps from last year's amounts, brought to this envelope, to the targets."""
    if plan.years == 1:
        return list(targets)
    before = sum(place.previous or 0 for place in places)
    starts = [Fraction(plan.envelope * (place.previous or 0), before) for place in places]
    return [start + (target - start) / plan.years for start, target in zip(starts, targets, strict=True)]


def _bounds(place: Place, plan: Plan) -> tuple[int, int | None]:
    """The least and the most that somebody may receive, in whole cents. A percentage of nothing bounds nobody."""
    lowest, highest = plan.floor, None
    if place.previous and plan.fall is not None:
        lowest = max(lowest, ceil(place.previous * (1 - plan.fall)))
    if place.previous and plan.rise is not None:
        highest = floor(place.previous * (1 + plan.rise))
        if highest < lowest:
            raise FloorAboveCap(
                f"{place.name} ne peut pas atteindre le socle de {euros(plan.floor)} : le plafond de hausse l’arrête à "
                f"{euros(highest)}. Baissez le socle ou relevez le plafond."
            )
    return lowest, highest


def _fitted(
    wanted: Sequence[Fraction], bounds: Sequence[tuple[int, int | None]], total: int
) -> list[Fraction]:
    """One coefficient for all, each kept within its bounds, chosen so that the whole is ``total``.

    What the bounds take from some goes to the others in proportion to what they should receive.
    """
    lowest = sum(low for low, _ in bounds)
    able = [
        Fraction(low) if not want else None if high is None else Fraction(high)
        for want, (low, high) in zip(wanted, bounds, strict=True)
    ]
    highest = None if None in able else sum((one for one in able if one is not None), Fraction(0))
    if total < lowest or (highest is not None and total > highest):
        to = "sans limite" if highest is None else euros(floor(highest))
        raise CapsCannotAbsorb(
            f"Avec ces plafonds et ce socle, le total ne peut aller que de {euros(lowest)} à {to} : l’enveloppe est de "
            f"{euros(total)}. Desserrez la hausse ou la baisse maximale, ou changez l’enveloppe."
        )

    def at(coefficient: Fraction) -> list[Fraction]:
        found = []
        for want, (low, high) in zip(wanted, bounds, strict=True):
            one = max(coefficient * want, Fraction(low))
            found.append(one if high is None else min(one, Fraction(high)))
        return found

    # Between two of these the total is a straight line; they are searched by halves.
    steps = sorted(
        {Fraction(0)}
        | {
            Fraction(bound) / want
            for want, pair in zip(wanted, bounds, strict=True)
            for bound in pair
            if want and bound is not None
        }
    )
    first, last = 0, len(steps)
    while first < last:
        middle = (first + last) // 2
        if sum(at(steps[middle]), Fraction(0)) < total:
            first = middle + 1
        else:
            last = middle
    if first == 0:
        return at(steps[0])
    left = steps[first - 1]
    right = steps[first] if first < len(steps) else left + 1
    below, above = sum(at(left), Fraction(0)), sum(at(right), Fraction(0))
    return at(left + (total - below) * (right - left) / (above - below))


# --- To the cent ---------------------------------------------------------------------------------------------


def apportion(exact: Sequence[Fraction], codes: Sequence[str]) -> list[int]:
    """Whole cents with the same sum, by largest remainder; equal remainders go in the order of the codes.

    Raises ValueError when the sum is not a whole number of cents.
    """
    total = sum(exact, Fraction(0))
    if total.denominator != 1:
        raise ValueError("what is split is not a whole number of cents")
    found = [floor(one) for one in exact]
    left = int(total) - sum(found)
    order = sorted(range(len(exact)), key=lambda number: (found[number] - exact[number], codes[number]))
    for number in order[:left]:
        found[number] += 1
    return found


def _rounded_share(exact: Sequence[Fraction], codes: Sequence[str]) -> list[int]:
    """Cents of a share whose whole may end between two cents: the whole is rounded, then apportioned."""
    total = sum(exact, Fraction(0))
    if not total:
        return [0 for _ in exact]
    whole = round(total)
    return apportion([one * whole / total for one in exact], codes)
