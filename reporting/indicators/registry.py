"""The closed registry of indicators: an incomplete one is refused at import.

Adding an indicator is adding an entry to a module of this package; pages and packs show it from then on.
"""

import re
from collections.abc import Iterable
from types import MappingProxyType

from reporting import counting
from reporting.indicators import delays, flow, quality, schemes
from reporting.indicators.base import DIRECTIONS, PERCENT, UNITS, Indicator
from reporting.indicators.book import EXITS, MATURITIES, SENT
from reporting.tally import STEPS

_COUNTS = {SENT: counting.SENT, EXITS: counting.EXITS}
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class IncompleteIndicator(ImportError):
    """An entry does not describe a whole indicator."""


def problems(indicator: Indicator) -> list[str]:
    """Everything that is missing or contradictory in an entry, in English, for its author."""
    found = [
        f"{name} is empty"
        for name in ("label", "definition", "numerator", "source")
        if not getattr(indicator, name)
    ]
    if not _CODE.fullmatch(indicator.code):
        found.append("code must be lower case letters, digits and underscores")
    if indicator.unit not in UNITS:
        found.append(f"unknown unit {indicator.unit!r}")
    if indicator.direction not in DIRECTIONS:
        found.append(f"unknown direction {indicator.direction!r}")
    for term in indicator.terms:
        if term.count not in _COUNTS.get(term.table, ()) or term.maturity not in MATURITIES:
            found.append(f"unknown sum {term}")
    found += [f"unknown step {step}" for step in indicator.tells if step not in dict(STEPS)]
    if (indicator.unit == PERCENT) != bool(indicator.denominator):
        found.append("a rate, and it alone, has a denominator")
    return found


def build(indicators: Iterable[Indicator]) -> MappingProxyType[str, Indicator]:
    """The registry, in the order given. IncompleteIndicator says what is wrong."""
    registry: dict[str, Indicator] = {}
    for indicator in indicators:
        found = problems(indicator)
        if indicator.code in registry:
            found.append("the code is taken")
        if found:
            raise IncompleteIndicator(f"indicator {indicator.code!r}: {'; '.join(found)}")
        registry[indicator.code] = indicator
    return MappingProxyType(registry)


_FAMILIES = {
    "Le parcours des orientations": flow.INDICATORS,
    "Le délai de réponse": delays.INDICATORS,
    "La qualité du partenariat": quality.INDICATORS,
    "Les dispositifs": schemes.INDICATORS,
}
# Every indicator, and those that dashboards and packs show first.
CATALOGUE = build(one for family in _FAMILIES.values() for one in family)
FAMILIES = {title: tuple(one.code for one in family) for title, family in _FAMILIES.items()}
INDICATORS = MappingProxyType({code: one for code, one in CATALOGUE.items() if one.essential})
TERMS = tuple(dict.fromkeys(term for one in CATALOGUE.values() for term in one.terms))
