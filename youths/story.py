"""The story of a youth, latest first, read through two filters: a period and an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import clock
from core.working_days import add_months

PERIODS = {"3": "3 derniers mois", "12": "12 derniers mois"}


@dataclass(frozen=True, slots=True)
class Story:
    """The items to show, the choices of the filters, and what was chosen ("": no filter)."""

    items: list[dict[str, Any]]
    total: int
    organisations: list[tuple[str, str]]
    period: str
    organisation: str

    @property
    def filtered(self) -> bool:
        return bool(self.period or self.organisation)

    @property
    def periods(self) -> list[tuple[str, str]]:
        return list(PERIODS.items())


def read(items: list[dict[str, Any]], asked: Mapping[str, str]) -> Story:
    """The story as asked (``periode``, ``structure``); what means nothing is no filter."""
    organisations = sorted({item["actor_org"] for item in items if item["actor_org"]})
    period = asked.get("periode", "") if asked.get("periode", "") in PERIODS else ""
    # By its place in the list: an address tells no name, and ends in histories.
    choices = [(str(number), name) for number, name in enumerate(organisations, 1)]
    organisation = asked.get("structure", "") if asked.get("structure", "") in dict(choices) else ""
    shown = sorted(items, key=lambda item: item["at"], reverse=True)
    if period:
        first = add_months(clock.today(), -int(period))
        shown = [item for item in shown if clock.day_of(item["at"]) >= first]
    if organisation:
        shown = [item for item in shown if item["actor_org"] == dict(choices)[organisation]]
    return Story(shown, len(items), choices, period, organisation)
