"""Territories that the packs would tell to the last person: where the schemes that have packs are nearly everything.

The dashboards show a territory for all the programmes together, and a pack shows it for its own. Where the programmes
of no convention count a handful of persons, the packs of the others and the dashboards subtract: what one pack hides,
the rest gives back. Such territories are counted together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Sum, Value
from django.db.models.functions import Coalesce

from core.suppression import THRESHOLD
from partners.models import Convention
from reporting.models import SummaryCell
from reporting.perimeter import programmes_of

_PLACE = {"region": "region_id", "department": "department_id"}


def left_aside(first: date, last: date, territory: str) -> dict[str, int]:
    """Referrals sent in the months of a period in programmes of no convention, by "region" or "department".

    The key is the code of the territory, "" for none.
    """
    themes = Convention.objects.order_by().values_list("themes", flat=True).distinct()
    packed = programmes_of({theme for some in themes for theme in some})
    cells = SummaryCell.objects.filter(month__range=(first.replace(day=1), last)).exclude(
        programme__in=packed
    )
    place = Coalesce(_PLACE[territory], Value(""))
    return dict(cells.order_by().values_list(place).annotate(Sum("sent")))


def counted_together(places: Collection[str], aside: Mapping[str, int]) -> frozenset[str]:
    """Which of some territories are not told apart: together they leave enough persons aside, or they are all."""
    ranked = sorted(places, key=lambda place: (aside.get(place, 0), place))
    few = [place for place in ranked if aside.get(place, 0) < THRESHOLD]
    if not few:
        return frozenset()
    number = max(len(few), 2)
    while number < len(ranked) and sum(aside.get(place, 0) for place in ranked[:number]) < THRESHOLD:
        number += 1
    return frozenset(ranked[:number])
