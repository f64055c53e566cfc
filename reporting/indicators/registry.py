"""The closed registry of indicators: an incomplete one is refused at import.

Adding an indicator is adding an entry to a module of this package; pages and packs show it from then on.
"""

import re
from collections.abc import Iterable
from types import MappingProxyType

from reporting.indicators import delays, flow
from reporting.indicators.base import PERCENT, UNITS, Indicator

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class IncompleteIndicator(ImportError):
    """An entry does not describe a whole indicator."""


def problems(indicator: Indicator) -> list[str]:
    """Everything that is missing or contradictory in an entry, in English, for its author."""
    found = [
        f"{name} is empty" for name in ("label", "definition", "numerator") if not getattr(indicator, name)
    ]
    if not _CODE.fullmatch(indicator.code):
        found.append("code must be lower case letters, digits and underscores")
    if indicator.unit not in UNITS:
        found.append(f"unknown unit {indicator.unit!r}")
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


INDICATORS = build((*flow.INDICATORS, *delays.INDICATORS))
