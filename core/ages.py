"""Ages. One function for the whole house, because two different ones disagree on birthdays.

A person is *n* years old on the day of the n-th birthday and until the eve of the next one, so
"25 ans révolus" runs until the eve of the 26th birthday (DOMAIN §9.8).

29 February: in a year that is not a leap year the birthday is 1 March. No text settles the age of
those people, so this is a choice of the house, by analogy with articles 641 and 642 of the code de
procédure civile: a delay counted in years, when the same date does not exist, ends with the last day
of the month at midnight (28 February), and the new age therefore starts on the next day.
"""

from datetime import date, timedelta

MAJORITY = 18  # code civil, art. 388 and 414


def birthday(birth_date: date, age: int) -> date:
    """Day on which a person born on ``birth_date`` turns ``age`` (years). ValueError beyond year 9999."""
    if age < 0:
        raise ValueError("Un âge ne peut pas être négatif.")
    year = birth_date.year + age
    if year > date.max.year:
        raise ValueError("Cette date dépasse le calendrier.")
    if (birth_date.month, birth_date.day) == (2, 29) and not _is_leap(year):
        return date(year, 3, 1)
    return birth_date.replace(year=year)


def age_on(birth_date: date, day: date) -> int:
    """Completed years on ``day``. ValueError when ``day`` comes before the birth."""
    if day < birth_date:
        raise ValueError("La date de naissance est postérieure à la date demandée.")
    years = day.year - birth_date.year
    return years if day >= birthday(birth_date, years) else years - 1


def is_minor_on(birth_date: date, day: date) -> bool:
    """True until the eve of the 18th birthday (code civil, art. 388)."""
    return before_birthday(birth_date, MAJORITY, day)


def before_birthday(birth_date: date, age: int, day: date) -> bool:
    """True while the person has not reached ``age``: "25 ans révolus" is ``before_birthday(b, 26, day)``."""
    return age_on(birth_date, day) < age


def last_day_before(birth_date: date, age: int) -> date:
    """Last day on which the person has not reached ``age`` (the eve of that birthday)."""
    return birthday(birth_date, age) - timedelta(days=1)


def within_ages(birth_date: date, youngest: int, last_completed: int, day: date) -> bool:
    """True when ``youngest`` ≤ age ≤ ``last_completed`` ("de 16 à 25 ans révolus" is ``16, 25``)."""
    return youngest <= age_on(birth_date, day) <= last_completed


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
