"""How far two places are from one another; no Django here."""

from dataclasses import dataclass
from math import asin, cos, pi, radians, sin, sqrt

EARTH_KM = 6371.0
KM_PER_DEGREE = EARTH_KM * pi / 180  # of latitude


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the ground, in degrees."""

    longitude: float
    latitude: float


def place_of(longitude: float | None, latitude: float | None) -> Place | None:
    """A point, or None when one of its coordinates is not known."""
    return None if longitude is None or latitude is None else Place(longitude, latitude)


def distance_km(one: Place, other: Place) -> float:
    """The great-circle distance in kilometres: as the crow flies, never along a road."""
    half_up = radians(other.latitude - one.latitude) / 2
    half_across = radians(other.longitude - one.longitude) / 2
    chord = (
        sin(half_up) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(half_across) ** 2
    )
    # Rounding may carry the chord of two antipodes past 1.
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))
