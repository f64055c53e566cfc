"""Amounts in whole cents, figures in exact decimals: read from French texts, written back. No float, no Django."""

import re
from decimal import Decimal
from fractions import Fraction

NBSP = "\u00a0"
# Nothing in the funding of a region needs more; a number typed in the wrong cell often does.
MOST_CENTS = 10**13
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009']")
_NUMBER = re.compile(r"([+\-−]?)(\d{1,12})(?:[.,](\d{1,6}))?", re.ASCII)

NOT_A_NUMBER = "« {text} » n’est pas un nombre. Écrivez-le ainsi : 1234,5."
NOT_AN_AMOUNT = "« {text} » n’est pas un montant. Écrivez-le ainsi : 1234567,89."


def read_number(text: str) -> Decimal:
    """A figure as French spreadsheets write it: blanks between thousands, a comma or a point, a unit %, €.

    Raises ValueError with a French sentence.
    """
    bare = _BLANKS.sub("", text)
    found = _NUMBER.fullmatch(bare.removesuffix("%").removesuffix("€"))
    if found is None:
        raise ValueError(NOT_A_NUMBER.format(text=text[:40]))
    sign, whole, decimals = found.groups()
    return Decimal(f"{'-' if sign in ('-', '−') else ''}{whole}.{decimals or 0}")


def read_cents(text: str) -> int:
    """An amount in euros, as whole cents. Raises ValueError: not a number, negative, too large, under the cent."""
    try:
        cents = read_number(text) * 100
    except ValueError:
        raise ValueError(NOT_AN_AMOUNT.format(text=text[:40])) from None
    if cents != int(cents):
        raise ValueError("Un montant s’arrête au centime : deux chiffres au plus après la virgule.")
    if cents < 0:
        raise ValueError("Un montant ne peut pas être négatif.")
    if cents > MOST_CENTS:
        raise ValueError("Ce montant dépasse cent milliards d’euros : vérifiez-le.")
    return int(cents)


def euros(cents: int, *, signed: bool = False) -> str:
    """ "1 234 567,89 €"; with its sign when it is a difference."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else "+" if signed and cents > 0 else ""
    return f"{sign}{whole:,}".replace(",", NBSP) + f",{rest:02d}{NBSP}€"


def plain_euros(cents: int) -> str:
    """The text that :func:`read_cents` reads back, for the field of a form: "1234567,89", or "1234567"."""
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


def written(value: Fraction, decimals: int, *, signed: bool = False) -> str:
    """A figure rounded half to even, with its comma: "12,50", "+0,83"."""
    scaled = round(value * 10**decimals)
    whole, rest = divmod(abs(scaled), 10**decimals)
    sign = "−" if scaled < 0 else "+" if signed and scaled > 0 else ""
    text = f"{sign}{whole:,}".replace(",", NBSP)
    return f"{text},{rest:0{decimals}d}" if decimals else text


def percent(ratio: Fraction, *, signed: bool = False) -> str:
    """ "12,5 %", "+3,0 %"."""
    return f"{written(ratio * 100, 1, signed=signed)}{NBSP}%"


def named(names: list[str], most: int = 5) -> str:
    """ "A, B, C et 4 autres": enough to mend, not the whole list."""
    if len(names) <= most:
        return ", ".join(names)
    rest = len(names) - most
    return f"{', '.join(names[:most])} et {rest} autre{'s' if rest > 1 else ''}"
