"""Fictitious young people of the demonstration, placed near the fictitious Missions Locales; no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from partners.territory.dataset import MunicipalityRow
from portal.demo.country import Country, fiction_phone
from portal.demo.names import YOUTH_FIRST_NAMES, YOUTH_LAST_NAMES, slug
from portal.demo.persons import HOME, NEIGHBOUR

# The story takes place there: more young people than their share of the population would give.
SPOTLIGHT: Mapping[str, float] = {HOME: 12.0, NEIGHBOUR: 8.0}

# share of each age in the files of the Missions Locales, 16 to 25 (invented, with the usual bulge at 18-20)
_AGES = range(16, 26)
_AGE_WEIGHTS = (6, 9, 14, 16, 15, 13, 10, 8, 6, 3)
# levels of training 1 to 6 (décret 2019-14, DOMAIN N-18), by what the age allows
_LEVEL_WEIGHTS = {16: (25, 60, 15, 0, 0, 0), 18: (14, 32, 34, 20, 0, 0), 21: (11, 22, 32, 26, 6, 3)}
_TWINS = 240  # one in so many is the twin of the one before: same name, same birth date
_LEAP_DAY = 160  # one in so many is born on 29 February, when an age allows it


@dataclass(frozen=True, slots=True)
class Youth:
    """``level`` is the new scale (1 to 8); ``diploma`` tells obtained from merely reached. ``email`` may be
    empty; ``mission_locale`` and ``municipality`` are an organisation key and an INSEE code."""

    first_name: str
    last_name: str
    birth_date: date
    municipality: str
    postcode: str
    mission_locale: str
    level: int
    diploma: bool
    phone: str
    email: str


def youths(
    country: Country, n: int, rng: Random, today: date, spotlight: Mapping[str, float] = SPOTLIGHT
) -> list[Youth]:
    """``n`` fictitious youths aged 16 to 25 on ``today``, near a Mission Locale of their department.

    The same ``rng`` state and date give the same people. Telephone numbers repeat after 10 000 people.
    """
    keys, cumulated = _weights(country, spotlight)
    towns = {key: _residents(country.catchments[key]) for key in keys}
    made: list[Youth] = []
    seen: set[tuple[str, str, date]] = set()
    addresses: set[str] = set()
    while len(made) < n:
        index = len(made)
        twin = made[-1] if made and index % _TWINS == 0 else None
        first = rng.choice(YOUTH_FIRST_NAMES)
        last = twin.last_name if twin else rng.choice(YOUTH_LAST_NAMES)
        born = twin.birth_date if twin else _birth_date(rng, today, leap=index % _LEAP_DAY == 1)
        if (first, last, born) in seen:
            continue
        seen.add((first, last, born))
        if twin:
            key, code, postcode = twin.mission_locale, twin.municipality, twin.postcode
        else:
            key = rng.choices(keys, cum_weights=cumulated)[0]
            places, shares = towns[key]
            place = rng.choices(places, cum_weights=shares)[0]
            code, postcode = place.code, rng.choice(place.postcodes)
        level = _level(rng, (today - born).days // 365)
        made.append(
            Youth(
                first_name=first,
                last_name=last,
                birth_date=born,
                municipality=code,
                postcode=postcode,
                mission_locale=key,
                level=level,
                diploma=level >= 3 and rng.random() < 0.8,
                phone=fiction_phone("06 39 98", index),
                email=_address(first, last, addresses) if rng.random() < 0.75 else "",
            )
        )
    return made


def _weights(country: Country, spotlight: Mapping[str, float]) -> tuple[list[str], list[float]]:
    """Missions Locales and their cumulated share of the young people, ``spotlight`` multiplying some."""
    keys = list(country.catchments)
    weights = (
        sum(m.population for m in country.catchments[key] if not m.is_arrondissement)
        * spotlight.get(key, 1.0)
        for key in keys
    )
    return keys, list(accumulate(weights))


def _residents(area: tuple[MunicipalityRow, ...]) -> tuple[list[MunicipalityRow], list[int]]:
    """Where people of a catchment live, with cumulated inhabitants: arrondissements instead of their city."""
    split = {m.department for m in area if m.is_arrondissement}
    cities = {"13055", "69123", "75056"}
    places = [
        m for m in area if m.postcodes and m.population and not (m.department in split and m.code in cities)
    ]
    return places, list(accumulate(m.population for m in places))


def _birth_date(rng: Random, today: date, *, leap: bool) -> date:
    """A date of birth that makes somebody 16 to 25 today."""
    age = rng.choices(_AGES, weights=_AGE_WEIGHTS)[0]
    try:
        birthday = today.replace(year=today.year - age)
    except ValueError:  # today is 29 February and that year had none
        birthday = today.replace(year=today.year - age, day=28)
    born = birthday - timedelta(days=rng.randrange(365))
    if leap:
        years = [y for y in range(today.year - 25, today.year - 16) if y % 4 == 0]
        return date(rng.choice(years), 2, 29)
    return born


def _level(rng: Random, age: int) -> int:
    weights = _LEVEL_WEIGHTS[max(start for start in _LEVEL_WEIGHTS if start <= max(age, 16))]
    return rng.choices(range(1, 7), weights=weights)[0]


def _address(first: str, last: str, taken: set[str]) -> str:
    local, number = f"{slug(first)}.{slug(last)}", 1
    candidate = f"{local}@courriel.example"
    while candidate in taken:
        number += 1
        candidate = f"{local}{number}@courriel.example"
    taken.add(candidate)
    return candidate
